"""Work that runs beside a test, and waiting for what it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress

from bot.sandbox.telegram.changes import PATIENCE

__all__ = ["PATIENCE", "eventually", "running"]


@asynccontextmanager
async def running(work: Coroutine[object, object, object]) -> AsyncIterator[None]:
    """`work` runs while the block does, and is then cancelled."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def eventually(holds: Callable[[], bool | Awaitable[bool]], seconds: float = PATIENCE) -> None:
    """Wait until it holds; raises TimeoutError where it never does."""
    async with asyncio.timeout(seconds):
        while not await _asked(holds):
            await asyncio.sleep(0.01)


async def _asked(holds: Callable[[], bool | Awaitable[bool]]) -> bool:
    answer = holds()
    return answer if isinstance(answer, bool) else await answer
