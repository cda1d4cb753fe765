"""Commands that share a packet keep their own answers, and kept connections are replaced when they break."""

from __future__ import annotations

import asyncio

import pytest
from redis import Redis as Blocking
from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

from bot.store.connection import Client, connect
from bot.store.packets import Packets


@pytest.fixture
def server(redis: Client) -> Redis:
    assert isinstance(redis, Redis)
    return redis


@pytest.fixture
def packets(server: Redis) -> Packets:
    return Packets(server.connection_pool)


async def connections(server: Redis) -> int:
    return len(await server.client_list())


async def test_everybody_gets_the_answer_to_his_own_command(packets: Packets) -> None:
    await packets("RPUSH", "hh:{1}:outbox:1", "a", "b")
    answers = await asyncio.gather(
        packets("LLEN", "hh:{1}:outbox:1"),
        packets("INCR", "hh:{1}:outbox:1"),
        packets("LRANGE", "hh:{1}:outbox:1", 0, -1),
        return_exceptions=True,
    )
    assert answers[0] == 2
    assert isinstance(answers[1], ResponseError)
    assert answers[2] == [b"a", b"b"]


async def test_what_is_asked_in_one_turn_takes_few_connections(packets: Packets, server: Redis) -> None:
    before = await connections(server)
    await asyncio.gather(*(packets("PING") for _ in range(50)))
    assert await connections(server) <= before + 3


async def test_a_command_goes_at_once_where_few_are_on_their_way(packets: Packets, redis_url: str) -> None:
    await packets("PING")
    asking = asyncio.create_task(packets("SET", "hh:{1}:account:1", "a"))
    await asyncio.sleep(0)
    with Blocking.from_url(redis_url) as other:  # the event loop stands still meanwhile
        assert other.get("hh:{1}:account:1") == b"a"
    await asking


async def test_a_connection_that_broke_while_it_was_kept_is_replaced(
    packets: Packets, server: Redis, redis_url: str
) -> None:
    await packets("PING")
    async with connect(redis_url) as other:
        await other.client_kill_filter(_type="normal", skipme=True)
    assert await packets("PING") == b"PONG"


@pytest.mark.parametrize("others", [0, 2])
async def test_a_command_that_was_cancelled_takes_no_answer_from_another(
    packets: Packets, others: int
) -> None:
    await packets("RPUSH", "hh:{1}:outbox:1", "a")
    blocked = [asyncio.create_task(packets("BLPOP", "hh:{1}:outbox:3", 0.2)) for _ in range(others)]
    await asyncio.sleep(0)
    slow = asyncio.create_task(packets("BLPOP", "hh:{1}:outbox:2", 0.2))
    await asyncio.sleep(0)
    slow.cancel()
    answers = await asyncio.gather(packets("LLEN", "hh:{1}:outbox:1"), packets("PING"))
    assert list(answers) == [1, b"PONG"]
    assert await asyncio.gather(*blocked) == [None] * others


async def test_the_fate_of_a_whole_packet_is_unknown_where_its_connection_breaks(
    packets: Packets, redis_url: str
) -> None:
    waiting = [asyncio.create_task(packets("BLPOP", "hh:{1}:outbox:2", 5)) for _ in range(4)]
    async with connect(redis_url) as other:
        while sum("blpop" in client["cmd"] for client in await other.client_list()) < 3:
            await asyncio.sleep(0.01)
        await other.client_kill_filter(_type="normal", skipme=True)
    broken = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(error, ConnectionError) for error in broken] == [True] * 4
    assert await packets("PING") == b"PONG"


async def test_a_server_that_says_nothing_for_too_long_is_given_up(packets: Packets, server: Redis) -> None:
    server.connection_pool.connection_kwargs["socket_timeout"] = 0.1
    with pytest.raises(TimeoutError):
        await packets("BLPOP", "hh:{1}:outbox:2", 5)
    assert await packets("PING") == b"PONG"


async def test_a_server_that_has_become_a_replica_vouches_for_nothing(server: Redis) -> None:
    packets = Packets(server.connection_pool, replicas=1)
    await server.replicaof("127.0.0.1", "9")
    try:
        with pytest.raises(ResponseError, match="WAIT cannot be used with replica"):
            await packets("GET", "key")
    finally:
        await server.replicaof("NO", "ONE")
