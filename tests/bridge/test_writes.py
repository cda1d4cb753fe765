"""What the user writes reaches hh.ru exactly once and in order, whatever the network does."""

from __future__ import annotations

import pytest

from bot.sandbox.hh import faults
from bot.sandbox.hh.faults import Fault
from bot.sandbox.hh.objects import Vacancy
from bot.sandbox.telegram.chats import ChatMessage
from tests.bridge.conftest import Bridge
from tests.bridge.steps import APPLY, SEND, conversation, hide_button, written_to


@pytest.mark.parametrize(
    "harm",
    [
        [faults.reset(after=True), faults.broken(500, after=True), faults.truncated(hang_up=True)],
        [faults.reset(), faults.broken(500), faults.broken(503), faults.shield()],
        [faults.throttled(1), faults.throttled(), faults.not_ready(425), faults.not_ready(403)],
    ],
    ids=["carried out", "lost", "put off"],
)
async def test_a_reply_reaches_the_employer_once_whatever_happens_to_its_request(
    bridge: Bridge, harm: list[Fault]
) -> None:
    talk = conversation(bridge)
    replies = [f"Приду! {number} {fault.kind}" for number, fault in enumerate(harm)]
    async with bridge.running():
        news = await written_to(bridge, talk)
        for fault, text in zip(harm, replies, strict=True):
            rule = bridge.hh.faults.add(fault, on=SEND)
            reply = await bridge.anna.send(text, reply_to=news.id)
            await bridge.anna.wait_for_reaction(reply, "👌")
            assert rule.struck == 1
    assert bridge.hh.journal.texts(talk.id) == replies


