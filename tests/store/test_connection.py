from __future__ import annotations

import asyncio
import gc
import signal
import warnings
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    MaxConnectionsError,
    RedisClusterException,
    RedisError,
    ResponseError,
    SlotNotCoveredError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

from bot.store import keys
from bot.store.connection import Client, connect, connected, one_shard_of_each_server, server_url, subscriber
from bot.store.errors import StoreUnavailable, is_passing, unavailable
from bot.store.limiter import limiter_of
from bot.store.mailbox import Incoming, Mailboxes
from tests.chaos.deployments import VALKEY, Cluster, client_of, cluster
from tests.ports import free_port
from tests.store.servers import binaries, server
from tests.waiting import PATIENCE, eventually

BINARIES = binaries()
every_server = pytest.mark.parametrize("binary", BINARIES.values(), ids=BINARIES.keys())
WRITE = "redis.call('SET', KEYS[1], ARGV[1])"


@pytest.fixture
def binary() -> str:
    return next(iter(BINARIES.values()))


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def client(port: int) -> AsyncIterator[Client]:
    client = connect(f"redis://127.0.0.1:{port}")
    yield client
    await client.aclose()


async def test_one_server_by_its_address_with_user_password_and_database(
    binary: str, tmp_path: Path, port: int
) -> None:
    async with server(binary, tmp_path, port, "--requirepass", "s p@ce"):
        client = connect(f"redis://default:s%20p%40ce@127.0.0.1:{port}/3")
        await client.set("key", "value")
        assert "db3" in await client.info("keyspace")
        await client.aclose()


@pytest.mark.parametrize("steps", range(6))
async def test_who_is_cancelled_while_he_closes_his_connections_closes_them(
    redis_url: str, steps: int
) -> None:
    asked = asyncio.Event()

    async def ask() -> None:
        async with connected(redis_url) as client:
            await client.ping()
            asked.set()

    task = asyncio.create_task(ask())
    await asked.wait()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    del task
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
    assert not [each for each in caught if "unclosed Connection" in str(each.message)]


async def test_one_server_by_its_socket(binary: str, tmp_path: Path, port: int) -> None:
    path = tmp_path / "a socket"
    async with server(binary, tmp_path, port, "--unixsocket", str(path)):
        client = connect(f"unix://{str(path).replace(' ', '%20')}?db=2")
        await client.set("key", "value")
        assert "db2" in await client.info("keyspace")
        await client.aclose()


async def test_a_cluster_by_one_of_its_nodes(binary: str, tmp_path: Path, port: int) -> None:
    async with server(binary, tmp_path, port, "--cluster-enabled", "yes"):
        client = connect(f"redis+cluster://127.0.0.1:{free_port()},127.0.0.1:{port}")
        assert isinstance(client, RedisCluster)
        with pytest.raises(StoreUnavailable), unavailable():
            await client.set("key", "no slots yet")
        await complete(client, port)
        assert await client.get("key") == b"value"
        await client.aclose()


async def complete(client: Client, port: int) -> None:
    """Make a cluster of the one server, and wait until `client` has found it."""
    alone = connect(f"redis://127.0.0.1:{port}")
    await alone.execute_command("CLUSTER", "ADDSLOTS", *range(16384))
    await alone.aclose()
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                with unavailable():
                    await client.set("key", "value")
                return
            except StoreUnavailable:
                await asyncio.sleep(0.05)


async def test_the_master_that_sentinel_names(binary: str, tmp_path: Path, port: int) -> None:
    watch, other = free_port(), free_port()
    config = tmp_path / "sentinel.conf"
    config.write_text(f"sentinel monitor jobs 127.0.0.1 {port} 1\n")
    async with (
        server(binary, tmp_path / "redis", port),
        server(binary, tmp_path, watch, str(config), "--sentinel"),
    ):
        client = connect(f"redis+sentinel://127.0.0.1:{other},127.0.0.1:{watch}/jobs/5")
        await client.set("key", "value")
        assert "db5" in await client.info("keyspace")
        await client.aclose()


async def test_a_sentinel_that_knows_no_such_service_means_unavailable(
    binary: str, tmp_path: Path, port: int
) -> None:
    config = tmp_path / "sentinel.conf"
    config.write_text("")
    async with server(binary, tmp_path, port, str(config), "--sentinel"):
        client = connect(f"redis+sentinel://127.0.0.1:{port}/jobs")
        with pytest.raises(StoreUnavailable), unavailable():
            await client.ping()
        await client.aclose()


@pytest.mark.parametrize(
    "url", ["http://host", "redis+sentinel://host:1", "redis+cluster://", "redis+cluster://:1"]
)
def test_an_address_of_no_known_form_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        connect(url)


