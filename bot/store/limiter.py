"""Rates shared by all processes, in Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec
from redis.asyncio.cluster import RedisCluster

from bot.clock import steady
from bot.log import logger
from bot.store import keys
from bot.store.errors import StoreUnavailable, unavailable
from bot.store.packets import Word
from bot.store.scripts import Runner, Script, Store
from bot.together import Together

log = logger(__name__)

SPARES = 3

_PATIENCE = 2.0
"""Seconds until a server of a cluster counts as away."""
_AWAY_SECONDS = 10.0

_pace = Script("pace")


def limiter_of(store: Store, world: str, *, rate: float, burst: int) -> Limiter:
    """The limiter of all requests to an outside world.

    One key can only live on one server of a cluster, and all users would wait for that one.
    """
    spares = [keys.pace(world, spare) for spare in range(1, SPARES + 1)]
    return Limiter(
        store,
        keys.pace(world),
        rate=rate,
        burst=burst,
        spares=spares if isinstance(store, RedisCluster) else (),
    )


class Limiter:
    """At most `rate` permits a second with a `burst`, under one key, for all processes together.

    While that key's server is away, the first of the `spares` counts whose server is not: who notices it
    later counts by the old one for some moments.
    """

    def __init__(
        self,
        store: Store,
        key: str,
        *,
        rate: float,
        burst: int,
        spares: Sequence[str] = (),
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._run = Runner(store)
        self._key = key
        self._spares = spares
        self._away: dict[str, float] = {}
        self._step = 1 / rate
        self._burst = burst
        self._clock = clock
        self._permits = Together(self._reserve)

    async def reserve(self, longest: float) -> float:
        """Seconds to wait for the permit now reserved; over `longest` nothing is reserved.

        Of those who ask at the same time, whoever would wait longest goes first.
        """
        return await self._permits(longest)

    async def block(self, seconds: float) -> None:
        """Let nobody through for `seconds` (the other side said so)."""
        await self._pace(seconds, [])

    async def _reserve(self, longest: Sequence[float]) -> Sequence[float]:
        turns = sorted(range(len(longest)), key=lambda at: -longest[at])
        waits = await self._pace(0, [longest[at] for at in turns])
        return [wait for _, wait in sorted(zip(turns, waits, strict=True))]

    async def _pace(self, block: float, longest: Sequence[float]) -> list[float]:
        now = "" if self._clock is None else f"{self._clock():.6f}"
        words: list[Word] = [f"{self._step:.6f}", self._burst, now, block, *longest]
        if not self._spares:
            return await self._ask(self._key, words)
        for key in (self._key, *self._spares):
            if self._away.get(key, 0.0) > steady():
                continue
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._ask(key, words)
            except (StoreUnavailable, TimeoutError) as error:
                log.warning("a rate is counted elsewhere", error=type(error).__name__)
                self._away[key] = steady() + _AWAY_SECONDS
        raise StoreUnavailable("no server of the cluster counts the rate")

    async def _ask(self, key: str, words: Sequence[Word]) -> list[float]:
        with unavailable():
            reply = await self._run(_pace, [key], words)
        return [float(wait) for wait in msgspec.convert(reply, list[bytes])]
