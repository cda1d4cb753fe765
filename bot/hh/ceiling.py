"""The ceiling of requests to hh.ru that all processes share, as who asks waits under it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot import metrics
from bot.hh.errors import Crowded
from bot.store.errors import StoreUnavailable
from bot.store.limiter import Limiter

LONGEST_PAUSE = 600.0
"""Seconds without requests after a 429, at most."""


@dataclass
class Ceiling:
    """Waits for a turn under the ceiling of all processes, `longest` seconds at most.

    The next turn is there already where it is `taken`. `own` reserves in the part of it that one user may
    take; it gives the seconds to wait. After a 429 that does not say how long nobody asks hh.ru for `unnamed`
    seconds. `unless_away` where it is better to ask uncounted than not at all while Redis is away.
    """

    limiter: Limiter
    longest: float
    unnamed: float
    own: Callable[[], Awaitable[float]] | None = None
    unless_away: bool = False
    taken: bool = False

    async def __call__(self) -> None:
        """Wait for one's turn; raises `Crowded` where that would take longer than `longest`."""
        if self.taken:
            self.taken = False
            return
        if self.own is not None:
            await self._wait(await self.own())
        try:
            wait = await self.limiter.reserve(self.longest)
        except StoreUnavailable:
            if not self.unless_away:
                raise
        else:
            await self._wait(wait)

    async def _wait(self, seconds: float) -> None:
        if seconds > self.longest:
            raise Crowded(seconds)
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def throttled(self, seconds: float | None) -> None:
        """hh.ru asked for a pause: nobody asks it for so long."""
        metrics.THROTTLED.labels("hh").inc()
        try:
            await self.limiter.block(self.unnamed if seconds is None else min(seconds, LONGEST_PAUSE))
        except StoreUnavailable:
            if not self.unless_away:
                raise
