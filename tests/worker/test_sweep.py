"""Hiding many: what each of them turns out to be when it is its turn."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.chat.intents import HideAll
from bot.chat.outgoing import Rewrite, Say
from bot.chat.screens import hiding
from bot.chat.texts import Texts
from bot.sandbox.hh.faults import refused
from bot.store.records import Access
from bot.worker.access import gateway
from bot.worker.change import Change
from bot.worker.sweep import Sweep, hide_next
from bot.worker.waiting import Waiting
from tests.waiting import eventually
from tests.worker.conftest import Desk

T = Texts("ru")


def all_of(desk: Desk, *, stopped: bool = False) -> HideAll:
    return HideAll(tab="response", nids=(desk.nid,), total=1, card_id=500, stopped=stopped)


async def hidden(desk: Desk, intent: HideAll) -> HideAll:
    return await hide_next(intent, gateway(desk.services, desk.session, desk.access), T)


async def test_what_is_stopped_hides_nothing_more(desk: Desk) -> None:
    stopped = all_of(desk, stopped=True)
    assert await hidden(desk, stopped) == stopped
    assert not desk.talk.hidden


async def test_a_conversation_with_news_stays_and_is_named(desk: Desk) -> None:
    desk.bridge.hh.employers.write(desk.nid, "Здравствуйте!")
    rest = await hidden(desk, all_of(desk))
    assert (rest.kept, rest.nids) == (1, ())
    ((title, why),) = rest.reasons
    assert "Ромашка" in title
    assert why == T("something has changed there")
    assert not desk.talk.hidden


@pytest.mark.parametrize("request_", ["GET /negotiations/*", "DELETE /**"])
async def test_a_conversation_that_is_gone_counts_as_hidden(desk: Desk, request_: str) -> None:
    desk.bridge.hh.faults.add(refused("not_found", 404), request_)
    rest = await hidden(desk, all_of(desk))
    assert (rest.hidden, rest.nids) == (1, ())


async def queue(desk: Desk, *, not_before: float = 0) -> None:
    waiting = Waiting(all_of(desk), desk.services.clock(), not_before=not_before)
    await desk.session.commit(Change(queue=lambda _: [waiting]))


@pytest.mark.parametrize("card_id", [500, 0])
async def test_how_far_it_is_shows_at_the_card_alone_and_the_end_in_any_case(
    desk: Desk, card_id: int
) -> None:
    gone = ("8801", "8802", "8803")
    intent = HideAll(tab="response", nids=gone, total=3, card_id=card_id)
    long_ago = Waiting(intent, desk.services.clock() - 3600)
    await desk.session.commit(Change(queue=lambda _: [long_ago]))
    await Sweep(desk.services, desk.session, desk.access).run()
    *progress, end = desk.session.outbox
    assert isinstance(end, Rewrite if card_id else Say)
    assert end.text == hiding.done(T, HideAll(tab="response", nids=(), total=3, card_id=0, hidden=3)).text
    assert len(progress) == (1 if card_id else 0)


async def test_hiding_waits_until_the_account_is_linked_again(desk: Desk) -> None:
    await queue(desk)
    desk.bridge.hh.tokens.end(desk.bridge.applicant.id)
    await Sweep(desk.services, desk.session, desk.access).run()
    assert desk.session.account is not None
    assert desk.session.account.access is Access.LAPSED
    assert len(desk.session.queue) == 1


async def test_hiding_that_is_taken_back_during_the_pause_hides_nothing(desk: Desk) -> None:
    desk.services = replace(desk.services, timing=replace(desk.services.timing, sweep=3600))
    await queue(desk, not_before=desk.services.clock() + 1)
    sweep = asyncio.create_task(Sweep(desk.services, desk.session, desk.access).run())
    await asyncio.sleep(0)
    assert not sweep.done()
    await desk.session.commit(Change(queue=lambda _: []))
    await eventually(sweep.done)
    assert not desk.talk.hidden
