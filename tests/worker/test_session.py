"""What a session keeps in memory is what Redis has, whatever comes between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.outgoing import Conversation, Say
from bot.hh.models import Employer, VacancyShort
from bot.store import keys
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis
from bot.store.errors import StoreUnavailable
from bot.store.limiter import Limiter, limiter_of
from bot.store.mailbox import Incoming, Mailboxes
from bot.sync.events import Event, Kind
from bot.worker.change import Change, Superseded
from bot.worker.delivery import CHAT_BURST, DeliveryLane
from bot.worker.later import later
from bot.worker.outbox import BATCH
from bot.worker.pace import Rate
from bot.worker.session import Session
from bot.worker.telling import LaterLane
from bot.worker.updates import TURNS
from tests.sync.conversations import message, negotiation
from tests.waiting import eventually
from tests.worker.conftest import Desk

USER = 4242


async def test_after_a_write_that_nobody_confirmed_nothing_more_is_written(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path, fsync=False) as url:
        client = connect(url)
        mailboxes = Mailboxes(client, lease=2.0)
        await mailboxes.push([Incoming(USER, 1, b"{}")])
        (claim,) = (await mailboxes.claim(keys.shard_of(USER), 1)).claims
        session = Session(claim, mailboxes, client, limiter_of(client, "telegram", rate=30, burst=10))
    with pytest.raises(StoreUnavailable):
        await session.commit(Change(language="en"))
    with pytest.raises(StoreUnavailable, match="not known what was written"):
        await session.commit(Change(language="en"))
    await client.aclose()


async def test_a_long_outbox_is_delivered_whole_and_in_order(desk: Desk) -> None:
    texts = [str(number) for number in range(BATCH + 1)]
    await desk.session.commit(Change(said=[Say(text=text) for text in texts]))
    await desk.die()
    assert desk.said == texts[:BATCH]
    await desk.session.commit(Change(said=[Say(text="last")]))
    seen: list[str] = []
    while desk.session.outbox:
        first = desk.session.outbox.first
        assert isinstance(first, Say)
        seen.append(first.text)
        await desk.session.commit(Change(delivered=first))
        await desk.session.refill()
    assert seen == [*texts, "last"]


async def test_news_that_waited_is_told_by_one_of_two(desk: Desk) -> None:
    talk = negotiation(vacancy=VacancyShort(id="1", name="Аналитик", employer=Employer(name="Ромашка")))
    held = later(Event(Kind.MESSAGE, talk, message(7)), desk.services.clock(), digest=False)
    await desk.session.commit(Change(later=[held]))
    (known,) = await desk.session.later()
    await desk.session.commit(Change(told=[known], said=[Say(text="раз")]))
    with pytest.raises(Superseded):
        await desk.session.commit(Change(told=[known], said=[Say(text="два")]))
    assert desk.said == ["раз"]


async def test_nobody_is_told_what_waited_for_who_has_unlinked(desk: Desk) -> None:
    await desk.session.commit(Change(erase=True))
    await LaterLane(desk.services, desk.session).run()
    assert desk.said == []
    with pytest.raises(Superseded):
        _ = desk.session.quiet


async def test_what_was_emptied_while_an_entry_was_on_its_way_stays_empty(desk: Desk) -> None:
    await desk.session.commit(Change(said=[Say(text="раз"), Say(text="два")]))
    desk.bridge.telegram.fail_next("sendMessage", delay_before=1)
    delivery = asyncio.create_task(DeliveryLane(desk.services, desk.session).run())
    await eventually(lambda: not desk.bridge.telegram.faults.waiting)
    await desk.session.commit(Change(erase=True))
    await eventually(delivery.done)
    assert [each.text for each in desk.bridge.anna.from_bot] == ["раз"]
    assert desk.said == []


async def test_a_delivery_that_waits_for_its_turn_ends_with_the_session(desk: Desk) -> None:
    crowded = Limiter(desk.services.store, keys.pace("crowded"), rate=0.01, burst=1)
    await crowded.reserve(0)
    desk.services = replace(desk.services, telegram_limit=crowded)
    await desk.die()
    await desk.session.commit(Change(said=[Say(text="раз")]))
    delivery = asyncio.create_task(DeliveryLane(desk.services, desk.session).run())
    await asyncio.sleep(0.1)
    assert not delivery.done()
    desk.session.end()
    await eventually(delivery.done)
    assert desk.said == ["раз"]
    assert desk.bridge.anna.from_bot == []


async def test_a_message_that_waits_for_its_chat_stays_when_the_session_ends(desk: Desk) -> None:
    slow = replace(desk.services, timing=replace(desk.services.timing, chat=60.0))
    for _ in range(CHAT_BURST):
        await desk.session.permit("messages", Rate(1 / 60, CHAT_BURST), 0)
    await desk.session.commit(Change(said=[Say(text="раз")]))
    delivery = asyncio.create_task(DeliveryLane(slow, desk.session).run())
    await asyncio.sleep(0.1)
    assert not delivery.done()
    desk.session.end()
    await eventually(delivery.done)
    assert desk.said == ["раз"]
    assert desk.bridge.anna.from_bot == []


async def test_an_update_that_waits_for_its_turn_stays_when_the_session_ends(desk: Desk) -> None:
    for _ in range(TURNS.burst):
        await desk.session.permit("turns", TURNS, 0)
    await desk.write("/help")
    handling = asyncio.create_task(desk.handle())
    await asyncio.sleep(0)
    assert not handling.done()
    desk.session.end()
    await eventually(handling.done)
    assert len(desk.session.updates) == 1
    assert desk.said == []


async def test_who_starts_anew_has_no_sister_sites(desk: Desk) -> None:
    await desk.session.commit(Change(sites={desk.nid: "rabota.by"}))
    assert await desk.session.site(desk.nid) == "rabota.by"
    await desk.session.commit(Change(reset=True))
    assert await desk.session.site(desk.nid) is None


async def test_years_of_conversations_are_written_down_at_once(desk: Desk) -> None:
    many = {str(number): number for number in range(1, 12_001)}
    await desk.session.commit(
        Change(
            mapped={number: Conversation(nid) for nid, number in many.items()},
            sites=dict.fromkeys(many, "rabota.by"),
            applied=dict.fromkeys(many, desk.services.clock()),
            unseen=frozenset(many),
        )
    )
    kept = desk.session.kept
    assert await kept.unseen() == frozenset(many)
    assert await kept.site("12000") == "rabota.by"
    assert await kept.subject(12_000) == Conversation("12000")
    assert (await kept.applications()).in_a_day(desk.services.clock()) == len(many)
    await desk.session.commit(Change(seen=frozenset(many)))
    assert await kept.unseen() == frozenset()


async def test_nothing_stays_of_who_has_unlinked_whatever_an_older_version_left(desk: Desk) -> None:
    store, head = desk.services.store, keys.of(desk.session.user_id, "head")
    await store.hset(head, "of-older-versions", "1")
    await desk.die()
    await desk.session.commit(Change(erase=True))
    assert await desk.services.mailboxes.release(desk.session.claim, None)
    assert await store.hgetall(head) == {}