async def test_hh_is_left_alone_while_it_asks_for_a_pause(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(faults.throttled(2), on=SEND)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
    sends = [r for r in bridge.hh.journal.requests if r.method == "POST" and r.path.endswith("/messages")]
    assert [r.status for r in sends] == [429, 201]
    assert sends[1].at - sends[0].at >= 1.9


@pytest.mark.parametrize("fault", [None, faults.broken(503), faults.reset(after=True)])
async def test_two_replies_arrive_in_the_order_they_were_written(bridge: Bridge, fault: Fault | None) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        if fault:
            bridge.hh.faults.add(fault, on=SEND)
        first = await bridge.anna.send("Раз", reply_to=news.id)
        second = await bridge.anna.send("Два", reply_to=news.id)
        await bridge.anna.wait_for_reaction(second, "👌")
        await bridge.anna.wait_for_reaction(first, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Раз", "Два"]


async def test_the_same_text_written_twice_is_sent_twice(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        first = await bridge.anna.send("Да", reply_to=news.id)
        await bridge.anna.wait_for_reaction(first, "👌")
        bridge.hh.faults.add(faults.reset(), on=SEND)
        second = await bridge.anna.send("Да", reply_to=news.id)
        await bridge.anna.wait_for_reaction(second, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Да", "Да"]


async def test_a_text_without_an_addressee_goes_only_where_the_user_says_and_once(bridge: Bridge) -> None:
    talk = conversation(bridge, "Ромашка")
    other = conversation(bridge, "Василёк")
    async with bridge.running():
        await bridge.link()
        draft = await bridge.anna.send("Здравствуйте, ещё ищете?")
        question = await bridge.anna.wait_for(lambda m: len(m.buttons) > 2, after=draft)
        assert not bridge.hh.journal.effects
        label = next(label for label in question.labels if "Ромашка" in label)
        presses = [bridge.anna.tap(question.id, label) for _ in range(2)]
        for press in presses:
            await press
        await bridge.anna.wait_for_reaction(draft, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Здравствуйте, ещё ищете?"]
    assert bridge.hh.journal.texts(other.id) == []


async def previewed(bridge: Bridge, job: Vacancy, letter: str = "Возьмите меня") -> tuple[int, ChatMessage]:
    """The way to the last look before an application: the letter's message id, and the preview."""
    anna = bridge.anna
    link = await anna.send(f"{bridge.hh.site_url}/vacancy/{job.id}")
    card = await anna.wait_for(lambda m: any("Откликнуться" in b for b in m.labels), after=link)
    await anna.press(card.id, "Откликнуться")
    await anna.wait_until(lambda: "Аналитик данных" in str(card.labels))
    await anna.press(card.id, "Аналитик данных")
    prompt = await anna.wait_for(lambda m: m.prompt is not None, after=card.id)
    written = await anna.send(letter, reply_to=prompt.id)
    return written, await anna.wait_for(lambda m: "✅ Отправить" in m.labels, after=written)


def vacancy(bridge: Bridge, *, letter_required: bool = False) -> Vacancy:
    """A vacancy to apply to."""
    employer = bridge.hh.world.add_employer("Ромашка")
    return bridge.hh.world.add_vacancy(employer, "Аналитик", letter_required=letter_required)


@pytest.mark.parametrize("fault", [faults.reset(after=True), faults.reset(), faults.broken(502, after=True)])
async def test_an_application_is_made_once_whatever_happens_to_its_request(
    bridge: Bridge, fault: Fault
) -> None:
    job = vacancy(bridge)
    async with bridge.running():
        await bridge.link()
        letter, preview = await previewed(bridge, job)
        bridge.hh.faults.add(fault, on=APPLY)
        await bridge.anna.press(preview.id, "Отправить")
        await bridge.anna.wait_for_reaction(letter, "👌")
        await bridge.anna.wait_until(lambda: "Отклик отправлен" in preview.text)
    assert [e.text for e in bridge.hh.journal.effects] == ["Возьмите меня"]


async def test_an_application_made_on_the_site_meanwhile_is_named(bridge: Bridge) -> None:
    job = vacancy(bridge)
    async with bridge.running():
        await bridge.link()
        _, preview = await previewed(bridge, job)
        bridge.hh.world.open_negotiation(bridge.resume, job, state="response")
        await bridge.anna.press(preview.id, "Отправить")
        await bridge.anna.wait_until(lambda: "Не отправлено" in preview.text)
    assert "уже откликались" in preview.text
    assert not bridge.hh.journal.effects


async def test_a_test_that_was_added_meanwhile_is_named(bridge: Bridge) -> None:
    job = vacancy(bridge)
    async with bridge.running():
        await bridge.link()
        _, preview = await previewed(bridge, job)
        job.has_test = True
        await bridge.anna.press(preview.id, "Отправить")
        await bridge.anna.wait_until(lambda: "Не отправлено" in preview.text)
    assert "пройти тест" in preview.text


async def test_a_vacancy_with_a_test_or_of_another_site_leads_there(bridge: Bridge) -> None:
    employer = bridge.hh.world.add_employer("Ромашка")
    tested = bridge.hh.world.add_vacancy(employer, "С тестом", has_test=True)
    direct = bridge.hh.world.add_vacancy(
        employer, "Прямая", type_id="direct", response_url="https://romashka.test/jobs/1"
    )
    async with bridge.running():
        await bridge.link()
        await bridge.anna.send(f"{bridge.hh.site_url}/vacancy/{tested.id}")
        card = await bridge.anna.wait_for("С тестом")
        assert "пройти тест" in card.text
        assert all(button.callback_data is None for button in card.buttons)
        await bridge.anna.send(f"{bridge.hh.site_url}/vacancy/{direct.id}")
        card = await bridge.anna.wait_for("Прямая")
        assert "https://romashka.test/jobs/1" in [button.url for button in card.buttons]


async def test_an_application_goes_out_after_the_captcha_was_passed(bridge: Bridge) -> None:
    job = vacancy(bridge)
    async with bridge.running():
        await bridge.link()
        _, preview = await previewed(bridge, job)
        bridge.hh.faults.add(faults.captcha(), on=APPLY)
        await bridge.anna.press(preview.id, "Отправить")
        await bridge.anna.wait_until(lambda: "🔓" in str(preview.labels))
        page = preview.button("🔓").url
        assert page is not None
        assert "captcha" in page
        bridge.applicant.captcha = None
        await bridge.anna.press(preview.id, "попробовать снова")
        await bridge.anna.wait_until(lambda: "Отклик отправлен" in preview.text)
    assert [e.text for e in bridge.hh.journal.effects] == ["Возьмите меня"]


async def test_a_reply_goes_out_once_after_the_captcha_was_passed(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(faults.captcha(), on=SEND)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        told = await bridge.anna.wait_for("Не отправлено", after=reply)
        assert "captcha" in (told.button("🔓").url or "")
        bridge.applicant.captcha = None
        await bridge.anna.press(told.id, "попробовать снова")
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_a_conversation_is_hidden_after_the_captcha_was_passed(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(faults.captcha(), on="DELETE /negotiations/active/*")
        await bridge.anna.press(news.id, hide_button(news))
        asked = await bridge.anna.wait_for("Скрыть эту переписку", after=news.id)
        await bridge.anna.press(asked.id, "🙈")
        await bridge.anna.wait_until(lambda: "🔓" in str(asked.labels))
        bridge.applicant.captcha = None
        await bridge.anna.press(asked.id, "попробовать снова")
        await bridge.anna.wait_until(lambda: "Переписка скрыта" in asked.text)


async def test_a_required_letter_cant_be_left_out(bridge: Bridge) -> None:
    job = vacancy(bridge, letter_required=True)
    async with bridge.running():
        await bridge.link()
        letter, preview = await previewed(bridge, job)
        assert not any("Без письма" in label for m in bridge.anna.from_bot for label in m.labels)
        await bridge.anna.press(preview.id, "Отправить")
        await bridge.anna.wait_for_reaction(letter, "👌")
    assert [e.text for e in bridge.hh.journal.effects] == ["Возьмите меня"]
