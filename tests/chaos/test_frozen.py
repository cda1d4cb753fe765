"""A process that stood still for longer than its claim does nothing twice when it goes on."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.telegram.chats import ChatMessage
from bot.sandbox.telegram.world import Call
from tests.bridge.steps import arrivals, conversation, polled
from tests.chaos.processes import Process
from tests.chaos.site import Site
from tests.waiting import eventually

LEASE = 3.0

pytestmark = pytest.mark.timeout(180)  # many processes on a busy machine


@pytest.fixture
def site(site: Site) -> Site:
    """Claims that really run out: a frozen process measures them by its own clock."""
    site.timing = replace(site.timing, lease=LEASE)
    return site


async def linked(site: Site) -> tuple[Negotiation, ChatMessage]:
    talk = conversation(site.bridge)
    _, worker = await site.start("web"), await site.start("worker")
    news = await site.news(talk)
    await worker.stopped()
    return talk, news


async def goes_on(process: Process) -> None:
    """It is continued, and has found out that its claim is another's."""
    process.signal(signal.SIGCONT)
    await eventually(lambda: "claim was lost" in process.words())


@pytest.mark.parametrize("point", ["write-due", "write-accepted"])
async def test_a_frozen_worker_does_not_send_what_its_successor_has_sent(site: Site, point: str) -> None:
    talk, news = await linked(site)
    anna = site.bridge.anna
    frozen = await site.start("worker", f"{point}:stop")
    reply = await anna.send("Приду!", reply_to=news.id)
    await frozen.standing()
    await site.start("worker")
    await anna.wait_for_reaction(reply, "👌")
    await goes_on(frozen)
    await polled(site.bridge)
    assert site.bridge.hh.journal.texts(talk.id) == ["Приду!"]
    posts = site.bridge.hh.journal.count("POST", "/negotiations/*/messages")
    assert posts == 1


@pytest.mark.parametrize(("point", "times"), [("delivery-due", 1), ("notified", 2)])
async def test_a_frozen_worker_does_not_deliver_what_its_successor_has_delivered(
    site: Site, point: str, times: int
) -> None:
    talk, _ = await linked(site)
    frozen = await site.start("worker", f"{point}:stop")
    site.bridge.hh.employers.write(talk.id, "Ждём вас завтра")
    await frozen.standing()
    await site.start("worker")
    await site.bridge.telegram.wait_until(lambda: arrivals(site.bridge, "Ждём вас завтра") == times)
    await goes_on(frozen)
    await polled(site.bridge)
    assert arrivals(site.bridge, "Ждём вас завтра") == times


async def test_a_frozen_worker_does_not_act_on_what_its_successor_has_acted_on(site: Site) -> None:
    talk, news = await linked(site)
    anna = site.bridge.anna
    frozen = await site.start("worker", "update-handled:stop")
    first = await anna.send("Раз", reply_to=news.id)
    await frozen.standing()
    await site.start("worker")
    await anna.wait_for_reaction(first, "👌")
    second = await anna.send("Два", reply_to=news.id)
    await anna.wait_for_reaction(second, "👌")
    await goes_on(frozen)
    third = await anna.send("Три", reply_to=news.id)
    await anna.wait_for_reaction(third, "👌")
    await polled(site.bridge)
    assert site.bridge.hh.journal.texts(talk.id) == ["Раз", "Два", "Три"]


@pytest.mark.parametrize("point", ["page-read", "messages-read"])
async def test_a_frozen_worker_does_not_write_over_what_its_successor_has_read(
    site: Site, point: str
) -> None:
    talk, news = await linked(site)
    frozen = await site.start("worker", f"{point}:stop")
    site.bridge.hh.employers.write(talk.id, "Раз")
    await frozen.standing()
    await site.start("worker")
    site.bridge.hh.employers.write(talk.id, "Два")
    await site.bridge.anna.wait_for("Два", after=news.id)
    await goes_on(frozen)
    site.bridge.hh.employers.write(talk.id, "Три")
    await site.bridge.anna.wait_for("Три", after=news.id)
    assert [arrivals(site.bridge, text) for text in ("Раз", "Два", "Три")] == [1, 1, 1]


async def test_tokens_that_a_frozen_worker_had_got_are_kept(site: Site) -> None:
    """hh.ru gives them once: its successor can get none, and asks the user in vain."""
    talk, news = await linked(site)
    anna, hh = site.bridge.anna, site.bridge.hh
    hh.tokens.expire(site.bridge.applicant.id)
    frozen = await site.start("worker", "token-refreshed:stop")
    await frozen.standing()
    await site.start("worker")
    await anna.wait_for("просит войти заново")
    reply = await anna.send("Приду!", reply_to=news.id)
    hh.employers.write(talk.id, "Ждём вас завтра")
    await site.bridge.telegram.settled(30)
    await goes_on(frozen)
    await anna.wait_for_reaction(reply, "👌")
    await anna.wait_for("Ждём вас завтра")
    await polled(site.bridge)
    assert hh.journal.texts(talk.id) == ["Приду!"]
    assert arrivals(site.bridge, "Ждём вас завтра") == 1


async def test_a_frozen_web_process_costs_only_time(site: Site) -> None:
    talk, news = await linked(site)
    anna = site.bridge.anna
    await site.start("worker")
    site.retire(site.started[0])
    frozen = await site.start("web", "update-stored:stop")
    reply = await anna.send("Приду!", reply_to=news.id)
    await frozen.standing()
    await anna.wait_for_reaction(reply, "👌")
    frozen.signal(signal.SIGCONT)
    await site.bridge.telegram.settled(30)
    assert site.bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_of_two_pollers_the_one_that_was_frozen_takes_nothing_twice(site: Site) -> None:
    talk, anna = conversation(site.bridge), site.bridge.anna
    site.poll()
    first = await site.start("run")
    news = await site.news(talk)
    await first.stopped()
    frozen = await site.start("run", "update-stored:stop")
    replies = [await anna.send("Раз", reply_to=news.id)]
    await frozen.standing()
    # By now Telegram has ended the poll that the stopped process left there, if no update had.
    ended = len(polls_refused(site))
    site.front.ends.clear()
    second = await site.start("run")
    await anna.wait_for_reaction(replies[0], "👌")
    replies.append(await anna.send("Два", reply_to=news.id))
    await anna.wait_for_reaction(replies[1], "👌")
    frozen.signal(signal.SIGCONT)
    await eventually(lambda: "lease for polling Telegram is lost" in frozen.words())
    replies.append(await anna.send("Три", reply_to=news.id))
    await anna.wait_for_reaction(replies[2], "👌")
    assert "polls Telegram now" in second.words()
    assert site.bridge.hh.journal.texts(talk.id) == ["Раз", "Два", "Три"]
    assert len(polls_refused(site)) == ended


def polls_refused(site: Site) -> list[Call]:
    return [call for call in site.bridge.telegram.refused if call.method == "getUpdates"]
