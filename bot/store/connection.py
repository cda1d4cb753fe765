"""A client for whatever `REDIS_URL` names.

| address | what it is |
|---|---|
| `redis://user:password@host:6379/0`, `rediss://` (TLS) | one server |
| `unix:///path/of/the/socket?db=0` | one server on this machine |
| `redis+cluster://user:password@host:6379,host:6379`, `rediss+cluster://` | a Redis Cluster |
| `redis+sentinel://user:password@host:26379,host:26379/service/0`, `rediss+sentinel://` | behind Sentinel |

With `?replicas=1` what a script has written counts only once one replica has it, too: a failover to that one
then loses nothing that was answered. Behind Sentinel that is so unless it says `?replicas=0`. A cluster can't
be asked for it.

User and password are those of Redis itself; Sentinel's own, where it has some, are the query parameters
`sentinel_username` and `sentinel_password`.

No command is repeated by the client. redis-py repeats by default what timed out, but the first attempt may
have been carried out, and the bridge must know that. So a failure comes up at once as `StoreUnavailable` (see
`bot.store.errors`), and the caller decides: pushes are deduplicated, commits carry the generation of their
claim, everything else is read again. A connection that broke while it lay idle is found out when it is taken
from the pool, and replaced.

A node of a cluster that is away, or does not answer, holds up nobody whose keys live on the others.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from redis._parsers import AsyncCommandsParser
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import (
    RedisClusterException,
    RedisError,
)
from redis.maint_notifications import MaintNotificationsConfig
from redis.typing import EncodableT

from bot.log import logger
from bot.store import keys
from bot.store.careful import careful, careful_kind
from bot.store.errors import unavailable

log = logger(__name__)

# Seconds. A blocking command must ask for less than LONGEST_BLOCK, or its silence looks like a dead server.
LONGEST_BLOCK = 5.0
ANSWER_TIMEOUT = 10.0
CONNECT_TIMEOUT = 5.0
# A connection idle for longer than this is tried with PING first: firewalls forget idle ones without a word.
IDLE_CHECK = 30
CONNECTIONS = 512
# Between two looks at who holds which slots of a cluster.
LOOK_PAUSE = 1.0

Client = Redis | RedisCluster


def connect(url: str) -> Client:
    """A client for `url`; it connects at its first command, and the caller closes it with `aclose()`.

    Answers are bytes. Raises ValueError for an address of no known form.
    """
    scheme = urlsplit(url).scheme
    kind = scheme.partition("+")[2]
    if kind == "cluster":
        return _cluster(url)
    if kind == "sentinel":
        return _sentinel(url)
    if scheme not in ("redis", "rediss", "unix"):
        raise ValueError("no address of a Redis")
    address, _, rest = url.partition("?")
    query = dict(parse_qsl(rest))
    replicas = int(query.pop("replicas", 0))
    pool = ConnectionPool.from_url(f"{address}?{urlencode(query)}", max_connections=CONNECTIONS, **_options())
    return _kind(replicas).from_pool(careful(pool))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """A client for `url` during the block.

    It is closed also where the task is cancelled in that very moment: redis-py closes connections in tasks
    of their own, which a cancellation can end before they have begun.
    """
    client = connect(url)
    try:
        yield client
    finally:
        closing = asyncio.create_task(client.aclose())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing
            raise


def server_url(url: str, host: str, port: int) -> str:
    """The address of a single one of the servers that `url` leads to, with the same login."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return urlunsplit(
        parts._replace(
            scheme="rediss" if parts.scheme.startswith("rediss") else "redis",
            netloc=f"{login}@{place}" if login else place,
            path="",
            query="" if "+" in parts.scheme else parts.query,
        )
    )


async def subscriber(store: Client) -> PubSub:
    """What can be subscribed with; raises what redis-py raises.

    In a cluster every node hears what is published at any, so each try takes another one.
    """
    if isinstance(store, RedisCluster):
        await store.initialize()
        return store.pubsub(node=random.choice(store.get_primaries()))  # noqa: S311, no secret
    return store.pubsub()


async def one_shard_of_each_server(store: Client) -> list[int]:
    """Some shard of each server that has any; raises `StoreUnavailable`."""
    if not isinstance(store, RedisCluster):
        return [0]
    with unavailable():
        await store.initialize()
        owners = {store.get_node_from_key(keys.due(shard)): shard for shard in keys.all_shards()}
    return list(owners.values())


class Replicated(Redis):
    """Scripts count as done once so many replicas have what they wrote (see `bot.store.scripts`)."""

    replicas: int


def _kind(replicas: int) -> type[Redis]:
    return type("Replicated", (Replicated,), {"replicas": replicas}) if replicas else Redis


class _Options(TypedDict):
    retry: Retry
    socket_timeout: float
    socket_connect_timeout: float
    health_check_interval: int
    client_name: str
    driver_info: None
    maint_notifications_config: MaintNotificationsConfig


def _options() -> _Options:
    return {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": ANSWER_TIMEOUT,
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "health_check_interval": IDLE_CHECK,
        "client_name": "hh-bridge",
        "driver_info": None,
        # Redis Enterprise's pushes; a client that expects them takes a closed connection for a live one.
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }


