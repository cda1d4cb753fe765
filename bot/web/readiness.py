"""Whether this process can take updates, or work them off, now: what `/readyz` tells."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

from bot.store import keys
from bot.store.connection import one_shard_of_each_server
from bot.store.errors import StoreUnavailable, unavailable
from bot.store.scripts import Store, writing

OK: Final = "ok"
AWAY: Final = "away, or takes no writes"
UNSTORED: Final = "can't be stored"
_PROBE_MILLISECONDS: Final = 60_000


class Source(Protocol):
    """Where updates come from: `bot.telegram.poller.Poller` or `bot.telegram.webhook.Webhook`.

    For a worker `Start`.
    """

    async def trouble(self) -> str | None:
        """Why no updates can come in or be worked off, None where they can; raises StoreUnavailable."""


class Start:
    """The start of a worker, which works nothing off before it is over.

    What Telegram says to `identity` (`bot.telegram.webhook.Identity`) tells why it takes so long.
    """

    def __init__(self, identity: Source) -> None:
        self._identity = identity
        self.over = False

    async def trouble(self) -> str | None:
        """Why nothing is worked off yet."""
        if self.over:
            return None
        return await self._identity.trouble() or "the work has not begun yet"


class Ready(Struct, frozen=True):
    """What each part says, "ok" where it works; `ready` while updates of at least some can be stored."""

    ready: bool
    redis: str
    updates: str


class Readiness:
    """Asks Redis and the source of updates, each time anew, for at most `timeout` seconds."""

    def __init__(self, store: Store, source: Source, *, timeout: float = 2.0) -> None:
        self._store = store
        self._write = writing(store)
        self._source = source
        self._timeout = timeout

    async def now(self) -> Ready:
        """How it is now."""
        writes, updates = await asyncio.gather(self.writes(), self.updates())
        return judged(writes, updates)

    async def writes(self) -> list[bool]:
        """Which servers of Redis take writes; none at all where nobody can tell."""
        try:
            async with asyncio.timeout(self._timeout):
                servers = await one_shard_of_each_server(self._store)
        except (StoreUnavailable, TimeoutError):
            return []
        return await asyncio.gather(*map(self._writes, servers))

    async def updates(self) -> str:
        """Why no updates can come in or be worked off, "ok" where they can."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._source.trouble() or OK
        except (StoreUnavailable, TimeoutError):
            return UNSTORED

    async def _writes(self, shard: int) -> bool:
        """True where the server of a shard takes writes: PING is answered also by one that is full.

        As for everything that is stored, the replicas that are waited for have to have it, too.
        """
        try:
            async with asyncio.timeout(self._timeout):
                with unavailable():
                    await self._write("SET", keys.probe(shard), "1", "PX", _PROBE_MILLISECONDS)
        except (StoreUnavailable, TimeoutError):
            return False
        return True


def judged(writes: Sequence[bool], updates: str) -> Ready:
    """What it comes to, where these servers take writes and the source of updates says so."""
    if not any(writes):
        return Ready(False, AWAY, UNSTORED)
    away = writes.count(False)
    # Of a cluster a part may be away: nobody is helped where all processes say that they are not ready.
    redis = f"{away} of {len(writes)} servers {AWAY}" if away else OK
    return Ready(updates == OK, redis, updates)
