"""The worker itself: what it holds when it is stopped."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from redis.exceptions import RedisClusterException, RedisError

from bot.app import sharing, working
from bot.store import keys
from bot.store.connection import Client
from bot.store.mailbox import Incoming, Mailboxes
from bot.store.scripts import Store
from bot.worker.worker import Worker
from tests.bridge.conftest import worlds
from tests.chaos.deployments import VALKEY, client_of, cluster
from tests.chaos.wires import Wire
from tests.waiting import eventually, running
from tests.worker.conftest import Desk

BOX = 100_001


async def test_what_redis_grants_while_the_worker_is_stopped_is_given_back(
    redis: Client, redis_url: str, tmp_path: Path
) -> None:
    async def claimed() -> bool:
        return bool(await redis.hexists(keys.of(BOX, "head"), "claim"))

    async with (
        Wire(unquote(urlsplit(redis_url).path)) as wire,
        worlds(f"redis://127.0.0.1:{wire.port}", tmp_path) as bridge,
        sharing(bridge.settings, bridge.timing, None) as shared,
        working(bridge.settings, shared, bridge.timing) as services,
    ):
        await services.mailboxes.push([Incoming(BOX, 1, b'{"update_id": 1}')])
        wire.late = 0.2
        work = asyncio.create_task(Worker(services).run())
        await eventually(claimed)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        assert not await claimed()
        assert await redis.llen(keys.of(BOX, "inbox")) == 1


async def test_whoever_starts_while_a_server_of_a_cluster_is_away_serves_the_others_at_once_and_its_own_later(
    tmp_path: Path,
) -> None:
    async with (
        cluster(VALKEY, tmp_path / "cluster") as three,
        client_of(three.url) as client,
        worlds(three.url, tmp_path) as bridge,
        sharing(bridge.settings, bridge.timing, None) as shared,
    ):
        mailboxes = Mailboxes(client)
        gone = three.nodes[0]
        away = await three.shards_of(gone)
        boxes = range(BOX, BOX + keys.SHARDS)
        served, waiting = [
            [box for box in boxes if (keys.shard_of(box) in away) is there] for there in (False, True)
        ]
        await mailboxes.push(Incoming(box, 1, b'{"update_id": 1}') for box in boxes)
        await gone.kill()
        async with (
            working(bridge.settings, shared, bridge.timing) as services,
            running(Worker(services).run()),
        ):
            await eventually(lambda: handled(client, served))
            await gone.start()
            await eventually(lambda: handled(client, waiting))


async def handled(client: Store, boxes: list[int]) -> bool:
    """Nothing waits in these mailboxes any more."""
    with suppress(RedisError, RedisClusterException):
        return not any([await client.llen(keys.of(box, "inbox")) for box in boxes])
    return False


async def test_a_channel_on_which_nothing_comes_back_is_opened_anew(
    desk: Desk, redis: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.worker.worker._SILENCE", 0.2)
    async with running(Worker(desk.services).run()):
        await eventually(lambda: heard(redis))
        await redis.client_pause(1500)
        await eventually(lambda: "the wake-up channel broke off" in caplog.text)
        await eventually(lambda: heard(redis))


async def heard(redis: Client) -> bool:
    """Somebody listens to the wake-ups."""
    return bool((await redis.pubsub_numsub(keys.WAKE_CHANNEL))[0][1])
