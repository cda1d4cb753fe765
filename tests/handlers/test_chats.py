from __future__ import annotations

import pytest

from bot.chat.outgoing import Leave
from bot.chat.screens.help import group_refusal
from tests.handlers.private_chat import Chat, Json, nothing, person, said

GROUP = {"id": -100500, "type": "supergroup", "title": "Мы"}
CHANNEL = {"id": -100501, "type": "channel", "title": "Работа"}

RIGHTS = {
    "administrator": """can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats
        can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories
        can_edit_stories can_delete_stories""",
    "restricted": """is_member can_change_info can_invite_users can_pin_messages can_send_messages
        can_send_polls can_send_other_messages can_add_web_page_previews can_manage_topics until_date
        can_send_audios can_send_documents can_send_photos can_send_videos can_send_video_notes
        can_send_voice_notes can_edit_tag can_react_to_messages""",
    "kicked": "until_date",
}


def moved(where: Json, status: str) -> Json:
    bot = person(42)
    rights = dict.fromkeys(RIGHTS.get(status, "").split(), False)
    return {
        "chat": where,
        "from": person(7),
        "date": 1,
        "old_chat_member": {"user": bot, "status": "left"},
        "new_chat_member": {"user": bot, "status": status, **rights},
    }


@pytest.mark.parametrize("kind", ["group", "supergroup"])
@pytest.mark.parametrize(
    "content",
    [{"text": "Привет"}, {"text": "/start", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}],
)
async def test_in_a_group_the_bot_says_why_and_leaves(chat: Chat, content: Json, kind: str) -> None:
    turn = await chat.update(message={**chat.message(content), "chat": {**GROUP, "type": kind}})
    assert turn.outgoing == [group_refusal(chat.texts).say(), Leave()]


@pytest.mark.parametrize("status", ["member", "administrator", "restricted"])
@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_added_to_a_group_it_leaves_at_once(chat: Chat, kind: str, status: str) -> None:
    turn = await chat.update(my_chat_member=moved({**GROUP, "type": kind}, status))
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


async def test_what_another_bot_writes_is_passed_over(chat: Chat) -> None:
    """Else two bots would answer each other for ever."""
    robot = {**person(7), "is_bot": True}
    for content in ({"text": "Привет", "from": robot}, {"text": "/start", "from": robot}):
        assert nothing(await chat.update(message=chat.message(content)))


async def test_a_text_that_an_inline_bot_helped_with_is_the_users_own(chat: Chat) -> None:
    turn = await chat.write("Приду!", 77, reply_to=10, via_bot={**person(7), "is_bot": True})
    assert [type(intent).__name__ for intent in turn.intents] == ["SendMessage"]


async def test_a_forwarded_text_goes_to_nobody_by_itself(chat: Chat) -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Кто-то"}
    turn = await chat.write("Приду!", 77, forward_origin=origin)
    assert turn.intents == []
    assert said(turn).about is not None


async def test_a_post_forwarded_from_a_channel_goes_to_nobody_by_itself(chat: Chat) -> None:
    origin = {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 5}
    turn = await chat.write("Работа мечты!", 77, forward_origin=origin)
    assert turn.intents == []
