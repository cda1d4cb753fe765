"""What becomes of edits that hh.ru does not take, and who may use the bot at all."""

from __future__ import annotations

from bot.sandbox.hh import faults
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation, polled, written_to

CORRECTION = "📤 Отправить поправку"


async def test_an_edit_that_hh_does_not_take_goes_out_as_a_correction_once(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        reply = await bridge.anna.send("Приду в 10", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.anna.edit(reply, "Приду в 11")
        offer = await bridge.anna.wait_for(lambda m: CORRECTION in m.labels, after=reply)
        assert offer.reply_to == reply
        assert bridge.hh.journal.texts(talk.id) == ["Приду в 10"]
        button = offer.button(CORRECTION).callback_data
        await bridge.anna.press(offer.id, CORRECTION)
        await bridge.anna.wait_until(lambda: bridge.hh.journal.texts(talk.id) == ["Приду в 10", "Приду в 11"])
        bridge.anna.press_data(offer, button or "")
        await polled(bridge)
    assert bridge.hh.journal.texts(talk.id) == ["Приду в 10", "Приду в 11"]


async def test_a_letter_that_was_read_meanwhile_says_so(bridge: Bridge) -> None:
    job = bridge.hh.world.add_vacancy(bridge.hh.world.add_employer("Ромашка"), "Аналитик")
    async with bridge.running():
        await bridge.link()
        asked = await bridge.anna.send(f"{bridge.hh.site_url}/vacancy/{job.id}")
        card = await bridge.anna.wait_for(lambda m: "Откликнуться" in str(m.labels), after=asked)
        await bridge.anna.press(card.id, "Откликнуться")
        await bridge.anna.wait_until(lambda: "Аналитик данных" in str(card.labels))
        await bridge.anna.press(card.id, "Аналитик данных")
        prompt = await bridge.anna.wait_for(lambda m: m.prompt is not None, after=asked)
        letter = await bridge.anna.send("Возьмите меня", reply_to=prompt.id)
        preview = await bridge.anna.wait_for(lambda m: "✅ Отправить" in m.labels, after=letter)
        await bridge.anna.press(preview.id, "✅ Отправить")
        await bridge.anna.wait_for_reaction(letter, "👌")
        (talk,) = bridge.hh.world.of_applicant(bridge.applicant.id)
        bridge.hh.employers.read(talk.id)
        await bridge.anna.edit(letter, "Возьмите меня, пожалуйста")
        offer = await bridge.anna.wait_for(lambda m: CORRECTION in m.labels, after=letter)
    assert "прочитал" in offer.text
    assert [message.text for message in talk.messages] == ["Возьмите меня"]


async def test_the_last_of_two_edits_is_what_a_correction_sends(bridge: Bridge) -> None:
    talk = conversation(bridge, letter="Письмо с сайта")
    async with bridge.running():
        news = await written_to(bridge, talk)
        reply = await bridge.anna.send("Приду", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        bridge.hh.faults.add(faults.broken(), on="GET /negotiations/*/messages")
        await bridge.anna.edit(reply, "Приду завтра")
        offer = await bridge.anna.wait_for(lambda m: CORRECTION in m.labels, after=reply)
        await bridge.anna.edit(reply, "Приду в пятницу")
        second = await bridge.anna.wait_for(lambda m: CORRECTION in m.labels, after=offer.id)
        await bridge.anna.press(second.id, CORRECTION)
        await bridge.anna.wait_until(lambda: "Приду в пятницу" in bridge.hh.journal.texts(talk.id))
    assert "Приду завтра" not in bridge.hh.journal.texts(talk.id)
