"""What must not be cut off in the middle, because it could not be done once more."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


async def outlast(work: Coroutine[object, object, T], seconds: float) -> T:
    """Do `work`; where the caller is cancelled meanwhile, it still has so many seconds to come to its end."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=seconds)
        raise
    finally:
        task.cancel()
