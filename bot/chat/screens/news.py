"""News: what an employer wrote or decided, as the user gets it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.chat import actions
from bot.chat.html import Html, blank, escape, join, split
from bot.chat.outgoing import Conversation, Key, Keyboard, Outgoing, Say, Screen
from bot.chat.screens import naming
from bot.chat.screens.conversation import buttons, why_closed
from bot.chat.screens.interviews import interview
from bot.chat.screens.keys import link, press, rows
from bot.chat.screens.places import address_text, place
from bot.chat.texts import Texts
from bot.hh.models import Message, Negotiation
from bot.sync.events import Event, Kind

_FRESH = timedelta(hours=1)
_PER_SCREEN = 20


def news(t: Texts, event: Event, *, now: datetime | None = None, silent: bool = False) -> list[Outgoing]:
    """The messages that tell one piece of news, the buttons under the last of them, then a
    venue and a calendar file.

    Without `now`, and with news older than an hour, the date is shown. Only the first of them rings,
    and that not where `silent`.
    """
    negotiation, message = event.negotiation, event.message
    about = Conversation(negotiation.id)
    text = join((_head(t, event), _date(t, event, now), _body(t, event), _tail(t, event)), "\n\n")
    parts = split(text)
    rings = [not silent, *(False for _ in parts[1:])]
    told: list[Outgoing] = [
        Say(text=part, about=about, silent=not ring) for part, ring in zip(parts[:-1], rings, strict=False)
    ]
    keyboard, since = _keyboard(t, event), event.when.timestamp()
    told.append(Say(text=parts[-1], about=about, keyboard=keyboard, silent=not rings[-1], since=since))
    if message and message.address:
        venue = place(t, message.address, naming.company_of(t, negotiation), about)
        if venue:
            told.append(venue)
    entry = interview(t, negotiation, message, now) if message else None
    return [*told, entry] if entry else told


def baseline(t: Texts, unread: int, total: int) -> Screen:
    """Said once after linking: how many conversations there are, and in how many news follows."""
    if total == 0:
        text = t("There are no conversations yet. Send me a link to a vacancy, and we'll apply together.")
    else:
        text = join(
            (
                t.plural(
                    "📚 You have {n} conversation on hh.ru.", "📚 You have {n} conversations on hh.ru.", total
                ),
                t("Unread: {n}. I'm bringing it now.", n=t.number(unread))
                if unread
                else t("Nothing is unread."),
                t("I'll tell you as soon as somebody writes."),
            ),
            " ",
        )
    keyboard = rows([press(t.label("📂 All conversations"), actions.LIST, "active", "0")] if total else [])
    return Screen(text=text, keyboard=keyboard)


def more_unread(t: Texts, negotiations: Sequence[Negotiation]) -> list[Screen]:
    """Unread conversations that were too many to bring whole: a button for each."""
    screens = []
    for start in range(0, len(negotiations), _PER_SCREEN):
        some = negotiations[start : start + _PER_SCREEN]
        screens.append(
            Screen(
                text=t("📬 There is more unread; open what you need:") if start == 0 else t("📬 And these:"),
                keyboard=rows(*([naming.button(t, item, actions.OPEN)] for item in some)),
            )
        )
    return screens


def _head(t: Texts, event: Event) -> Html:
    company = escape(naming.company_of(t, event.negotiation))
    vacancy = escape(naming.vacancy_of(t, event.negotiation))
    match event.kind:
        case Kind.INVITATION:
            first = t("🎉 <b>{company}</b> invites you", company=company)
        case Kind.REFUSAL:
            first = t("📪 <b>{company}</b> has refused", company=company)
        case Kind.PROGRESS:
            moved = event.negotiation.state
            first = Html(f"{naming.sign(moved)} <b>{company}</b>: {escape(naming.state(t, moved))}")
        case Kind.CALL:
            first = t("📞 <b>{company}</b>: a missed call", company=company)
        case Kind.VIEW:
            first = t("👀 <b>{company}</b> has looked at your application", company=company)
        case Kind.MESSAGE:  # pragma: no branch - the last of all
            first = t("💬 <b>{company}</b> writes", company=company)
    return join((first, Html(f"<b>{vacancy}</b>")))


def _date(t: Texts, event: Event, now: datetime | None) -> Html:
    when = event.when
    if event.kind is Kind.CALL:
        return t("🕒 {moment}", moment=t.moment(when, now))
    if now and now - when < _FRESH:
        return Html("")
    return Html(f"<i>{escape(t.moment(when, now))}</i>")


def _body(t: Texts, event: Event) -> Html:
    message = event.message
    if message and message.text and not blank(message.text):
        return escape(message.text.strip())
    if event.kind is Kind.CALL:
        # hh.ru does not tell who called whom (OpenAPI 2025-12, `NegotiationsPhoneCallItem`).
        noted = t("hh.ru has noted a call, but nobody got to talk.")
        can_write = event.negotiation.messaging_status == "ok"
        hint = t("Call back, or reply to this message and say when you can talk.") if can_write else ""
        return join((noted, hint), " ")
    if event.unopened:
        return t("<i>It stays unread on hh.ru until you open it.</i>")
    if event.kind is Kind.MESSAGE:
        return t("<i>A message without text. Open it on hh.ru.</i>")
    return Html("")


def _tail(t: Texts, event: Event) -> Html:
    message = event.message
    return join(
        (
            address_text(t, message.address) if message and message.address else "",
            why_closed(t, event.negotiation),
        ),
        "\n\n",
    )


def _keyboard(t: Texts, event: Event) -> Keyboard:
    negotiation = event.negotiation
    opening = press(t.label("📖 Open and read"), actions.HISTORY, negotiation.id) if event.unopened else None
    return rows([opening], *([key] for key in _tests(t, event.message)), *buttons(t, negotiation))


def _tests(t: Texts, message: Message | None) -> list[Key | None]:
    unnamed = t.label("Test")
    return [
        link(f"📝 {action.name or assessment.name or unnamed}", action.alternate_url)
        for assessment in (message.assessments if message else [])
        for action in assessment.actions
        if action.enabled
    ]
