"""Several processes on whatever Redis an operator has; workers come and go, servers too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.sandbox.hh.faults import delay
from bot.store import keys
from tests.bridge.conftest import worlds
from tests.bridge.steps import SEND
from tests.chaos.crowd import PATIENCE, Crowd
from tests.chaos.deployments import REDIS, VALKEY, client_of, cluster, single, watched
from tests.chaos.processes import Nursery, Process
from tests.chaos.site import TIMING, Premises
from tests.chaos.storm import LEASE
from tests.chaos.tally import doubled_by_chat
from tests.chaos.traffic import Person
from tests.chaos.wires import Wire
from tests.leftovers import forgotten
from tests.secrecy import leaks, private_ids, private_texts

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(600)]  # longer than any step in it may take

ACCOUNTS = 8
ROUNDS = 2
"""How many new versions are rolled out."""

WORK, LEAST = 400, 1 / 3
"""Over so many updates and looks at accounts no worker does less than this part of an even share.

Whoever is quicker gets a mailbox, and is often the quicker again: the least of two or three workers has
four fifths of an even share on average, and that varies by a tenth of it (standard deviation, measured).
"""


@asynccontextmanager
async def premises_at(
    nursery: Nursery, home: Path, url: str, *, seldom: float = 0.3
) -> AsyncIterator[Premises]:
    """Two worlds over this Redis; whoever logs a secret or leaves a key for ever fails the test.

    `seldom` is the least number of seconds between two looks at an account.
    """
    async with AsyncExitStack() as stack:
        bridge = await stack.enter_async_context(worlds(url, home))
        # With so many accounts, polls as frequent as in other tests would be most of the work.
        pauses = {"poll_min_interval": seldom, "poll_max_interval": 2 * seldom}
        bridge.settings = bridge.settings.model_copy(update=pauses)
        front = await stack.enter_async_context(Wire(port=bridge.settings.http_port))
        timing = replace(TIMING, lease=LEASE)
        premises = await stack.enter_async_context(Premises(bridge, front, nursery, home, timing))
        yield premises
        private = private_texts(bridge.hh) | private_texts(bridge.telegram)
        ids = private_ids(bridge.hh) | private_ids(bridge.telegram)
        assert not [line for process in premises.started for line in leaks(process.words(), private, ids)]
        async with client_of(url) as client:
            assert not await forgotten(client), "neither an expiry nor a declared owner"


async def peopled(premises: Premises) -> Crowd:
    """Two of each process, and linked accounts; the first worker has not long to live."""
    for command, fail in (("web", ""), ("web", ""), ("worker", "write-accepted:kill:3"), ("worker", "")):
        await premises.start(command, fail)
    return await Crowd.linked(premises, ACCOUNTS)


async def workers_change(crowd: Crowd) -> None:
    """Under traffic one worker more, one killed in the worst moment, one stopped and replaced."""
    premises = crowd.premises
    first, second = (process for process in premises.started if process.command == "worker")
    await crowd.written(3)
    await premises.start("worker")
    await crowd.written(3)
    await first.ended(PATIENCE)
    await crowd.written(3)
    await premises.start("worker")
    await second.stopped()
    await crowd.written(3)


async def nothing_lost_or_doubled(crowd: Crowd, url: str, *, deaths: int) -> None:
    """But for notifications that were on their way when a worker or its Redis died or stood still.

    At each of the `deaths` that is one of a chat: its outbox is delivered entry by entry.
    """
    async with client_of(url) as client:
        to_hh, to_telegram = await crowd.counted(client)
    assert not crowd.stuck
    assert (to_hh.missing, to_hh.doubled, to_hh.out_of_order) == ((), 0, 0)
    assert (to_telegram.missing, to_telegram.out_of_order) == ((), 0)
    assert max(doubled_by_chat(crowd.premises.bridge, crowd.people)) <= deaths
    assert to_hh.sent
    assert to_telegram.sent


async def the_work_spreads_evenly(premises: Premises) -> None:
    """While everybody writes, each worker that is there takes its part."""
    workers = [process for process in premises.started if process.command == "worker" and process.alive]
    before = [await premises.work(worker) for worker in workers]
    shares = [0.0]
    async with asyncio.timeout(PATIENCE):
        while sum(shares) < WORK:
            await asyncio.sleep(0.2)
            now = [await premises.work(worker) for worker in workers]
            shares = [after - done for after, done in zip(now, before, strict=True)]
    assert min(shares) >= LEAST * sum(shares) / len(workers), shares


async def test_one_redis_and_long_polling(nursery: Nursery, tmp_path: Path) -> None:
    async with (
        single(REDIS, tmp_path / "redis") as redis,
        premises_at(nursery, tmp_path, redis.url) as premises,
    ):
        premises.poll()
        crowd = await peopled(premises)
        async with crowd.living():
            await workers_change(crowd)
            await the_work_spreads_evenly(premises)
        await nothing_lost_or_doubled(crowd, redis.url, deaths=1)


async def test_one_valkey_and_the_webhook(nursery: Nursery, tmp_path: Path) -> None:
    async with (
        single(VALKEY, tmp_path / "valkey") as valkey,
        premises_at(nursery, tmp_path, valkey.url) as premises,
    ):
        crowd = await peopled(premises)
        async with crowd.living():
            await workers_change(crowd)
            await the_work_spreads_evenly(premises)
            await premises.start("worker")
            await the_work_spreads_evenly(premises)
        await nothing_lost_or_doubled(crowd, valkey.url, deaths=1)


@pytest.mark.parametrize("way", ["webhook", "polling"])
async def test_a_new_version_is_rolled_out(nursery: Nursery, tmp_path: Path, way: str) -> None:
    async with (
        single(VALKEY, tmp_path / "valkey") as valkey,
        premises_at(nursery, tmp_path, valkey.url) as premises,
    ):
        if way == "polling":
            premises.poll()
        # What is given back needs no claim to run out.
        premises.timing = TIMING
        old = [await premises.start(command) for command in ("web", "web", "worker", "worker")]
        crowd = await Crowd.linked(premises, ACCOUNTS)
        # Something is always on its way, taken but not yet answered, when a process is asked to stop.
        premises.bridge.telegram.fail_next("sendMessage", times=10**4, delay_after=0.2)
        premises.bridge.hh.faults.add(delay(0.2, after=True), SEND, times=None)
        async with crowd.living(pause=0.4):
            for _ in range(ROUNDS):
                old = [await replaced(crowd, process) for process in old]
        premises.bridge.telegram.faults.clear()
        await nothing_lost_or_doubled(crowd, valkey.url, deaths=0)


async def replaced(crowd: Crowd, old: Process) -> Process:
    """Under traffic a process is asked to stop, and another one of its kind started."""
    await crowd.written(5)
    await old.stopped()
    crowd.premises.retire(old)
    return await crowd.premises.start(old.command)


async def test_a_cluster_of_three(nursery: Nursery, tmp_path: Path) -> None:
    async with (
        cluster(VALKEY, tmp_path / "cluster") as three,
        premises_at(nursery, tmp_path, three.url) as premises,
    ):
        crowd = await peopled(premises)
        async with crowd.living():
            await workers_change(crowd)
            await the_work_spreads_evenly(premises)
        web = premises.started[0]
        # The one on which the rate of requests to hh.ru is counted, for all users.
        node = await three.node_of(keys.pace("hh"))
        away = await three.shards_of(node)
        others = [person for person in crowd.people if keys.shard_of(person.user.id) not in away]
        assert away
        assert others
        async with node.frozen():
            await nobody_else_waits(others)
            said = await premises.readiness(web)
            assert said["ready"] is True
            assert said["redis"] == "1 of 3 servers away, or takes no writes"
            # What these write meanwhile waits at Telegram and at hh.ru.
            for person in crowd.people:
                person.employer_writes()
                await person.user_replies()
        await node.kill()
        await nobody_else_waits(others)
        await node.start()
        await nothing_lost_or_doubled(crowd, three.url, deaths=3)
        await nobody_else_waits(crowd.people)


async def nobody_else_waits(people: list[Person]) -> None:
    await asyncio.gather(*(person.exchange() for person in people))


async def test_sentinel_and_a_failover(nursery: Nursery, tmp_path: Path) -> None:
    async with (
        watched(REDIS, tmp_path / "servers") as servers,
        premises_at(nursery, tmp_path, servers.url) as premises,
    ):
        premises.poll()
        crowd = await peopled(premises)
        async with crowd.living():
            await workers_change(crowd)
            await the_work_spreads_evenly(premises)
            lost = await servers.master()
            await lost.kill()
            await crowd.written(5)
            assert await servers.master() is not lost
        await nothing_lost_or_doubled(crowd, servers.url, deaths=2)
