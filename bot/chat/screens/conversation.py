"""Screens about one conversation: its card, its history, writing into it, hiding it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import structs

from bot.chat import actions
from bot.chat.html import Html, blank, escape, join, length, shorten, split
from bot.chat.outgoing import Conversation, Key, Keyboard, Say, Screen
from bot.chat.screens import naming
from bot.chat.screens.keys import link, press, rows
from bot.chat.screens.places import address_text
from bot.chat.texts import N_, Texts
from bot.hh.models import Message, Negotiation

PAGE_SIZE = 10
"""Messages on a page of history, at most."""

_PAGE_LENGTH = 3300
_CLOSED = {
    "archived": N_("🔒 The vacancy is in the archive, and it's no longer possible to write here."),
    "disabled_by_employer": N_("🔒 The employer has turned off messages for this vacancy."),
    "in_a_row_limit": N_(
        "⏳ You have written five messages in a row. You can write again when the employer answers."
    ),
    "overall_limit": N_(
        "🔒 The limit of messages in this conversation is reached. "
        "Look for the employer's other contacts in the vacancy."
    ),
    "no_invitation": N_("🔒 hh.ru lets you write here only after an invitation."),
    "resume_deleted": N_(
        "🔒 The resume you applied with is deleted or hidden, and it's not possible to write here."
    ),
    "prohibited": N_("🔒 hh.ru has closed this conversation for messages."),
}
_CLOSED_OTHERWISE = N_("🔒 hh.ru doesn't let you write here now.")


def card(
    t: Texts,
    negotiation: Negotiation,
    *,
    in_topic: bool = False,
    now: datetime | None = None,
    muted: bool = False,
) -> Screen:
    """State, dates, whether one can write, and what can be done; `in_topic` where it stands in its own."""
    write = (
        t("Whatever you write in this topic goes to the employer.")
        if in_topic
        else t("To answer, reply to this message.")
    )
    resume = shorten(negotiation.resume.title or "", 100) if negotiation.resume else ""
    state = t("State: {state}", state=naming.state(t, negotiation.state))
    facts = join(
        (
            Html(f"{naming.sign(negotiation.state)} {state}"),
            t("📅 Since: {moment}", moment=t.moment(negotiation.created_at, now)),
            t("🔄 Last change: {moment}", moment=t.moment(negotiation.updated_at, now)),
            t("📄 Resume: {title}", title=resume) if resume else "",
            t("👀 The employer has seen your application") if negotiation.viewed_by_opponent else "",
            _site(t, negotiation),
            t("🔔 There are unread messages") if negotiation.has_updates else "",
            t("🗄 The vacancy is archived") if negotiation.vacancy and negotiation.vacancy.archived else "",
            t("🔕 Messages come without a sound") if muted else "",
        )
    )
    return Screen(
        text=join(
            (
                naming.heading(t, negotiation),
                facts,
                why_closed(t, negotiation) or write,
            ),
            "\n\n",
        ),
        keyboard=buttons(t, negotiation) + rows([_mute(t, negotiation.id, muted)]),
        about=Conversation(negotiation.id, card=True),
    )


def with_topic(t: Texts, card: Screen, nid: str) -> Screen:
    """The card outside of the conversation's topic, with the way there."""
    there = [press(t.label("💬 Open its topic"), actions.TOPIC, nid)]
    return structs.replace(card, keyboard=rows(*card.keyboard, there))


def moved_to_topic(t: Texts, negotiation: Negotiation) -> str:
    """Pops up: where the card is now."""
    return t.label("The card is in the topic “{name}”", name=shorten(naming.title(t, negotiation), 100))


def buttons(t: Texts, negotiation: Negotiation) -> Keyboard:
    """Reply, History, Hide or Decline, Open on hh.ru: those that make sense now."""
    nid = negotiation.id
    hide = t.label("🙅 Decline") if negotiation.decline_allowed else t.label("🙈 Hide")
    hidden = negotiation.hidden or negotiation.state.id == "hidden"
    return rows(
        [
            _reply(t, negotiation),
            press(t.label("📜 History"), actions.HISTORY, nid),
        ],
        [
            None if hidden else press(hide, actions.HIDE, nid),
            link(naming.open_on(t, naming.page_of(negotiation)), naming.page_of(negotiation)),
        ],
    )


def history(
    t: Texts,
    negotiation: Negotiation,
    messages: Sequence[Message],
    page: int,
    page_size: int = PAGE_SIZE,
    *,
    now: datetime | None = None,
) -> Screen:
    """Who wrote what and when, day by day, oldest first on a page; page 0 holds the latest.

    A page holds at most `page_size` messages and fits one Telegram message; a page out of range
    becomes the nearest one.
    """
    pages = _pages(t, negotiation, messages, page_size, now)
    page = min(max(page, 0), len(pages) - 1)
    nid = negotiation.id
    number = t("<i>Page {page} of {pages}</i>", page=len(pages) - page, pages=len(pages))
    earlier = press(t.label("◀️ Earlier"), actions.HISTORY, nid, str(page + 1))
    later = press(t.label("Later ▶️"), actions.HISTORY, nid, str(page - 1))
    return Screen(
        text=join(
            (
                naming.heading(t, negotiation),
                pages[page] or t("<i>Nothing has been written here yet.</i>"),
                number if len(pages) > 1 else "",
            ),
            "\n\n",
        ),
        keyboard=rows(
            [earlier if page + 1 < len(pages) else None, later if page else None],
            [_reply(t, negotiation), press(t.label("🗂 Card"), actions.OPEN, nid)],
        ),
        about=Conversation(nid),
    )


