"""/language: the language of everything the bot says."""

from __future__ import annotations

from msgspec.structs import replace
from telegram import Message

from bot.chat.screens import help as screens
from bot.chat.texts import Texts
from bot.handlers.buttons import Pressed
from bot.handlers.turn import Turn


async def ask(turn: Turn, _message: Message) -> None:
    """Which language shall it be?"""
    turn.say(screens.language(turn.texts).say())


async def chosen(turn: Turn, press: Pressed) -> None:
    """Speak it from now on. For who has no account it can't be kept: Telegram's language counts again."""
    await press.answer()
    (code,) = press.args
    if turn.account:
        turn.save(replace(turn.account, language=code))
    turn.texts = Texts(code, turn.account.zone) if turn.account else Texts(code)
    turn.say(screens.language_set(turn.texts).rewrite(press.message_id))
