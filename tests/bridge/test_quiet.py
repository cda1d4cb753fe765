"""How one is told of news: quiet hours, the digest, muted conversations, texts only when opened."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.sandbox.hh.crowd import crowd
from bot.sandbox.telegram.chats import ChatMessage
from bot.store import keys
from bot.store.connection import Client
from bot.sync.quiet import zone_of
from tests.bridge.conftest import Bridge
from tests.bridge.steps import (
    MOSCOW,
    Clock,
    arrivals,
    at_rest,
    card_of_first,
    chosen,
    conversation,
    held,
    polled,
)


@pytest.fixture
def night() -> Clock:
    return Clock(23)


def after(bridge: Bridge, message_id: int) -> list[ChatMessage]:
    return [message for message in bridge.anna.from_bot if message.id > message_id]


async def test_quiet_hours_collect_and_their_end_brings_everything_in_order(
    bridge: Bridge, redis: Client, night: Clock
) -> None:
    one, other = conversation(bridge), conversation(bridge, "Вектор")
    async with bridge.running(clock=night):
        await bridge.link()
        card = await chosen(bridge, "Тихие часы", "Включить")
        bridge.hh.employers.write(one.id, "Первое")
        await held(redis, bridge, 1)
        bridge.hh.employers.invite(other.id, "Второе")
        await held(redis, bridge, 2)
        bridge.hh.employers.write(one.id, "Третье")
        await held(redis, bridge, 3)
        await polled(bridge)
        assert [m for m in after(bridge, card.id) if not m.silent] == []
        assert arrivals(bridge, "Первое") == 0
    night.until(8)
    async with bridge.running(clock=night):
        await bridge.anna.wait_for("Третье")
        await polled(bridge)
    told = [m for m in after(bridge, card.id) if "ое" in m.text or "Третье" in m.text]
    assert [next(w for w in ("Первое", "Второе", "Третье") if w in m.text) for m in told] == [
        "Первое",
        "Второе",
        "Третье",
    ]
    assert [m.silent for m in told] == [False, True, True]
    assert "вчера, " in told[0].text or datetime.now(MOSCOW).strftime("%H:") in told[0].text
    assert await redis.exists(keys.of(bridge.anna.id, "later")) == 0


async def test_the_end_of_the_quiet_hours_alone_wakes_the_bridge(
    bridge: Bridge, redis: Client, night: Clock
) -> None:
    talk = conversation(bridge)
    async with bridge.running(clock=night):
        card = await _linked_and_quiet(bridge)
        bridge.hh.employers.write(talk.id, "Доброй ночи")
        await held(redis, bridge, 1)
        # Without access there are no polls that could wake it.
        bridge.hh.tokens.end(bridge.applicant.id)
        assert (await bridge.anna.wait_for("войти заново", after=card.id)).silent
        await at_rest(redis, bridge)
        night.until(9)
        await bridge.anna.wait_for("Доброй ночи")


async def _linked_and_quiet(bridge: Bridge) -> ChatMessage:
    await bridge.link()
    return await chosen(bridge, "Тихие часы", "Включить")


async def test_an_invitation_comes_in_quiet_hours_after_what_was_written_before_it(
    bridge: Bridge, redis: Client, night: Clock
) -> None:
    talk, other = conversation(bridge), conversation(bridge, "Вектор")
    async with bridge.running(clock=night):
        await bridge.link()
        card = await chosen(bridge, "Тихие часы", "Включить", "Приглашения приходят сразу")
        bridge.hh.employers.write(other.id, "Утром прочтёте")
        bridge.hh.employers.write(talk.id, "Скоро позовём")
        await held(redis, bridge, 2)
        bridge.hh.employers.invite(talk.id, "Зовём")
        invitation = await bridge.anna.wait_for("Зовём", after=card.id)
        await polled(bridge)
        first = next(m for m in after(bridge, card.id) if "Скоро позовём" in m.text)
        assert (first.id < invitation.id, first.silent, invitation.silent) == (True, True, False)
        assert arrivals(bridge, "Утром прочтёте") == 0
        await held(redis, bridge, 1)


async def test_switching_quiet_hours_off_brings_what_was_collected(
    bridge: Bridge, redis: Client, night: Clock
) -> None:
    talk = conversation(bridge)
    async with bridge.running(clock=night):
        await bridge.link()
        await chosen(bridge, "Тихие часы", "Включить")
        bridge.hh.employers.write(talk.id, "Не спите?")
        await held(redis, bridge, 1)
        await chosen(bridge, "Тихие часы", "Выключить")
        await bridge.anna.wait_for("Не спите?")
        bridge.hh.employers.write(talk.id, "Тогда напишу ещё")
        await bridge.anna.wait_for("Тогда напишу ещё")
    assert arrivals(bridge, "Не спите?") == 1


async def test_what_waits_can_be_looked_at_before_the_quiet_hours_end(
    bridge: Bridge, redis: Client, night: Clock
) -> None:
    talk = conversation(bridge)
    async with bridge.running(clock=night):
        await bridge.link()
        await chosen(bridge, "Тихие часы", "Включить")
        bridge.hh.employers.write(talk.id, "Ночное")
        await held(redis, bridge, 1)
        card = await chosen(bridge, "Показать, что ждёт")
        assert "ждёт" not in card.text
        await bridge.anna.wait_for("Ночное")
        bridge.hh.employers.write(talk.id, "Ещё ночное")
        await held(redis, bridge, 1)
    assert arrivals(bridge, "Ночное") == 1


async def test_a_lot_of_news_begins_with_a_list_and_only_that_rings(
    bridge: Bridge, redis: Client, night: Clock
) -> None:
    talks = [conversation(bridge, f"Компания {number}") for number in range(12)]
    async with bridge.running(clock=night):
        await bridge.link()
        card = await chosen(bridge, "Тихие часы", "Включить")
        for number, talk in enumerate(talks):
            bridge.hh.employers.write(talk.id, f"Новость {number:02}.")
        await held(redis, bridge, 12)
    night.until(8)
    async with bridge.running(clock=night):
        await bridge.anna.wait_until(lambda: all(arrivals(bridge, f"Новость {n:02}.") for n in range(12)))
    first, *news = [m for m in after(bridge, card.id) if "Новость" in m.text or "Пока было тихо" in m.text]
    assert "12 новостей" in first.text
    assert all(f"Компания {number}" in first.text for number in range(12))
    assert [m.silent for m in (first, *news)] == [False, *[True] * 12]


async def test_refusals_and_views_come_once_a_day_in_one_message(bridge: Bridge, redis: Client) -> None:
    clock = Clock(12)
    talks = [conversation(bridge, f"Компания {number}") for number in range(3)]
    async with bridge.running(clock=clock):
        await bridge.link()
        card = await chosen(bridge, "О чём сообщать", "Отказы", "Отказы")
        assert any("Отказы: 📰" in label for label in card.labels)
        bridge.hh.employers.discard(talks[0].id)
        bridge.hh.employers.discard(talks[1].id)
        bridge.hh.employers.read(talks[2].id, touch=True)
        await held(redis, bridge, 3)
        assert [m for m in after(bridge, card.id) if "Компания" in m.text] == []
    clock.until(19)
    async with bridge.running(clock=clock):
        digest = await bridge.anna.wait_for("Сводка", after=card.id)
        assert digest.silent
        assert "2 отказа" in digest.text
        assert all(f"Компания {number}" in digest.text for number in range(3))
        await bridge.anna.press(digest.id, "3")
        await bridge.anna.wait_for("Статус", after=digest.id)
        await polled(bridge)
    assert arrivals(bridge, "Сводка") == 1
    assert await redis.exists(keys.of(bridge.anna.id, "later")) == 0


async def test_a_kind_that_was_switched_off_does_not_come(bridge: Bridge) -> None:
    talk, other = conversation(bridge), conversation(bridge, "Вектор")
    async with bridge.running():
        await bridge.link()
        card = await chosen(bridge, "О чём сообщать", "Отказы", "Отказы", "Отказы")
        assert any("Отказы: 🚫" in label for label in card.labels)
        bridge.hh.employers.discard(talk.id)
        await polled(bridge)
        bridge.hh.employers.write(other.id, "А мы пишем")
        await bridge.anna.wait_for("А мы пишем")
    assert arrivals(bridge, "Ромашка") == 0


async def test_a_muted_conversation_comes_without_a_sound_but_invites_with_one(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        card = await card_of_first(bridge)
        answer = await bridge.anna.press(card.id, "Без звука")
        assert "без звука" in (answer.text or "")
        await bridge.anna.wait_until(lambda: any("Со звуком" in label for label in card.labels))
        bridge.hh.employers.write(talk.id, "Тихое слово")
        assert (await bridge.anna.wait_for("Тихое слово")).silent
        bridge.hh.employers.invite(talk.id, "Приходите")
        assert not (await bridge.anna.wait_for("Приходите")).silent
        await bridge.anna.press(card.id, "Со звуком")
        await bridge.anna.wait_until(lambda: any("Без звука" in label for label in card.labels))
        bridge.hh.employers.write(talk.id, "Громкое слово")
        assert not (await bridge.anna.wait_for("Громкое слово")).silent


async def test_a_message_stays_unread_at_hh_until_it_is_opened(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        card = await chosen(bridge, "Прочтение", "Только когда открою")
        bridge.hh.employers.write(talk.id, "Секрет")
        note = await bridge.anna.wait_for("останется непрочитанным", after=card.id)
        assert "Ромашка" in note.text
        await polled(bridge)
        assert talk.has_updates
        assert arrivals(bridge, "Секрет") == 0
        reply = await bridge.anna.send("Отвечаю не глядя", reply_to=note.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        await polled(bridge)
        assert arrivals(bridge, "останется непрочитанным") == 1
        await bridge.anna.press(note.id, "Открыть и прочитать")
        await bridge.anna.wait_for("Секрет", after=reply)
        assert not talk.has_updates
        await polled(bridge)
        bridge.hh.employers.invite(talk.id, "Второй секрет")
        invitation = await bridge.anna.wait_for("приглашает", after=reply)
        assert "Второй секрет" not in invitation.text
        await polled(bridge)
    assert arrivals(bridge, "Секрет") == 1


async def test_hours_zone_and_digest_can_be_typed(bridge: Bridge) -> None:
    async with bridge.running():
        await bridge.link()
        card = await chosen(bridge, "Тихие часы", "Включить")
        await bridge.anna.press(card.id, "Другие часы")
        question = await bridge.anna.wait_for(lambda m: m.prompt is not None, after=card.id)
        wrong = await bridge.anna.send("попозже", reply_to=question.id)
        again = await bridge.anna.wait_for("Не получилось понять", after=wrong)
        right = await bridge.anna.send("с 23 до 7:30", reply_to=again.id)
        await bridge.anna.wait_for("23:00–07:30", after=right)
        zone = await chosen(bridge, "Часовой пояс")
        typed = await bridge.anna.send("казань", reply_to=zone.id)
        await bridge.anna.wait_for("Москва, UTC+3", after=typed)
        typed = await bridge.anna.send("UTC+5", reply_to=zone.id)
        await bridge.anna.wait_for("Ваш часовой пояс: UTC+5", after=typed)


async def test_only_news_rings(bridge: Bridge) -> None:
    talk, unread = conversation(bridge), conversation(bridge, "Вектор")
    # Well before: what stands in the very second of the linking rings, as it may have come after it.
    bridge.hh.employers.write(unread.id, "Ещё до бота").created_at -= 60
    async with bridge.running():
        await bridge.link()
        await bridge.anna.wait_for("Ещё до бота")
        bridge.hh.employers.invite(talk.id, "Ждём")
        news = await bridge.anna.wait_for("Ждём")
        reply = await bridge.anna.send("Приду", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        for command in ("/list", "/settings", "/help", "/privacy", "/export"):
            asked = await bridge.anna.send(command)
            await bridge.anna.wait_for(lambda m: bool(m.text), after=asked)
        await card_of_first(bridge)
    assert [m.text for m in bridge.anna.from_bot if not m.silent] == [news.text]


async def test_times_are_those_of_the_chosen_zone(bridge: Bridge) -> None:
    crowd(bridge.hh.world, bridge.applicant, 1)
    async with bridge.running():
        await bridge.link()
        await chosen(bridge, "Часовой пояс", "Владивосток")
        card = await chosen(bridge)
        now = datetime.now(zone_of("Asia/Vladivostok"))
        assert "Владивосток, UTC+10" in card.text
        assert f"{now:%H:}" in card.text or f"{now.minute:02}" == "00"
