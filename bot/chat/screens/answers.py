"""Answers to what the user writes: to whom it goes, whether it went, and why not."""

from __future__ import annotations

from typing import Final

from bot.chat import actions
from bot.chat.html import Html, escape, excerpt, join
from bot.chat.outgoing import Conversation, Draft, Key, Screen
from bot.chat.screens import naming
from bot.chat.screens.keys import link, press, rows
from bot.chat.texts import N_, Texts
from bot.hh.models import Message, Negotiation, Negotiations

# All are in Telegram's list of reactions (Bot API, "ReactionTypeEmoji").
ACCEPTED_EMOJI: Final = "👌"
PENDING_EMOJI: Final = "🫡"
UNKNOWN_EMOJI: Final = "🤔"
REFUSED_EMOJI: Final = "👎"
READ_EMOJI: Final = "👀"

PER_PAGE = 8
"""Conversations to choose from on a page: what fits a phone with the text above them."""

_EXCERPT = 300
_KINDS = {
    "photo": N_("hh.ru takes only text here, so the picture was not sent."),
    "video": N_("hh.ru takes only text here, so the video was not sent."),
    "video_note": N_("hh.ru takes only text here, so the video message was not sent."),
    "animation": N_("hh.ru takes only text here, so the GIF was not sent."),
    "voice": N_("hh.ru takes only text here, so the voice message was not sent."),
    "audio": N_("hh.ru takes only text here, so the audio was not sent."),
    "document": N_("hh.ru takes only text here, so the file was not sent."),
    "sticker": N_("hh.ru takes only text here, so the sticker was not sent."),
    "location": N_("hh.ru takes only text here, so the location was not sent."),
    "venue": N_("hh.ru takes only text here, so the place was not sent."),
    "contact": N_("hh.ru takes only text here, so the contact was not sent."),
    "poll": N_("hh.ru takes only text here, so the poll was not sent."),
    "dice": N_("hh.ru takes only text here, so the dice was not sent."),
}
_DICTATE = N_("To speak instead of typing, use the microphone of your phone's keyboard: it writes text.")
_LINK = N_("Put it somewhere on the web and write the link.")
_INSTEAD = {
    **dict.fromkeys(("voice", "video_note", "audio"), _DICTATE),
    **dict.fromkeys(("photo", "video", "document"), _LINK),
}


def to_whom(t: Texts, text: str, message_id: int, latest: Negotiations, page: int = 0) -> Screen:
    """Ask which conversation a text goes to; `message_id` is the user's message, which this replies to.

    Of the `latest` conversations those that can be written to get a button, unread ones first; a page
    out of range becomes the nearest one.
    """
    can_write = sorted(
        (item for item in latest.items if item.messaging_status == "ok"),
        key=lambda item: not item.has_updates,
    )
    pages = max(1, -(-len(can_write) // PER_PAGE))
    page = min(max(page, 0), pages - 1)
    ask = (
        t("To whom shall I send it? Choose a conversation.")
        if can_write
        else t("There is no conversation that can be written to now, so nothing was sent.")
    )
    hint = t("<i>To answer without this question, reply to a message of the employer.</i>")
    older = page + 1 == pages and latest.found > len(latest.items)
    return Screen(
        text=join(
            (
                ask,
                hint,
                t("<i>Older conversations are in /list: open one and reply to its card.</i>")
                if older
                else "",
            ),
            "\n\n",
        ),
        keyboard=rows(
            *([_choice(t, item)] for item in can_write[page * PER_PAGE : (page + 1) * PER_PAGE]),
            [
                press(t.label("◀️ Back"), actions.TO_MORE, str(page - 1)) if page else None,
                press(f"{page + 1} / {pages}", actions.TO_MORE, str(page)) if pages > 1 else None,
                press(t.label("More ▶️"), actions.TO_MORE, str(page + 1)) if page + 1 < pages else None,
            ],
            [press(t.label("Don't send"), actions.DROP)],
        ),
        about=Draft(text, message_id),
    )


def going_to(t: Texts, negotiation: Negotiation) -> Screen:
    """The conversation is chosen; said in place of the question."""
    return Screen(
        text=t("📤 Sending to: <b>{title}</b>", title=naming.title(t, negotiation)),
        about=Conversation(negotiation.id),
    )


def dropped(t: Texts) -> Screen:
    """The draft is forgotten."""
    return Screen(text=t("All right, nothing was sent."))


def accepted_fallback(t: Texts) -> Html:
    """The tick, where reactions fail."""
    return t("👌 Sent to the employer")


def edited_fallback(t: Texts) -> Html:
    """The tick of an edit, where reactions fail."""
    return t("👌 Edited on hh.ru")


def refused_fallback(t: Texts) -> Html:
    """Not sent, where reactions fail."""
    return t("👎 Not sent")


def not_editable(t: Texts, nid: str, text: str, message_id: int, why: Html) -> Screen:
    """An edit hh.ru does not take; offer to send the new text as a correction."""
    return Screen(
        text=join(
            (
                t("✏️ On hh.ru the message stays as it was."),
                why,
                t("Send the new text as a correction, in a message of its own?"),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("📤 Send a correction"), actions.CORRECT, nid)],
            [press(t.label("Don't send"), actions.DROP)],
        ),
        about=Draft(text, message_id),
    )


def nothing_to_edit(t: Texts, nid: str, text: str, message_id: int) -> Screen:
    """An edit of a message that hh.ru does not show; nobody can tell whether the employer has got it."""
    return Screen(
        text=join(
            (
                t("✏️ I don't see this message on hh.ru, so I can't change it there."),
                t("Send the new text in a message of its own?"),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("📤 Send"), actions.CORRECT, nid)],
            [press(t.label("Don't send"), actions.DROP)],
        ),
        about=Draft(text, message_id),
    )


