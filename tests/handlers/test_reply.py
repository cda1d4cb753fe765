from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.chat import actions
from bot.chat.buttons import button_key, seal
from bot.chat.html import digest, join
from bot.chat.intents import SendMessage
from bot.chat.outgoing import Conversation, Draft, Press
from bot.chat.screens import answers, drafts
from bot.chat.screens.conversation import closed
from bot.handlers.reply import LIMIT
from bot.hh.errors import Unavailable
from bot.hh.models import Negotiations
from tests.handlers.private_chat import TOKEN, USER, Chat, negotiation, nothing, said


def latest(chat: Chat) -> Negotiations:
    found = chat.hh.conversations
    return Negotiations(items=found[:100], found=len(found), pages=-(-len(found) // 100), per_page=100)


async def ask(
    chat: Chat, text: str = "Готов выйти в понедельник", message_id: int = 77, on: int = 500
) -> None:
    """The user writes without a reply; the question about it is message `on`."""
    turn = await chat.write(text, message_id)
    about = said(turn).about
    assert about is not None
    chat.subjects[on] = about


async def test_a_reply_goes_to_the_conversation_of_its_message(chat: Chat) -> None:
    turn = await chat.write("Здравствуйте! <b>Готов</b>", 77, reply_to=10)
    text = "Здравствуйте! <b>Готов</b>"
    assert turn.intents == [SendMessage(nid="1", text=text, chat_message_id=77)]
    assert turn.remembered == {77: Conversation("1", None, digest(text))}
    assert turn.outgoing == []


async def test_a_reply_needs_nothing_of_hh_ru(chat: Chat) -> None:
    await chat.write("Здравствуйте!", reply_to=10)
    assert chat.hh.asked == []


async def test_a_reply_to_ones_own_message_goes_the_same_way(chat: Chat) -> None:
    await chat.write("Здравствуйте!", 77, reply_to=10)
    turn = await chat.write("И ещё одно.", 78, reply_to=77)
    assert turn.intents == [SendMessage(nid="1", text="И ещё одно.", chat_message_id=78)]


async def test_a_reply_with_a_vacancy_link_is_an_answer(chat: Chat) -> None:
    turn = await chat.write("https://hh.ru/vacancy/123", reply_to=10)
    assert len(turn.intents) == 1
    assert chat.hh.asked == []


async def test_a_hidden_link_is_spelled_out_for_hh_ru(chat: Chat) -> None:
    link = {"type": "text_link", "offset": 3, "length": 9, "url": "https://example.org/cv"}
    turn = await chat.write("👋 портфолио и код", reply_to=10, entities=[link])
    (intent,) = turn.intents
    assert isinstance(intent, SendMessage)
    assert intent.text == "👋 портфолио (https://example.org/cv) и код"


async def test_a_link_whose_word_is_the_address_is_not_written_twice(chat: Chat) -> None:
    link = {"type": "text_link", "offset": 0, "length": 19, "url": "https://example.org/"}
    (intent,) = (await chat.write("https://example.org", reply_to=10, entities=[link])).intents
    assert isinstance(intent, SendMessage)
    assert intent.text == "https://example.org"


def buttons(*nids: str, user: int = USER) -> dict[str, object]:
    """The buttons of a notification about each of these conversations, and one that leads elsewhere."""
    key = button_key(TOKEN)
    made = [
        {"text": "?", "callback_data": seal(Press(action, (nid,)), user, key)}
        for nid in nids
        for action in (actions.HISTORY, actions.REPLY)
    ]
    return {"reply_markup": {"inline_keyboard": [[*made, {"text": "hh.ru", "url": "https://hh.ru"}]]}}


async def test_the_buttons_tell_whose_a_message_is_that_is_not_on_the_map(chat: Chat) -> None:
    answered = {**chat.message({"text": "!"}, 300, sender=42), **buttons("1")}
    turn = await chat.write("Готов", 77, reply_to_message=answered)
    assert turn.intents == [SendMessage(nid="1", text="Готов", chat_message_id=77)]


@pytest.mark.parametrize(
    "shown",
    [buttons("1", "2"), buttons("1", user=USER + 1), buttons()],
    ids=["two conversations", "sealed for another", "none"],
)
async def test_buttons_that_do_not_tell_whose_a_message_is_lead_to_a_question(
    chat: Chat, shown: dict[str, object]
) -> None:
    answered = {**chat.message({"text": "!"}, 300, sender=42), **shown}
    turn = await chat.write("Готов", 77, reply_to_message=answered)
    assert turn.intents == []
    assert isinstance(said(turn).about, Draft)


ORIGIN = {"type": "hidden_user", "date": 1, "sender_user_name": "Кто-то"}


async def test_what_is_forwarded_goes_to_nobody_by_itself_also_where_it_replies(chat: Chat) -> None:
    turn = await chat.write("Вакансия мечты", 77, reply_to=10, forward_origin=ORIGIN)
    assert turn.intents == []
    assert isinstance(said(turn).about, Draft)


async def test_what_is_forwarded_as_a_reply_to_a_message_with_buttons_goes_to_nobody(chat: Chat) -> None:
    answered = {**chat.message({"text": "!"}, 300, sender=42), **buttons("1")}
    turn = await chat.write("Вакансия мечты", 77, reply_to_message=answered, forward_origin=ORIGIN)
    assert turn.intents == []


async def test_a_text_without_a_reply_asks_to_whom_even_with_one_conversation(chat: Chat) -> None:
    turn = await chat.write("Готов", 77)
    assert turn.intents == []
    assert turn.outgoing == [answers.to_whom(chat.texts, "Готов", 77, latest(chat)).say(reply_to=77)]
    assert turn.remembered == {77: Draft("Готов", 77)}


async def test_a_reply_to_an_unknown_message_asks_to_whom_and_says_why(chat: Chat) -> None:
    turn = await chat.write("Готов", 77, reply_to=999)
    assert turn.intents == []
    question = answers.to_whom(chat.texts, "Готов", 77, latest(chat))
    assert said(turn).text == join((drafts.other_reply(chat.texts), question.text), "\n\n")


async def test_the_chosen_conversation_gets_the_text_of_the_users_own_message(chat: Chat) -> None:
    await ask(chat)
    turn = await chat.press(actions.TO, "1", on=500)
    text = "Готов выйти в понедельник"
    assert turn.intents == [SendMessage(nid="1", text=text, chat_message_id=77)]
    assert turn.remembered == {77: Conversation("1", None, digest(text)), 500: Conversation("1")}
    assert turn.outgoing == [answers.going_to(chat.texts, negotiation("1")).rewrite(500)]


async def test_a_second_press_sends_nothing_and_says_so(chat: Chat) -> None:
    await ask(chat)
    await chat.press(actions.TO, "1", on=500)
    turn = await chat.press(actions.TO, "1", on=500)
    assert nothing(turn)
    assert chat.telegram.toasts == [None, drafts.done_already(chat.texts)]


async def test_an_edited_draft_goes_out_as_it_was_last_written(chat: Chat) -> None:
    await ask(chat, "Готв")
    assert (await chat.edit(77, "Готов")).intents == []
    turn = await chat.press(actions.TO, "1", on=500)
    assert turn.intents == [SendMessage(nid="1", text="Готов", chat_message_id=77)]


async def test_the_text_is_sent_even_if_hh_ru_does_not_answer_now(chat: Chat) -> None:
    await ask(chat)
    chat.hh.error = Unavailable("502")
    turn = await chat.press(actions.TO, "1", on=500)
    assert len(turn.intents) == 1
    assert turn.outgoing == [answers.waiting_for_hh(chat.texts).rewrite(500)]


async def test_a_closed_conversation_is_refused_at_once_and_the_draft_stays(chat: Chat) -> None:
    await ask(chat)
    chat.hh.conversations = [negotiation("1", messaging_status="no_invitation"), negotiation("2")]
    turn = await chat.press(actions.TO, "1", on=500)
    assert turn.intents == []
    why = closed(chat.texts, "no_invitation")
    assert turn.outgoing == [answers.not_sent(chat.texts, why).say(reply_to=77)]
    assert len((await chat.press(actions.TO, "2", on=500)).intents) == 1


async def test_more_conversations_take_the_place_of_the_first(chat: Chat) -> None:
    chat.hh.conversations = [negotiation(str(n)) for n in range(1, 20)]
    await ask(chat)
    turn = await chat.press(actions.TO_MORE, "1", on=500)
    text = "Готов выйти в понедельник"
    assert turn.outgoing == [answers.to_whom(chat.texts, text, 77, latest(chat), 1).rewrite(500)]


async def test_a_dropped_draft_can_not_be_sent_any_more(chat: Chat) -> None:
    await ask(chat)
    turn = await chat.press(actions.DROP, on=500)
    assert turn.outgoing == [answers.dropped(chat.texts).rewrite(500)]
    assert nothing(await chat.press(actions.TO, "1", on=500))
    assert nothing(await chat.edit(77, "Готов выйти во вторник"))


async def test_dropping_twice_is_dropping_once(chat: Chat) -> None:
    await ask(chat)
    await chat.press(actions.DROP, on=500)
    assert nothing(await chat.press(actions.DROP, on=500))
    assert nothing(await chat.press(actions.TO_MORE, "1", on=500))


async def test_dropping_a_correction_leaves_the_sent_message_in_its_conversation(chat: Chat) -> None:
    sent = Conversation("1", "56", digest("Готов"))
    chat.subjects |= {77: sent, 500: Draft("Готова", 77)}
    await chat.press(actions.DROP, on=500)
    assert chat.subjects[77] == sent
    assert nothing(await chat.press(actions.CORRECT, "1", on=500))


@pytest.mark.parametrize("reply_to", [10, None])
async def test_a_text_in_which_nothing_is_seen_is_not_sent(chat: Chat, reply_to: int | None) -> None:
    turn = await chat.write("\u200b\u2060", 77, reply_to=reply_to)
    assert turn.intents == []
    assert turn.outgoing == [answers.empty(chat.texts).say(reply_to=77)]


async def test_a_text_longer_than_hh_ru_takes_is_not_sent(chat: Chat) -> None:
    long = "я" * (LIMIT + 1)
    turn = await chat.write(long, 77, reply_to=10)
    assert turn.intents == []
    assert turn.outgoing == [answers.too_long(chat.texts, LIMIT + 1, LIMIT).say(reply_to=77)]


async def test_a_text_as_long_as_hh_ru_takes_is_sent(chat: Chat) -> None:
    turn = await chat.write("я" * LIMIT, reply_to=10)
    assert len(turn.intents) == 1


async def test_a_failing_read_reaches_the_caller(chat: Chat) -> None:
    chat.hh.error = Unavailable("502")
    with pytest.raises(Unavailable):
        await chat.write("Готов")


async def test_to_a_stranger_a_reply_is_nothing_but_a_text(chat: Chat) -> None:
    chat.account = None
    turn = await chat.write("Готов", reply_to=10)
    assert turn.intents == []
    assert turn.remembered == {}


async def test_replies_to_an_empty_list_of_conversations_say_so(chat: Chat) -> None:
    chat.hh.conversations = []
    turn = await chat.write("Готов", 77)
    empty = Negotiations(items=[], found=0, page=0, pages=0, per_page=100)
    assert turn.outgoing == [replace(answers.to_whom(chat.texts, "Готов", 77, empty)).say(reply_to=77)]


async def test_a_reply_to_what_hh_ru_did_not_take_goes_to_the_same_conversation(chat: Chat) -> None:
    chat.subjects[76] = Draft("Готв", 76, "1")
    turn = await chat.write("Готов", 77, reply_to=76)
    assert turn.intents == [SendMessage(nid="1", text="Готов", chat_message_id=77)]
