"""Whether this process can take updates now: what `/readyz` tells."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from bot.store import keys
from bot.store.errors import StoreUnavailable, unavailable
from bot.store.scripts import Store

OK: Final = "ok"
_PROBE_MILLISECONDS: Final = 60_000


class Source(Protocol):
    """Where updates come from: `bot.telegram.poller.Poller` or `bot.telegram.webhook.Webhook`."""

    async def trouble(self) -> str | None:
        """Why no updates can come in, None where they can; raises StoreUnavailable."""


class Readiness:
    """Asks Redis and the source of updates, each time anew, for at most `timeout` seconds."""

    def __init__(self, store: Store, source: Source, *, timeout: float = 2.0) -> None:
        self._store = store
        self._source = source
        self._timeout = timeout

    async def parts(self) -> dict[str, str]:
        """What each part says; "ok" where it works."""
        try:
            async with asyncio.timeout(self._timeout):
                # A write: PING is answered also by a Redis that is full or a replica.
                with unavailable():
                    await self._store.set(keys.probe(), "1", px=_PROBE_MILLISECONDS)
                return {"redis": OK, "updates": await self._source.trouble() or OK}
        except (StoreUnavailable, TimeoutError):
            return {"redis": "away, or takes no writes", "updates": "can't be stored"}