@pytest.mark.parametrize(
    ("url", "single"),
    [
        ("redis+cluster://bridge:s%40cret@one:1,two:2", "redis://bridge:s%40cret@three:3"),
        ("rediss+sentinel://:s3cret@one/jobs/0?sentinel_password=other", "rediss://:s3cret@three:3"),
        ("rediss://one/0?ssl_cert_reqs=none", "rediss://three:3?ssl_cert_reqs=none"),
        ("unix:///run/redis.sock?replicas=1", "redis://three:3?replicas=1"),
    ],
)
def test_a_single_server_is_reached_with_the_login_of_all(url: str, single: str) -> None:
    assert server_url(url, "three", 3) == single


def test_the_address_of_a_server_may_be_of_version_6() -> None:
    assert server_url("redis+cluster://one", "::1", 3) == "redis://[::1]:3"


async def test_a_command_whose_answer_is_lost_is_not_sent_again(
    binary: str, tmp_path: Path, port: int, client: Client
) -> None:
    async def lose_the_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionError):
            while asked := await reader.read(4096):
                to_server.write(asked)
                answered = await from_server.read(4096)
                if b"INCR" in asked:
                    break
                writer.write(answered)
        to_server.close()
        writer.close()

    async with (
        server(binary, tmp_path, port),
        await asyncio.start_server(lose_the_answer, "127.0.0.1", 0) as losing,
    ):
        unlucky = connect(f"redis://127.0.0.1:{losing.sockets[0].getsockname()[1]}")
        with pytest.raises(StoreUnavailable), unavailable():
            await unlucky.incr("counted")
        await unlucky.aclose()
        assert await client.get("counted") == b"1"


async def test_a_restarted_server_is_found_again_at_the_first_command(
    binary: str, tmp_path: Path, port: int, client: Client
) -> None:
    async with server(binary, tmp_path, port):
        await asyncio.gather(*(client.ping() for _ in range(5)))
    async with server(binary, tmp_path, port):
        for _ in range(5):
            assert await client.ping()


async def test_a_server_that_is_not_there_means_unavailable(client: Client) -> None:
    with pytest.raises(StoreUnavailable), unavailable():
        await client.ping()


@every_server
async def test_a_full_server_means_unavailable_in_scripts_too(
    binary: str, tmp_path: Path, port: int, client: Client
) -> None:
    async with server(binary, tmp_path, port, "--maxmemory", "1"):
        with pytest.raises(StoreUnavailable), unavailable():
            await client.set("key", "value")
        with pytest.raises(StoreUnavailable), unavailable():
            await client.eval(WRITE, 1, "key", "value")


@every_server
async def test_a_demoted_master_means_unavailable_in_scripts_too(
    binary: str, tmp_path: Path, port: int, client: Client
) -> None:
    async with server(binary, tmp_path, port):
        await client.set("key", "value")
        await client.execute_command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(StoreUnavailable), unavailable():
            await client.set("key", "value")
        with pytest.raises(StoreUnavailable), unavailable():
            await client.eval(WRITE, 1, "key", "value")


@every_server
async def test_a_fault_of_the_bridge_passes_through_as_it_is(
    binary: str, tmp_path: Path, port: int, client: Client
) -> None:
    async with server(binary, tmp_path, port):
        await client.set("key", "OOM READONLY value")
        with pytest.raises(ResponseError), unavailable():
            await client.lpush("key", "value")
        with pytest.raises(ResponseError), unavailable():
            await client.eval("return redis.call('LPUSH', KEYS[1], 'LOADING x')", 1, "key")
        with pytest.raises(ResponseError), unavailable():
            await client.eval("this is no Lua", 0)


@pytest.mark.parametrize(
    "error",
    [
        NoConnection("Connection refused"),
        NoAnswer("Timeout reading"),
        MaxConnectionsError("Too many connections"),
        BusyLoadingError("Redis is loading the dataset in memory"),
        ClusterDownError("The cluster is down"),
        TryAgainError("Multiple keys request during rehashing of slot"),
        SlotNotCoveredError("Slot 5 not covered"),
        RedisClusterException("Redis Cluster cannot be connected."),
        ResponseError("MISCONF Errors writing to the AOF file: No space left on device"),
        ResponseError("NOREPLICAS Not enough good replicas to write."),
        ResponseError(
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
        ),
        ResponseError(
            "Error running script (call to f_0): @user_script:1: @user_script: 1: -MISCONF Errors writing"
        ),
    ],
    ids=lambda error: str(error)[:30],
)
def test_what_passes_by_itself_is_told_from_what_does_not(error: RedisError | RedisClusterException) -> None:
    assert is_passing(error)


