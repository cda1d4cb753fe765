"""Whether private chats with the bot have topics: its owner switches that in BotFather at any time."""

from __future__ import annotations

import asyncio
from typing import NoReturn

from bot.log import logger
from bot.telegram.botapi import BotApi, BotApiError

log = logger(__name__)


class TopicMode:
    """`on` as Telegram last told (Bot API 9.3, User.has_topics_enabled), asked every `watch` seconds."""

    def __init__(self, api: BotApi, watch: float) -> None:
        self._api = api
        self._watch = watch
        self.on = False

    async def look(self) -> None:
        """Ask once; without an answer it stays as it was."""
        try:
            on = (await self._api.get_me()).has_topics_enabled
        except BotApiError as error:
            log.info("Telegram did not say whether topics are on", reason=str(error))
            return
        if on != self.on:
            log.info("topics in private chats", on=on)
        self.on = on

    async def run(self) -> NoReturn:
        """Ask for ever."""
        while True:
            await self.look()
            await asyncio.sleep(self._watch)
