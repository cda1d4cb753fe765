"""Who waits for something to happen in the local Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 40.0
"""Seconds until what somebody waits for counts as never coming; a crowded machine is slow."""


class Changes:
    """Tells every waiter and subscriber that something changed, and in which chat (0: in none)."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Event] = set()
        self._subscribers: set[asyncio.Queue[int]] = set()

    def notify(self, chat_id: int = 0) -> None:
        """Something changed in `chat_id`."""
        for waiter in self._waiters:
            waiter.set()
        for queue in self._subscribers:
            queue.put_nowait(chat_id)

    async def until(self, find: Callable[[], T | None], within: float, what: Callable[[], str]) -> T:
        """Wait until `find` returns something and return it.

        Raises:
            AssertionError: nothing was found `within` that many seconds; the text is `what()`.
        """
        with self._waiter() as changed:
            try:
                async with asyncio.timeout(within):
                    while (found := find()) is None:
                        await changed.wait()
                        changed.clear()
                    return found
            except TimeoutError:
                raise AssertionError(what()) from None

    @contextmanager
    def _waiter(self) -> Iterator[asyncio.Event]:
        changed = asyncio.Event()
        self._waiters.add(changed)
        try:
            yield changed
        finally:
            self._waiters.discard(changed)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Queue[int]]:
        """A queue of the chats that change from now on."""
        queue: asyncio.Queue[int] = asyncio.Queue()
        self._subscribers.add(queue)
        try:
            yield queue
        finally:
            self._subscribers.discard(queue)
