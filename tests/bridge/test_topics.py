"""One place per employer: a topic for each conversation, and one linear chat where there are none."""

from __future__ import annotations

import pytest

from bot.sandbox.hh import faults
from bot.sandbox.telegram.chats import Topic
from tests.bridge.conftest import Bridge
from tests.bridge.steps import arrivals, card_of_first, conversation, news, polled


@pytest.fixture
def topics(bridge: Bridge) -> Bridge:
    """The bridge with topics switched on in BotFather."""
    bridge.telegram.world.topics_enabled = True
    return bridge


def named(bridge: Bridge, words: str) -> Topic:
    """The only topic with these words in its name."""
    (topic,) = (topic for topic in bridge.anna.state.topics.values() if words in topic.name)
    return topic


def made(bridge: Bridge) -> int:
    """How many topics were ever made."""
    return len(bridge.telegram.calls("createForumTopic"))


async def test_each_conversation_gets_one_topic_and_its_news_stand_there(topics: Bridge) -> None:
    first, second = conversation(topics), conversation(topics, "Лютик", "Инженер")
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(first.id, "Здравствуйте, Анна!")
        one = await news(topics, "Здравствуйте, Анна!")
        topics.hh.employers.write(second.id, "Добрый день, Анна!")
        two = await news(topics, "Добрый день, Анна!")
        topics.hh.employers.write(first.id, "Ещё вопрос.")
        three = await news(topics, "Ещё вопрос.")
    assert one.thread_id == three.thread_id == named(topics, "Ромашка — Аналитик").id
    assert two.thread_id == named(topics, "Лютик — Инженер").id
    assert made(topics) == 2
    assert not any(call.parameters.integer("message_thread_id") == 1 for call in topics.telegram.world.calls)


