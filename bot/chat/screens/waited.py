"""What is said of answers and deliveries that took longer, or that nobody confirmed."""

from __future__ import annotations

from typing import Final

from msgspec import structs

from bot.chat import actions
from bot.chat.html import LIMIT, Html, excerpt, join, length
from bot.chat.intents import Apply, EditMessage, Hide, SendMessage, Write
from bot.chat.outgoing import Application, Conversation, Draft, Keyboard, Say, Screen, Subject
from bot.chat.screens.keys import press, rows
from bot.chat.texts import Texts

EDITED_EMOJI: Final = "✍"
"""The tick of an edit; in Telegram's list of reactions (Bot API, "ReactionTypeEmoji")."""

_EXCERPT = 300


def consent(t: Texts, intent: Write) -> Screen:
    """Something waited for more than an hour: ask before it goes out after all."""
    text, keyboard, about = _pending(t, intent)
    quote = t("<blockquote>{text}</blockquote>", text=excerpt(text, _EXCERPT)) if text else ""
    question = t("⏰ This has been waiting for hh.ru for more than an hour. Shall I still send it?")
    if isinstance(intent, Hide):
        question = t(
            "⏰ The refusal to this employer has been waiting for more than an hour. Shall I still send it?"
        )
    return Screen(text=join((question, quote), "\n\n"), keyboard=keyboard, about=about)


def checking(t: Texts) -> Screen:
    """The outcome of a send is not known yet; it is being looked up."""
    return Screen(
        text=t(
            "🤔 <b>This may not have been sent:</b> the connection to hh.ru broke off. "
            "I'm looking whether it arrived and send it again only if it did not. "
            "You don't have to do anything."
        )
    )


def internal(t: Texts) -> Screen:
    """The bridge itself failed on something the user did."""
    return Screen(
        text=t("😔 Something went wrong on my side, and nothing was done or sent. Please try once more.")
    )


def too_much(t: Texts) -> Screen:
    """So much waits for hh.ru that no more is taken."""
    return Screen(
        text=t(
            "✋ hh.ru has been away for long, and so much is waiting for it that I take no more. "
            "What you wrote just now was not kept; the rest goes out as soon as hh.ru is back."
        )
    )


def repeated(t: Texts, say: Say) -> Say:
    """The same message once more, marked: Telegram did not confirm the first delivery."""
    if say.repeat:
        return say
    note = t("<i>This may be a repeat: Telegram did not confirm the first delivery.</i>")
    marked = join((Html(say.text), note), "\n\n")
    fits = length(marked) <= LIMIT
    return structs.replace(say, repeat=True, text=marked if fits else say.text)


def _pending(t: Texts, intent: Write) -> tuple[str, Keyboard, Subject]:
    send, drop = t.label("📤 Send"), press(t.label("Don't send"), actions.DROP)
    match intent:
        case SendMessage() | EditMessage():
            action = actions.TO if isinstance(intent, SendMessage) else actions.EDIT_AGAIN
            draft = Draft(intent.text, intent.chat_message_id)
            return intent.text, rows([press(send, action, intent.nid)], [drop]), draft
        case Apply():
            about = Application(
                intent.vacancy_id, intent.resume_id, intent.letter, intent.host, intent.chat_message_id
            )
            cancel = press(t.label("Cancel"), actions.CANCEL)
            return intent.letter, rows([press(send, actions.APPLY_YES)], [cancel]), about
        case Hide():  # pragma: no branch - the last of all
            yes = press(t.label("🙅 Decline"), actions.DECLINE_YES, intent.nid)
            keep = press(t.label("Cancel"), actions.KEEP, intent.nid)
            return "", rows([yes], [keep]), Conversation(intent.nid)
