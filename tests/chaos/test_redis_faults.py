"""Redis is away, full, read-only or cut off: the bridge waits, says so, and goes on by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.sandbox.hh import faults
from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.telegram.chats import ChatMessage
from bot.store import keys
from bot.store.connection import ANSWER_TIMEOUT, Client
from tests.bridge.steps import arrivals, at_hh, conversation, polled
from tests.chaos.processes import Process
from tests.chaos.site import Site
from tests.chaos.wires import RedisServer, Wire
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(180)  # many processes on a busy machine


@pytest.fixture
def site(site: Site) -> Site:
    """Claims whose confirmation was lost soon run out."""
    site.timing = replace(site.timing, lease=3.0)
    return site


async def linked(site: Site) -> tuple[Negotiation, ChatMessage, Process]:
    talk = conversation(site.bridge)
    web = await site.start("web")
    await site.start("worker")
    news = await site.news(talk)
    # Else the outage would fall into the one window in which a notification is repeated.
    async with site.redis.client() as client:
        await eventually(lambda: nothing_waits(client, site.bridge.anna.id))
    return talk, news, web


async def nothing_waits(client: Client, user_id: int) -> bool:
    return not await client.exists(keys.of(user_id, "outbox"))


@asynccontextmanager
async def outage(site: Site, talk: Negotiation, news: ChatMessage, web: Process) -> AsyncIterator[None]:
    """While the block lasts Redis takes no writes; what both sides wrote meanwhile arrives once."""
    anna = site.bridge.anna
    await eventually(lambda: unready(site, web))
    reply = await anna.send("Приду!", reply_to=news.id)
    site.bridge.hh.employers.write(talk.id, "Пока вы ждали")
    yield
    await eventually(lambda: ready(site, web))
    await anna.wait_for_reaction(reply, "👌")
    await anna.wait_for("Пока вы ждали")
    await site.bridge.telegram.settled(40)
    await polled(site.bridge)
    assert site.bridge.hh.journal.texts(talk.id) == ["Приду!"]
    assert arrivals(site.bridge, "Пока вы ждали") == 1


async def ready(site: Site, web: Process) -> bool:
    return (await site.readiness(web))["ready"] is True


async def unready(site: Site, web: Process) -> bool:
    said = await site.readiness(web)
    return said["ready"] is False and said["redis"] == "away, or takes no writes"


async def refused(site: Site) -> None:
    """Telegram was told to come again, and keeps the update."""
    webhooks = site.bridge.telegram.world.webhooks
    await site.bridge.telegram.wait_until(lambda: "503" in (webhooks.last_error or ""))
    assert site.bridge.telegram.world.updates.count == 1


async def test_redis_is_killed_and_started_again(site: Site) -> None:
    talk, news, web = await linked(site)
    await site.redis.kill()
    async with outage(site, talk, news, web):
        await refused(site)
        await site.redis.start()


async def test_redis_stands_still(site: Site) -> None:
    talk, news, web = await linked(site)
    async with site.redis.frozen():
        begun = time.monotonic()
        pausing = outage(site, talk, news, web)
        await pausing.__aenter__()
        await refused(site)
        # By now nobody still waits for an answer to what he asked before.
        await asyncio.sleep(begun + ANSWER_TIMEOUT + 2.0 - time.monotonic())
    await pausing.__aexit__(None, None, None)


async def test_tokens_that_came_while_redis_stood_still_for_longer_than_a_claim_are_kept(
    site: Site,
) -> None:
    talk, _, _ = await linked(site)
    await site.start("worker")
    hh, anna = site.bridge.hh, site.bridge.anna
    refresh = hh.faults.add(faults.delay(1.0, after=True), on="POST /token")
    hh.tokens.expire(site.bridge.applicant.id)
    await at_hh(site.bridge, lambda: refresh.struck == 1)
    async with site.redis.frozen():
        await asyncio.sleep(site.timing.lease + 2.0)
    hh.employers.write(talk.id, "Ждём вас завтра")
    await anna.wait_for("Ждём вас завтра")
    await polled(site.bridge)
    assert arrivals(site.bridge, "Ждём вас завтра") == 1
    assert arrivals(site.bridge, "войти заново") == 0
    assert hh.journal.count("POST", "/token") <= 3


async def test_redis_is_full(site: Site) -> None:
    talk, news, web = await linked(site)
    async with site.redis.client() as client:
        await client.config_set("maxmemory", "1")
        async with outage(site, talk, news, web):
            await refused(site)
            await client.config_set("maxmemory", "0")


async def test_redis_has_become_a_replica_and_another_one_the_master(site: Site, tmp_path: Path) -> None:
    async with RedisServer(tmp_path / "second") as second, Wire(site.redis.port) as wire:
        through = SecretStr(f"redis://127.0.0.1:{wire.port}")
        site.bridge.settings = site.bridge.settings.model_copy(update={"redis_url": through})
        talk, news, web = await linked(site)
        async with site.redis.client() as old, second.client() as new:
            await new.replicaof("127.0.0.1", site.redis.port)
            await eventually(lambda: in_step(new))
            # Both are replicas now, as in the moment of a failover; the wire still leads to the old one.
            await old.replicaof("127.0.0.1", second.port)
            async with outage(site, talk, news, web):
                await refused(site)
                wire.ends = [second.port]
                await new.replicaof("NO", "ONE")


async def in_step(replica: object) -> bool:
    """It has what its master has."""
    info = await replica.info("replication")  # type: ignore[attr-defined]
    return info["master_link_status"] == "up" and not info["master_sync_in_progress"]


async def test_a_press_overtakes_no_edit_that_another_web_process_could_not_store(site: Site) -> None:
    talk, anna = conversation(site.bridge), site.bridge.anna
    conversation(site.bridge, "Василёк")
    direct = site.bridge.settings
    async with Wire(site.redis.port) as wire:
        through = SecretStr(f"redis://127.0.0.1:{wire.port}")
        site.bridge.settings = direct.model_copy(update={"redis_url": through})
        cut_off = await site.start("web")
        site.bridge.settings = direct
        healthy = await site.start("web")
        await site.start("worker")
        await site.bridge.link()
        draft = await anna.send("Здравствуйте, ещё ищите?")
        question = await anna.wait_for(lambda m: len(m.buttons) > 2, after=draft)
        site.front.lead(site.fronts[cut_off.pid])
        wire.lead()
        async with site.redis.client() as client:
            await anna.edit(draft, "Здравствуйте, ещё ищете?")
            webhooks = site.bridge.telegram.world.webhooks
            await site.bridge.telegram.wait_until(lambda: "503" in (webhooks.last_error or ""))
            site.front.lead(site.fronts[healthy.pid])
            wire.lead(site.redis.port)
            await eventually(lambda: comes_again(client, anna.id))
        anna.tap(question.id, next(label for label in question.labels if "Ромашка" in label))
        await anna.wait_for_reaction(draft, "👌")
    assert site.bridge.hh.journal.texts(talk.id) == ["Здравствуйте, ещё ищете?"]


async def comes_again(client: Client, user_id: int) -> bool:
    return bool(await client.exists(keys.of(user_id, "late")))


async def test_connections_to_redis_break_in_the_middle_of_everything(site: Site) -> None:
    async with Wire(site.redis.port) as wire:
        through = SecretStr(f"redis://127.0.0.1:{wire.port}")
        site.bridge.settings = site.bridge.settings.model_copy(update={"redis_url": through})
        talk, news, _ = await linked(site)
        anna, hh = site.bridge.anna, site.bridge.hh
        hh.world.limits.in_a_row = 10**9  # some answers wait, and then come one after the other
        texts = [f"№{number:02}" for number in range(12)]
        async with site.redis.client() as client:
            for number, text in enumerate(texts):
                wire.cut_after = 2000 + 700 * number
                hh.employers.write(talk.id, text)
                await anna.send(text, reply_to=news.id)
                await client.client_kill_filter(_type="normal", skipme=True)
                await polled(site.bridge, 1)
        wire.cut_after = None
        await site.bridge.telegram.wait_until(lambda: len(hh.journal.texts(talk.id)) >= len(texts), 60)
        await anna.wait_for(lambda m: texts[-1] in m.text, 60, after=news.id)
        await polled(site.bridge)
    assert wire.cuts
    assert hh.journal.texts(talk.id) == texts
    assert [text for text in texts if not arrivals(site.bridge, text)] == []
