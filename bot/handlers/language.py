"""/language: the language of everything the bot says."""

from __future__ import annotations

from telegram import Message

from bot.chat.screens import help as screens
from bot.handlers.buttons import Pressed
from bot.handlers.turn import Turn


async def ask(turn: Turn, _message: Message) -> None:
    """Which language shall it be?"""
    turn.say(screens.language(turn.texts).say())


async def chosen(turn: Turn, press: Pressed) -> None:
    """Speak it from now on."""
    await press.answer()
    (code,) = press.args
    turn.speak(code)
    turn.say(screens.language_set(turn.texts).rewrite(press.message_id))
