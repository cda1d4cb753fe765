"""What is stored about a person can be seen, and is gone afterwards."""

from __future__ import annotations

import json

from redis.asyncio import Redis

from bot.store import keys
from bot.store.connection import Client
from bot.worker.change import ERASED
from bot.worker.own_data import KINDS
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation
from tests.waiting import eventually

PASSING = ("seen", "turns", "messages", "requests")
"""Keys of a user that live two days at most and hold nothing he wrote."""


def test_whatever_is_stored_is_shown_and_erased() -> None:
    assert set(KINDS) == {*ERASED, "inbox", "head"}


async def test_the_export_has_everything_but_the_tokens(bridge: Bridge, redis_url: str) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Ждём вас завтра в 15:00")
        news = await bridge.anna.wait_for("Ждём вас")
        reply = await bridge.anna.send("Буду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.anna.send("/export")
        sent = await bridge.anna.wait_for(lambda m: m.document is not None and ".json" in str(m.document))
    assert sent.document is not None
    _, content = bridge.telegram.world.files[sent.document.file_id]
    file = json.loads(content)
    assert file["account"]["name"] == "Анна Смирнова"
    assert file["book"]["known"][talk.id]["state"] == "invitation"
    assert file["map"][str(reply)]["nid"] == talk.id
    assert "1 переписка" in sent.text
    async with Redis.from_url(redis_url) as redis:
        tail = f":{bridge.anna.id}".encode()
        stored = {key async for key in redis.scan_iter() if key.endswith(tail)}
        tokens = await redis.dump(keys.of(bridge.anna.id, "account"))
    names = {key.decode().split(":")[-2] for key in stored} - set(PASSING)
    assert names <= set(file), "something is stored that the export does not show"
    # So a sealed token begins (Fernet Spec, "Token Format"), and so its text.
    assert b"\x80\0\0\0\0" in bytes(tokens or b"")
    assert b"gAAAA" not in content
    assert "\N{REPLACEMENT CHARACTER}" not in content.decode()


async def test_unlinking_counts_what_it_erases(bridge: Bridge) -> None:
    for company in ("Ромашка", "Василёк"):
        conversation(bridge, company)
    async with bridge.running():
        await bridge.link()
        asked = await bridge.anna.send("/unlink")
        question = await bridge.anna.wait_for("Отвязать аккаунт", after=asked)
        await bridge.anna.press(question.id, "Отвязать и стереть")
        done = await bridge.anna.wait_for("Стёрто насовсем")
        assert "2 переписки" in done.text
        assert "отозвал" in done.text
        await bridge.anna.send("/export")
        nothing = await bridge.anna.wait_for(lambda m: m.document is not None)
    assert "аккаунт не подключён" in nothing.text


async def test_many_exports_at_once_do_not_hold_each_other(bridge: Bridge, redis: Client) -> None:
    """Else each would be twice as large as the one before it."""
    async with bridge.running():
        await bridge.link()
    bridge.telegram.fail_next("sendDocument", times=1000, retry_after=600)
    bridge.telegram.fail_next("sendMessage", times=1000, retry_after=600)
    async with bridge.running():
        for _ in range(12):
            await bridge.anna.send("/export")
        await bridge.telegram.settled()
        waiting, inbox = keys.of(bridge.anna.id, "outbox"), keys.of(bridge.anna.id, "inbox")

        async def handled() -> bool:
            return not await redis.llen(inbox)

        await eventually(handled)
    sizes = [len(entry) for entry in await redis.lrange(waiting, 0, -1)]
    assert sizes
    assert max(sizes) < 100_000
