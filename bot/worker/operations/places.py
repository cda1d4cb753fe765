"""Where the user sees what became of what he asked for: the place, and the sign on his message."""

from __future__ import annotations

from bot.chat.intents import Apply, EditMessage, Hide, HideAll, Intent, SendMessage
from bot.chat.outgoing import Mark, Outgoing, Screen
from bot.chat.screens import answers
from bot.chat.texts import Texts


def place(intent: Intent, screen: Screen, *, silent: bool = False) -> Outgoing:
    """Show a screen where the user looks for what became of his intent.

    `silent` for what asks nothing of him; a failure rings.
    """
    match intent:
        case Hide() | Apply() | HideAll() if intent.card_id:
            return screen.rewrite(intent.card_id, at=intent.thread)
        case Hide() | HideAll():
            return screen.say(at=intent.thread, silent=silent)
        case _:
            return screen.say(reply_to=intent.chat_message_id or None, at=intent.thread, silent=silent)


def sign(intent: Intent, emoji: str) -> list[Outgoing]:
    """A sign on the message whose text is on its way; "" takes it off. Whatever it means is said, too."""
    if not isinstance(intent, SendMessage | EditMessage) or not intent.chat_message_id:
        return []
    return [Mark(message_id=intent.chat_message_id, emoji=emoji, fallback="")]


def ticked(t: Texts, intent: SendMessage | Apply) -> Mark:
    """The sign on the message whose text the employer has got."""
    return Mark(
        message_id=intent.chat_message_id,
        emoji=answers.ACCEPTED_EMOJI,
        fallback=answers.accepted_fallback(t),
        at=intent.thread,
    )
