"""Waiting for an outside world to come back: longer after each failure in a row, and logged once."""

from __future__ import annotations

import asyncio
import random

from bot.log import logger
from bot.telegram.botapi import BotApiThrottled

log = logger(__name__)


class Patience:
    """For one thing that is tried again and again. Times in seconds.

    `trouble` is what went wrong at the last try, None where it went well.
    """

    def __init__(self, what: str, *, first: float = 0.5, longest: float = 15.0) -> None:
        self._what = what
        self._first = first
        self._longest = longest
        self._delay = first
        self.trouble: Exception | None = None

    def succeeded(self) -> None:
        """It works (again)."""
        if self.trouble is not None:
            log.info("it works again", what=self._what)
        self.trouble = None
        self._delay = self._first

    async def failed(self, error: Exception) -> None:
        """Note what went wrong, and wait before the next try; as long as Telegram says where it does."""
        if repr(error) != repr(self.trouble):
            log.warning("it fails, and is tried until it works", what=self._what, reason=str(error))
        self.trouble = error
        if isinstance(error, BotApiThrottled):
            await asyncio.sleep(error.retry_after)
            return
        await asyncio.sleep(self._delay * random.uniform(0.75, 1.25))  # noqa: S311, no secret
        self._delay = min(2 * self._delay, self._longest)
