"""The list, the search and the hiding of a whole tab, with many conversations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sandbox.hh import faults
from bot.sandbox.hh.crowd import crowd
from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.hh.seed import ago
from bot.sandbox.telegram.chats import ChatMessage
from tests.bridge.conftest import Bridge
from tests.bridge.steps import SEND, at_hh, conversation
from tests.waiting import eventually


def listed(bridge: Bridge) -> int:
    """How often hh.ru was asked for pages of a hundred conversations, as lists and full walks are."""
    return sum("per_page=100" in r.query for r in bridge.hh.journal.requests if r.path == "/negotiations")


async def test_five_hundred_conversations_are_read_once_and_then_turned_and_searched_without_hh_ru(
    bridge: Bridge,
) -> None:
    anna = bridge.anna
    for talk in crowd(bridge.hh.world, bridge.applicant, 499):
        for message in talk.messages:
            message.viewed_by_applicant = True
    with ago(bridge.hh.world, 3600):
        conversation(bridge, "Тинькофф Ёлки", "Счетовод")
    async with bridge.running():
        await bridge.link()
        before = listed(bridge)
        sent = await anna.send("/list")
        page = await anna.wait_for("Активные", after=sent)
        assert listed(bridge) - before == 5
        shown: list[str] = []
        for label in ("Вперёд", "Отказы", "Все 500"):
            shown.append(page.text)
            await anna.press(page.id, label)
            await anna.wait_until(lambda: page.text != shown[-1])
        asked = await anna.send("/find елки")
        found = await anna.wait_for("🔎", after=asked)
        assert "Тинькофф Ёлки" in found.text
        assert found.text.startswith("🔎 елки · 1")
        assert listed(bridge) - before == 5


async def test_what_an_employer_wrote_stands_first_until_it_is_looked_into(bridge: Bridge) -> None:
    anna = bridge.anna
    talk = conversation(bridge, "Ромашка")
    other = conversation(bridge, "Василёк")
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.write(talk.id, "Вы ещё ищете работу?")
        news = await anna.wait_for("Вы ещё ищете работу?")
        sent = await anna.send("/list")
        page = await anna.wait_for("Активные", after=sent)
        assert "1 непрочитанная" in page.text
        assert page.text.index("🔔 Ромашка") < page.text.index("Василёк")
        await anna.press(news.id, "История")
        await anna.wait_for(lambda m: m.id > page.id and "Вы ещё ищете работу?" in m.text)
        await anna.press(page.id, "Активные")
        await anna.wait_until(lambda: "🔔" not in page.text)

        bridge.hh.employers.read(other.id)
        await anna.press(page.id, "Все 2")
        polls = bridge.hh.journal.count("GET", "/negotiations")
        await eventually(lambda: bridge.hh.journal.count("GET", "/negotiations") > polls + 3)
        await anna.press(page.id, "Активные")
        await anna.wait_until(lambda: "• Активные 2" in page.labels)
        assert "🔔" not in page.text


def refusals(bridge: Bridge, count: int) -> list[Negotiation]:
    with ago(bridge.hh.world, 3600):
        talks = [conversation(bridge, f"Компания {number}") for number in range(count)]
        for talk in talks:
            bridge.hh.employers.discard(talk.id).viewed_by_applicant = True
    return talks


async def ask_to_hide(bridge: Bridge, count: int) -> ChatMessage:
    """The question whether to hide so many refusals."""
    anna = bridge.anna
    sent = await anna.send("/list")
    page = await anna.wait_for("Активные", after=sent)
    await anna.press(page.id, "Отказы")
    await anna.wait_until(lambda: f"🙈 Скрыть все: {count}" in page.labels)
    await anna.press(page.id, f"🙈 Скрыть все: {count}")
    return await anna.wait_for(f"Скрыть {count} ", after=page.id)


async def test_refusals_are_hidden_after_one_question_and_the_rest_is_left_alone(bridge: Bridge) -> None:
    anna = bridge.anna
    talks = refusals(bridge, 37)
    other = conversation(bridge, "Василёк")
    async with bridge.running():
        await bridge.link()
        question = await ask_to_hide(bridge, 37)
        assert not bridge.hh.journal.effects
        presses = [anna.tap(question.id, "🙈 Скрыть все: 37") for _ in range(2)]
        for press in presses:
            await press
        await anna.wait_until(lambda: "Скрыто 37 переписок" in question.text)
    assert all(talk.hidden for talk in talks)
    assert not other.hidden
    assert len(bridge.hh.journal.effects) == 37


async def test_what_cannot_be_hidden_or_has_changed_is_named(bridge: Bridge) -> None:
    anna = bridge.anna
    talks = refusals(bridge, 4)
    async with bridge.running():
        await bridge.link()
        question = await ask_to_hide(bridge, 4)
        bridge.hh.world.limits.chat_ready_after = 0
        bridge.hh.employers.invite(talks[0].id, "Мы передумали!")
        await anna.wait_for("Мы передумали!")
        await anna.press(question.id, "🙈 Скрыть все: 4")
        await anna.wait_until(lambda: "список изменился" in question.text)
        bridge.hh.faults.add(faults.refused("wrong_state"), on=f"DELETE /negotiations/active/{talks[1].id}")
        await anna.press(question.id, "🙈 Скрыть все: 3")
        await anna.wait_until(lambda: "Скрыты 2 переписки" in question.text)
    assert "1 переписку скрыть не удалось" in question.text
    assert "Компания 1" in question.text
    assert [talk.hidden for talk in talks] == [False, False, True, True]


@pytest.mark.parametrize("after", [True, False])
async def test_hiding_goes_on_after_a_restart_and_after_broken_requests(bridge: Bridge, after: bool) -> None:
    anna = bridge.anna
    talks = refusals(bridge, 12)
    async with bridge.running():
        await bridge.link()
        question = await ask_to_hide(bridge, 12)
        for fault in (faults.reset(after=after), faults.broken(502), faults.throttled(0)):
            bridge.hh.faults.add(fault, on="DELETE /negotiations/active/*")
        await anna.press(question.id, "🙈 Скрыть все: 12")
        await eventually(lambda: sum(talk.hidden for talk in talks) >= 3, seconds=20)
    async with bridge.running():
        await anna.wait_until(lambda: "Скрыто 12 переписок" in question.text)
    assert all(talk.hidden for talk in talks)
    assert len(bridge.hh.journal.effects) == 12


async def test_an_answer_does_not_wait_behind_what_is_being_hidden_and_hiding_can_be_stopped(
    bridge: Bridge,
) -> None:
    anna = bridge.anna
    talks = refusals(bridge, 30)
    talk = conversation(bridge, "Василёк")
    async with bridge.running():
        await bridge.link()
        question = await ask_to_hide(bridge, 30)
        news_after = question.id
        bridge.hh.faults.add(faults.delay(0.3), on="DELETE /negotiations/active/*", times=30)
        await anna.press(question.id, "🙈 Скрыть все: 30")
        bridge.hh.employers.write(talk.id, "Вы где?")
        news = await anna.wait_for("Вы где?", after=news_after)
        reply = await anna.send("Уже в пути!", reply_to=news.id)
        await anna.wait_for_reaction(reply, "👌")
        assert not all(each.hidden for each in talks)
        await anna.press(question.id, "⏹ Остановить")
        await anna.wait_until(lambda: "Остановлено" in question.text)
        hidden = sum(each.hidden for each in talks)
        assert 0 < hidden < 30
        assert f"{hidden} перепис" in question.text
        await eventually(lambda: bridge.hh.journal.count("GET", "/negotiations") > 0)
    assert sum(each.hidden for each in talks) == hidden


async def test_a_conversation_in_which_an_answer_waits_is_hidden_after_it(bridge: Bridge) -> None:
    anna, journal = bridge.anna, bridge.hh.journal
    bridge.timing = replace(bridge.timing, settle=4.0)
    talks = refusals(bridge, 3)
    send, hide = (f"/negotiations/{talks[1].id}/messages", f"/negotiations/active/{talks[1].id}")
    async with bridge.running():
        await bridge.link()
        found = await anna.wait_for("🔎", after=await anna.send("/find Компания 1"))
        await anna.press(found.id, "1")
        card = await anna.wait_for("Статус", after=found.id)
        bridge.hh.faults.add(faults.reset(), on=SEND)
        reply = await anna.send("Спасибо за ответ!", reply_to=card.id)
        await at_hh(bridge, lambda: journal.count("POST", send) == 1)
        question = await ask_to_hide(bridge, 3)
        await anna.press(question.id, "🙈 Скрыть все: 3")
        await anna.wait_until(lambda: "Скрыты 3 переписки" in question.text)
        await anna.wait_for_reaction(reply, "👎")
    assert all(talk.hidden for talk in talks)
    done = [(r.method, r.path) for r in journal.requests if r.path in (send, hide) and r.method != "GET"]
    assert done == [("POST", send), ("POST", send), ("DELETE", hide)]
