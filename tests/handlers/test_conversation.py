from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.intents import Hide
from bot.chat.screens import answers
from bot.chat.screens import conversation as screens
from bot.chat.texts import Texts
from bot.hh.errors import LinkAgain, Unavailable
from bot.hh.models import Message
from tests.handlers.private_chat import NOW, Chat, negotiation, nothing


def message(number: int) -> Message:
    return Message.model_validate(
        {
            "id": str(number),
            "created_at": NOW,
            "text": f"№ {number}",
            "author": {"participant_type": "employer"},
        }
    )


async def test_reply_prompts_for_the_text(chat: Chat) -> None:
    turn = await chat.press(actions.REPLY, "1")
    assert turn.outgoing == [screens.reply_prompt(chat.texts, negotiation("1"), "1")]


async def test_reply_says_at_once_where_one_can_not_write(chat: Chat) -> None:
    chat.hh.conversations = [negotiation("1", messaging_status="in_a_row_limit")]
    turn = await chat.press(actions.REPLY, "1")
    why = screens.closed(chat.texts, "in_a_row_limit")
    assert turn.outgoing == [answers.not_sent(chat.texts, why).say()]


async def test_reply_prompts_also_while_hh_ru_does_not_answer(chat: Chat) -> None:
    chat.hh.error = Unavailable("502")
    turn = await chat.press(actions.REPLY, "1")
    assert turn.outgoing == [screens.reply_prompt(chat.texts, None, "1")]


async def test_the_end_of_access_is_never_glossed_over(chat: Chat) -> None:
    chat.hh.error = LinkAgain("token_revoked")
    with pytest.raises(LinkAgain):
        await chat.press(actions.REPLY, "1")


async def test_open_shows_the_card(chat: Chat) -> None:
    turn = await chat.press(actions.OPEN, "1")
    assert turn.outgoing == [screens.card(chat.texts, negotiation("1"), now=NOW).say()]


async def test_history_opens_below_the_news(chat: Chat) -> None:
    chat.hh.history = [message(1)]
    turn = await chat.press(actions.HISTORY, "1", on=500)
    shown = screens.history(chat.texts, negotiation("1"), [message(1)], 0, now=NOW)
    assert turn.outgoing == [shown.say()]


@pytest.mark.parametrize("page", [0, 1])
async def test_a_page_of_history_takes_the_place_of_the_one_before(chat: Chat, page: int) -> None:
    chat.hh.history = [message(number) for number in range(15)]
    turn = await chat.press(actions.HISTORY, "1", str(page), on=500)
    shown = screens.history(chat.texts, negotiation("1"), chat.hh.history, page, now=NOW)
    assert turn.outgoing == [shown.rewrite(500)]


def test_the_button_of_a_card_leaves_the_card_where_it_is() -> None:
    pressed = [
        key.press for row in screens.card(Texts("ru"), negotiation("1")).keyboard for key in row if key.press
    ]
    (history,) = [press for press in pressed if press.action == actions.HISTORY]
    assert history.args == ("1",)


async def test_hide_asks_first(chat: Chat) -> None:
    chat.hh.conversations = [negotiation("1", decline_allowed=True)]
    turn = await chat.press(actions.HIDE, "1")
    assert turn.outgoing == [screens.hide_ask(chat.texts, negotiation("1", decline_allowed=True)).say()]
    assert turn.intents == []


@pytest.mark.parametrize(("action", "decline"), [(actions.HIDE_YES, False), (actions.DECLINE_YES, True)])
async def test_the_answer_hides_with_or_without_a_word_to_the_employer(
    chat: Chat, action: str, decline: bool
) -> None:
    turn = await chat.press(action, "1", on=500)
    assert turn.intents == [Hide(nid="1", decline=decline, card_id=500)]


async def test_hiding_that_waits_is_not_asked_for_twice(chat: Chat) -> None:
    chat.pending = [Hide(nid="1", decline=True, card_id=500)]
    assert nothing(await chat.press(actions.HIDE_YES, "1", on=500))


async def test_keep_puts_the_card_in_place_of_the_question(chat: Chat) -> None:
    turn = await chat.press(actions.KEEP, "1", on=500)
    assert turn.outgoing == [screens.card(chat.texts, negotiation("1"), now=NOW).rewrite(500)]