def why_not_editable(t: Texts, message: Message, negotiation: Negotiation) -> Html:
    """Why a message of the user has no `editable`, as far as hh.ru tells."""
    if message.viewed_by_opponent:
        return t("The employer has already read it.")
    if negotiation.vacancy and negotiation.vacancy.archived:
        return t("The vacancy is in the archive.")
    return t("hh.ru lets you edit only a cover letter that the employer hasn't read yet.")


def cannot_edit_closed(t: Texts, why: Html) -> Screen:
    """An edit hh.ru does not take, in a conversation that takes no correction either."""
    return Screen(text=join((t("✏️ On hh.ru the message stays as it was."), why), "\n\n"))


def cannot_send(t: Texts, what: str) -> Screen:
    """Something that is no text; `what` is the Bot API's name of it (photo, voice, sticker, ...)."""
    known = _KINDS.get(what, N_("hh.ru takes only text here, so this was not sent."))
    return Screen(text=join((t(known), t(_INSTEAD.get(what, N_("Write it in words, please."))))))


def too_long(t: Texts, n: int, limit: int) -> Screen:
    """A text of `n` characters where hh.ru takes `limit`."""
    return Screen(
        text=t(
            "✂️ Too long for hh.ru: {n} characters, and it takes {limit}. Nothing was sent; "
            "make it shorter or send it in parts.",
            n=t.number(n),
            limit=t.number(limit),
        )
    )


def empty(t: Texts) -> Screen:
    """A text in which nothing is seen."""
    return Screen(text=t("There is no text in this message, so nothing was sent."))


def may_not_have_been_sent(t: Texts, text_excerpt: str) -> Screen:
    """The outcome of a send is unknown; the user must look before repeating."""
    return Screen(
        text=join(
            (
                t("🤔 <b>This may not have been sent</b>"),
                _quote(t, text_excerpt),
                t(
                    "The connection to hh.ru broke off at that moment, and I can't tell whether it arrived. "
                    "Look into /list or on the site before you send it again, "
                    "or the employer may get it twice."
                ),
            ),
            "\n\n",
        )
    )


def not_sent(t: Texts, reason_html: str) -> Screen:
    """hh.ru surely has not taken it; `reason_html` is a `trouble.reason` or `conversation.closed`."""
    return Screen(text=join((t("👎 <b>Not sent</b>"), reason_html)))


def not_done(t: Texts, reason_html: str) -> Screen:
    """hh.ru surely has not done what a button asked for (hiding); `reason_html` as in `not_sent`."""
    return Screen(text=join((t("👎 <b>That didn't work</b>"), reason_html)))


def after_check(t: Texts, refused: Screen, url: str | None, again: Key, about: Draft | None = None) -> Screen:
    """`refused`, with the way to hh.ru's check for robots at `url`, and the button that tries again."""
    keyboard = rows(
        [link(t.label("🔓 Pass the check"), url)],
        [again],
        [press(t.label("Don't send"), actions.DROP)] if about else [],
    )
    return Screen(text=refused.text, keyboard=keyboard, about=about)


def waiting_for_hh(t: Texts) -> Screen:
    """hh.ru is unreachable; what was written is kept and goes out later."""
    return Screen(
        text=t("⏳ hh.ru doesn't answer. What you have written is kept and will go out as soon as it does.")
    )


def stale_button(t: Texts) -> str:
    """A pop-up (plain text): the button is not from here or from another time."""
    return t.label("This button is out of date. Open /list.")


def _quote(t: Texts, text: str) -> Html:
    shown = excerpt(text, _EXCERPT)
    return Html(f"<blockquote>{escape(shown)}</blockquote>") if shown else Html("")


def _choice(t: Texts, negotiation: Negotiation) -> Key:
    label = f"{'🔔 ' if negotiation.has_updates else ''}{naming.sign(negotiation.state)} "
    return press(label + naming.title(t, negotiation), actions.TO, negotiation.id)
