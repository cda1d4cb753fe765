"""Whether Redis keeps what it is given: every server that REDIS_URL leads to, or the embedded one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.exceptions import ResponseError

from bot.check.finding import Finding
from bot.check.sentinel import sentinel
from bot.check.server import Server, ask, clocks, hands_over, keeps, shares, stops
from bot.settings import Settings
from bot.store.connection import Replicated, connected, server_url
from bot.store.embedded import find_server
from bot.store.errors import StoreError, unavailable
from bot.store.scripts import Store

TIMEOUT = 30.0

_Away = Callable[[StoreError], Finding]


async def redis(settings: Settings) -> list[Finding]:
    """What of REDIS_URL, or of the embedded server."""
    if settings.redis_url is None:
        return [await _embedded(settings)]
    url = settings.redis_url.get_secret_value()
    try:
        async with asyncio.timeout(TIMEOUT), connected(url) as store:
            return await _deployment(store, url)
    except (StoreError, TimeoutError) as error:
        mend = "check REDIS_URL and that the server runs"
        return [
            Finding("Redis", "FAIL", f"can't be used: {str(error) or 'it does not answer in time'}", mend)
        ]
    except ResponseError as error:
        return [_forbidden(error)]


async def _deployment(store: Store, url: str) -> list[Finding]:
    if isinstance(store, RedisCluster):
        return await _cluster(store, url)
    wanted = store.replicas if isinstance(store, Replicated) else 0
    pool = store.connection_pool
    watched = isinstance(pool, SentinelConnectionPool)

    def each(server: Server) -> Iterator[Finding]:
        return chain(keeps(server), stops(server) if wanted else ())

    master = await ask(store, "the master")
    found = [*each(master), *(hands_over(master, wanted) if wanted else ())]
    replicas = master.replicas if wanted or watched else []
    looks = await asyncio.gather(*(_look(url, replica, each, _replica_away) for replica in replicas))
    report = _report([_Look(master.name, found, master), *looks])
    if isinstance(pool, SentinelConnectionPool):
        report += await sentinel(pool, master, wanted)
    return report


async def _cluster(store: RedisCluster, url: str) -> list[Finding]:
    with unavailable():
        await store.initialize()

    def master(server: Server) -> Iterator[Finding]:
        return chain(keeps(server), shares(server))

    masters = [_look(url, _address(node), master, _master_away) for node in store.get_primaries()]
    replicas = [_look(url, _address(node), keeps, _replica_away) for node in store.get_replicas()]
    return _report(await asyncio.gather(*masters, *replicas))


@dataclass(frozen=True)
class _Look:
    """What was found at one server, and what it said of itself where it could be asked."""

    name: str
    found: list[Finding]
    server: Server | None = None


async def _look(
    url: str, address: tuple[str, int], judge: Callable[[Server], Iterator[Finding]], away: _Away
) -> _Look:
    host, port = address
    name = f"{host}:{port}"
    try:
        async with connected(server_url(url, host, port)) as client:
            server = await ask(client, name)
    except StoreError as error:
        return _Look(name, [away(error)])
    except ResponseError as error:
        return _Look(name, [_forbidden(error)])
    return _Look(name, list(judge(server)), server)


def _report(looks: Sequence[_Look]) -> list[Finding]:
    """All that was found, what is the same at several servers only once; and that nothing is wrong, if so."""
    where: dict[Finding, list[str]] = {}
    for look in looks:
        for finding in look.found:
            where.setdefault(finding, []).append(look.name)
    servers = [look.server for look in looks if look.server is not None]
    found = [
        replace(finding, text=f"at {', '.join(names)}: {finding.text}") if len(looks) > 1 else finding
        for finding, names in where.items()
    ]
    if servers and all(finding.verdict != "FAIL" for finding in found):
        products = ", ".join(sorted({server.product for server in servers}))
        many = f"{len(servers)} servers of {products}" if len(servers) > 1 else products
        found.insert(0, Finding("Redis", "ok", f"{many}, with an append-only file and `noeviction`"))
    return [*found, *clocks(servers)]


def _address(node: ClusterNode) -> tuple[str, int]:
    return str(node.host), int(node.port)


def _forbidden(error: ResponseError) -> Finding:
    mend = "allow INFO, TIME and CONFIG GET to the user of REDIS_URL, or ask whoever runs it"
    return Finding("Redis", "?", f"doesn't say what it keeps: {error}", mend)


def _master_away(error: StoreError) -> Finding:
    mend = "check that it runs and can be reached from here"
    return Finding("Redis", "FAIL", f"can't be used: {error}", mend)


def _replica_away(error: StoreError) -> Finding:
    return Finding("Redis", "?", f"a replica that can't be asked from here what it keeps: {error}")


async def _embedded(settings: Settings) -> Finding:
    try:
        binary = await find_server(settings.data_dir)
    except StoreError as error:
        return Finding("Redis", "FAIL", str(error), "install what it says, or set REDIS_URL")
    place = settings.data_dir.absolute()
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK | os.X_OK):
        return Finding(
            "Redis", "FAIL", f"{place} is not writable", "set DATA_DIR to a directory of this user"
        )
    return Finding("Redis", "ok", f"embedded ({binary}), in {settings.data_dir.absolute()}")
