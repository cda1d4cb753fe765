"""One exchange with hh.ru: a request goes out, an `Answer` comes back or the reason why not.

Only what the network does is judged here; what hh.ru says is judged in `bot.hh.refusals`.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpx

from bot import metrics, trail
from bot.hh.errors import HhError, OutcomeUnknown, Unavailable, Withheld
from bot.log import logger
from bot.transport import Fenced

log = logger(__name__)

LONGEST_ANSWER = 5 * 1024 * 1024
_ID = re.compile(r"/[^/]*\d[^/]*")
DEADLINE_SECONDS = 60.0
"""For the whole exchange, waiting for a connection included: a trickling answer ends too."""


@dataclass(frozen=True)
class Answer:
    """What hh.ru answered; `body` is None where it exceeds `LONGEST_ANSWER`."""

    status: int
    headers: httpx.Headers
    body: bytes | None

    @property
    def moment(self) -> datetime | None:
        """hh.ru's clock when it answered (`Date`, RFC 9110 section 6.6.1), in UTC."""
        return http_moment(self.headers.get("Date", ""))


async def ask(
    http: httpx.AsyncClient, request: httpx.Request, *, write: bool, deadline: float = DEADLINE_SECONDS
) -> Answer:
    """Send `request` once and read the whole answer, whatever its status.

    Raises `Unavailable` where the request surely had no effect (or is not a `write`) and
    `OutcomeUnknown` where a write may have been carried out. `deadline` is in seconds.
    """
    started, asked, outcome = time.perf_counter(), _named(request), "cancelled"
    told: dict[str, str] = {}
    with trail.part(asked, server=request.url.host, method=request.method) as span:
        try:
            answer = await _exchange(http, request, write=write, deadline=deadline)
            outcome = str(answer.status)
            if request_id := answer.headers.get("X-Request-ID"):
                told["request_id"] = request_id
            span.note(status=answer.status, **told)
            return answer
        except HhError as error:
            outcome = type(error).__name__
            raise
        finally:
            took = time.perf_counter() - started
            metrics.REQUESTS.labels("hh", outcome).observe(took)
            log.debug("hh.ru was asked", request=asked, outcome=outcome, seconds=round(took, 3), **told)


async def _exchange(
    http: httpx.AsyncClient, request: httpx.Request, *, write: bool, deadline: float
) -> Answer:
    try:
        async with asyncio.timeout(deadline):
            response = await _send(http, request)
            try:
                return Answer(response.status_code, response.headers, await _read(response))
            finally:
                await response.aclose()
    except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL, TimeoutError) as error:
        # InvalidURL: httpx reads the address of a redirect although nobody follows it.
        # Its text quotes what could not be read, and the address.
        raise interrupted(type(error).__name__, write=write) from error


async def _send(http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    try:
        return await http.send(request, stream=True)
    except Fenced as error:
        raise Withheld(str(error)) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise Unavailable(f"no connection: {error}") from error


@lru_cache(maxsize=256)
def _shape(path: str) -> str:
    return _ID.sub("/…", path)


def _named(request: httpx.Request) -> str:
    """What is asked for, without the ids in the path: whoever reads the log learns of nobody."""
    return f"{request.method} {_shape(request.url.path)}"


def interrupted(reason: str, *, write: bool) -> HhError:
    """What an exchange without a proper end means: a write may have happened, a read may be repeated."""
    return OutcomeUnknown(reason) if write else Unavailable(reason)


@lru_cache(maxsize=64)
def http_moment(text: str) -> datetime | None:
    """A moment of an HTTP header in UTC; None where it isn't one."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _read(response: httpx.Response) -> bytes | None:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            return None
    return bytes(body)
