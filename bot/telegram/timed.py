"""A transport that times each request to the Bot API and counts those that are asked to pause."""

from __future__ import annotations

import time

import httpx

from bot import metrics, trail
from bot.log import logger

log = logger(__name__)

_TOO_MANY = 429


class Timed(httpx.AsyncBaseTransport):
    """Passes everything on to `inner`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, timed until its answer begins."""
        started, outcome = time.perf_counter(), "cancelled"
        # The rest of the address holds the token.
        method = request.url.path.rpartition("/")[2]
        with trail.part(method, server=request.url.host, method=request.method) as span:
            try:
                response = await self._inner.handle_async_request(request)
                outcome = str(response.status_code)
                span.note(status=response.status_code)
                if response.status_code == _TOO_MANY:
                    metrics.THROTTLED.labels("telegram").inc()
                return response
            except httpx.TransportError as error:
                outcome = type(error).__name__
                raise
            finally:
                took = time.perf_counter() - started
                metrics.REQUESTS.labels("telegram", outcome).observe(took)
                log.debug("Telegram was asked", request=method, outcome=outcome, seconds=round(took, 3))

    async def aclose(self) -> None:
        """Close what is inside."""
        await self._inner.aclose()