class _Login(TypedDict):
    username: str | None
    password: str | None


class _Address:
    """The parts of an address with several hosts, which the standard parser can't take apart."""

    def __init__(self, url: str, default_port: int) -> None:
        parts = urlsplit(url)
        user, _, hosts = parts.netloc.rpartition("@")
        name, _, password = user.partition(":")
        self.login: _Login = {"username": unquote(name) or None, "password": unquote(password) or None}
        self.nodes = [_node(host, default_port) for host in hosts.split(",") if host]
        self.path = [unquote(part) for part in parts.path.split("/") if part]
        self.query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.tls = parts.scheme.startswith("rediss")
        if not self.nodes:
            raise ValueError("the address names no host")


def _node(host: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    if parts.hostname is None:
        raise ValueError("the address has an empty host")
    return parts.hostname, parts.port or default_port


class _Cluster(RedisCluster):
    """Finds out in the background who holds which slots, once it has known that.

    redis-py has every command wait for that after any failure, and asks the nodes in turn: while one of
    them does not answer, all commands of the process would stand still, also those to the other nodes.
    """

    _looking: asyncio.Task[None] | None = None

    async def initialize(
        self,
        additional_startup_nodes_info: list[tuple[str, int]] | None = None,
        last_failed_node_name: str | None = None,
    ) -> RedisCluster:
        if not self.nodes_manager.slots_cache:
            return await super().initialize(additional_startup_nodes_info, last_failed_node_name)
        if self._initialize:
            self._initialize = False
            if self._looking is None:
                self._looking = asyncio.create_task(self._look())
        return self

    async def execute_command(self, *args: EncodableT, **kwargs: object) -> object:
        # Else the first commands go anywhere.
        if not self.nodes_manager.slots_cache:
            await self.initialize()
        return await super().execute_command(*args, **kwargs)

    async def aclose(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        # It closes only what it takes for open.
        self._initialize = not self.nodes_manager.slots_cache
        await super().aclose()

    async def _look(self) -> None:
        nodes = self.nodes_manager
        # Whoever failed was put at the end.
        failed = next(reversed(nodes.startup_nodes), None)
        try:
            await nodes.initialize(last_failed_node_name=failed)
        except (RedisError, RedisClusterException) as error:
            log.info("it can't be found out who holds which slots", reason=str(error))
        # So soon nothing will have changed, and every look renews the connections to all nodes.
        await asyncio.sleep(LOOK_PAUSE)
        self._looking = None


class _Commands(AsyncCommandsParser):
    """Learns where the keys of commands stand from any node that answers.

    redis-py asks one node, and while just that one is away, a process that starts can use none of the others.
    """

    def __init__(self, cluster: RedisCluster) -> None:
        super().__init__()
        self._cluster = cluster

    async def initialize(self, node: ClusterNode | None = None) -> None:
        failure: Exception | None = None
        for each in self._cluster.get_primaries():
            try:
                await super().initialize(each)
            except (RedisError, RedisClusterException) as error:
                failure = error
            else:
                return
        if failure is not None:  # pragma: no cover - where none answers, the slots are not known either
            raise failure


def _cluster(url: str) -> RedisCluster:
    address = _Address(url, default_port=6379)
    cluster = _Cluster(
        startup_nodes=[ClusterNode(host, port) for host, port in address.nodes],
        max_connections=CONNECTIONS,
        ssl=address.tls,
        # A slot that moved is noted as such; else every fifth of them closes the connections to all nodes.
        reinitialize_steps=0,
        **address.login,
        **_options(),
    )
    cluster.commands_parser = _Commands(cluster)
    # It takes no class of connections. What it keeps for nodes that it finds later:
    kind: type[Connection] = careful_kind(cluster.connection_kwargs["connection_class"])
    cluster.nodes_manager.connection_kwargs["connection_class"] = kind
    for node in cluster.nodes_manager.startup_nodes.values():
        node.connection_class = kind
    return cluster


class _WatchedPool(SentinelConnectionPool):
    """Closes the connections to Sentinel together with those to Redis."""

    async def aclose(self) -> None:
        try:
            await super().aclose()
        finally:
            await self.sentinel_manager.aclose()


def _sentinel(url: str) -> Redis:
    address = _Address(url, default_port=26379)
    if not address.path:
        raise ValueError("the address names no service: redis+sentinel://host:port,host:port/service/db")
    watchers = Sentinel(  # type: ignore[no-untyped-call]
        address.nodes,
        sentinel_kwargs={
            "username": address.query.get("sentinel_username"),
            "password": address.query.get("sentinel_password"),
            "ssl": address.tls,
            **_options(),
        },
    )
    master: Redis = watchers.master_for(
        address.path[0],
        redis_class=_kind(int(address.query.get("replicas", 1))),
        connection_pool_class=_WatchedPool,
        db=int(address.path[1]) if len(address.path) > 1 else 0,
        max_connections=CONNECTIONS,
        ssl=address.tls,
        **address.login,
        **_options(),
    )
    careful(master.connection_pool)
    return master
