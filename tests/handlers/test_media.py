from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.html import join
from bot.chat.intents import SendMessage
from bot.chat.outgoing import Draft
from bot.chat.screens import answers, drafts
from bot.chat.screens.linking import not_linked
from bot.handlers.media import _KINDS
from tests.handlers.private_chat import NOW, Chat, nothing, said

FILE = {"file_id": "a", "file_unique_id": "b"}
PICTURE = {**FILE, "width": 90, "height": 90}
PLACE = {"latitude": 55.75, "longitude": 37.61}
POLL = {
    "id": "1",
    "question": "Берёте?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": True,
    "members_only": False,
}
SENT: dict[str, dict[str, object]] = {
    "animation": {"animation": {**PICTURE, "duration": 1}, "document": FILE},
    "audio": {"audio": {**FILE, "duration": 1}},
    "contact": {"contact": {"phone_number": "1", "first_name": "Аня"}},
    "dice": {"dice": {"value": 1, "emoji": "🎲"}},
    "document": {"document": FILE},
    "photo": {"photo": [PICTURE]},
    "poll": {"poll": POLL},
    "sticker": {"sticker": {**PICTURE, "is_animated": False, "is_video": False, "type": "regular"}},
    "venue": {"venue": {"location": PLACE, "title": "Офис", "address": "Тверская, 1"}, "location": PLACE},
    "location": {"location": PLACE},
    "video": {"video": {**PICTURE, "duration": 1}},
    "video_note": {"video_note": {**FILE, "length": 90, "duration": 1}},
    "voice": {"voice": {**FILE, "duration": 1}},
}


def test_every_kind_is_tried() -> None:
    assert set(SENT) == set(_KINDS)


@pytest.mark.parametrize("kind", SENT)
async def test_what_is_no_text_is_refused_by_its_name(chat: Chat, kind: str) -> None:
    turn = await chat.attach(77, reply_to=10, **SENT[kind])
    assert turn.outgoing == [answers.cannot_send(chat.texts, kind).say(reply_to=77)]
    assert turn.intents == []


async def test_what_telegram_may_invent_is_refused_without_a_name(chat: Chat) -> None:
    turn = await chat.attach(77, hologram={"file_id": "a"})
    assert turn.outgoing == [answers.cannot_send(chat.texts, "").say(reply_to=77)]


async def test_the_caption_of_an_answer_can_be_sent_alone(chat: Chat) -> None:
    turn = await chat.attach(77, reply_to=10, photo=[PICTURE], caption="Мой диплом")
    offer = drafts.caption_only(chat.texts, "1", "Мой диплом", 77)
    assert said(turn).text == join((answers.cannot_send(chat.texts, "photo").text, offer.text), "\n\n")
    assert said(turn).about == Draft("Мой диплом", 77)
    chat.subjects[500] = Draft("Мой диплом", 77)
    turn = await chat.press(actions.TO, "1", on=500)
    assert turn.intents == [SendMessage(nid="1", text="Мой диплом", chat_message_id=77)]


async def test_a_caption_edited_before_it_is_sent_goes_out_as_edited(chat: Chat) -> None:
    await chat.attach(77, reply_to=10, photo=[PICTURE], caption="Мой диплм")
    edited = chat.message(
        {"photo": [PICTURE], "caption": "Мой диплом", "edit_date": int(NOW.timestamp())}, 77
    )
    await chat.update(edited_message=edited)
    assert chat.subjects[77] == Draft("Мой диплом", 77)


async def test_a_caption_without_a_reply_asks_to_whom(chat: Chat) -> None:
    turn = await chat.attach(77, document=FILE, caption="Моё резюме")
    assert turn.remembered == {77: Draft("Моё резюме", 77)}
    assert said(turn).about == Draft("Моё резюме", 77)
    assert said(turn).text.startswith(answers.cannot_send(chat.texts, "document").text)


async def test_an_album_is_answered_once(chat: Chat) -> None:
    turns = [await chat.attach(70 + n, photo=[PICTURE], media_group_id="9") for n in range(4)]
    assert [len(turn.outgoing) for turn in turns] == [1, 0, 0, 0]


async def test_pictures_one_after_the_other_are_no_album(chat: Chat) -> None:
    turns = [await chat.attach(70 + n, photo=[PICTURE]) for n in range(2)]
    assert [len(turn.outgoing) for turn in turns] == [1, 1]


async def test_the_next_album_is_answered_again(chat: Chat) -> None:
    await chat.attach(70, photo=[PICTURE], media_group_id="9")
    turn = await chat.attach(71, photo=[PICTURE], media_group_id="10")
    assert len(turn.outgoing) == 1


async def test_a_stranger_hears_how_to_begin(chat: Chat) -> None:
    chat.account = None
    turn = await chat.attach(photo=[PICTURE])
    assert turn.outgoing == [not_linked(chat.texts).say()]


async def test_what_telegram_itself_reports_in_the_chat_is_passed_over(chat: Chat) -> None:
    assert nothing(await chat.attach(pinned_message=chat.message({"text": "!"}, 5)))
    assert nothing(await chat.attach(write_access_allowed={}))
