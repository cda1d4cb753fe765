"""The sides of `tests.bench.polls`, each run as a program of its own.

Arguments: side, address of the stand-in hh.ru, Redis's address, accounts, seconds. It warms up, looks as
often as it can, and prints how many looks there were in how many seconds, and what processor time they took.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import cycle

import aiohttp
import httpx
import msgspec
from prometheus_client import REGISTRY
from pydantic import SecretStr

from bot import app
from bot.collector import spare_the_collector
from bot.settings import Settings
from bot.transport import TIMEOUT, open_client, open_transport
from bot.worker.worker import AT_ONCE
from tests.bench.accounts import token

AGENT = "Bench/1.0 (bench@bench.invalid)"
KEY = "QmVuY2htYXJrQmVuY2htYXJrQmVuY2htYXJrQmVuY2g="
QUERY: dict[str, str | int] = {
    "host": "hh.ru",
    "order_by": "updated_at",
    "order": "desc",
    "page": 0,
    "per_page": 20,
}
"""What the bridge asks for when it looks."""

_WARM_UP = 1.5


class Looks(msgspec.Struct, frozen=True):
    """How many looks, in how many seconds, with how many seconds of processor time."""

    looks: int
    seconds: float
    cpu: float


def settings(hh: str, redis: str) -> Settings:
    """A bridge whose accounts are always due, and whose ceiling is out of reach."""
    return Settings(
        telegram_token=SecretStr("1:bench"),
        telegram_api_url=hh,
        hh_client_id="bench",
        hh_client_secret=SecretStr("bench"),
        hh_user_agent=AGENT,
        hh_api_url=hh,
        hh_site_url=hh,
        hh_token_url=f"{hh}/token",
        hh_requests_per_second=1e6,
        redis_url=SecretStr(redis),
        token_keys=(SecretStr(KEY),),
        poll_min_interval=1.0,
        poll_max_interval=1.0,
        log_level="WARNING",
    )


async def measured(looks: Callable[[], float], seconds: float) -> Looks:
    """How far `looks` counts, after a while of warming up."""
    await asyncio.sleep(_WARM_UP)
    before, started, cpu = looks(), time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    return Looks(int(looks() - before), time.perf_counter() - started, time.process_time() - cpu)


async def bridge(hh: str, redis: str, accounts: int, seconds: float) -> Looks:
    """A worker as `hh-bridge worker` runs it."""

    def unchanged() -> float:
        return REGISTRY.get_sample_value("hh_bridge_polls_total", {"outcome": "unchanged"}) or 0

    work = asyncio.create_task(app.run(settings(hh, redis), web=False))
    try:
        return await measured(unchanged, seconds)
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


@asynccontextmanager
async def again_and_again(look: Callable[[str], Awaitable[None]], accounts: int) -> AsyncIterator[list[int]]:
    """As many looks at once as a worker takes, one account after the other; yields their count."""
    count = [0]
    tokens = cycle([token(user) for user in range(1, accounts + 1)])

    async def one_after_the_other() -> None:
        while True:
            await look(next(tokens))
            count[0] += 1

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one_after_the_other()) for _ in range(AT_ONCE)]
        try:
            yield count
        finally:
            for task in tasks:
                task.cancel()


async def with_client(http: httpx.AsyncClient, hh: str, accounts: int, seconds: float) -> Looks:
    """The same requests with a client of httpx's kind, and nothing else."""

    async def look(access: str) -> None:
        answer = await http.get(f"{hh}/negotiations", params=QUERY, headers=_headers(access))
        await answer.aread()

    async with http, again_and_again(look, accounts) as count:
        return await measured(lambda: count[0], seconds)


async def client(hh: str, redis: str, accounts: int, seconds: float) -> Looks:
    """The same requests with the bridge's own client."""
    return await with_client(open_client(), hh, accounts, seconds)


async def plain(hh: str, redis: str, accounts: int, seconds: float) -> Looks:
    """The same requests with httpx.AsyncClient as it is, over the bridge's connections."""
    http = httpx.AsyncClient(transport=open_transport(), timeout=TIMEOUT, trust_env=False)
    return await with_client(http, hh, accounts, seconds)


async def bare_aiohttp(hh: str, redis: str, accounts: int, seconds: float) -> Looks:
    """The same requests with aiohttp, and nothing else."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:

        async def look(access: str) -> None:
            async with http.get(f"{hh}/negotiations", params=QUERY, headers=_headers(access)) as answer:
                await answer.read()

        async with again_and_again(look, accounts) as count:
            return await measured(lambda: count[0], seconds)


def _headers(access: str) -> dict[str, str]:
    return {"User-Agent": AGENT, "HH-User-Agent": AGENT, "Authorization": f"Bearer {access}"}


SIDES = {"bridge": bridge, "client": client, "plain": plain, "aiohttp": bare_aiohttp}


if __name__ == "__main__":
    side, *addresses, accounts, seconds = sys.argv[1:]
    hh, redis = addresses
    spare_the_collector()  # for all sides alike
    print(msgspec.json.encode(asyncio.run(SIDES[side](hh, redis, int(accounts), float(seconds)))).decode())
