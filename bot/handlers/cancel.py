"""Stopping: /cancel, and the button under what can be stopped."""

from __future__ import annotations

from telegram import Message

from bot.chat.outgoing import Application, Draft
from bot.chat.screens.applying import cancelled
from bot.chat.screens.linking import already_linked
from bot.handlers.buttons import Pressed
from bot.handlers.reply import original_of
from bot.handlers.turn import Turn


async def command(turn: Turn, message: Message) -> None:
    """/cancel: nothing waits for an answer here, so only what it replies to can be stopped."""
    original = original_of(message)
    if original is not None:
        await _spend(turn, original)
    turn.say(cancelled(turn.texts).say())


async def pressed(turn: Turn, press: Pressed) -> None:
    """Stop applying, or keep the account that was about to be unlinked."""
    await press.answer()
    if await _spend(turn, press.message_id) or turn.account is None:
        turn.say(cancelled(turn.texts).rewrite(press.message_id))
    else:
        turn.say(already_linked(turn.texts, turn.account.name).rewrite(press.message_id))


async def _spend(turn: Turn, message_id: int) -> bool:
    """Make what a message asks for impossible; False where it asks for nothing of the kind."""
    match await turn.subject(message_id):
        case Application(vacancy_id=vacancy_id, host=host):
            turn.remember(message_id, Application(vacancy_id, host=host))
        case Draft(message_id=draft):
            turn.remember(message_id, Draft("", draft))
        case _:
            return False
    return True
