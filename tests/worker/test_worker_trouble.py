"""A worker that loses Redis, its claims, or its room."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.app import sharing, working
from bot.sandbox.hh.faults import broken
from bot.store import keys
from bot.store.embedded import EmbeddedRedis
from bot.store.mailbox import Incoming, Mailboxes
from bot.worker.busy import busy
from bot.worker.change import Change
from bot.worker.poll import Poll
from bot.worker.worker import AT_ONCE, CLAIM_LIMIT, Worker
from tests.bridge.conftest import worlds
from tests.bridge.steps import at_hh
from tests.waiting import eventually, running
from tests.worker.conftest import Desk

LOOKED = "На hh.ru у вас 1 переписка"


def helped(user_id: int, number: int = 1) -> Incoming:
    """/help, as Telegram tells of it."""
    person = {"id": user_id, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": user_id, "type": "private", "first_name": "Анна"},
        "from": person,
        "text": "/help",
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    }
    return Incoming(user_id, number, json.dumps({"update_id": number, "message": message}).encode())


def told(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return words in caplog.text


@asynccontextmanager
async def delivering(desk: Desk, seconds: float, mailboxes: Mailboxes | None = None) -> AsyncIterator[None]:
    """A worker in the middle of telling Anna what the first look found, which takes so long."""
    mailboxes = mailboxes or desk.services.mailboxes
    await Poll(desk.services, desk.session, desk.access).run()
    assert LOOKED in "\n".join(desk.said)
    desk.bridge.telegram.fail_next("sendMessage", delay_before=seconds)
    await mailboxes.abandon(desk.session.claim, 0)
    async with running(Worker(replace(desk.services, mailboxes=mailboxes)).run()):
        await eventually(lambda: not desk.bridge.telegram.faults.waiting)
        yield


async def test_a_worker_outlives_an_outage_of_redis_in_the_middle_of_its_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "redis"
    async with AsyncExitStack() as stack:
        outage = await stack.enter_async_context(AsyncExitStack())
        url = await outage.enter_async_context(EmbeddedRedis(home, fsync=False))
        bridge = await stack.enter_async_context(worlds(url, tmp_path))
        timing = replace(bridge.timing, lease=3.0)
        shared = await stack.enter_async_context(sharing(bridge.settings, timing, None))
        services = await stack.enter_async_context(working(bridge.settings, shared, timing))
        await stack.enter_async_context(running(Worker(services).run()))
        await bridge.anna.start()
        bridge.telegram.fail_next("sendMessage", delay_before=3)
        await services.mailboxes.push([helped(bridge.anna.id)])
        await eventually(lambda: not bridge.telegram.faults.waiting)
        await outage.aclose()
        for words in ("heartbeat failed", "channel broke off", "during a session", "Redis is away"):
            await eventually(partial(told, caplog, words))
        async with EmbeddedRedis(home, fsync=False):
            await services.mailboxes.push([helped(bridge.anna.id, 2)])
            await eventually(lambda: len(bridge.telegram.calls("sendMessage")) >= 3)


async def test_a_mailbox_that_another_worker_took_is_left_to_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with delivering(desk, 1):
        await desk.die()
        await eventually(lambda: "lost to another worker" in caplog.text)
        assert LOOKED in "\n".join(desk.said), "what nobody noted as delivered waits for the new holder"


async def test_a_lost_mailbox_is_found_out_by_the_heartbeat(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async with delivering(desk, 20, Mailboxes(desk.services.store, lease=3.0)):
        await desk.die()
        await eventually(lambda: "lost to another worker" in caplog.text)
    assert LOOKED in "\n".join(desk.said)


async def test_a_worker_that_claims_its_own_lost_mailbox_goes_on_with_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    telegram, box = desk.bridge.telegram, desk.session.user_id
    async with delivering(desk, 2):
        await desk.services.store.zadd(keys.due(keys.shard_of(box)), {str(box): 0})
        await eventually(lambda: "lost to another worker" in caplog.text)
        before = len(telegram.calls("sendMessage"))
        await desk.services.mailboxes.push([helped(box, 2)])
        await eventually(lambda: len(telegram.calls("sendMessage")) > before)


async def test_a_busy_session_finds_an_update_whose_wake_up_was_lost(desk: Desk) -> None:
    box, redis = desk.session.user_id, desk.services.store

    async def handled() -> bool:
        return await redis.llen(keys.of(box, "inbox")) == 0

    async with delivering(desk, 60):
        await redis.rpush(keys.of(box, "inbox"), helped(box, 2).raw)
        await eventually(handled)
        assert not await redis.hget(keys.of(box, "head"), "unconfirmed"), "the delivery is still on its way"


async def test_an_account_that_is_unlinked_under_a_poll_that_fails_ends_in_peace(desk: Desk) -> None:
    desk.bridge.hh.faults.add(replace(broken(), delay=1), "GET /negotiations")
    polling = asyncio.create_task(Poll(desk.services, desk.session, desk.access).run())
    await at_hh(desk.bridge, lambda: desk.bridge.hh.faults.rules[0].left == 0)
    await desk.session.commit(Change(erase=True))
    await polling
    assert desk.session.account is None
    assert desk.said == []


async def test_more_mailboxes_than_a_worker_holds_at_once_are_all_attended_to(desk: Desk) -> None:
    telegram = desk.bridge.telegram
    many = AT_ONCE + CLAIM_LIMIT
    telegram.fail_next("sendMessage", times=many, delay_before=0.5)
    await desk.services.mailboxes.push([helped(user_id) for user_id in range(1, many + 1)])
    async with running(Worker(desk.services).run()):
        await eventually(lambda: len(telegram.refused) == many, 100)


async def test_many_mailboxes_of_one_shard_are_claimed_without_a_pause(desk: Desk) -> None:
    shard = keys.shard_of(desk.session.user_id)
    many = [shard + keys.SHARDS * number for number in range(1, 2 * CLAIM_LIMIT + 1)]
    await desk.services.mailboxes.push([helped(user_id) for user_id in many])
    async with running(Worker(desk.services).run()):
        await eventually(lambda: len(desk.bridge.telegram.refused) == len(many))


async def test_where_typing_cant_be_shown_the_work_goes_on(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.bridge.telegram.fail_next("sendChatAction", forbidden="bot was blocked by the user")
    async with busy(desk.services.sender, desk.session.user_id):
        await eventually(lambda: "not shown as typing" in caplog.text)
