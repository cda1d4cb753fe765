"""What becomes of edits that hh.ru does not take, and who may use the bot at all."""

from __future__ import annotations

from bot.sandbox.hh import faults
from bot.sandbox.hh.faults import Fault
from tests.bridge.conftest import Bridge
from tests.bridge.steps import SEND, arrivals, at_hh, conversation, polled, written_to

CORRECTION = "📤 Отправить поправку"
STAYED = "осталось прежним"


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


async def test_an_edit_of_a_reply_that_was_not_sent_is_sent(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(faults.refused("inappropriate_language_message", 403), on=SEND)
        reply = await bridge.anna.send("Чёрт с вами, приду", reply_to=news.id)
        await bridge.anna.wait_for("Не отправлено", after=reply)
        await bridge.anna.edit(reply, "Приду")
        await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.anna.edit(reply, "Приду!")
        await bridge.anna.wait_for(lambda m: CORRECTION in m.labels, after=reply)
    assert bridge.hh.journal.texts(talk.id) == ["Приду"]


async def test_an_edit_that_the_conversation_can_not_take_either_says_why_again(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        for number in range(5):
            bridge.hh.world.post(talk, "applicant", f"{number}")
        reply = await bridge.anna.send("Шестое", reply_to=news.id)
        first = await bridge.anna.wait_for("Не отправлено", after=reply)
        await bridge.anna.edit(reply, "Шестое, короче")
        second = await bridge.anna.wait_for("Не отправлено", after=first.id)
        assert "подряд" in second.text
        assert second.reply_to == reply
        bridge.hh.employers.write(talk.id, "Отвечаю")
        await bridge.anna.wait_for("Отвечаю")
        await bridge.anna.edit(reply, "Шестое, ещё короче")
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Шестое, ещё короче"]
    assert not any(STAYED in message.text for message in bridge.anna.from_bot)


async def test_an_edit_made_while_a_reply_is_being_refused_is_sent(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        refused = faults.refused("inappropriate_language_message", 403)
        slow = bridge.hh.faults.add(Fault("slow", refused.outcome, delay=1.0), on=SEND)
        reply = await bridge.anna.send("Чёрт с вами, приду", reply_to=news.id)
        await at_hh(bridge, lambda: slow.struck == 1)
        await bridge.anna.edit(reply, "Приду, чёрт с вами")
        await bridge.anna.edit(reply, "Приду")
        await bridge.anna.wait_for_reaction(reply, "👌")
        await polled(bridge)
    assert bridge.hh.journal.texts(talk.id) == ["Приду"]
    assert not any(STAYED in message.text for message in bridge.anna.from_bot)


async def test_what_was_edited_instead_of_tried_again_is_sent_once(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(faults.captcha(), on=SEND)
        reply = await bridge.anna.send("Приду", reply_to=news.id)
        told = await bridge.anna.wait_for("Не отправлено", after=reply)
        again = told.button("попробовать снова").callback_data
        bridge.applicant.captcha = None
        await bridge.anna.edit(reply, "Приду завтра")
        await bridge.anna.wait_for_reaction(reply, "👌")
        bridge.anna.press_data(told, again or "")
        await polled(bridge)
    assert bridge.hh.journal.texts(talk.id) == ["Приду завтра"]


async def test_who_replies_to_what_was_not_sent_writes_to_the_same_employer(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(faults.refused("spam_detected", 403), on=SEND)
        reply = await bridge.anna.send("Приду", reply_to=news.id)
        await bridge.anna.wait_for("Не отправлено", after=reply)
        another = await bridge.anna.send("Буду в 10", reply_to=reply)
        await bridge.anna.wait_for_reaction(another, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Буду в 10"]
    assert arrivals(bridge, "Кому") == 0


async def test_an_edit_made_while_a_try_comes_to_nothing_is_what_is_sent(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        throttled = faults.throttled(1)
        slow = bridge.hh.faults.add(Fault("slow", throttled.outcome, delay=1.0), on=SEND)
        reply = await bridge.anna.send("Приду", reply_to=news.id)
        await at_hh(bridge, lambda: slow.struck == 1)
        await bridge.anna.edit(reply, "Приду завтра")
        await bridge.anna.wait_for_reaction(reply, "👌")
        await polled(bridge)
    assert bridge.hh.journal.texts(talk.id) == ["Приду завтра"]
    assert not any(STAYED in message.text for message in bridge.anna.from_bot)
