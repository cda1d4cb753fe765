"""Rates shared by all processes, in Redis."""

from __future__ import annotations

from collections.abc import Callable

from bot.store.errors import unavailable
from bot.store.scripts import Script, Store, Word

_pace = Script("pace")


class Limiter:
    """At most `rate` permits a second with a `burst`, under one key, for all processes together."""

    def __init__(
        self, store: Store, key: str, *, rate: float, burst: int, clock: Callable[[], float] | None = None
    ) -> None:
        self._store = store
        self._key = key
        self._step = 1 / rate
        self._burst = burst
        self._clock = clock

    async def reserve(self, longest: float) -> float:
        """Seconds to wait for the permit now reserved; over `longest` nothing is reserved."""
        return await self._run(longest, 0)

    async def block(self, seconds: float) -> None:
        """Let nobody through for `seconds` (the other side said so)."""
        await self._run(0, seconds)

    async def _run(self, longest: float, block: float) -> float:
        now = "" if self._clock is None else f"{self._clock():.6f}"
        words: list[Word] = [f"{self._step:.6f}", self._burst, longest, now, block]
        with unavailable():
            reply = await _pace(self._store, [self._key], words)
        return float(reply) if isinstance(reply, bytes | str) else 0.0
