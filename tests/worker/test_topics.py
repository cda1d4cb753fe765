"""Topics that are gone, refused, or called as they are already."""

from __future__ import annotations

import pytest

from bot.chat.outgoing import DropTopic, Retitle, Say, Topic
from bot.telegram.sender import Paused
from bot.worker.topics import Topics
from tests.worker.conftest import Desk


@pytest.fixture
async def topics(desk: Desk) -> Topics:
    desk.bridge.telegram.world.topics_enabled = True
    await desk.services.topic_mode.look()
    return Topics(desk.services, desk.session)


async def thread_of(desk: Desk) -> int:
    return desk.session.shown.of(desk.nid).thread


def named(desk: Desk) -> list[str]:
    """What the chat's topics are called."""
    return [topic.name for topic in desk.bridge.telegram.world.chats[desk.session.user_id].topics.values()]


def news(desk: Desk) -> Say:
    return Say(text="Новости", at=Topic(desk.nid, "Ромашка"))


async def test_an_answer_in_a_topic_that_is_gone_stands_in_the_general_place(
    desk: Desk, topics: Topics
) -> None:
    sent = await topics.perform(Say(text="Да", at=4711))
    assert sent is not None
    assert sent.thread == 0
    assert desk.bridge.anna.last.text == "Да"


async def test_news_that_no_topic_takes_stands_in_the_general_place_once(desk: Desk, topics: Topics) -> None:
    desk.bridge.telegram.fail_next("sendMessage", times=2, bad_request="message thread not found")
    sent = await topics.perform(news(desk))
    assert sent is not None
    assert sent.thread == 0
    assert [message.text for message in desk.bridge.anna.from_bot].count("Новости") == 1
    assert desk.session.head.linear > desk.services.clock(), "topics are left alone for a while"


async def test_a_topic_follows_its_conversations_name(desk: Desk, topics: Topics) -> None:
    renamed = Retitle(Topic(desk.nid, "🎉 Ромашка"))
    await topics.perform(renamed)
    assert not await thread_of(desk), "nothing is made for a name"
    await topics.perform(news(desk))
    await topics.perform(renamed)
    assert "🎉 Ромашка" in named(desk)
    calls = len(desk.bridge.telegram.calls("editForumTopic"))
    await topics.perform(renamed)
    assert len(desk.bridge.telegram.calls("editForumTopic")) == calls


async def test_a_name_that_telegram_refuses_is_left(desk: Desk, topics: Topics) -> None:
    await topics.perform(news(desk))
    desk.bridge.telegram.fail_next("editForumTopic", bad_request="TOPIC_TITLE_INVALID")
    await topics.perform(Retitle(Topic(desk.nid, "🎉 Ромашка")))
    assert "Ромашка" in named(desk)
    assert desk.session.shown.of(desk.nid).name == "Ромашка"


async def test_a_topic_is_deleted_as_soon_as_telegram_takes_it(desk: Desk, topics: Topics) -> None:
    await topics.perform(DropTopic(desk.nid))
    await topics.perform(news(desk))
    desk.bridge.telegram.fail_next("deleteForumTopic", retry_after=5)
    with pytest.raises(Paused):
        await topics.perform(DropTopic(desk.nid))
    desk.bridge.telegram.fail_next("deleteForumTopic", bad_request="not enough rights")
    await topics.perform(DropTopic(desk.nid))
    assert await thread_of(desk)
    await topics.perform(DropTopic(desk.nid))
    assert not await thread_of(desk)
    assert "Ромашка" not in named(desk)
