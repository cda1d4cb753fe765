"""Looks at hh.ru's lists that meet what lists can be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.hh.errors import LinkAgain
from bot.hh.models import Negotiation
from bot.hh.negotiations import NegotiationsGateway
from bot.sandbox.hh.faults import broken, refused, throttled
from bot.store import keys
from bot.store.limiter import Limiter, Line
from bot.sync.book import Book, Known
from bot.worker.access import polling, under_ceiling
from bot.worker.change import Change
from bot.worker.poll import Poll
from bot.worker.roster import MOST_PAGES, PER_PAGE, roster
from bot.worker.walk import Walk
from tests.handlers.private_chat import HhRu
from tests.handlers.private_chat import negotiation as listed
from tests.waiting import eventually
from tests.worker.conftest import Desk


async def polled(desk: Desk) -> None:
    await Poll(desk.services, desk.session, desk.access).run()


def asking(desk: Desk) -> NegotiationsGateway:
    return polling(desk.services, desk.session, desk.access, under_ceiling(desk.services))


def walk(desk: Desk, per_page: int = 1) -> Walk:
    return Walk(asking(desk), desk.services.clock, per_page=per_page)


@pytest.fixture
async def expected(desk: Desk) -> Known:
    """A conversation "4711" that the list does not show is to be looked at again."""
    known = Known(updated_at=1, mark=1, state="response", has_updates=False, recheck=True)
    await desk.session.commit(Change(book=Book(since=1, known={"4711": known})))
    return known


async def entry(desk: Desk) -> Known:
    return desk.session.book.known["4711"]


@pytest.mark.usefixtures("expected")
async def test_a_conversation_that_is_gone_is_looked_for_again_but_not_for_ever(desk: Desk) -> None:
    await polled(desk)
    assert (await entry(desk)).failing
    desk.services = replace(desk.services, timing=replace(desk.services.timing, unreadable=0))

    async def given_up() -> bool:
        await polled(desk)
        return not (await entry(desk)).failing

    await eventually(given_up)
    assert not (await entry(desk)).recheck
    asked = desk.bridge.hh.journal.count("GET", "/negotiations/4711")
    await polled(desk)
    assert desk.bridge.hh.journal.count("GET", "/negotiations/4711") == asked
    assert desk.said == []


async def test_what_was_owed_of_a_conversation_that_seemed_gone_is_told_once_it_is_listed_again(
    desk: Desk,
) -> None:
    """It is listed as it was when it could not be read."""
    hh = desk.bridge.hh
    desk.services = replace(desk.services, timing=replace(desk.services.timing, unreadable=0))
    await desk.session.commit(Change(book=Book(since=1)))
    await polled(desk)
    unread = hh.faults.add(broken(), f"GET /negotiations/{desk.nid}/messages", times=None)
    hh.employers.write(desk.nid, "Ждём вас")
    await polled(desk)
    assert not any("Ждём вас" in text for text in desk.said)
    desk.talk.hidden = True
    missing = hh.faults.add(refused("not_found", 404), f"GET /negotiations/{desk.nid}", times=None)

    async def looked_for() -> bool:
        await polled(desk)
        return missing.struck > 0

    await eventually(looked_for)
    hh.faults.remove(unread.id)
    desk.talk.hidden = False
    await polled(desk)
    assert [text for text in desk.said if "Ждём вас" in text]


@pytest.mark.usefixtures("expected")
async def test_one_that_hh_ru_does_not_show_now_is_put_off_and_holds_up_no_other(desk: Desk) -> None:
    desk.bridge.hh.faults.add(broken(), "GET /negotiations/4711", times=None)
    await polled(desk)
    assert (await entry(desk)).failing
    assert desk.nid in desk.session.book.known


@pytest.mark.usefixtures("expected")
async def test_a_throttled_look_is_put_off_as_a_whole(desk: Desk) -> None:
    desk.bridge.hh.faults.add(throttled(3), "GET /negotiations/4711")
    await polled(desk)
    assert (await entry(desk)).failing
    assert desk.nid not in desk.session.book.known


async def test_a_look_for_which_there_is_no_room_changes_nothing(desk: Desk, expected: Known) -> None:
    crowded = Limiter(desk.services.store, keys.pace("crowded"), rate=0.01, burst=2)
    line = Limiter(desk.services.store, keys.line("crowded"), rate=10, burst=2)
    desk.services = replace(desk.services, hh_limit=crowded, poll_line=Line(line, crowded))
    await polled(desk)
    assert await entry(desk) == expected
    asked = desk.bridge.hh.journal.count("GET", "/negotiations")
    await polled(desk)
    assert desk.bridge.hh.journal.count("GET", "/negotiations") == asked, "nor for its first request"
    assert desk.session.head.poll > desk.services.clock()


async def test_what_is_unread_is_read_before_what_only_moved(desk: Desk) -> None:
    moved = desk.bridge.hh.world.open_negotiation(desk.bridge.resume, desk.vacancy, state="response")
    await polled(desk)
    desk.bridge.hh.journal.requests.clear()
    moved.updated_at -= 60
    desk.bridge.hh.employers.write(desk.nid, "Здравствуйте!")
    await polled(desk)
    paths = [request.path for request in desk.bridge.hh.journal.requests]
    read = [path.split("/")[2] for path in paths if path.endswith("/messages")]
    assert read == [desk.nid, moved.id]


async def test_each_request_of_a_look_takes_one_turn_under_the_ceiling(desk: Desk) -> None:
    ceiling = Limiter(desk.services.store, keys.pace("counted"), rate=0.01, burst=20)
    line = Limiter(desk.services.store, keys.line("counted"), rate=10, burst=2)
    desk.services = replace(desk.services, hh_limit=ceiling, poll_line=Line(line, ceiling))
    before = desk.bridge.hh.journal.count()
    await polled(desk)
    asked = desk.bridge.hh.journal.count() - before
    assert [await ceiling.reserve(0) == 0 for _ in range(21 - asked)] == [True] * (20 - asked) + [False]


async def test_where_hidden_ones_are_not_listed_the_others_still_are(desk: Desk) -> None:
    desk.bridge.hh.faults.add(broken(), "GET /negotiations")
    assert await walk(desk).hidden() == {}
    assert await walk(desk).hidden() == {}
    desk.bridge.hh.tokens.end(desk.bridge.applicant.id)
    with pytest.raises(LinkAgain):
        await walk(desk).hidden()


async def looked(desk: Desk, *, per_page: int = 1) -> dict[str, Negotiation]:
    first = await asking(desk).page(0, per_page)
    assert first is not None
    return (await walk(desk, per_page).take(first, {}, everything=True)).listed


async def test_an_endless_list_is_read_to_a_limit(desk: Desk) -> None:
    world, resume = desk.bridge.hh.world, desk.bridge.resume
    for _ in range(101):
        world.open_negotiation(resume, desk.vacancy, state="response")
    assert len(await looked(desk)) == 100


async def test_what_moves_to_the_next_page_meanwhile_ends_this_look_only(
    desk: Desk,
) -> None:
    world, resume = desk.bridge.hh.world, desk.bridge.resume
    first = await asking(desk).page(0, 1)
    assert first is not None
    newer = world.open_negotiation(resume, desk.vacancy, state="response")
    newer.updated_at += 5
    look = await walk(desk).take(first, {}, everything=True)
    assert set(look.listed) == {desk.nid}
    assert set(await looked(desk)) == {desk.nid, newer.id}


async def test_a_page_that_shows_only_what_was_seen_ends_the_look(desk: Desk) -> None:
    world, resume = desk.bridge.hh.world, desk.bridge.resume
    second, newer = (world.open_negotiation(resume, desk.vacancy, state="response") for _ in range(2))
    newer.updated_at -= 60
    second.updated_at += 5
    first = await asking(desk).page(0, 1)
    assert first is not None
    newer.updated_at += 120
    assert set((await walk(desk).take(first, {}, everything=True)).listed) == {second.id}


async def test_more_conversations_than_fit_are_counted_but_not_listed(desk: Desk) -> None:
    hh = HhRu(conversations=[listed(str(number)) for number in range(MOST_PAGES * PER_PAGE + 5)])
    found = await roster(desk.session, hh)
    assert len(found.entries) == MOST_PAGES * PER_PAGE
    assert found.found == MOST_PAGES * PER_PAGE + 5


async def test_a_refused_depth_of_the_list_is_its_end(desk: Desk) -> None:
    world, resume = desk.bridge.hh.world, desk.bridge.resume
    world.open_negotiation(resume, desk.vacancy, state="response")
    desk.bridge.hh.quirks.depth = 1
    assert len(await looked(desk)) == 1


async def test_a_look_that_succeeds_forgets_those_that_failed_without_a_commit_of_its_own(desk: Desk) -> None:
    session, head = desk.session, keys.of(desk.session.user_id, "head")
    while not session.head.page:
        await polled(desk)
    await session.commit(Change(head={"failing": desk.services.clock()}))
    commits = session.claim.commits
    await polled(desk)
    assert session.head.failing == 0
    assert session.claim.commits == commits
    assert await desk.services.mailboxes.release(session.claim, None, session.unwritten)
    assert not await desk.services.store.hexists(head, "failing")
