"""`GET /healthz`, `/readyz` and `/metrics`: of the web side, and of a worker that has a METRICS_PORT."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec.structs import asdict
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from bot import metrics
from bot.log import logger
from bot.store.errors import StoreUnavailable
from bot.store.mailbox import Backlog
from bot.web.readiness import Readiness, judged

Part = Literal["web", "worker"]

log = logger(__name__)

_STORE_TIMEOUT: Final = 2.0
_UNKNOWN: Final = math.nan
FRESH: Final = {"Cache-Control": "no-store"}


def watch(
    app: web.Application, parts: Mapping[Part, Readiness], backlog: Callable[[], Awaitable[Backlog]]
) -> web.Application:
    """Add the three to `app`; `/readyz` tells of the first of the parts that this process has.

    `backlog` and all parts are asked at each look at the figures. From then on `app` also says in the log
    what it could not answer: `bot.log` lets no words of aiohttp's own through, which quote what was asked.
    """
    first = next(iter(parts.values()))

    async def ready(request: web.Request) -> web.Response:
        now = await first.now()
        return web.json_response(asdict(now), status=200 if now.ready else 503, headers=FRESH)

    async def figures(request: web.Request) -> web.Response:
        await asyncio.gather(_measure(backlog), _look(parts))
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(REGISTRY), headers={"Content-Type": content_type, **FRESH})

    app.middlewares.append(_confess)
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", figures)
    return app


@web.middleware
async def _confess(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (web.HTTPException, ConnectionError):
        raise
    except Exception as error:
        log.exception("a request could not be answered")
        raise web.HTTPInternalServerError from error


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


async def _look(parts: Mapping[Part, Readiness]) -> None:
    """Set how it stands with each part; all of them have the same Redis, which one of them asks."""
    first, *_ = parts.values()
    writes, updates = await asyncio.gather(
        first.writes(), asyncio.gather(*(each.updates() for each in parts.values()))
    )
    for part, says in zip(parts, updates, strict=True):
        metrics.READY.labels(part).set(judged(writes, says).ready)
    metrics.REDIS_WRITABLE.set(bool(writes) and all(writes))
