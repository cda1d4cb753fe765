from __future__ import annotations

from bot.chat import actions
from bot.chat.screens import linking as screens
from tests.handlers.private_chat import Chat, nothing


async def test_unlink_asks_first(chat: Chat) -> None:
    turn = await chat.write("/unlink")
    assert turn.outgoing == [screens.unlink_ask(chat.texts, "Анна Ким").say()]
    assert turn.unlink_card is None


async def test_the_confirmed_question_erases_and_shows_the_result_there(chat: Chat) -> None:
    turn = await chat.press(actions.UNLINK_YES, on=300)
    assert turn.unlink_card == 300


async def test_a_lapsed_account_can_be_unlinked_too(chat: Chat) -> None:
    chat.lapse()
    turn = await chat.press(actions.UNLINK_YES, on=300)
    assert turn.unlink_card == 300


async def test_cancel_keeps_the_account(chat: Chat) -> None:
    turn = await chat.press(actions.CANCEL, on=300)
    assert turn.outgoing == [screens.already_linked(chat.texts, "Анна Ким").rewrite(300)]
    assert turn.unlink_card is None


async def test_there_is_nothing_to_unlink_without_an_account(chat: Chat) -> None:
    chat.account = None
    turn = await chat.write("/unlink")
    assert turn.outgoing == [screens.not_linked(chat.texts).say()]


async def test_the_second_press_after_unlinking_does_nothing(chat: Chat) -> None:
    chat.account = None
    assert nothing(await chat.press(actions.UNLINK_YES))


async def test_the_button_of_the_privacy_text_asks_too(chat: Chat) -> None:
    turn = await chat.press(actions.UNLINK)
    assert turn.outgoing == [screens.unlink_ask(chat.texts, "Анна Ким").say()]
    assert turn.unlink_card is None


async def test_the_stored_data_is_asked_for_by_command_and_by_button(chat: Chat) -> None:
    assert (await chat.write("/export")).wants_own_data
    assert (await chat.press(actions.EXPORT)).wants_own_data
    assert not (await chat.write("/privacy")).wants_own_data
