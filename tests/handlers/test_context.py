from __future__ import annotations

import asyncio
from collections.abc import Sized

import pytest
from telegram import Update

from bot.chat.intents import SendMessage
from bot.chat.outgoing import Conversation
from bot.handlers.context import dispatch
from bot.hh.errors import NotFound
from tests.handlers.private_chat import Chat, nothing


async def test_an_error_of_a_handler_reaches_the_caller(chat: Chat) -> None:
    chat.hh.vacancies.clear()
    with pytest.raises(NotFound):
        await chat.write("https://hh.ru/vacancy/123")


async def test_turns_of_many_users_do_not_mix(chat: Chat) -> None:
    turns = []
    async with asyncio.TaskGroup() as group:
        for number in range(50):
            chat.subjects[2000 + number] = Conversation(str(number))
            raw = chat.message({"text": "Готов"}, 3000 + number, reply_to=2000 + number)
            update = Update.de_json({"update_id": number, "message": raw}, chat.bridge.bot)
            turns.append(chat.turn())
            group.create_task(dispatch(chat.bridge, update, turns[-1]))
    sent = [intent.nid for turn in turns for intent in turn.intents if isinstance(intent, SendMessage)]
    assert sent == [str(number) for number in range(50)]
    assert [turn.update_id for turn in turns] == list(range(50))


async def test_nothing_stays_in_memory_of_whoever_has_written(chat: Chat) -> None:
    def kept() -> int:
        names = (name for kind in type(chat.bridge).__mro__ for name in getattr(kind, "__slots__", ()))
        values = (getattr(chat.bridge, name, None) for name in names)
        return sum(len(value) for value in values if isinstance(value, Sized))

    before = kept()
    for number in range(20):
        person = {"id": 9_000 + number, "is_bot": False, "first_name": "Анна", "type": "private"}
        message = chat.message({"text": "Готов"}) | {"chat": person, "from": person}
        await chat.update(message=message)

    assert kept() == before


async def test_an_update_of_a_kind_nobody_knows_is_passed_over(chat: Chat) -> None:
    assert nothing(await chat.update(telepathy={"from": 1}))


async def test_effects_can_be_dropped_but_not_what_became_of_the_account(chat: Chat) -> None:
    turn = await chat.write("Готов", reply_to=10)
    assert chat.account is not None
    turn.save(chat.account)
    turn.forget_effects()
    assert (turn.outgoing, turn.intents, turn.remembered) == ([], [], {})
    assert turn.account_changed
