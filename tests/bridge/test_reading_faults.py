"""What hh.ru shows badly, late or not at all: nothing of it is lost, doubled or held up by the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sandbox.hh import faults
from bot.sandbox.hh.crowd import crowd
from bot.sandbox.hh.faults import Fault
from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.hh.quirks import NULLABLE
from tests.bridge.conftest import Bridge
from tests.bridge.steps import arrivals, at_hh, card_of_first, conversation, polled

LIST = "GET /negotiations"


def messages_of(talk: Negotiation) -> str:
    """The request that reads a conversation."""
    return f"GET /negotiations/{talk.id}/messages"


PASSING = [
    faults.broken(500),
    faults.broken(502),
    faults.reset(),
    faults.reset(after=True),
    faults.truncated(),
    faults.truncated(hang_up=True),
    faults.throttled(1),
    faults.throttled("Wed, 21 Oct 2015 07:28:00 GMT"),
    faults.not_ready(425),
    faults.not_ready(403),
    faults.shield(),
    faults.delay(3.0, after=True),
]


async def test_no_fault_that_passes_costs_a_message_or_brings_it_twice(bridge: Bridge) -> None:
    bridge.timing = replace(bridge.timing, answer=2.0)
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        for number, fault in enumerate(PASSING):
            on = LIST if number % 2 else messages_of(talk)
            rules = [bridge.hh.faults.add(fault, on=on), bridge.hh.faults.add(fault, on=messages_of(talk))]
            bridge.hh.employers.write(talk.id, f"Письмо {number:02}.")
            await bridge.anna.wait_for(f"Письмо {number:02}.")
            for rule in rules:
                bridge.hh.faults.remove(rule.id)
        await polled(bridge)
        notices = [m.text for m in bridge.anna.from_bot if "войти заново" in m.text]
    assert notices == []
    told = [m.text for m in bridge.anna.from_bot if "Письмо" in m.text]
    assert [f"Письмо {n:02}." in text for n, text in enumerate(told)] == [True] * len(PASSING)


LASTING = [
    faults.broken(500),
    faults.truncated(),
    faults.refused("something_quite_new", 403),
    faults.not_ready(425),
    faults.shield(),
]


@pytest.mark.parametrize("fault", LASTING, ids=lambda fault: fault.kind)
async def test_a_conversation_that_cant_be_read_holds_up_no_other(bridge: Bridge, fault: Fault) -> None:
    bridge.timing = replace(bridge.timing, unreadable=1.0)
    broken, other = conversation(bridge, "Ромашка"), conversation(bridge, "Василёк")
    async with bridge.running():
        await bridge.link()
        rule = bridge.hh.faults.add(fault, on=messages_of(broken), times=None)
        bridge.hh.employers.invite(broken.id, "Приглашаем")
        await at_hh(bridge, lambda: rule.struck > 0)
        for text in ("Раз", "Два"):
            bridge.hh.employers.write(other.id, text)
            await bridge.anna.wait_for(text)
        await bridge.anna.wait_for(lambda m: "Ромашка" in m.text and "🎉" in m.text)
        assert arrivals(bridge, "Приглашаем") == 0
        bridge.hh.faults.clear()
        await bridge.anna.wait_for("Приглашаем")
        await polled(bridge)
    assert [arrivals(bridge, text) for text in ("Приглашаем", "Раз", "Два")] == [1, 1, 1]


async def test_one_conversation_or_message_that_makes_no_sense_costs_only_itself(bridge: Bridge) -> None:
    strange, other = conversation(bridge, "Ромашка"), conversation(bridge, "Василёк")
    async with bridge.running():
        await bridge.link()
        bridge.hh.quirks.strange = True
        bridge.hh.quirks.unreadable = frozenset({strange.id})
        await polled(bridge)
        bridge.hh.employers.write(strange.id, "Потом")
        bridge.hh.employers.write(other.id, "Сразу")
        await bridge.anna.wait_for("Сразу")
        await polled(bridge)
        assert arrivals(bridge, "Потом") == 0
        second = bridge.hh.employers.write(strange.id, "Ещё позже")
        bridge.hh.quirks.unreadable = frozenset({second.id})
        await bridge.anna.wait_for("Потом")
        await polled(bridge)
        assert arrivals(bridge, "Ещё позже") == 0
        bridge.hh.quirks.unreadable = frozenset()
        await bridge.anna.wait_for("Ещё позже")
        await polled(bridge)
    assert [arrivals(bridge, text) for text in ("Сразу", "Потом", "Ещё позже")] == [1, 1, 1]


async def test_nulls_wherever_they_may_be_cost_no_news(bridge: Bridge) -> None:
    talk = conversation(bridge)
    bridge.hh.quirks.nulls = NULLABLE - {"message.text"}
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.write(talk.id, "Сообщение")
        news = await bridge.anna.wait_for("Сообщение")
        bridge.hh.quirks.nulls = NULLABLE
        bridge.hh.employers.move(talk.id, "probation", "Слова, которых не видно")
        await bridge.anna.wait_for("probation")
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        listing = await bridge.anna.send("/list")
        await bridge.anna.wait_for("Активные", after=listing)
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


@pytest.mark.parametrize(("skew", "date_skew"), [(-480, 0), (480, 0), (0, -480), (0, 480)])
async def test_clocks_that_differ_by_minutes_lose_and_double_nothing(
    bridge: Bridge, skew: float, date_skew: float
) -> None:
    bridge.hh.quirks.skew, bridge.hh.quirks.date_skew = skew, date_skew
    talk, late = conversation(bridge), conversation(bridge, "Василёк")
    company = bridge.hh.world.vacancies[late.vacancy_id].employer_id
    job = bridge.hh.world.add_vacancy(bridge.hh.world.employers[company], "Стажёр")
    async with bridge.running():
        await bridge.link()
        for text in ("Раз", "Два", "Три"):
            bridge.hh.employers.write(talk.id, text).viewed_by_applicant = True
        bridge.hh.employers.approach(bridge.resume, job, "Сами нашли вас")
        await bridge.anna.wait_for("Сами нашли вас")
        news = await bridge.anna.wait_for("Три")
        bridge.hh.faults.add(faults.reset(after=True), on="POST /negotiations/*/messages")
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        await polled(bridge)
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]
    assert [arrivals(bridge, text) for text in ("Раз", "Два", "Три", "Сами нашли вас")] == [1, 1, 1, 1]


async def test_where_clocks_differ_and_no_word_of_the_employer_is_known_nothing_is_sent_twice(
    bridge: Bridge,
) -> None:
    bridge.hh.quirks.date_skew = 480
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        card = await card_of_first(bridge)
        bridge.hh.faults.add(faults.reset(after=True), on="POST /negotiations/*/messages")
        reply = await bridge.anna.send("Приду!", reply_to=card.id)
        told = await bridge.anna.wait_for("Прежде чем отправлять", after=reply)
        await polled(bridge)
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]
    assert told.reply_to == reply


@pytest.mark.parametrize("date_skew", [-480, 480])
async def test_clocks_that_differ_hide_no_news_of_conversations_that_were_never_read(
    bridge: Bridge, date_skew: float
) -> None:
    """Nothing tells but the moments: it is read on the site meanwhile, and not counted."""
    bridge.hh.quirks.date_skew, bridge.hh.quirks.uncounted = date_skew, True
    talk = conversation(bridge)
    old = bridge.hh.employers.write(talk.id, "Прежнее")
    old.viewed_by_applicant = True
    for moment in (old, talk):
        moment.created_at -= 3600
    talk.updated_at -= 3600
    async with bridge.running():
        await bridge.link()
        for text in ("Раз", "Два"):
            bridge.hh.employers.write(talk.id, text).viewed_by_applicant = True
            await bridge.anna.wait_for(text)
        await polled(bridge)
    assert [arrivals(bridge, text) for text in ("Прежнее", "Раз", "Два")] == [0, 1, 1]


async def test_two_messages_of_one_second_arrive_though_nothing_counts_them(bridge: Bridge) -> None:
    """The second one comes after a look, is read on the site, and leaves the list as it was."""
    bridge.hh.quirks.uncounted = True
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        first = bridge.hh.employers.write(talk.id, "Раз")
        await bridge.anna.wait_for("Раз")
        second, updated_at = bridge.hh.employers.write(talk.id, "Два"), first.created_at
        second.viewed_by_applicant = True
        second.created_at = talk.updated_at = updated_at
        await bridge.anna.wait_for("Два")
        await polled(bridge)
    assert [arrivals(bridge, text) for text in ("Раз", "Два")] == [1, 1]


async def test_throttled_looks_that_name_no_pause_cost_no_news(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        for number, on in enumerate((LIST, messages_of(talk), LIST)):
            rule = bridge.hh.faults.add(faults.throttled(), on=on, times=2)
            bridge.hh.employers.write(talk.id, f"Письмо {number}.")
            await bridge.anna.wait_for(f"Письмо {number}.")
            assert rule.struck == 2
        struck = [r.at for r in bridge.hh.journal.requests if r.status == 429]
        asked = [r.at for r in bridge.hh.journal.requests]
        for at in struck:
            assert not any(at < other < at + 0.8 * bridge.timing.unnamed for other in asked)
    assert [arrivals(bridge, f"Письмо {number}.") for number in range(3)] == [1, 1, 1]


async def test_a_list_that_moves_and_ends_early_brings_everything_once(bridge: Bridge) -> None:
    talks = crowd(bridge.hh.world, bridge.applicant, 500)
    for talk in talks:
        for message in talk.messages:
            message.viewed_by_applicant = True
    bridge.hh.quirks.depth = 300
    bridge.hh.quirks.moving_lists = bridge.hh.quirks.shuffled_messages = True
    async with bridge.running():
        await bridge.link()
        start = bridge.anna.last.id
        spoken = talks[0], talks[250], talks[499]
        for number, talk in enumerate(spoken):
            for part in range(3):
                bridge.hh.employers.write(talk.id, f"Весть {number}-{part}.")
        await bridge.anna.wait_until(lambda: arrivals(bridge, "Весть") == 9)
        bridge.hh.quirks.moving_lists = False
        await polled(bridge)
    told = [m.text for m in bridge.anna.from_bot if m.id > start]
    assert len([text for text in told if "Весть" in text]) == 9
    for number in range(3):
        parts = [text for text in told if f"Весть {number}-" in text]
        assert [f"-{part}." in text for part, text in enumerate(parts)] == [True] * 3


async def test_what_happens_beside_the_list_is_told_too(bridge: Bridge) -> None:
    hidden, archived, moved = (conversation(bridge, name) for name in ("Тайна", "Архив", "Дважды"))
    bridge.timing = replace(bridge.timing, walk=1.0)
    async with bridge.running():
        await bridge.link()
        hidden.hidden = True
        bridge.hh.employers.invite(hidden.id, "В скрытой переписке")
        bridge.hh.employers.archive_vacancy(archived.vacancy_id)
        bridge.hh.employers.write(archived.id, "Вакансия закрыта")
        bridge.hh.employers.invite(moved.id, "Сначала да")
        bridge.hh.employers.discard(moved.id, "Потом нет")
        bridge.hh.employers.drift(moved.id, "hidden")
        wanted = ("В скрытой переписке", "Вакансия закрыта", "Сначала да", "Потом нет")
        for text in wanted:
            await bridge.anna.wait_for(text)
        hidden.hidden = False
        await polled(bridge)
    assert [arrivals(bridge, text) for text in wanted] == [1, 1, 1, 1]
