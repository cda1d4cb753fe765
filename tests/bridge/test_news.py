"""What employers write arrives once, in order and whole; a long history is no flood."""

from __future__ import annotations

from bot.sandbox.hh.crowd import crowd
from bot.sandbox.hh.seed import ago
from bot.sync.book import BASELINE_NOTICES
from tests.bridge.conftest import Bridge
from tests.bridge.steps import arrivals, at_hh, conversation, polled, shown


async def test_hundreds_of_unread_conversations_are_no_flood(bridge: Bridge) -> None:
    crowd(bridge.hh.world, bridge.applicant, 500)
    async with bridge.running():
        await bridge.link()
        await at_hh(bridge, lambda: shown(bridge) >= BASELINE_NOTICES)
        await bridge.telegram.wait_until(lambda: arrivals(bridge, "🎉") >= BASELINE_NOTICES)
        await polled(bridge)
        assert shown(bridge) == BASELINE_NOTICES
        welcome, lists = 4, 5  # of 20 conversations each
        assert len(bridge.telegram.calls("sendMessage", "sendVenue")) == welcome + lists + BASELINE_NOTICES


async def test_a_long_list_is_paged_and_an_old_conversation_speaks_up_once(bridge: Bridge) -> None:
    talks = crowd(bridge.hh.world, bridge.applicant, 500)
    for talk in talks:
        for message in talk.messages:
            message.viewed_by_applicant = True
    async with bridge.running():
        await bridge.link()
        assert len(bridge.anna.from_bot) <= 4
        asked = await bridge.anna.send("/list")
        listing = await bridge.anna.wait_for("Активные", after=asked)
        await bridge.anna.press(listing.id, "Все")
        await bridge.anna.wait_until(lambda: "500" in listing.text)
        first = listing.text
        await bridge.anna.press(listing.id, "Вперёд")
        await bridge.anna.wait_until(lambda: listing.text != first and "2 / 63" in str(listing.labels))
        bridge.hh.employers.write(talks[3].id, "Вспомнили о вас")
        await bridge.anna.wait_for("Вспомнили о вас")
        await polled(bridge)
    assert arrivals(bridge, "Вспомнили о вас") == 1


async def test_many_messages_in_a_row_arrive_in_order_and_once(bridge: Bridge) -> None:
    talk = conversation(bridge)
    texts = [f"Сообщение {number:02}." for number in range(12)]
    async with bridge.running():
        await bridge.link()
        start = bridge.anna.last.id
        for number, text in enumerate(texts):
            bridge.hh.employers.write(talk.id, text)
            if number % 4 == 3:
                await polled(bridge, 1)
        await bridge.anna.wait_for(texts[-1])
        await polled(bridge)
    got = [m.text for m in bridge.anna.from_bot if m.id > start]
    assert [next(text for text in texts if text in one) for one in got] == texts


async def test_a_long_text_arrives_whole_in_parts(bridge: Bridge) -> None:
    talk = conversation(bridge, "ООО <b>Рога</b> & Копыта 🐂", 'Сметчик </a> "ПТО" & ☕️')
    lines = [f"№{number}. Ёж <i>и</i> & 🙂👩‍🍳 строка" for number in range(300)]
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.write(talk.id, "\n".join(lines))
        await bridge.anna.wait_for(lines[-1])
    parts = [m.text for m in bridge.anna.from_bot if "строка" in m.text]
    assert len(parts) > 1
    assert all(len(part.encode("utf-16-le")) // 2 <= 4096 for part in parts)
    assert "ООО <b>Рога</b> & Копыта 🐂" in parts[0]
    assert 'Сметчик </a> "ПТО" & ☕️' in parts[0]
    whole = "\n".join(parts)
    assert [line for line in lines if whole.count(line) != 1] == []


async def test_what_was_written_while_the_bridge_was_down_arrives_once(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
    bridge.hh.employers.invite(talk.id, "Пока вы спали")
    async with bridge.running():
        await bridge.anna.wait_for("Пока вы спали")
        await polled(bridge)
    async with bridge.running():
        await polled(bridge)
    assert arrivals(bridge, "Пока вы спали") == 1


async def test_what_the_user_wrote_while_the_bridge_was_down_is_sent_once(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        news = await bridge.anna.wait_for("Ждём вас")
    reply = await bridge.anna.send("Приду!", reply_to=news.id)
    async with bridge.running():
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_what_was_unread_before_linking_comes_without_a_sound(bridge: Bridge) -> None:
    talk = conversation(bridge)
    with ago(bridge.hh.world, 3600):
        bridge.hh.employers.write(talk.id, "Написано вчера")
    async with bridge.running():
        await bridge.link()
        assert (await bridge.anna.wait_for("Написано вчера")).silent
        bridge.hh.employers.write(talk.id, "Написано сейчас")
        assert not (await bridge.anna.wait_for("Написано сейчас")).silent
