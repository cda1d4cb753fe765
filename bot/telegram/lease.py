"""A lease in Redis: at most one process of all does something, here the polling of Telegram.

    LeaseLost    somebody else holds it now, or it ran out before it could be renewed

The holder renews it three times per term. It trusts its own clock only: counted from before the last
successful renewal was asked for, so it stops believing no later than Redis forgets. A process that was
frozen for longer finds its lease over before it does anything else.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bot.clock import steady
from bot.store.errors import StoreUnavailable, unavailable
from bot.store.scripts import Store

_RENEW: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""
_RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class LeaseLost(Exception):
    """This process is not the holder any more."""


class Lease:
    """This process's view of the lease `key`, which runs `seconds` unless it is renewed by `clock`."""

    def __init__(
        self, store: Store, key: str, *, seconds: float = 15.0, clock: Callable[[], float] = steady
    ) -> None:
        self._store = store
        self._key = key
        self.seconds = seconds
        self._clock = clock
        self._token = secrets.token_hex(16)
        self._good_until = 0.0

    @property
    def held(self) -> bool:
        """True while this process surely is the holder."""
        return self._clock() < self._good_until

    async def taken(self) -> bool:
        """True where some process is the holder; raises StoreUnavailable."""
        with unavailable():
            return bool(await self._store.exists(self._key))

    async def acquire(self) -> bool:
        """Become the holder, if nobody is; raises StoreUnavailable."""
        asked = self._clock()
        with unavailable():
            done = await self._store.set(self._key, self._token, nx=True, px=self._milliseconds)
        if done or await self._renewed():
            self._good_until = asked + self.seconds
        return self.held

    async def keep(self) -> None:
        """Renew the lease for as long as it can be; raises LeaseLost when it can't."""
        while True:
            await asyncio.sleep(self.seconds / 3)
            asked = self._clock()
            try:
                renewed = await self._renewed()
            except StoreUnavailable:
                renewed = self.held
            else:
                self._good_until = asked + self.seconds if renewed else 0.0
            if not renewed or not self.held:
                raise LeaseLost

    async def release(self) -> None:
        """Let another process take it at once; where Redis is away it runs out by itself."""
        self._good_until = 0.0
        with suppress(StoreUnavailable), unavailable():
            await self._store.eval(_RELEASE, 1, self._key, self._token)

    async def _renewed(self) -> bool:
        with unavailable():
            return bool(await self._store.eval(_RENEW, 1, self._key, self._token, self._milliseconds))

    @property
    def _milliseconds(self) -> int:
        return int(self.seconds * 1000)
