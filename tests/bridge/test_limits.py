"""What does not grow for ever: the writes that wait for hh.ru, and the account of somebody who left."""

from __future__ import annotations

import time
from typing import cast

from bot.chat.intents import SendMessage
from bot.handlers.turn import MOST_WAITING
from bot.store import keys
from bot.store.connection import Client
from bot.store.packing import pack, unpack
from bot.worker.due import BLOCKED_SECONDS
from bot.worker.waiting import Waiting
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation, written_to
from tests.waiting import eventually


async def test_who_blocked_the_bot_is_forgotten_after_half_a_year_and_not_before(
    bridge: Bridge, redis: Client
) -> None:
    user = bridge.anna.id
    async with bridge.running():
        await bridge.link()
        await bridge.anna.block()

        async def nothing_to_do_before() -> bool:
            due = await redis.zscore(keys.due(keys.shard_of(user)), user)
            return due is not None and abs(due - BLOCKED_SECONDS - time.time()) < 60

        await eventually(nothing_to_do_before)
    assert bridge.hh.tokens.live(bridge.applicant.id)

    async def forgotten() -> bool:
        return [key async for key in redis.scan_iter(f"*:{user}") if b":seen:" not in key] == []

    async with bridge.running(clock=lambda: time.time() + BLOCKED_SECONDS + 60):
        await eventually(forgotten)
    assert not bridge.hh.tokens.live(bridge.applicant.id)


async def test_so_much_waits_for_hh_and_no_more(bridge: Bridge, redis: Client) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
    answers = [SendMessage(nid=talk.id, text=str(n), chat_message_id=n) for n in range(MOST_WAITING)]
    much = [Waiting(answer, since=time.time(), not_before=1e11) for answer in answers]
    await redis.set(keys.of(bridge.anna.id, "intents"), pack(much))
    async with bridge.running():
        await bridge.anna.send("И ещё один ответ", reply_to=news.id)
        await bridge.anna.wait_for("больше я не приму")
    assert unpack(cast(bytes, await redis.get(keys.of(bridge.anna.id, "intents"))), list[Waiting]) == much
