"""/unlink: asks once; then the tokens are revoked and everything about the user is erased."""

from __future__ import annotations

from telegram import Message

from bot.chat.screens import linking as screens
from bot.handlers.buttons import Pressed
from bot.handlers.turn import Turn


async def ask(turn: Turn, _message: Message) -> None:
    """Ask whether it is meant."""
    _ask(turn)


async def pressed(turn: Turn, press: Pressed) -> None:
    """The button that begins it."""
    await press.answer()
    _ask(turn)


async def confirmed(turn: Turn, press: Pressed) -> None:
    """It is meant."""
    await press.answer()
    if turn.account:
        turn.unlink(press.message_id)


def _ask(turn: Turn) -> None:
    if turn.account:
        turn.say(screens.unlink_ask(turn.texts, turn.account.name).say())
    else:
        turn.say(screens.not_linked(turn.texts).say())
