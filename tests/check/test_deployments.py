"""Redis as a cluster and behind Sentinel: every server is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.store.scripts import Store
from tests.chaos.deployments import REDIS, VALKEY, client_of, cluster, watched
from tests.chaos.wires import RedisServer
from tests.check.operator import Operator, failed
from tests.waiting import eventually

each_product = pytest.mark.parametrize("product", [VALKEY, REDIS])


async def change(server: RedisServer, **settings: str) -> None:
    """Change settings of a server that runs."""
    async with server.client() as client:
        for name, value in settings.items():
            await client.config_set(name.replace("_", "-"), value)


@each_product
async def test_a_cluster_in_order_passes(operator: Operator, product: str, tmp_path: Path) -> None:
    async with cluster(product, tmp_path / "cluster") as servers:
        passed, report = await operator.check_redis(servers.url)
    assert passed, report
    assert "3 servers of" in report
    assert "has no replica: while it is away, the accounts on it wait" in report
    assert "cluster-require-full-coverage" not in report
    assert "seals all 0 accounts" in report


async def test_the_one_server_of_a_cluster_that_forgets_is_named(operator: Operator, tmp_path: Path) -> None:
    async with cluster(VALKEY, tmp_path / "cluster") as servers:
        for node, setting, wrong in zip(
            servers.nodes,
            ("appendonly", "appendfsync", "maxmemory_policy"),
            ("no", "no", "allkeys-lru"),
            strict=True,
        ):
            await change(node, **{setting: wrong})
            passed, report = await operator.check_redis(servers.url)
            assert not passed, report
            assert failed(report) == ["Redis"]
            assert f"at 127.0.0.1:{node.port}: Valkey" in report
            assert f"set `{setting.replace('_', '-')} " in report
            await change(node, appendonly="yes", appendfsync="always", maxmemory_policy="noeviction")


async def test_a_cluster_that_stops_for_one_server_is_told(operator: Operator, tmp_path: Path) -> None:
    async with cluster(VALKEY, tmp_path / "cluster") as servers:
        await change(servers.nodes[1], cluster_require_full_coverage="yes")
        passed, report = await operator.check_redis(servers.url)
    assert passed, report
    assert f"at 127.0.0.1:{servers.nodes[1].port}: Valkey" in report
    assert "with `cluster-require-full-coverage no` only the accounts on that one wait" in report


async def test_servers_of_a_cluster_that_tell_little_are_doubted(operator: Operator, tmp_path: Path) -> None:
    async with cluster(VALKEY, tmp_path / "cluster") as servers:
        for node, hidden in zip(servers.nodes, ("-config", "-info"), strict=False):
            async with node.client() as client:
                await client.execute_command("ACL", "SETUSER", "default", hidden)
        passed, report = await operator.check_redis(servers.url)
    assert passed, report
    assert f"at 127.0.0.1:{servers.nodes[0].port}: Valkey" in report
    assert "doesn't let its `cluster-require-full-coverage` be read" in report
    assert f"?     Redis: at 127.0.0.1:{servers.nodes[1].port}: doesn't say what it keeps" in report
    assert "2 servers of" in report


async def test_the_server_of_a_cluster_that_is_away_is_named(operator: Operator, tmp_path: Path) -> None:
    async with cluster(VALKEY, tmp_path / "cluster") as servers:
        await servers.nodes[2].kill()
        passed, report = await operator.check_redis(servers.url)
    assert not passed
    assert failed(report) == ["Redis"]
    assert f"at 127.0.0.1:{servers.nodes[2].port}: can't be used" in report


async def test_a_cluster_without_some_of_its_slots_is_named(operator: Operator, tmp_path: Path) -> None:
    options = {"cluster-enabled": "yes", "cluster-require-full-coverage": "no"}
    async with RedisServer(tmp_path, options=options) as half, half.client() as client:
        await client.execute_command("CLUSTER", "ADDSLOTS", *range(8192))
        passed, report = await operator.check_redis(half.url.replace("redis://", "redis+cluster://"))
    assert not passed
    assert failed(report) == ["Redis"]
    assert "8192 of 16384" in report


async def test_the_replicas_of_a_cluster_are_asked_too(operator: Operator, tmp_path: Path) -> None:
    options = {"cluster-enabled": "yes", "cluster-config-file": "nodes.conf", "appendonly": "no"}
    async with (
        cluster(VALKEY, tmp_path / "cluster") as servers,
        RedisServer(tmp_path / "replica", options=options) as replica,
    ):
        await follow(replica, servers.nodes)
        passed, report = await operator.check_redis(servers.url)
        assert not passed
        assert f"at 127.0.0.1:{replica.port}: Valkey" in report
        await change(replica, appendonly="yes")
        passed, report = await operator.check_redis(servers.url)
        assert passed, report
        assert "4 servers of" in report
        await replica.kill()
        passed, report = await operator.check_redis(servers.url)
        assert passed, report
        assert f"at 127.0.0.1:{replica.port}: a replica that can't be asked" in report


async def follow(replica: RedisServer, masters: Sequence[RedisServer]) -> None:
    """Let a server join a cluster as the replica of its first master; all of them come to know it."""
    first = masters[0]
    await change(first, repl_diskless_sync_delay="0")
    async with first.client() as master, replica.client() as client:
        name = await master.execute_command("CLUSTER", "MYID")
        await client.execute_command("CLUSTER", "MEET", "127.0.0.1", first.port)

        async def met() -> bool:
            return bytes(name) in await client.execute_command("CLUSTER", "NODES")

        await eventually(met)
        await client.execute_command("CLUSTER", "REPLICATE", name)
    for each in masters:
        async with each.client() as client:

            async def known(client: Store = client) -> bool:
                return str(replica.port) in str(await client.execute_command("CLUSTER", "SLOTS"))

            await eventually(known)


@each_product
async def test_a_master_behind_sentinel_in_order_passes(
    operator: Operator, product: str, tmp_path: Path
) -> None:
    async with watched(product, tmp_path / "watched") as servers:
        passed, report = await operator.check_redis(servers.url)
    assert passed, report
    assert "3 servers of" in report
    assert "ok    Sentinel: enough of them answer each other to name another master" in report
    assert "can't be asked; 1 of 2 can" in report
    assert "?     Redis" not in report


async def test_what_a_failover_needs_is_named_where_it_is_missing(operator: Operator, tmp_path: Path) -> None:
    async with watched(VALKEY, tmp_path / "watched") as servers:
        master, *replicas = servers.servers
        await change(replicas[1], appendonly="no")
        _, report = await operator.check_redis(servers.url)
        assert failed(report) == ["Redis"]
        assert f"at 127.0.0.1:{replicas[1].port}: Valkey" in report
        assert "forgets what it holds" in report
        await change(replicas[1], appendonly="yes")

        await change(master, min_replicas_max_lag="3")
        _, report = await operator.check_redis(servers.url)
        assert failed(report) == ["Sentinel"]
        assert "names another master after 3 s; one that is cut off goes on for 3 s" in report

        await change(master, min_replicas_to_write="0")
        await change(replicas[0], min_replicas_to_write="0")
        _, report = await operator.check_redis(servers.url)
        assert failed(report) == ["Redis"]
        assert f"at the master, 127.0.0.1:{replicas[0].port}: Valkey" in report
        assert "set `min-replicas-to-write 1`" in report
        passed, report = await operator.check_redis(f"{servers.url}?replicas=0")
        assert passed, report
        assert "3 servers of" in report
        assert "the last writes may be lost together with the master" in report

        await change(master, min_replicas_to_write="1", min_replicas_max_lag="2")
        await replicas[0].kill()
        async with master.client() as client:

            async def noticed() -> bool:
                return bool((await client.info("replication"))["connected_slaves"] == 1)

            await eventually(noticed)
        passed, report = await operator.check_redis(servers.url)
        assert passed, report
        assert "has no replica to spare" in report


async def test_a_sentinel_that_can_name_no_other_master_is_named(operator: Operator, tmp_path: Path) -> None:
    async with watched(VALKEY, tmp_path / "watched") as servers:
        async with client_of(servers.watcher) as client:
            await client.execute_command("SENTINEL", "SET", "jobs", "quorum", "2")
        url = f"{servers.watcher.replace('redis://', 'redis+sentinel://')}/jobs/0"
        _, report = await operator.check_redis(url)
    assert failed(report) == ["Sentinel"]
    assert "NOQUORUM" in report
    assert "can't be asked" not in report


async def test_a_sentinel_and_a_master_that_tell_little_are_doubted(
    operator: Operator, tmp_path: Path
) -> None:
    async with watched(VALKEY, tmp_path / "watched") as servers:
        for where, hidden in ((servers.watcher, "-sentinel|ckquorum"), (servers.servers[0].url, "-config")):
            async with client_of(where) as client:
                await client.execute_command("ACL", "SETUSER", "default", hidden)
        passed, report = await operator.check_redis(servers.url)
    assert passed, report
    assert "doesn't let its `appendfsync` be read" in report
    assert "doesn't let its `min-replicas-max-lag` be read" in report
    assert "doesn't say whether it could name another master" in report
