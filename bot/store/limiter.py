"""Rates shared by all processes, in Redis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from bot.store.errors import unavailable
from bot.store.scripts import Runner, Script, Store, Word
from bot.together import Together

_pace = Script("pace")


class Limiter:
    """At most `rate` permits a second with a `burst`, under one key, for all processes together."""

    def __init__(
        self, store: Store, key: str, *, rate: float, burst: int, clock: Callable[[], float] | None = None
    ) -> None:
        self._run = Runner(store)
        self._key = key
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
        with unavailable():
            reply = await self._run(_pace, [self._key], words)
        return [float(wait) for wait in msgspec.convert(reply, list[bytes])]
