from __future__ import annotations

import pytest

from bot.chat.outgoing import Leave
from bot.chat.screens.help import group_refusal
from tests.handlers.private_chat import Chat, Json, nothing, person

GROUP = {"id": -100500, "type": "supergroup", "title": "Мы"}
CHANNEL = {"id": -100501, "type": "channel", "title": "Работа"}


def moved(where: Json, status: str) -> Json:
    bot = person(42)
    banned = {"until_date": 0} if status == "kicked" else {}
    return {
        "chat": where,
        "from": person(7),
        "date": 1,
        "old_chat_member": {"user": bot, "status": "left"},
        "new_chat_member": {"user": bot, "status": status, **banned},
    }


@pytest.mark.parametrize(
    "content",
    [{"text": "Привет"}, {"text": "/start", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}],
)
async def test_in_a_group_the_bot_says_why_and_leaves(chat: Chat, content: Json) -> None:
    turn = await chat.update(message={**chat.message(content), "chat": GROUP})
    assert turn.outgoing == [group_refusal(chat.texts).say(), Leave()]


async def test_added_to_a_group_it_leaves_at_once(chat: Chat) -> None:
    turn = await chat.update(my_chat_member=moved(GROUP, "member"))
    assert turn.outgoing == [group_refusal(chat.texts).say(), Leave()]


async def test_a_channel_is_left_without_a_word(chat: Chat) -> None:
    turn = await chat.update(my_chat_member=moved(CHANNEL, "member"))
    assert turn.outgoing == [Leave()]


@pytest.mark.parametrize("status", ["left", "kicked"])
async def test_where_it_is_no_longer_it_leaves_nothing(chat: Chat, status: str) -> None:
    assert nothing(await chat.update(my_chat_member=moved(GROUP, status)))


@pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post"])
async def test_posts_of_channels_are_passed_over(chat: Chat, kind: str) -> None:
    post = {"message_id": 5, "date": 1, "chat": CHANNEL, "text": "https://hh.ru/vacancy/123"}
    assert nothing(await chat.update(**{kind: post}))


async def test_edits_in_a_group_are_passed_over(chat: Chat) -> None:
    edited = {**chat.message({"text": "Привет", "edit_date": 1}), "chat": GROUP}
    assert nothing(await chat.update(edited_message=edited))
