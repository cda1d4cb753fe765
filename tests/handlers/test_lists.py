from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.intents import HideAll, StopHiding
from bot.chat.outgoing import Question
from bot.chat.screens import hiding
from bot.chat.screens.lists import FIND, FOUND, ask_find, found, listing
from bot.sync.roster import Roster, Tab, entry, seal_of
from tests.handlers.private_chat import NOW, Chat, negotiation, said


def roster(chat: Chat) -> Roster:
    entries = tuple(entry(item) for item in chat.hh.conversations)
    return Roster(entries, len(entries))


@pytest.fixture
def refusals(chat: Chat) -> list[str]:
    """Thirty refusals."""
    chat.hh.conversations = [negotiation(str(n), state={"id": "discard"}) for n in range(30)]
    return [item.id for item in chat.hh.conversations]


async def test_list_begins_with_what_is_active(chat: Chat) -> None:
    turn = await chat.write("/list")
    assert turn.outgoing == [listing(chat.texts, Tab.ACTIVE, roster(chat), (), 0, now=NOW).say()]


@pytest.mark.usefixtures("refusals")
async def test_pages_and_tabs_are_turned_in_place(chat: Chat) -> None:
    turn = await chat.press(actions.LIST, "discard", "2", on=500)
    shown = listing(chat.texts, Tab.DISCARD, roster(chat), (), 2, now=NOW)
    assert turn.outgoing == [shown.rewrite(500)]


async def test_a_button_of_a_tab_that_is_no_more_shows_all(chat: Chat) -> None:
    turn = await chat.press(actions.LIST, "non_archived", "0", on=500)
    assert turn.outgoing == [listing(chat.texts, Tab.ALL, roster(chat), (), 0, now=NOW).rewrite(500)]


async def test_what_was_looked_into_is_not_unread_any_more(chat: Chat) -> None:
    for action in (actions.OPEN, actions.HISTORY, actions.REPLY):
        chat.unseen = frozenset({"1", "2"})
        await chat.press(action, "1")
        assert chat.unseen == {"2"}
    chat.unseen = frozenset({"1", "2"})
    await chat.write("Приду!", reply_to=10)
    assert chat.unseen == {"2"}


@pytest.mark.parametrize("command", ["/find ромашка", "/search ромашка"])
async def test_find_searches_for_the_words_behind_it(chat: Chat, command: str) -> None:
    turn = await chat.write(command)
    assert turn.outgoing == [found(chat.texts, "ромашка", roster(chat), (), 0, now=NOW).say()]


async def test_find_asks_for_words(chat: Chat) -> None:
    assert (await chat.write("/find")).outgoing == [ask_find(chat.texts)]
    assert (await chat.press(actions.FIND)).outgoing == [ask_find(chat.texts)]
    chat.subjects[501] = Question(FIND)
    turn = await chat.write("аналитик", reply_to=501)
    assert turn.outgoing == [found(chat.texts, "аналитик", roster(chat), (), 0, now=NOW).say()]


async def test_what_was_found_is_paged_with_its_words(chat: Chat) -> None:
    chat.hh.conversations = [negotiation(str(number)) for number in range(30)]
    chat.subjects[500] = Question(FOUND, "ромашка")
    turn = await chat.press(actions.FOUND, "2", on=500)
    assert turn.outgoing == [found(chat.texts, "ромашка", roster(chat), (), 2, now=NOW).rewrite(500)]
    assert said(await chat.press(actions.FOUND, "2", on=501)) == ask_find(chat.texts)


async def test_a_tab_is_hidden_after_one_question(chat: Chat, refusals: list[str]) -> None:
    chat.unseen = frozenset({"3"})
    meant = [nid for nid in refusals if nid != "3"]
    asked = await chat.press(actions.HIDE_ALL, "discard")
    assert asked.outgoing == [hiding.ask(chat.texts, Tab.DISCARD, 29, seal_of(meant)).say()]
    assert not asked.intents
    turn = await chat.press(actions.HIDE_ALL_YES, "discard", seal_of(meant), on=500)
    intent = HideAll(tab="discard", nids=tuple(meant), total=29, card_id=500)
    assert turn.intents == [intent]
    assert turn.outgoing == [hiding.progress(chat.texts, intent).rewrite(500)]


async def test_where_the_list_has_changed_since_the_question_it_is_asked_again(
    chat: Chat, refusals: list[str]
) -> None:
    turn = await chat.press(actions.HIDE_ALL_YES, "discard", seal_of(refusals[1:]), on=500)
    assert not turn.intents
    again = hiding.ask(chat.texts, Tab.DISCARD, 30, seal_of(refusals), changed=True)
    assert turn.outgoing == [again.rewrite(500)]


async def test_where_nothing_is_left_nothing_is_hidden(chat: Chat) -> None:
    turn = await chat.press(actions.HIDE_ALL_YES, "discard", "00000000", on=500)
    assert turn.outgoing == [hiding.nothing(chat.texts).rewrite(500)]


async def test_one_tab_at_a_time_is_hidden_and_can_be_stopped(chat: Chat, refusals: list[str]) -> None:
    chat.pending = [HideAll(tab="discard", nids=("1",), total=1, card_id=400)]
    assert not (await chat.press(actions.HIDE_ALL_YES, "discard", seal_of(refusals))).intents
    assert chat.telegram.toasts == [hiding.at_it(chat.texts)]
    turn = await chat.press(actions.HIDE_STOP, on=400)
    assert turn.intents == [StopHiding()]
    assert turn.outgoing == [hiding.stopping(chat.texts).rewrite(400)]


async def test_what_has_ended_is_not_stopped(chat: Chat) -> None:
    turn = await chat.press(actions.HIDE_STOP, on=400)
    assert not turn.intents
    assert not turn.outgoing
