from __future__ import annotations

from bot.chat import actions
from bot.chat.screens.lists import PER_PAGE, listing
from bot.hh.models import Negotiations
from tests.handlers.private_chat import NOW, Chat, negotiation


def page(chat: Chat, number: int) -> Negotiations:
    found = chat.hh.conversations
    return Negotiations(
        items=found[number * PER_PAGE : (number + 1) * PER_PAGE],
        found=len(found),
        page=number,
        pages=-(-len(found) // PER_PAGE),
        per_page=PER_PAGE,
    )


async def test_list_begins_with_what_is_active(chat: Chat) -> None:
    turn = await chat.write("/list")
    assert chat.hh.asked == ["negotiations active 0"]
    assert turn.outgoing == [listing(chat.texts, "active", page(chat, 0), now=NOW).say()]


async def test_pages_and_statuses_are_turned_in_place(chat: Chat) -> None:
    chat.hh.conversations = [negotiation(str(number)) for number in range(30)]
    turn = await chat.press(actions.LIST, "discard", "2", on=500)
    assert chat.hh.asked == ["negotiations discard 2"]
    assert turn.outgoing == [listing(chat.texts, "discard", page(chat, 2), now=NOW).rewrite(500)]
