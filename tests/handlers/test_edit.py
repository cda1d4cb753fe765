from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.html import digest
from bot.chat.intents import Apply, EditMessage, SendMessage
from bot.chat.outgoing import Application, Conversation, Draft
from bot.chat.screens import answers, applying, drafts
from tests.handlers.private_chat import Chat, negotiation, nothing, resumes, said, vacancy

SENT = Conversation("1", "56", digest("Добрый день"))


@pytest.fixture
def sent(chat: Chat) -> Chat:
    """The user's message 77 is message 56 of hh.ru."""
    chat.subjects[77] = SENT
    return chat


async def test_an_edit_is_carried_to_hh_ru(sent: Chat) -> None:
    turn = await sent.edit(77, "Добрый вечер")
    assert turn.intents == [EditMessage(nid="1", text="Добрый вечер", chat_message_id=77)]
    assert turn.remembered == {77: Conversation("1", "56", digest("Добрый вечер"))}


async def test_an_edit_that_changed_nothing_is_ignored(sent: Chat) -> None:
    assert nothing(await sent.edit(77, "Добрый день"))


async def test_the_same_edit_reported_twice_is_carried_once(sent: Chat) -> None:
    await sent.edit(77, "Добрый вечер")
    assert nothing(await sent.edit(77, "Добрый вечер"))


async def test_an_edit_to_nothing_is_not_carried(sent: Chat) -> None:
    turn = await sent.edit(77, "\u200b")
    assert turn.intents == []
    assert turn.outgoing == [answers.empty(sent.texts).say(reply_to=77)]


async def test_a_message_that_still_waits_can_be_edited_and_edited_back(sent: Chat) -> None:
    sent.subjects[77] = Conversation("1", None, digest("Добрый день"))
    sent.pending = [SendMessage(nid="1", text="Добрый вечер", chat_message_id=77)]
    assert nothing(await sent.edit(77, "Добрый вечер"))
    turn = await sent.edit(77, "Добрый день")
    assert turn.intents == [EditMessage(nid="1", text="Добрый день", chat_message_id=77)]


async def test_what_else_waits_does_not_hide_that_nothing_was_changed(sent: Chat) -> None:
    sent.pending = [SendMessage(nid="1", text="Другое", chat_message_id=78)]
    assert nothing(await sent.edit(77, "Добрый день"))


async def test_a_letter_that_is_known_by_its_text_alone_stays_findable(sent: Chat) -> None:
    known = Conversation("1", None, digest("Письмо"))
    sent.subjects[77] = known
    turn = await sent.edit(77, "Другое письмо")
    assert len(turn.intents) == 1
    assert sent.subjects[77] == known


async def test_editing_a_message_of_nobody_is_silent(chat: Chat) -> None:
    assert nothing(await chat.edit(88, "Просто так"))


async def test_editing_an_answer_that_is_off_the_map_is_explained(chat: Chat) -> None:
    turn = await chat.edit(88, "Другой ответ", reply_to=10)
    why = drafts.other_reply(chat.texts)
    assert turn.outgoing == [answers.cannot_edit_closed(chat.texts, why).say(reply_to=88)]


async def test_a_command_edited_does_nothing(chat: Chat) -> None:
    assert nothing(await chat.edit(88, "/list"))


async def test_a_draft_follows_the_edit_silently(chat: Chat) -> None:
    chat.subjects[77] = Draft("Готв", 77)
    turn = await chat.edit(77, "Готов")
    assert turn.remembered == {77: Draft("Готов", 77)}
    assert turn.outgoing == []


async def test_a_draft_that_becomes_a_vacancy_link_shows_the_vacancy(chat: Chat) -> None:
    chat.subjects[77] = Draft("hh.ru/vacansy/123", 77)
    chat.hh.vacancies["123"] = vacancy()
    turn = await chat.edit(77, "https://hh.ru/vacancy/123")
    assert isinstance(said(turn).about, Application)


async def test_a_dropped_draft_is_not_revived_by_an_edit(chat: Chat) -> None:
    chat.subjects[77] = Draft("", 77)
    assert nothing(await chat.edit(77, "Готов"))


