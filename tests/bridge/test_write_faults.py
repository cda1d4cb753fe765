"""Hiding, editing, applying and answering while hh.ru does not answer in time: done once, told truly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sandbox.hh import faults
from bot.sandbox.hh.faults import Fault
from bot.worker.delivery import CHAT_BURST
from bot.worker.services import Timing
from tests.bridge.conftest import Bridge
from tests.bridge.steps import APPLY, SEND, at_hh, conversation, hide_button, polled, written_to
from tests.bridge.test_writes import previewed, vacancy

HIDE = "DELETE /negotiations/active/*"
EDIT = "PUT /negotiations/*/messages/*"
LATE = [faults.delay(2.5), faults.delay(2.5, after=True)]


def named(fault: Fault) -> str:
    return f"{fault.kind} {'after' if fault.after else 'before'}"


@pytest.fixture
def hasty(bridge: Bridge) -> Bridge:
    """A bridge that waits two seconds for an answer."""
    bridge.timing = replace(bridge.timing, answer=2.0, settle=2.5)
    return bridge


@pytest.mark.parametrize("fault", [*LATE, faults.reset(after=True)], ids=named)
@pytest.mark.parametrize("button", ["Скрыть молча", "Отказаться и скрыть"])
async def test_a_conversation_is_hidden_once(hasty: Bridge, fault: Fault, button: str) -> None:
    talk = conversation(hasty)
    async with hasty.running():
        news = await written_to(hasty, talk)
        hasty.hh.faults.add(fault, on=HIDE)
        await hasty.anna.press(news.id, hide_button(news))
        question = await hasty.anna.wait_for(lambda m: button in str(m.labels), after=news.id)
        await hasty.anna.press(question.id, button)
        await hasty.anna.wait_until(lambda: "ерепис" in question.text and "крыта" in question.text)
        await polled(hasty)
    assert talk.hidden
    assert len([e for e in hasty.hh.journal.effects if e.kind == "hide"]) == 1
    assert len(talk.messages) == (2 if "Отказаться" in button else 1)
    assert not any("Не получилось" in m.text for m in hasty.anna.from_bot)


@pytest.mark.parametrize("fault", LATE, ids=named)
async def test_a_reply_that_is_answered_too_late_is_sent_once(hasty: Bridge, fault: Fault) -> None:
    talk = conversation(hasty)
    async with hasty.running():
        news = await written_to(hasty, talk)
        hasty.hh.faults.add(fault, on=SEND)
        reply = await hasty.anna.send("Приду!", reply_to=news.id)
        await hasty.anna.wait_for_reaction(reply, "👌")
        await polled(hasty)
    assert hasty.hh.journal.texts(talk.id) == ["Приду!"]


@pytest.mark.parametrize("fault", LATE, ids=named)
async def test_an_application_that_is_answered_too_late_is_made_once_and_its_letter_edited(
    hasty: Bridge, fault: Fault
) -> None:
    job = vacancy(hasty)
    async with hasty.running():
        await hasty.link()
        letter, preview = await previewed(hasty, job, "Возьмите меня")
        hasty.hh.faults.add(fault, on=APPLY)
        await hasty.anna.press(preview.id, "Отправить")
        await hasty.anna.wait_for_reaction(letter, "👌")
        hasty.hh.faults.add(fault, on=EDIT)
        await hasty.anna.edit(letter, "Возьмите меня, пожалуйста")
        await hasty.anna.wait_for_reaction(letter, "✍")
        await polled(hasty)
    (talk,) = hasty.hh.world.of_applicant(hasty.applicant.id)
    assert [message.text for message in talk.messages] == ["Возьмите меня, пожалуйста"]
    assert [e.text for e in hasty.hh.journal.effects if e.kind == "apply"] == ["Возьмите меня"]


@pytest.mark.parametrize("delay", [1.0, 3.5])
async def test_an_edit_that_lands_late_does_not_undo_the_next_one(hasty: Bridge, delay: float) -> None:
    job, journal = vacancy(hasty), hasty.hh.journal
    async with hasty.running():
        await hasty.link()
        letter, preview = await previewed(hasty, job, "Возьмите меня")
        await hasty.anna.press(preview.id, "Отправить")
        await hasty.anna.wait_for_reaction(letter, "👌")
        slow = hasty.hh.faults.add(faults.delay(delay), on=EDIT)
        await hasty.anna.edit(letter, "Возьмите меня, пожалуйста")
        await at_hh(hasty, lambda: slow.struck == 1)
        await hasty.anna.edit(letter, "Возьмите меня, прошу вас")
        await at_hh(hasty, lambda: any(r.method == "PUT" and r.taken >= delay for r in journal.requests))
        await at_hh(hasty, lambda: "прошу вас" in str(journal.effects))
    (talk,) = hasty.hh.world.of_applicant(hasty.applicant.id)
    assert journal.texts(talk.id, "edit") == ["Возьмите меня, пожалуйста", "Возьмите меня, прошу вас"]
    assert [message.text for message in talk.messages] == ["Возьмите меня, прошу вас"]


async def test_thirty_messages_of_an_employer_arrive_all_and_in_order(bridge: Bridge) -> None:
    talk = conversation(bridge)
    texts = [f"Сообщение {number:02}." for number in range(30)]
    async with bridge.running():
        await bridge.link()
        start = bridge.anna.last.id
        for text in texts:
            bridge.hh.employers.write(talk.id, text)
        await bridge.anna.wait_for(texts[-1])
        await polled(bridge)
    got = [m.text for m in bridge.anna.from_bot if m.id > start]
    assert [text for one in got for text in texts if text in one] == texts
    sent = [call.at for call in bridge.telegram.calls("sendMessage")]
    assert sent[-1] - sent[0] >= (len(texts) - CHAT_BURST) * bridge.timing.chat
    assert Timing().chat == 1.0, "Telegram allows one message a second"


async def test_thirty_answers_of_a_user_are_sent_once_each_and_in_order(bridge: Bridge) -> None:
    talk = conversation(bridge)
    bridge.hh.world.limits.in_a_row = bridge.hh.world.limits.overall = 100
    texts = [f"Ответ {number:02}." for number in range(30)]
    async with bridge.running():
        news = await written_to(bridge, talk)
        for text in texts:
            await bridge.anna.send(text, reply_to=news.id)
        await at_hh(bridge, lambda: len(bridge.hh.journal.texts(talk.id)) >= 30)
        await polled(bridge)
    assert bridge.hh.journal.texts(talk.id) == texts
