"""`GET /healthz` and `GET /metrics`: of the web side, and of a worker that has a METRICS_PORT."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from bot import metrics
from bot.store.errors import StoreUnavailable
from bot.store.mailbox import Backlog

_STORE_TIMEOUT: Final = 2.0
_UNKNOWN: Final = math.nan
FRESH: Final = {"Cache-Control": "no-store"}


def watch(app: web.Application, backlog: Callable[[], Awaitable[Backlog]]) -> web.Application:
    """Add the two to `app`; `backlog` is asked at each look at the figures."""

    async def figures(request: web.Request) -> web.Response:
        await _measure(backlog)
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(REGISTRY), headers={"Content-Type": content_type, **FRESH})

    app.router.add_get("/healthz", _alive)
    app.router.add_get("/metrics", figures)
    return app


async def _alive(request: web.Request) -> web.Response:
    return web.Response(text="alive\n", headers=FRESH)


async def _measure(backlog: Callable[[], Awaitable[Backlog]]) -> None:
    """Set what is looked up at each look; a figure that can't be had is NaN, not an old one."""
    try:
        async with asyncio.timeout(_STORE_TIMEOUT):
            found = await backlog()
        figures = float(found.mailboxes), float(found.due), found.oldest
    except (StoreUnavailable, TimeoutError):
        figures = _UNKNOWN, _UNKNOWN, _UNKNOWN
    for gauge, figure in zip(
        (metrics.MAILBOXES, metrics.MAILBOXES_DUE, metrics.OLDEST_DUE), figures, strict=True
    ):
        gauge.set(figure)
