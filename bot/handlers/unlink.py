"""/unlink: asks once; then the tokens are revoked and everything about the user is erased."""

from __future__ import annotations

from telegram import Message

from bot.chat.screens import linking as screens
from bot.handlers.buttons import Pressed
from bot.handlers.turn import Turn


async def ask(turn: Turn, _message: Message) -> None:
    """Ask whether it is meant."""
    if turn.account:
        turn.say(screens.unlink_ask(turn.texts, turn.account.name).say())
    else:
        turn.say(screens.not_linked(turn.texts).say())


async def confirmed(turn: Turn, press: Pressed) -> None:
    """It is meant."""
    await press.answer()
    if turn.account:
        turn.unlink(press.message_id)
