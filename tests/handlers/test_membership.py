from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.handlers.private_chat import USER, Chat, Json, nothing, person


def moved(status: str) -> Json:
    bot = person(42)
    banned = {"until_date": 0} if status == "kicked" else {}
    return {
        "chat": {"id": USER, "type": "private", "first_name": "Аня"},
        "from": person(USER),
        "date": 1,
        "old_chat_member": {"user": bot, "status": "member"},
        "new_chat_member": {"user": bot, "status": status, **banned},
    }


@pytest.fixture
def blocked(chat: Chat) -> Chat:
    """The user has blocked the bot."""
    assert chat.account is not None
    chat.account = replace(chat.account, blocked_at=1.0)
    return chat


async def test_blocking_the_bot_is_noted(chat: Chat) -> None:
    turn = await chat.update(my_chat_member=moved("kicked"))
    assert turn.account is not None
    assert turn.account.blocked_at
    assert turn.account_changed
    assert turn.outgoing == []


async def test_letting_the_bot_in_again_is_noted(blocked: Chat) -> None:
    turn = await blocked.update(my_chat_member=moved("member"))
    assert turn.account is not None
    assert not turn.account.blocked_at
    assert turn.account_changed


async def test_whoever_writes_is_back(blocked: Chat) -> None:
    turn = await blocked.write("/help")
    assert turn.account is not None
    assert not turn.account.blocked_at
    assert len(turn.outgoing) == 1


async def test_blocking_is_not_undone_by_its_own_news(blocked: Chat) -> None:
    assert nothing(await blocked.update(my_chat_member=moved("kicked")))


async def test_a_stranger_comes_and_goes(chat: Chat) -> None:
    chat.account = None
    assert nothing(await chat.update(my_chat_member=moved("kicked")))