async def test_the_card_stands_first_in_a_new_topic_and_rings_nobody(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Здравствуйте!")
        told = await news(topics, "Здравствуйте!")
    card, message = (m for m in topics.anna.from_bot if m.thread_id == told.thread_id)
    assert "Статус" in card.text
    assert (card.silent, message.silent) == (True, False)


async def test_what_is_written_in_a_topic_goes_to_its_employer_only(topics: Bridge) -> None:
    first, second = conversation(topics), conversation(topics, "Лютик", "Инженер")
    async with topics.running():
        await topics.link()
        for talk in (first, second):
            topics.hh.employers.write(talk.id, f"Вопрос {talk.id}")
        one, two = await news(topics, f"Вопрос {first.id}"), await news(topics, f"Вопрос {second.id}")
        to_one = await topics.anna.send("Ответ Ромашке", thread_id=one.thread_id)
        to_two = await topics.anna.send("Ответ Лютику", thread_id=two.thread_id)
        await topics.anna.wait_for_reaction(to_one, "👌")
        await topics.anna.wait_for_reaction(to_two, "👌")
    assert topics.hh.journal.texts(first.id) == ["Ответ Ромашке"]
    assert topics.hh.journal.texts(second.id) == ["Ответ Лютику"]


async def test_outside_of_topics_the_bot_still_asks_to_whom(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Здравствуйте!")
        await news(topics, "Здравствуйте!")
        written = await topics.anna.send("Готова в понедельник")
        question = await topics.anna.wait_for("Кому", after=written)
        assert question.thread_id is None
        await topics.anna.press(question.id, "Ромашка")
        await topics.anna.wait_for_reaction(written, "👌")
    assert topics.hh.journal.texts(talk.id) == ["Готова в понедельник"]


async def test_a_reply_across_topics_is_a_question_not_a_guess(topics: Bridge) -> None:
    first, second = conversation(topics), conversation(topics, "Лютик", "Инженер")
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(first.id, "Вопрос от Ромашки")
        topics.hh.employers.write(second.id, "Вопрос от Лютика")
        one, two = await news(topics, "Вопрос от Ромашки"), await news(topics, "Вопрос от Лютика")
        written = await topics.anna.send("Да", reply_to=one.id, thread_id=two.thread_id)
        question = await topics.anna.wait_for("Кому", after=written)
        assert question.thread_id == two.thread_id
    assert topics.hh.journal.texts(first.id) == topics.hh.journal.texts(second.id) == []


async def test_a_deleted_topic_is_made_anew_and_nothing_is_lost_or_doubled(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Первое письмо")
        old = await news(topics, "Первое письмо")
        assert old.thread_id is not None
        await topics.anna.delete_topic(old.thread_id)
        topics.hh.employers.write(talk.id, "Второе письмо")
        new = await news(topics, "Второе письмо")
        await polled(topics)
        assert new.thread_id == named(topics, "Ромашка").id != old.thread_id
        reply = await topics.anna.send("Спасибо", thread_id=new.thread_id)
        await topics.anna.wait_for_reaction(reply, "👌")
    assert arrivals(topics, "Второе письмо") == 1
    assert made(topics) == 2
    assert topics.hh.journal.texts(talk.id) == ["Спасибо"]


async def test_where_telegram_refuses_topics_the_chat_is_linear(topics: Bridge) -> None:
    talk = conversation(topics)
    topics.telegram.fail_next("createForumTopic", times=5, bad_request="BOT_FORUM_CREATE_FORBIDDEN")
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Первое письмо")
        told = await news(topics, "Первое письмо")
        topics.hh.employers.write(talk.id, "Второе письмо")
        await news(topics, "Второе письмо")
        reply = await topics.anna.send("Спасибо", reply_to=told.id)
        await topics.anna.wait_for_reaction(reply, "👌")
    assert all(message.thread_id is None for message in topics.anna.from_bot)
    assert arrivals(topics, "Первое письмо") == arrivals(topics, "Второе письмо") == 1
    assert len([call for call in topics.telegram.refused if call.method == "createForumTopic"]) == 1


async def test_a_server_without_topics_or_reactions_holds_nothing_up(topics: Bridge) -> None:
    talk = conversation(topics)
    for method in ("createForumTopic", "setMessageReaction"):
        topics.telegram.fail_next(method, times=5, missing=True)
    async with topics.running():
        await topics.link()
        topics.hh.employers.invite(talk.id, "Ждём вас")
        told = await news(topics, "Ждём вас")
        reply = await topics.anna.send("Приду!", reply_to=told.id)
        await topics.anna.wait_for("👌", after=reply)
        topics.hh.employers.write(talk.id, "До встречи")
        await news(topics, "До встречи")
    assert topics.hh.journal.texts(talk.id) == ["Приду!"]


async def test_topics_that_are_throttled_hold_news_up_for_a_moment_only(topics: Bridge) -> None:
    talk = conversation(topics)
    topics.telegram.fail_next("createForumTopic", retry_after=1)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Здравствуйте!")
        told = await news(topics, "Здравствуйте!")
    assert told.thread_id == named(topics, "Ромашка").id
    assert arrivals(topics, "Здравствуйте!") == 1


async def test_topics_that_are_throttled_for_long_are_done_without(topics: Bridge) -> None:
    talk = conversation(topics)
    topics.telegram.fail_next("createForumTopic", retry_after=3000)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Здравствуйте!")
        told = await news(topics, "Здравствуйте!")
    assert told.thread_id is None


async def test_an_outage_of_topics_loses_and_doubles_nothing(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "До сбоя")
        before = await news(topics, "До сбоя")
        topics.telegram.fail_next("sendMessage", bad_request="message thread not found")
        topics.telegram.fail_next("createForumTopic", bad_request="BOT_FORUM_CREATE_FORBIDDEN")
        topics.hh.employers.write(talk.id, "Во время сбоя")
        during = await news(topics, "Во время сбоя")
        reply = await topics.anna.send("Ответ", thread_id=before.thread_id)
        await topics.anna.wait_for_reaction(reply, "👌")
    assert during.thread_id is None
    assert arrivals(topics, "Во время сбоя") == 1
    assert topics.hh.journal.texts(talk.id) == ["Ответ"]


async def test_a_topic_that_was_made_unnoticed_costs_no_news(topics: Bridge) -> None:
    talk = conversation(topics)
    topics.telegram.fail_next("createForumTopic", reset_after=True)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Здравствуйте!")
        told = await news(topics, "Здравствуйте!")
        await polled(topics)
    assert told.thread_id is None
    assert arrivals(topics, "Здравствуйте!") == 1


async def test_topics_that_were_switched_off_leave_a_linear_chat(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "В теме")
        await news(topics, "В теме")
        topics.telegram.world.topics_enabled = False
        topics.hh.employers.write(talk.id, "Без темы")
        told = await news(topics, "Без темы")
        reply = await topics.anna.send("Ответ", reply_to=told.id)
        await topics.anna.wait_for_reaction(reply, "👌")
    assert arrivals(topics, "Без темы") == 1


async def test_an_invitation_renames_the_topic_and_changes_the_card_in_place(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Здравствуйте!")
        told = await news(topics, "Здравствуйте!")
        card = next(m for m in topics.anna.from_bot if m.thread_id == told.thread_id)
        topics.hh.employers.invite(talk.id, "Приглашаем!")
        await news(topics, "Приглашаем!")
        await topics.anna.wait_until(lambda: "приглашение" in card.text)
        await topics.anna.wait_until(lambda: named(topics, "Ромашка").name.startswith("🎉"))
    assert made(topics) == 1


async def test_the_topic_of_a_hidden_conversation_can_be_deleted(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Мы ещё думаем")
        told = await news(topics, "Мы ещё думаем")
        await topics.anna.press(told.id, "Скрыть")
        question = await topics.anna.wait_for("Скрыть эту переписку?", after=told.id)
        assert question.thread_id == told.thread_id
        await topics.anna.press(question.id, "Скрыть")
        await topics.anna.wait_until(lambda: "Удалить эту тему" in str(question.labels))
        await topics.anna.press(question.id, "Удалить эту тему")
        await topics.anna.wait_until(lambda: not topics.anna.state.topics)


async def test_a_card_opened_from_the_list_leads_to_its_topic(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        card = await card_of_first(topics)
        assert card.thread_id is None
        answer = await topics.anna.press(card.id, "Открыть тему")
        assert "Ромашка" in answer.text
        there = await topics.anna.wait_for(lambda m: "Статус" in m.text and m.thread_id is not None)
        assert there.thread_id == named(topics, "Ромашка").id
        reply = await topics.anna.send("Здравствуйте!", thread_id=there.thread_id)
        await topics.anna.wait_for_reaction(reply, "👌")
    assert topics.hh.journal.texts(talk.id) == ["Здравствуйте!"]


async def test_while_hh_ru_takes_its_time_the_bot_shows_as_typing_there(topics: Bridge) -> None:
    talk = conversation(topics)
    async with topics.running():
        await topics.link()
        topics.hh.employers.write(talk.id, "Здравствуйте!")
        told = await news(topics, "Здравствуйте!")
        topics.hh.faults.add(faults.delay(3), on="GET /negotiations/*")
        topics.anna.tap(told.id, "История")
        await topics.anna.wait_until(lambda: topics.anna.typing)
        assert topics.anna.state.typing_thread == told.thread_id
        await topics.anna.wait_for("Здравствуйте!", after=told.id)
