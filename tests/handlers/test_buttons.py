from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.buttons import button_key, seal
from bot.chat.outgoing import Application, Draft, Press, Subject
from bot.chat.screens.answers import stale_button
from bot.handlers.registry import PRESSES
from tests.handlers.private_chat import TOKEN, USER, Chat, nothing, person, vacancy


async def test_a_press_is_answered_so_that_it_stops_spinning(chat: Chat) -> None:
    await chat.press(actions.OPEN, "1")
    assert chat.telegram.toasts == [None]


@pytest.mark.parametrize(
    ("action", "args", "about"),
    [
        (actions.LIST, ("active", "0"), None),
        (actions.OPEN, ("1",), None),
        (actions.HISTORY, ("1",), None),
        (actions.REPLY, ("1",), None),
        (actions.HIDE, ("1",), None),
        (actions.KEEP, ("1",), None),
        (actions.TO, ("1",), Draft("Готов", 77)),
        (actions.TO_MORE, ("1",), Draft("Готов", 77)),
        (actions.CORRECT, ("1",), Draft("Готов", 77)),
        (actions.APPLY, ("123", ""), None),
        (actions.RESUME, ("123", "0f"), None),
        (actions.NO_LETTER, ("123", "0f"), None),
        (actions.APPLY_YES, (), Application("123", "0f", "")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_no_press_waits_for_hh_ru_to_be_answered(
    chat: Chat, action: str, args: tuple[str, ...], about: Subject | None
) -> None:
    chat.hh.vacancies["123"] = vacancy()
    if about:
        chat.subjects[500] = about
    await chat.press(action, *args, on=500)
    assert chat.hh.asked
    assert chat.telegram.toasts == [None]
    assert chat.telegram.asked_before == []


@pytest.mark.parametrize(
    "data",
    [
        "",
        "list",
        "🙂" * 16,
        "A" * 64,
        seal(Press(actions.LIST, ("active", "0")), USER, button_key("43:another-bot")),
        seal(Press(actions.LIST, ("active", "0")), USER + 1, button_key(TOKEN)),
        seal(Press("no such action"), USER, button_key(TOKEN)),
    ],
    ids=["empty", "by hand", "emoji", "noise", "another bot", "another user", "another time"],
)
async def test_a_button_that_was_not_made_here_for_this_user_does_nothing(chat: Chat, data: str) -> None:
    turn = await chat.press_raw(data)
    assert nothing(turn)
    assert chat.hh.asked == []
    assert chat.telegram.toasts == [stale_button(chat.texts)]


async def test_a_strangers_press_stops_spinning_too(chat: Chat) -> None:
    chat.account = None
    turn = await chat.press(actions.OPEN, "1")
    assert len(turn.outgoing) == 1
    assert chat.telegram.toasts == [None]


async def test_another_user_can_not_press_the_button(chat: Chat) -> None:
    turn = await chat.press(actions.HIDE_YES, "1", by=USER + 1)
    assert nothing(turn)


async def test_a_button_in_a_group_does_nothing(chat: Chat) -> None:
    message = {**chat.message({"text": "?"}, 500), "chat": {"id": -5, "type": "group", "title": "Мы"}}
    data = seal(Press(actions.HIDE_YES, ("1",)), USER, button_key(TOKEN))
    query = {"id": "1", "from": person(USER), "chat_instance": "1", "data": data, "message": message}
    assert nothing(await chat.update(callback_query=query))


async def test_a_button_of_a_message_too_old_for_telegram_works(chat: Chat) -> None:
    data = seal(Press(actions.HIDE_YES, ("1",)), USER, button_key(TOKEN))
    old = {"message_id": 500, "date": 0, "chat": {"id": USER, "type": "private"}}
    query = {"id": "1", "from": person(USER), "chat_instance": "1", "data": data, "message": old}
    assert len((await chat.update(callback_query=query)).intents) == 1


@pytest.mark.parametrize(
    "pressed",
    [
        {"data": seal(Press(actions.HIDE_YES, ("1",)), USER, button_key(TOKEN)), "inline_message_id": "x"},
        {"game_short_name": "tetris", "inline_message_id": "x"},
        {
            "game_short_name": "tetris",
            "message": {"message_id": 5, "date": 0, "chat": {"id": USER, "type": "private"}},
        },
        {},
    ],
    ids=["inline", "inline game", "game", "nothing"],
)
async def test_a_press_on_what_the_bot_has_not_sent_does_nothing_and_is_answered(
    chat: Chat, pressed: dict[str, object]
) -> None:
    query = {"id": "1", "from": person(USER), "chat_instance": "1", **pressed}
    assert nothing(await chat.update(callback_query=query))
    assert chat.hh.asked == []
    assert chat.telegram.toasts == [stale_button(chat.texts)]


async def test_telegram_refusing_the_answer_stops_nothing(chat: Chat) -> None:
    chat.telegram.refuses = True
    turn = await chat.press(actions.OPEN, "1")
    assert len(turn.outgoing) == 1


def test_every_action_has_a_behaviour() -> None:
    named = {value for name, value in vars(actions).items() if name.isupper()}
    assert named == set(PRESSES)
