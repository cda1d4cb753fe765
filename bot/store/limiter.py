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
    return Limiter(store, keys.pace(world), rate=rate, burst=burst, spares=_spares(store, world))


def line_of(store: Store, world: str, ceiling: Limiter, *, rate: float, burst: int) -> Line:
    """The line of those who look at an outside world, under the ceiling of all requests to it."""
    own = Limiter(store, keys.line(world), rate=rate, burst=burst, spares=_spares(store, world, keys.line))
    return Line(own, ceiling)


def _spares(store: Store, world: str, named: Callable[[str, int], str] = keys.pace) -> list[str]:
    if not isinstance(store, RedisCluster):
        return []
    return [named(world, spare) for spare in range(1, SPARES + 1)]


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
        self.store = store
        self.places = (key, *spares)
        self.words: tuple[Word, Word] = (f"{1 / rate:.6f}", burst)
        self.clock = clock
        self._paces = _Paces([self])

    async def reserve(self, longest: float) -> float:
        """Seconds to wait for the permit now reserved; over `longest` nothing is reserved."""
        (wait,) = await self._paces(0, [longest])
        return float(wait)

    async def block(self, seconds: float) -> None:
        """Let nobody through for `seconds` (the other side said so)."""
        await self._paces(seconds, [])


class Line:
    """A limiter `own` within a `ceiling`: a permit of both is one question to Redis.

    Looks begin many at a time, so all who ask in one turn of the event loop ask together. The keys of both
    limiters share a slot, place by place.
    """

    def __init__(self, own: Limiter, ceiling: Limiter) -> None:
        self._paces = _Paces([own, ceiling])
        self._permits = Together(self._reserve)

    async def reserve(self, longest: float, above: float) -> tuple[float, float | None]:
        """Seconds to wait in the line, and under the ceiling, for what is now reserved.

        Over `longest` nothing is, and over `above` nothing under the ceiling; that is not asked for, and its
        wait None, where the line's alone is over `above`.
        """
        return await self._permits((longest, above))

    async def _reserve(self, longest: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float | None]]:
        waits = await self._paces(0, [seconds for pair in longest for seconds in pair])
        pairs = zip(waits[::2], waits[1::2], strict=True)
        return [(float(wait), float(above) if above else None) for wait, above in pairs]


class _Paces:
    """Permits that stand under several limiters, counted where a server is there."""

    def __init__(self, limiters: Sequence[Limiter]) -> None:
        first = limiters[0]
        self._run = Runner(first.store)
        self._places = list(zip(*(each.places for each in limiters), strict=True))
        self._rates = [word for each in limiters for word in each.words]
        self._clock = first.clock
        self._away: dict[int, float] = {}

    async def __call__(self, block: float, longest: Sequence[float]) -> list[bytes]:
        """The script's answer; raises `StoreUnavailable`."""
        now = "" if self._clock is None else f"{self._clock():.6f}"
        words: list[Word] = [now, block, *self._rates, *longest]
        if len(self._places) == 1:
            return await self._ask(self._places[0], words)
        for number, place in enumerate(self._places):
            if self._away.get(number, 0.0) > steady():
                continue
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._ask(place, words)
            except (StoreUnavailable, TimeoutError) as error:
                log.warning("a rate is counted elsewhere", error=type(error).__name__)
                self._away[number] = steady() + _AWAY_SECONDS
        raise StoreUnavailable("no server of the cluster counts the rate")

    async def _ask(self, place: Sequence[str], words: Sequence[Word]) -> list[bytes]:
        with unavailable():
            reply = await self._run(_pace, place, words)
        return msgspec.convert(reply, list[bytes])
