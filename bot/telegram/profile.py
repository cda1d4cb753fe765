"""The bot's profile: name, descriptions and the menu of commands, in both languages.

Telegram lets a bot change its name only a few times a day, so each text is read first and set only
where it differs. The bridge works without all of this: what fails is logged and left for the next
start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.chat.screens import profile
from bot.chat.screens.help import commands
from bot.chat.texts import Texts
from bot.log import logger

log = logger(__name__)

_LANGUAGES = (("", "en"), ("ru", "ru"))
"""Telegram's language code, "" for everybody else, and what is spoken then."""


async def introduce(bot: ExtBot[None], *, after: float = 0) -> None:
    """Set what differs from what the bot is to say of itself, `after` so many seconds."""
    await asyncio.sleep(after)
    for code, language in _LANGUAGES:
        t = Texts(language)
        for what, set_it in _PARTS.items():
            try:
                await set_it(bot, t, code)
            except TelegramError as error:
                log.warning(
                    "a part of the bot's profile could not be set", part=what, error=type(error).__name__
                )


async def _commands(bot: ExtBot[None], t: Texts, code: str) -> None:
    wanted = commands(t)
    known = await bot.get_my_commands(language_code=code)
    if [(command.command, command.description) for command in known] != wanted:
        await bot.set_my_commands(wanted, language_code=code)


async def _description(bot: ExtBot[None], t: Texts, code: str) -> None:
    wanted = profile.description(t)
    if (await bot.get_my_description(code)).description != wanted:
        await bot.set_my_description(wanted, code)


async def _short_description(bot: ExtBot[None], t: Texts, code: str) -> None:
    wanted = profile.short_description(t)
    if (await bot.get_my_short_description(code)).short_description != wanted:
        await bot.set_my_short_description(wanted, code)


async def _name(bot: ExtBot[None], t: Texts, code: str) -> None:
    wanted = profile.name(t)
    if (await bot.get_my_name(code)).name != wanted:
        await bot.set_my_name(wanted, code)


_PARTS: dict[str, Callable[[ExtBot[None], Texts, str], Awaitable[None]]] = {
    "menu of commands": _commands,
    "description": _description,
    "short description": _short_description,
    "name": _name,
}
