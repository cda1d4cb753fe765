"""The outbox of a held mailbox: what waits for Telegram, as far as it is in memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator

from msgspec.msgpack import Decoder

from bot.chat.outgoing import Outgoing
from bot.store.limiter import Limiter
from bot.worker.change import Change

BATCH = 50
"""How many entries, and how many updates, are in memory at once."""

LONGEST_WAIT = 3600.0
"""Seconds to wait for a permit to send, at most."""

_outgoing: Decoder[Outgoing] = Decoder(Outgoing)


def decoded(entries: Iterable[bytes]) -> Iterator[Outgoing]:
    """Entries as they are stored."""
    return map(_outgoing.decode, entries)


class Outbox:
    """Entries in their order, oldest first; not `whole` where there are more of them in Redis."""

    def __init__(self, entries: list[bytes], telegram: Limiter) -> None:
        self._entries: deque[Outgoing] = deque()
        self._telegram = telegram
        self._ahead: asyncio.Task[float] | None = None
        self.whole = True
        self.take(entries)

    def __bool__(self) -> bool:
        return bool(self._entries)

    def __iter__(self) -> Iterator[Outgoing]:
        return iter(self._entries)

    @property
    def first(self) -> Outgoing | None:
        """The entry that is sent next, None where none is in memory."""
        return self._entries[0] if self._entries else None

    @property
    def waiting(self) -> bool:
        """True where something is to be sent, in memory or not."""
        return bool(self._entries) or not self.whole

    def take(self, entries: list[bytes]) -> None:
        """The next entries of Redis, a `BATCH` at most."""
        self._entries.extend(decoded(entries))
        self.whole = len(entries) < BATCH

    def empty(self, instead: Iterable[Outgoing] = ()) -> None:
        """Nothing waits any more but what is there `instead`."""
        self._entries, self.whole = deque(instead), True

    def apply(self, change: Change) -> None:
        """A change was written."""
        if change.delivered is not None and change.retried is not None:
            self._entries[0] = change.retried
        elif change.delivered is not None:
            self._entries.popleft()
        if self.whole:
            self._entries.extend(change.said)

    def expect(self) -> None:
        """Something is being written down that will be sent at once: ask for its permit meanwhile.

        Both questions are on their way to Redis at once, so there is one answer less to wait for.
        """
        if self._ahead is None:
            self._ahead = asyncio.create_task(self._telegram.reserve(LONGEST_WAIT))

    async def turn(self) -> float:
        """Seconds to wait for the permit to send; raises `StoreUnavailable`."""
        ahead, self._ahead = self._ahead, None
        return await (ahead or self._telegram.reserve(LONGEST_WAIT))

    def close(self) -> None:
        """Nothing is sent any more: a permit that nobody waits for may fail in silence."""
        if self._ahead is not None:
            self._ahead.cancel()