async def test_a_loop_of_commands_can_be_cancelled_at_any_moment(redis_url: str) -> None:
    """Before Python 3.12 `asyncio.wait_for`, under which redis-py writes, swallows cancellations."""
    async with connect(redis_url) as client:
        await cancelled_anywhere(client)


async def test_in_a_cluster_a_rate_is_counted_elsewhere_until_nobody_is_left_to_count(
    binary: str, tmp_path: Path, port: int
) -> None:
    async with server(binary, tmp_path, port, "--cluster-enabled", "yes"):
        client = connect(f"redis+cluster://127.0.0.1:{port}")
        await complete(client, port)
        assert len(await one_shard_of_each_server(client)) == 1
        async with await subscriber(client) as channel:
            await channel.subscribe("news")
            await client.publish("news", "x")
            await eventually(lambda: heard(channel))
        pace = limiter_of(client, "hh", rate=10, burst=1)
        assert await pace.reserve(1) == 0
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await pace.reserve(1)
    with pytest.raises(StoreUnavailable), unavailable():
        await client.get("key")
    await client.aclose()


async def test_a_cluster_that_is_away_is_asked_again_and_again_who_holds_its_slots(
    binary: str, tmp_path: Path, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with server(binary, tmp_path, port, "--cluster-enabled", "yes"):
        client = connect(f"redis+cluster://127.0.0.1:{port}")
        await complete(client, port)

    async def asked_again() -> bool:
        with suppress(StoreUnavailable), unavailable():
            await client.get("key")
        return caplog.text.count("it can't be found out who holds which slots") >= 2

    await eventually(asked_again)
    await client.aclose()


@every_server
async def test_a_server_that_reads_no_more_means_unavailable(
    binary: str, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.connection.ANSWER_TIMEOUT", 0.5)
    async with (
        server(binary, tmp_path, port) as process,
        connected(f"redis://127.0.0.1:{port}") as client,
    ):
        await client.ping()
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(StoreUnavailable), unavailable():
            await client.set("key", bytes(30_000_000))
        process.send_signal(signal.SIGCONT)


async def heard(channel: PubSub) -> bool:
    message = await channel.get_message(ignore_subscribe_messages=True)
    return message is not None and message["data"] == b"x"


async def test_a_loop_of_commands_to_a_cluster_can_be_cancelled_too(
    binary: str, tmp_path: Path, port: int
) -> None:
    async with server(binary, tmp_path, port, "--cluster-enabled", "yes"):
        client = connect(f"redis+cluster://127.0.0.1:{port}")
        await complete(client, port)
        await cancelled_anywhere(client)
        await client.aclose()


async def cancelled_anywhere(client: Client) -> None:
    """Cancel a loop of commands at each of its first steps."""

    async def for_ever() -> None:
        while True:
            await client.get("key")

    for turns in range(60):
        task = asyncio.create_task(for_ever())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        assert done


@every_server
async def test_an_update_is_stored_once_a_replica_has_it(binary: str, tmp_path: Path, port: int) -> None:
    update, second = Incoming(1, 1, b"{}"), free_port()
    async with (
        server(binary, tmp_path / "master", port, "--repl-diskless-sync-delay", "0"),
        server(binary, tmp_path / "replica", second, "--replicaof", "127.0.0.1", str(port)) as replica,
        connected(f"redis://127.0.0.1:{port}?replicas=1") as client,
        connected(f"redis://127.0.0.1:{second}") as other,
    ):
        await eventually(lambda: in_step(other))
        mailboxes = Mailboxes(client)
        replica.send_signal(signal.SIGSTOP)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await mailboxes.push([update])
        replica.send_signal(signal.SIGCONT)
        assert await mailboxes.push([update]) == 0
        assert await other.llen(keys.of(1, "inbox")) == 1


async def in_step(replica: Client) -> bool:
    """It has what its master has."""
    return bool((await replica.info("replication"))["master_link_status"] == "up")


async def test_whoever_starts_while_any_one_node_of_a_cluster_is_away_uses_the_others(tmp_path: Path) -> None:
    async with cluster(VALKEY, tmp_path / "cluster") as three:
        for gone in three.nodes:
            away = await three.shards_of(gone)
            await gone.kill()
            # Which node a client asks first is up to chance.
            for _ in range(3):
                async with client_of(three.url) as client:
                    for shard in set(keys.all_shards()) - set(away):
                        assert await client.set(keys.probe(shard), 1, px=60_000)
            await gone.start()
            await eventually(lambda: whole(three))


async def whole(three: Cluster) -> bool:
    """All nodes serve again."""
    with suppress(RedisError, RedisClusterException):
        async with client_of(three.url) as client:
            for shard in keys.all_shards():
                await client.set(keys.probe(shard), 1, px=60_000)
            return True
    return False
