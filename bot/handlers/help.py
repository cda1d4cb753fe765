"""/help, and commands that do not exist."""

from __future__ import annotations

from telegram import Message

from bot.chat.screens import help as screens
from bot.handlers.turn import Turn


async def help_(turn: Turn, _message: Message) -> None:
    """What one can do here."""
    turn.say(screens.help_(turn.texts, turn.account is not None).say())


async def unknown(turn: Turn, message: Message) -> None:
    """A command that nobody knows, or a slip in one."""
    turn.say(screens.unknown_command(turn.texts).say(reply_to=message.message_id))
