"""One user who does too much is slowed; nobody else notices, and nothing of his is lost."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from bot.sandbox.telegram.chats import ChatMessage
from bot.sandbox.telegram.people import LocalUser
from bot.store import keys
from bot.store.connection import Client
from bot.worker.access import USER_BURST, USER_SHARE
from bot.worker.updates import TURNS
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation
from tests.waiting import eventually


async def test_a_flood_of_commands_slows_its_sender_alone(bridge: Bridge, redis: Client) -> None:
    """He asks for as much of hh.ru as the whole bridge may ask for."""
    rate = 24.0
    bridge.settings = bridge.settings.model_copy(update={"hh_requests_per_second": rate})
    ivan, seeker = bridge.telegram.user(100_002, "Иван"), bridge.hh.world.add_applicant("Иван", "Петров")
    talk = conversation(bridge)
    job = bridge.hh.world.add_vacancy(bridge.hh.world.add_employer("Василёк"), "Флорист")
    flood = TURNS.burst + 4
    async with bridge.running():
        await bridge.link()
        await bridge.link(ivan, seeker)
        for _ in range(flood):
            await ivan.send(f"{bridge.hh.site_url}/vacancy/{job.id}")
        bridge.hh.employers.invite(talk.id, "Здравствуйте!")
        news = await bridge.anna.wait_for("Здравствуйте!")
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.telegram.settled()
        assert not await at_most(redis, ivan, 0)(), "the flood was over before anybody could wait for it"
        await eventually(at_most(redis, ivan, 0))
    assert len(answers(ivan)) + int(await redis.llen(keys.of(ivan.id, "outbox"))) == flood
    asked = [r.at for r in bridge.hh.journal.requests if r.path == f"/vacancies/{job.id}"]
    assert len(asked) == flood
    assert asked[-1] - asked[0] > (flood - USER_BURST) / (USER_SHARE * rate) * 0.9


def answers(user: LocalUser) -> list[ChatMessage]:
    """The cards of the vacancy."""
    return [message for message in user.from_bot if "Флорист" in message.text]


async def test_updates_beyond_the_burst_are_handled_one_by_one(bridge: Bridge, redis: Client) -> None:
    """Also those that ask nothing of hh.ru; each is still answered."""
    async with bridge.running(worker=False):
        for _ in range(TURNS.burst + 4):
            await bridge.anna.send("/privacy")
        await bridge.telegram.settled()
    began = time.monotonic()
    async with bridge.running(web=False):
        await eventually(at_most(redis, bridge.anna, 0))
    assert time.monotonic() - began >= 4 / TURNS.per_second


async def test_a_stranger_who_floods_is_slowed_and_nobody_else_is(bridge: Bridge, redis: Client) -> None:
    """He has no account, so nothing of him is kept but how quick he was."""
    stranger, talk = bridge.telegram.user(100_003, "Чужой"), conversation(bridge)
    flood = TURNS.burst + 6
    async with bridge.running():
        await bridge.link()
        began = time.monotonic()
        for _ in range(flood):
            await stranger.send("/list")
        bridge.hh.employers.invite(talk.id, "Здравствуйте!")
        news = await bridge.anna.wait_for("Здравствуйте!")
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.telegram.settled()
        assert not await at_most(redis, stranger, 0)(), "the flood was over before anybody could wait for it"
        await eventually(at_most(redis, stranger, 0))
        assert time.monotonic() - began >= 5 / TURNS.per_second
        await eventually(lambda: len(stranger.from_bot) == flood)
        assert bridge.hh.journal.texts(talk.id) == ["Приду!"]
    left = [key async for key in redis.scan_iter(match=f"*:{stranger.id}") if await redis.ttl(key) == -1]
    assert left == []


def at_most(redis: Client, user: LocalUser, number: int) -> Callable[[], Awaitable[bool]]:
    """Whether so many updates of a user still wait."""

    async def holds() -> bool:
        return int(await redis.llen(keys.of(user.id, "inbox"))) <= number

    return holds
