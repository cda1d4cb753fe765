"""Whom ALLOWED_USERS leaves out."""

from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.screens import help as screens
from bot.chat.screens import linking, own_data
from bot.handlers.registry import PRESSES
from tests.handlers.private_chat import Chat, nothing
from tests.handlers.test_membership import moved

OPEN = {actions.UNLINK, actions.UNLINK_YES, actions.EXPORT, actions.CANCEL}


@pytest.fixture
def outside(chat: Chat) -> Chat:
    chat.let_in = False
    return chat


@pytest.mark.parametrize(
    "text", ["Приду!", "/start", "/start 0123456789abcdefghij", "/list", "/help", "/settings", "/nonsense"]
)
@pytest.mark.parametrize("known", [True, False])
async def test_who_is_not_let_in_hears_just_that(outside: Chat, text: str, known: bool) -> None:
    outside.account = outside.account if known else None
    turn = await outside.write(text, reply_to=10)
    assert turn.outgoing == [screens.not_allowed(outside.texts, turn.user_id, known=known).say()]
    assert outside.hh.asked == []
    assert outside.desk.asked == []
    assert outside.desk.begun == []
    assert not turn.intents


async def test_what_is_kept_is_shown_and_erased_for_everybody(outside: Chat) -> None:
    assert (await outside.write("/export")).wants_own_data
    assert (await outside.write("/privacy")).outgoing == [own_data.privacy(outside.texts, True).say()]
    asked = await outside.write("/unlink")
    assert asked.outgoing == [linking.unlink_ask(outside.texts, "Анна Ким").say()]
    assert (await outside.press(actions.UNLINK)).outgoing == asked.outgoing
    assert (await outside.press(actions.EXPORT)).wants_own_data
    assert (await outside.press(actions.UNLINK_YES)).unlink_card == 500
    assert (await outside.press(actions.CANCEL)).outgoing


@pytest.mark.parametrize("action", sorted(set(PRESSES) - OPEN))
async def test_every_other_button_says_why_it_does_nothing(outside: Chat, action: str) -> None:
    turn = await outside.press(action, "1")
    assert nothing(turn)
    assert outside.telegram.toasts == [screens.shut(outside.texts)]
    assert outside.hh.asked == []


async def test_an_edit_by_who_is_not_let_in_is_passed_over(outside: Chat) -> None:
    assert nothing(await outside.edit(77, "Приду завтра", reply_to=10))


async def test_that_the_bot_is_blocked_is_noted_of_everybody(outside: Chat) -> None:
    turn = await outside.update(my_chat_member=moved("kicked"))
    assert turn.account is not None
    assert turn.account.blocked_at
