"""Whose turn it is to ask hh.ru: every request waits for it, and tells when hh.ru wants a pause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from bot.hh.errors import Throttled

T = TypeVar("T")


class Pace(Protocol):
    """The ceiling of requests that all processes share."""

    async def __call__(self) -> None:
        """Wait for one's turn; raises `Crowded` where that would take too long."""

    async def throttled(self, seconds: float | None) -> None:
        """hh.ru asked for a pause; None: it didn't say how long."""


class Unpaced:
    """The pace of who asks once in a while."""

    async def __call__(self) -> None:
        """It is always one's turn."""

    async def throttled(self, seconds: float | None) -> None:
        """Nobody asks so soon again."""


async def paced(pace: Pace, request: Callable[[], Awaitable[T]]) -> T:
    """Make one request in its turn; raises what it raises, and `Crowded`."""
    await pace()
    try:
        return await request()
    except Throttled as pause:
        await pace.throttled(pause.retry_after)
        raise
