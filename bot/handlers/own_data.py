"""/privacy: what is stored about the user; /export: all of it, as a file in the chat."""

from __future__ import annotations

from telegram import Message

from bot.chat.screens import own_data as screens
from bot.handlers.buttons import Pressed
from bot.handlers.turn import Turn


async def privacy(turn: Turn, _message: Message) -> None:
    """Say what is kept."""
    turn.say(screens.privacy(turn.texts, turn.account is not None).say())


async def export(turn: Turn, _message: Message) -> None:
    """Send it."""
    turn.show_own_data()


async def pressed(turn: Turn, press: Pressed) -> None:
    """The button that asks for it."""
    await press.answer()
    turn.show_own_data()
