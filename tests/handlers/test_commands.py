from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.outgoing import Application, Draft
from bot.chat.screens import guide, own_data
from bot.chat.screens import help as screens
from bot.chat.screens.answers import stale_button
from bot.chat.screens.applying import cancelled
from bot.chat.texts import Texts
from tests.handlers.private_chat import Chat, nothing


@pytest.mark.parametrize("linked", [True, False])
async def test_help_tells_what_one_can_do(chat: Chat, linked: bool) -> None:
    chat.account = chat.account if linked else None
    turn = await chat.write("/help")
    assert turn.outgoing == [guide.help_(chat.texts, linked).say()]


async def test_privacy_tells_what_is_kept(chat: Chat) -> None:
    assert (await chat.write("/privacy")).outgoing == [own_data.privacy(chat.texts, True).say()]


async def test_a_command_may_name_the_bot(chat: Chat) -> None:
    assert (await chat.write("/privacy@bridge_bot")).outgoing == [own_data.privacy(chat.texts, True).say()]


@pytest.mark.parametrize("reply_to", [None, 10])
async def test_an_unknown_command_goes_to_nobody(chat: Chat, reply_to: int | None) -> None:
    turn = await chat.write("/lits", 77, reply_to=reply_to)
    assert turn.outgoing == [screens.unknown_command(chat.texts, "lits").say(reply_to=77)]
    assert turn.intents == []


async def test_the_language_is_asked(chat: Chat) -> None:
    assert (await chat.write("/language")).outgoing == [screens.language(chat.texts).say()]


async def test_the_chosen_language_is_spoken_and_kept(chat: Chat) -> None:
    turn = await chat.press(actions.LANGUAGE, "en", on=500)
    assert turn.outgoing == [screens.language_set(Texts("en")).rewrite(500)]
    assert turn.account is not None
    assert turn.account.language == "en"
    assert turn.account_changed


async def test_a_stranger_is_answered_in_the_language_he_chose(chat: Chat) -> None:
    chat.account = None
    turn = await chat.press(actions.LANGUAGE, "en", on=500)
    assert turn.outgoing == [screens.language_set(Texts("en")).rewrite(500)]
    assert not turn.account_changed
    assert turn.strangers_language == "en"


async def test_cancel_says_that_nothing_was_sent(chat: Chat) -> None:
    turn = await chat.write("/cancel")
    assert turn.outgoing == [cancelled(chat.texts).say()]
    assert turn.remembered == {}


async def test_cancel_as_a_reply_to_the_prompt_ends_the_application(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "0f", "")
    await chat.write("/cancel", reply_to=500)
    assert nothing(await chat.press(actions.APPLY_YES, on=500))


async def test_cancel_as_a_reply_to_the_question_drops_the_draft(chat: Chat) -> None:
    chat.subjects[500] = Draft("Готов", 77)
    await chat.write("/cancel", reply_to=500)
    assert nothing(await chat.press(actions.TO, "1", on=500))


async def test_a_topic_of_help_takes_the_place_of_the_list_and_back(chat: Chat) -> None:
    turn = await chat.press(actions.HELP, "apply", on=300)
    screen = guide.topic(chat.texts, "apply")
    assert screen is not None
    assert turn.outgoing == [screen.rewrite(300)]
    back = await chat.press(actions.HELP, "", on=300)
    assert back.outgoing == [guide.help_(chat.texts, True).rewrite(300)]


async def test_the_tour_goes_on_in_its_place_and_ends(chat: Chat) -> None:
    for step in ("2", "3", guide.TOUR_ENDS):
        turn = await chat.press(actions.TOUR, step, on=300)
        screen = guide.tour(chat.texts, step)
        assert screen is not None
        assert turn.outgoing == [screen.rewrite(300)]


@pytest.mark.parametrize(("action", "what"), [(actions.HELP, "old"), (actions.TOUR, "9")])
async def test_a_topic_that_is_gone_is_a_stale_button(chat: Chat, action: str, what: str) -> None:
    assert nothing(await chat.press(action, what))
    assert chat.telegram.toasts == [stale_button(chat.texts)]
