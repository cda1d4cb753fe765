"""The main job, end to end: link, receive, answer, edit, hide, apply."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.hh.objects import Address
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation
from tests.waiting import eventually


async def test_a_person_links_an_account_and_is_told_how_much_there_is(bridge: Bridge) -> None:
    conversation(bridge)
    async with bridge.running():
        await bridge.link()
    assert "Анна Смирнова" in bridge.anna.from_bot[1].text


async def test_the_bot_shows_its_name_and_commands_wherever_it_runs(bridge: Bridge) -> None:
    bridge.timing = replace(bridge.timing, profile=0)
    known = bridge.telegram.world.profile
    async with bridge.running():
        await eventually(lambda: known.names.keys() == {"", "ru"})
    assert {language for _, language in known.commands} == {"", "ru"}


async def test_an_employers_message_arrives_and_the_reply_goes_back(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Здравствуйте! Ждём вас <завтра> & вообще 🙂")
        news = await bridge.anna.wait_for("Ждём вас <завтра> & вообще 🙂")
        assert "Ромашка" in news.text
        assert "Аналитик" in news.text
        reply = await bridge.anna.send("Спасибо, приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Спасибо, приду!"]


async def test_an_invitation_brings_the_address_as_text_and_as_a_venue(bridge: Bridge) -> None:
    talk = conversation(bridge)
    company = bridge.hh.world.vacancies[talk.vacancy_id].employer_id
    office = Address("1", company, "Москва", "улица Годовикова", "9с10", lat=55.807794, lng=37.638699)
    bridge.hh.world.add_address(office)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Приходите", address=office)
        news = await bridge.anna.wait_for("улица Годовикова")
        venue = await bridge.anna.wait_for(lambda m: m.venue is not None)
    assert news.id < venue.id


async def test_a_refusal_arrives(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.discard(talk.id)
        news = await bridge.anna.wait_for("Ромашка")
    assert news.buttons


async def test_the_cover_letter_is_edited_while_the_employer_has_not_read_it(bridge: Bridge) -> None:
    job = bridge.hh.world.add_vacancy(bridge.hh.world.add_employer("Ромашка"), "Аналитик")
    async with bridge.running():
        await bridge.link()
        await bridge.anna.send(f"{bridge.hh.site_url}/vacancy/{job.id}")
        card = await bridge.anna.wait_for(lambda m: any("Откликнуться" in b.text for b in m.buttons))
        await bridge.anna.press(card.id, "Откликнуться")
        await bridge.anna.wait_until(lambda: "Аналитик данных" in str(card.labels))
        await bridge.anna.press(card.id, "Аналитик данных")
        prompt = await bridge.anna.wait_for(lambda m: m.prompt is not None)
        letter = await bridge.anna.send("Хочу у вас работат", reply_to=prompt.id)
        preview = await bridge.anna.wait_for("Хочу у вас работат", after=letter)
        await bridge.anna.press(preview.id, 0)
        await bridge.anna.wait_for_reaction(letter, "👌")
        await bridge.anna.edit(letter, "Хочу у вас работать")
        await bridge.anna.wait_for_reaction(letter, "✍")
    (talk,) = bridge.hh.world.of_applicant(bridge.applicant.id)
    assert [message.text for message in talk.messages] == ["Хочу у вас работать"]


async def test_a_conversation_is_hidden_after_one_question(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.write(talk.id, "Мы ещё думаем")
        news = await bridge.anna.wait_for("Мы ещё думаем")
        await bridge.anna.press(news.id, "Скрыть")
        question = await bridge.anna.wait_for(
            lambda m: any("Скрыть" in b.text for b in m.buttons), after=news.id
        )
        await bridge.anna.press(question.id, "Скрыть")
        await bridge.anna.wait_until(lambda: talk.hidden)
