"""In a topic, everything goes to its employer; what is unclear is asked."""

from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.intents import SendMessage
from bot.chat.outgoing import Application, Conversation, Draft, DropTopic, Say
from bot.chat.screens import conversation as screens
from bot.chat.screens.glances import topic
from tests.handlers.private_chat import Chat, negotiation, resumes, said, vacancy

THREAD = 70


@pytest.fixture
def chat(chat: Chat) -> Chat:
    """The user stands in the topic of conversation 1; 2 has a topic of its own."""
    chat.topics, chat.thread, chat.here = True, THREAD, "1"
    chat.hh.conversations = [negotiation("1"), negotiation("2")]
    return chat


async def test_a_text_in_a_topic_goes_to_its_employer(chat: Chat) -> None:
    turn = await chat.write("Здравствуйте!", 77)
    assert turn.intents == [SendMessage(nid="1", text="Здравствуйте!", chat_message_id=77, thread=THREAD)]
    assert chat.hh.asked == []


async def test_telegram_has_every_message_of_a_topic_reply_to_its_opening(chat: Chat) -> None:
    turn = await chat.write("Здравствуйте!", 77, reply_to=THREAD, message_thread_id=THREAD)
    assert [type(intent) for intent in turn.intents] == [SendMessage]


async def test_a_reply_to_a_message_nobody_knows_goes_to_the_topics_employer(chat: Chat) -> None:
    (intent,) = (await chat.write("Здравствуйте!", 77, reply_to=999)).intents
    assert isinstance(intent, SendMessage)
    assert intent.nid == "1"


async def test_a_reply_to_another_conversations_message_is_asked_about(chat: Chat) -> None:
    chat.subjects[20] = Conversation("2")
    turn = await chat.write("Здравствуйте!", 77, reply_to=20)
    assert turn.intents == []
    assert isinstance(said(turn).about, Draft)
    assert said(turn).at == THREAD


async def test_a_reply_from_another_topic_names_its_original_elsewhere(chat: Chat) -> None:
    chat.subjects[20] = Conversation("2")
    original = {
        "origin": {"type": "user", "date": 1, "sender_user": {"id": 42, "is_bot": True, "first_name": "b"}}
    }
    turn = await chat.write("Здравствуйте!", 77, external_reply={**original, "message_id": 20})
    assert turn.intents == []
    chat.here = None
    (intent,) = (await chat.write("Здравствуйте!", 78, external_reply={**original, "message_id": 20})).intents
    assert isinstance(intent, SendMessage)
    assert intent.nid == "2"


async def test_a_letter_is_a_letter_wherever_it_is_written(chat: Chat) -> None:
    chat.hh.vacancies["123"] = vacancy()
    chat.hh.resumes = resumes("Аналитик", "Разработчик")
    chat.subjects[30] = Application("123", "1f")
    turn = await chat.write("Хочу у вас работать", 77, reply_to=30)
    assert not any(isinstance(intent, SendMessage) for intent in turn.intents)


async def test_a_topic_that_is_nobodys_is_asked_about_there(chat: Chat) -> None:
    chat.here = None
    turn = await chat.write("Здравствуйте!", 77)
    assert turn.intents == []
    assert said(turn).at == THREAD


async def test_answers_stand_where_the_user_acts(chat: Chat) -> None:
    assert said(await chat.press(actions.REPLY, "1")).at == THREAD
    assert said(await chat.press(actions.HISTORY, "1")).at == THREAD


async def test_the_card_of_another_conversation_opens_in_its_own_topic(chat: Chat) -> None:
    other = await chat.press(actions.OPEN, "2")
    assert said(other).at == topic(chat.texts, negotiation("2"))
    assert said(await chat.press(actions.OPEN, "1")).at == THREAD


async def test_outside_of_topics_a_card_shows_the_way_to_its_topic(chat: Chat) -> None:
    chat.thread, chat.here = 0, None
    card = said(await chat.press(actions.OPEN, "1"))
    assert card.keyboard[-1][0].press is not None
    assert card.keyboard[-1][0].press.action == actions.TOPIC
    chat.topics = False
    card = said(await chat.press(actions.OPEN, "1"))
    assert not any(key.press and key.press.action == actions.TOPIC for row in card.keyboard for key in row)


async def test_the_way_to_the_topic_is_its_card_there(chat: Chat) -> None:
    chat.thread, chat.here = 0, None
    turn = await chat.press(actions.TOPIC, "2")
    assert said(turn).at == topic(chat.texts, negotiation("2"))
    assert chat.telegram.toasts == [screens.moved_to_topic(chat.texts, negotiation("2"))]


async def test_the_topic_of_a_hidden_conversation_is_deleted_on_request(chat: Chat) -> None:
    assert (await chat.press(actions.TOPIC_DROP, "1")).outgoing == [DropTopic("1")]


async def test_a_caption_in_a_topic_waits_for_its_employer(chat: Chat) -> None:
    photo = [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}]
    turn = await chat.attach(77, photo=photo, caption="Моё портфолио")
    (only,) = turn.outgoing
    assert isinstance(only, Say)
    keys = [key.press for row in only.keyboard for key in row if key.press]
    assert any(press.args == ("1",) for press in keys)


async def test_what_is_forwarded_into_a_topic_is_asked_about_or_a_vacancy(chat: Chat) -> None:
    channel = {"type": "hidden_user", "date": 1, "sender_user_name": "Вакансии"}
    turn = await chat.write("Смотрите, какая новость", 77, forward_origin=channel)
    assert turn.intents == []
    assert isinstance(said(turn).about, Draft)
    chat.hh.vacancies["123"] = vacancy()
    turn = await chat.write("https://hh.ru/vacancy/123", 78, forward_origin=channel)
    assert turn.intents == []
    assert not isinstance(said(turn).about, Draft)