def reply_prompt(t: Texts, negotiation: Negotiation | None, nid: str) -> Say:
    """Ask for the text; the user's next message replies to this one."""
    to = (
        t("✍️ What shall I write to <b>{company}</b>?", company=naming.company_of(t, negotiation))
        if negotiation
        else t("✍️ What shall I write to the employer?")
    )
    return Say(
        text=join((to, t("Send the text as a reply to this message: it goes to hh.ru at once."))),
        about=Conversation(nid),
        prompt=t.label("Message to the employer"),
    )


def closed(t: Texts, messaging_status: str) -> Html:
    """Why one can't write into a conversation (`messaging_status` other than "ok")."""
    return t(_CLOSED.get(messaging_status, _CLOSED_OTHERWISE))


def why_closed(t: Texts, negotiation: Negotiation) -> Html:
    """Why one can't write into this conversation; "" where one can."""
    if negotiation.messaging_status == "ok":
        return Html("")
    if negotiation.messaging_status == "no_invitation" and negotiation.state.id == "discard":
        return t("🔒 After a refusal it's no longer possible to write here.")
    return closed(t, negotiation.messaging_status)


def hide_ask(t: Texts, negotiation: Negotiation) -> Screen:
    """Ask before hiding, and offer to decline where hh.ru allows it."""
    nid = negotiation.id
    decline = negotiation.decline_allowed
    return Screen(
        text=join(
            (
                naming.heading(t, negotiation),
                t("Hide this conversation? It leaves your list on hh.ru too, and can't be brought back."),
                t("If you decline, the employer also gets a polite refusal from hh.ru.") if decline else "",
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("🙅 Decline and hide"), actions.DECLINE_YES, nid) if decline else None],
            [press(t.label("🙈 Hide silently") if decline else t.label("🙈 Hide"), actions.HIDE_YES, nid)],
            [press(t.label("Keep"), actions.KEEP, nid)],
        ),
        about=Conversation(nid),
    )


def hidden(
    t: Texts, declined: bool, negotiation: Negotiation | None = None, *, topic_of: str | None = None
) -> Screen:
    """It is hidden; `topic_of` is the conversation where it has a topic, which can go, too."""
    done = (
        t("🙅 Declined and hidden. The employer has got hh.ru's polite refusal.")
        if declined
        else t("🙈 The conversation is hidden.")
    )
    return Screen(
        text=join((naming.heading(t, negotiation) if negotiation else "", done), "\n\n"),
        keyboard=rows(
            [press(t.label("🗑 Delete this topic"), actions.TOPIC_DROP, topic_of) if topic_of else None]
        ),
    )


def _site(t: Texts, negotiation: Negotiation) -> Html:
    """Which sister site the conversation belongs to; "" for hh.ru itself."""
    site = negotiation.sister_site
    return t("🌐 Site: {site}", site=site) if site else Html("")


def _mute(t: Texts, nid: str, muted: bool) -> Key:
    label = t.label("🔔 With a sound") if muted else t.label("🔕 Without a sound")
    return press(label, actions.MUTE, nid, "0" if muted else "1")


def _reply(t: Texts, negotiation: Negotiation) -> Key | None:
    if negotiation.messaging_status != "ok":
        return None
    return press(t.label("✍️ Reply"), actions.REPLY, negotiation.id)


def _pages(
    t: Texts, negotiation: Negotiation, messages: Sequence[Message], page_size: int, now: datetime | None
) -> list[Html]:
    """The history cut into pages, the latest first; a line with the day stands above its messages."""
    pages: list[list[tuple[str, Html]]] = [[]]
    filled = 0
    for message in sorted(messages, key=lambda m: (m.created_at, m.id.zfill(20)), reverse=True):
        day = t.date(message.created_at, now)
        for block in reversed(split(_block(t, negotiation, message), _PAGE_LENGTH)):
            size = length(block) + len(day) + 8
            if pages[-1] and (len(pages[-1]) >= page_size or filled + size > _PAGE_LENGTH):
                pages.append([])
                filled = 0
            pages[-1].append((day, block))
            filled += size
    return [_by_day(list(reversed(page))) for page in pages]


def _by_day(blocks: Sequence[tuple[str, Html]]) -> Html:
    before = ["", *(day for day, _ in blocks)]
    return join(
        (
            join((Html(f"<i>— {escape(day)} —</i>"), block), "\n\n") if day != former else block
            for former, (day, block) in zip(before, blocks, strict=False)
        ),
        "\n\n",
    )


def _block(t: Texts, negotiation: Negotiation, message: Message) -> Html:
    sign = "🔹" if message.mine else "🔸"
    who = t.label("You") if message.mine else naming.company_of(t, negotiation)
    read = " 👀" if message.mine and message.viewed_by_opponent else ""
    moved = message.state and message.state.id != "text"
    text = message.text or ""
    return join(
        (
            Html(f"{sign} <b>{escape(who)}</b> · {t.clock(message.created_at)}{read}"),
            Html(f"<i>{escape(naming.state(t, message.state))}</i>") if message.state and moved else "",
            t("<i>Without text</i>") if blank(text) else escape(text.strip()),
            address_text(t, message.address) if message.address else "",
        )
    )
