"""Another bot takes over the same Redis: the numbers of its messages begin anew, and mean other messages."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from bot.sandbox.hh import faults
from bot.sandbox.telegram.server import LocalTelegram
from bot.store import keys
from bot.store.connection import Client
from tests.bridge.conftest import Bridge
from tests.bridge.steps import SEND, arrivals, at_hh, conversation, written_to

FIRST_TOKEN = "7000000001:AAF-local-sandbox-token-of-the-bridge00"
OTHER_TOKEN = "7000000002:AAF-local-sandbox-token-of-the-bridge00"
_COUNTS = itertools.count(200_000_000, 50_000_000)


@asynccontextmanager
async def served_by(bridge: Bridge, token: str) -> AsyncIterator[None]:
    """From here on another bot is Anna's."""
    async with LocalTelegram(token=token) as telegram:
        # Telegram numbers each bot's updates by themselves; none comes twice here.
        telegram.world.updates.restart_ids(next(_COUNTS))
        bridge.telegram, bridge.anna = telegram, telegram.user()
        bridge.settings = bridge.settings.model_copy(
            update={"telegram_token": SecretStr(token), "telegram_api_url": telegram.url}
        )
        yield


async def number(bridge: Bridge, wanted: int) -> int:
    """A message of the new chat has the number that another one had in the old chat."""
    asked = 0
    while asked < wanted:
        asked = await bridge.anna.send("/help")
        await bridge.anna.wait_for(lambda m: bool(m.text), after=asked)
    return wanted


async def test_a_reply_in_the_chat_of_a_new_bot_goes_to_nobody_the_old_one_wrote_about(
    bridge: Bridge, redis: Client
) -> None:
    talk = conversation(bridge)
    conversation(bridge, "Василёк")
    async with bridge.running():
        news = await written_to(bridge, talk)
    async with served_by(bridge, OTHER_TOKEN):
        async with bridge.running():
            await bridge.anna.start()
            reply = await bridge.anna.send("Это не вам", reply_to=await number(bridge, news.id))
            await bridge.anna.wait_for("Кому отправить", after=reply)
            bridge.hh.employers.invite(talk.id, "Ждём вас")
            invitation = await bridge.anna.wait_for("Ждём вас")
        async with bridge.running():
            reply = await bridge.anna.send("Приду!", reply_to=invitation.id)
            await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]
    assert await redis.hget(keys.of(bridge.anna.id, "head"), "bot") == b"1"


async def test_whoever_links_at_the_new_bot_and_comes_back_to_the_old_one_is_asked_too(
    bridge: Bridge,
) -> None:
    talk = conversation(bridge)
    conversation(bridge, "Василёк")
    async with bridge.running():
        await bridge.anna.wait_for(lambda m: bool(m.buttons), after=await bridge.anna.start())
    async with served_by(bridge, OTHER_TOKEN), bridge.running():
        news = await written_to(bridge, talk)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
    async with served_by(bridge, FIRST_TOKEN), bridge.running():
        await bridge.anna.start()
        reply = await bridge.anna.send("Это не вам", reply_to=await number(bridge, news.id))
        await bridge.anna.wait_for("Кому отправить", after=reply)
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_what_waits_while_the_bot_is_changed_is_sent_and_told_without_its_old_places(
    bridge: Bridge,
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.telegram.fail_next("sendMessage", retry_after=600)
        unsent = bridge.hh.faults.add(faults.throttled(3), on=SEND)
        await bridge.anna.send("Приду!", reply_to=news.id)
        await at_hh(bridge, lambda: unsent.struck == 1)
        bridge.hh.employers.write(talk.id, "Ждём вас завтра")
        await bridge.telegram.wait_until(lambda: bridge.telegram.faults.waiting == 0)
    async with served_by(bridge, OTHER_TOKEN):
        await bridge.anna.start()
        async with bridge.running():
            await bridge.anna.wait_for("Ждём вас завтра")
            await at_hh(bridge, lambda: bridge.hh.journal.texts(talk.id) == ["Приду!"])
            await bridge.anna.wait_for("👌")
        assert not any(message.reactions for message in bridge.anna.messages)
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]
    assert arrivals(bridge, "Ждём вас завтра") == 1