async def test_a_letter_edited_before_sending_is_shown_again(chat: Chat) -> None:
    chat.hh.vacancies["123"], chat.hh.resumes = vacancy(), resumes("Аналитик")
    chat.subjects[77] = Application("123", "0f", "Письмо", None, 77)
    turn = await chat.edit(77, "Письмо получше")
    newer = Application("123", "0f", "Письмо получше", None, 77)
    assert turn.remembered == {77: newer}
    shown = applying.preview(chat.texts, vacancy(), "0f", "Аналитик", "Письмо получше")
    assert said(turn).text == shown.text
    assert said(turn).about == newer


async def test_a_letter_edited_to_nothing_stays_as_it_was(chat: Chat) -> None:
    chat.subjects[77] = Application("123", "0f", "Письмо", None, 77)
    turn = await chat.edit(77, "\u200b")
    assert turn.outgoing == [answers.empty(chat.texts).say(reply_to=77)]
    assert turn.remembered == {}


async def test_a_letter_edited_while_it_is_on_its_way_is_answered(chat: Chat) -> None:
    chat.subjects[77] = Application("123", "0f", "Письмо", None, 77)
    chat.pending = [Apply(vacancy_id="123", resume_id="0f", letter="Письмо", chat_message_id=77, card_id=500)]
    turn = await chat.edit(77, "Письмо получше")
    assert turn.outgoing == [drafts.edit_too_late(chat.texts).say(reply_to=77)]
    assert turn.remembered == {}


async def test_a_correction_goes_out_as_a_message_of_its_own(sent: Chat) -> None:
    sent.subjects[500] = Draft("Добрый вечер", 77)
    turn = await sent.press(actions.CORRECT, "1", on=500)
    assert turn.intents == [SendMessage(nid="1", text="Добрый вечер", chat_message_id=77)]
    assert turn.outgoing == [answers.going_to(sent.texts, negotiation("1")).rewrite(500)]
    assert nothing(await sent.press(actions.CORRECT, "1", on=500))


async def test_a_stranger_edits_what_he_likes(sent: Chat) -> None:
    sent.account = None
    assert nothing(await sent.edit(77, "Добрый вечер"))


REFUSED = Draft("Готв", 77, "1")
"""What became of message 77: hh.ru did not take it for conversation "1"."""


async def test_an_edit_of_what_hh_ru_did_not_take_is_another_try(chat: Chat) -> None:
    chat.subjects[77] = REFUSED
    assert nothing(await chat.edit(77, "Готв"))
    turn = await chat.edit(77, "Готов")
    assert turn.intents == [SendMessage(nid="1", text="Готов", chat_message_id=77)]
    assert chat.subjects[77] == Conversation("1", None, digest("Готов"))


async def test_an_edit_to_nothing_is_not_another_try(chat: Chat) -> None:
    chat.subjects[77] = REFUSED
    turn = await chat.edit(77, "\u200b")
    assert turn.intents == []
    assert turn.outgoing == [answers.empty(chat.texts).say(reply_to=77)]
    assert chat.subjects[77] == REFUSED


async def test_an_edit_of_what_is_tried_again_anyway_changes_that_try(chat: Chat) -> None:
    chat.subjects[77] = REFUSED
    chat.pending = [EditMessage(nid="1", text="Гтов", chat_message_id=77)]
    turn = await chat.edit(77, "Готов")
    assert turn.intents == [EditMessage(nid="1", text="Готов", chat_message_id=77)]
    assert chat.subjects[77] == REFUSED


async def test_what_was_not_sent_because_nothing_was_seen_in_it_is_sent_once_edited(chat: Chat) -> None:
    await chat.write("\u200b", 77, reply_to=10)
    turn = await chat.edit(77, "Готов")
    assert turn.intents == [SendMessage(nid="1", text="Готов", chat_message_id=77)]


async def test_the_button_that_tries_again_sends_nothing_after_an_edit_did(chat: Chat) -> None:
    chat.subjects |= {77: REFUSED, 500: REFUSED}
    await chat.edit(77, "Готов")
    assert nothing(await chat.press(actions.CORRECT, "1", on=500))


async def test_the_button_that_tries_again_sends_what_was_not_sent(chat: Chat) -> None:
    chat.subjects |= {77: REFUSED, 500: REFUSED}
    turn = await chat.press(actions.CORRECT, "1", on=500)
    assert turn.intents == [SendMessage(nid="1", text="Готв", chat_message_id=77)]
