"""Telling Telegram where to deliver updates, and learning who the bot is."""

from __future__ import annotations

import asyncio
from typing import Final, NoReturn

from bot import metrics
from bot.log import logger
from bot.telegram.botapi import Bot, BotApi, BotApiError
from bot.telegram.patience import Patience
from bot.telegram.routing import ALLOWED_UPDATES

log = logger(__name__)

MAX_CONNECTIONS: Final = 100
"""Deliveries that Telegram may have under way at once (Bot API, setWebhook: 1 to 100); of one chat's
messages it is one at a time all the same (see `bot.telegram.order`)."""


class Identity:
    """Who the bot is: None until Telegram has said it."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._patience = Patience("asking Telegram who the bot is")
        self.bot: Bot | None = None

    def username(self) -> str | None:
        """The bot's username, without @."""
        return self.bot.username if self.bot else None

    async def run(self) -> None:
        """Ask until Telegram answers."""
        while self.bot is None:
            try:
                self.bot = await self._api.get_me()
            except BotApiError as error:
                await self._patience.failed(error)
        self._patience.succeeded()

    async def trouble(self) -> str | None:
        """Why nobody can work for the bot yet, None where it is known."""
        if self.bot is not None:
            return None
        return str(self._patience.trouble or "Telegram has not said yet who the bot is")


class Webhook:
    """Has Telegram deliver to `url`, and looks every `watch` seconds whether it still does.

    It stays set when the bridge stops: Telegram then keeps updates for a day.
    """

    def __init__(self, api: BotApi, url: str, secret: str, *, watch: float = 300.0) -> None:
        self._api = api
        self._url = url
        self._secret = secret
        self._watch = watch
        self._set = False
        self._complaint = ""
        self._patience = Patience("setting Telegram's webhook")

    async def run(self) -> NoReturn:
        """Set the webhook, again where somebody else changed it, until cancelled."""
        while True:
            try:
                if not self._set or not await self._still_set():
                    await self._api.set_webhook(self._url, self._secret, ALLOWED_UPDATES, MAX_CONNECTIONS)
                    self._set = True
            except BotApiError as error:
                await self._patience.failed(error)
            else:
                self._patience.succeeded()
                await asyncio.sleep(self._watch)

    async def trouble(self) -> str | None:
        """Why no updates can come in, None where they can."""
        if self._set:
            return None
        return str(self._patience.trouble or "the webhook is not set yet")

    async def _still_set(self) -> bool:
        info = await self._api.get_webhook_info()
        metrics.WEBHOOK_ERROR.set(info.last_error_date)
        if info.last_error_message != self._complaint:
            self._complaint = info.last_error_message
            if self._complaint:
                log.warning("Telegram could not deliver updates", reason=self._complaint)
        return info.url == self._url
