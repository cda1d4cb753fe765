from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.chat import actions
from bot.chat.html import digest
from bot.chat.intents import Apply
from bot.chat.outgoing import Application, Conversation, Draft, Rewrite
from bot.chat.screens import answers, applying, drafts
from bot.chat.screens import vacancy as vacancy_screens
from bot.handlers.turn import Turn
from bot.hh.errors import NotFound, Unavailable
from bot.hh.models import ResumesOverall
from bot.sync.applications import Applications
from tests.handlers.private_chat import NOW, Chat, nothing, resumes, said, vacancy

LINK = "https://hh.ru/vacancy/123"


@pytest.fixture(autouse=True)
def hh_ru(chat: Chat) -> None:
    """One vacancy, "123", and two resumes, "0f" and "1f"."""
    chat.hh.vacancies["123"] = vacancy()
    chat.hh.resumes = resumes("Аналитик", "Разработчик")


def rewritten(turn: Turn) -> Rewrite:
    (only,) = turn.outgoing
    assert isinstance(only, Rewrite)
    return only


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (LINK, "vacancy 123 hh.ru"),
        ("Смотри: rabota.by/vacancy/123?from=chat, как тебе?", "vacancy 123 rabota.by"),
        ("https://hh.example/vacancy/123", "vacancy 123 None"),
    ],
    ids=["hh.ru", "sister site", "the configured site"],
)
async def test_a_vacancy_link_shows_its_card(chat: Chat, text: str, asked: str) -> None:
    turn = await chat.write(text, 77)
    assert chat.hh.asked == [asked]
    host = asked.split()[-1].replace("None", "")
    assert said(turn).text == vacancy_screens.card(chat.texts, vacancy(), host=host).text
    assert said(turn).reply_to == 77
    assert turn.remembered == {}


async def test_a_link_behind_a_word_of_a_forwarded_post_counts(chat: Chat) -> None:
    link = {"type": "text_link", "offset": 0, "length": 11, "url": LINK}
    origin = {
        "type": "channel",
        "chat": {"id": -1, "type": "channel", "title": "Работа"},
        "message_id": 5,
        "date": 1,
    }
    turn = await chat.write("Откликнуться", entities=[link], forward_origin=origin)
    assert said(turn).about == Application("123", host="hh.ru")


async def test_a_link_on_a_button_of_a_forwarded_post_counts(chat: Chat) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Откликнуться", "url": LINK}]]}
    turn = await chat.write("Ищем аналитика", reply_markup=keyboard)
    assert said(turn).about == Application("123", host="hh.ru")


async def test_a_link_in_the_caption_of_a_picture_counts(chat: Chat) -> None:
    turn = await chat.attach(photo=[photo()], caption=f"Ищем аналитика: {LINK}")
    assert said(turn).about == Application("123", host="hh.ru")


async def test_another_page_of_hh_ru_is_explained(chat: Chat) -> None:
    turn = await chat.write("https://hh.ru/employer/42", 77)
    assert turn.outgoing == [applying.bad_vacancy_link(chat.texts).say(reply_to=77)]


async def test_a_sentence_with_another_page_of_hh_ru_is_a_text_like_others(chat: Chat) -> None:
    turn = await chat.write("https://hh.ru/employer/42 – это вы?", 77)
    assert isinstance(said(turn).about, Draft)


async def test_an_address_that_is_none_is_a_text_like_others(chat: Chat) -> None:
    turn = await chat.write("https://[oops")
    assert not isinstance(said(turn).about, Application)


async def test_a_link_to_anything_else_is_a_text_like_others(chat: Chat) -> None:
    turn = await chat.write("https://evil.example/hh.ru/vacancy/123")
    assert not any("vacancy" in asked for asked in chat.hh.asked)
    assert "negotiations active 0" in chat.hh.asked
    assert not isinstance(said(turn).about, Application)


async def test_a_vacancy_that_is_gone_reaches_the_caller_as_hh_rus_error(chat: Chat) -> None:
    chat.hh.error = NotFound("vacancy_not_found")
    with pytest.raises(NotFound):
        await chat.write(LINK)


async def test_a_vacancy_one_has_applied_to_offers_the_conversation(chat: Chat) -> None:
    applied = vacancy("91", relations=["got_response"])
    chat.hh.vacancies["91"] = applied
    turn = await chat.write("https://hh.ru/vacancy/91")
    card = vacancy_screens.card(chat.texts, applied, host="hh.ru")
    assert said(turn).keyboard == drafts.open_conversation(chat.texts, card, "1").keyboard


async def test_apply_asks_which_resume(chat: Chat) -> None:
    turn = await chat.press(actions.APPLY, "123", "rabota.by", on=500)
    assert chat.hh.asked == ["vacancy 123 rabota.by", "resumes 123"]
    shown = applying.choose_resume(chat.texts, vacancy(), chat.hh.resumes, None).rewrite(500)
    assert turn.outgoing == [replace(shown, about=Application("123", host="rabota.by"))]


async def test_the_resume_used_last_comes_first(chat: Chat) -> None:
    assert chat.account is not None
    chat.account = replace(chat.account, last_resume_id="1f")
    turn = await chat.press(actions.APPLY, "123", "", on=500)
    shown = applying.choose_resume(chat.texts, vacancy(), chat.hh.resumes, "1f")
    assert rewritten(turn).keyboard == shown.keyboard


async def test_without_a_suitable_resume_one_hears_why(chat: Chat) -> None:
    chat.hh.resumes = resumes().model_copy(update={"overall": ResumesOverall(not_published=1)})
    turn = await chat.press(actions.APPLY, "123", "", on=500)
    assert turn.outgoing == [applying.no_resume(chat.texts, vacancy(), chat.hh.resumes).rewrite(500)]
    assert chat.hh.asked == ["vacancy 123 None", "resumes 123"]


async def test_where_every_resume_was_sent_the_conversation_is_offered(chat: Chat) -> None:
    chat.hh.vacancies["91"] = vacancy("91")
    chat.hh.resumes = resumes().model_copy(update={"overall": ResumesOverall(already_applied=1)})
    turn = await chat.press(actions.APPLY, "91", "", on=500)
    screen = applying.no_resume(chat.texts, vacancy("91"), chat.hh.resumes)
    assert rewritten(turn).keyboard == drafts.open_conversation(chat.texts, screen, "1").keyboard


async def test_a_direct_vacancy_leads_to_the_employers_site(chat: Chat) -> None:
    chat.hh.vacancies["123"] = vacancy(type={"id": "direct"}, response_url="https://jobs.example/7")
    turn = await chat.press(actions.APPLY, "123", "", on=500)
    assert turn.outgoing == [applying.direct(chat.texts, "https://jobs.example/7").rewrite(500)]


async def test_a_vacancy_with_a_test_leads_to_hh_ru(chat: Chat) -> None:
    chat.hh.vacancies["123"] = vacancy(has_test=True)
    turn = await chat.press(actions.APPLY, "123", "", on=500)
    assert turn.outgoing == [applying.test_required(chat.texts, LINK).rewrite(500)]


async def test_a_required_letter_can_not_be_skipped(chat: Chat) -> None:
    chat.hh.vacancies["123"] = vacancy(response_letter_required=True)
    turn = await chat.press(actions.RESUME, "123", "0f", on=500)
    assert said(turn).prompt
    assert said(turn).about == Application("123", "0f")


async def test_an_optional_letter_can_be_written_or_skipped(chat: Chat) -> None:
    chat.subjects[500] = Application("123", host="rabota.by")
    turn = await chat.press(actions.RESUME, "123", "0f", on=500)
    asked = Application("123", "0f", host="rabota.by")
    question = applying.ask_letter(chat.texts, vacancy(), "0f", False)
    assert turn.outgoing == [
        Rewrite(message_id=500, text=question.text, keyboard=question.keyboard, about=asked),
        replace(drafts.letter_prompt(chat.texts), about=asked),
    ]
    assert "vacancy 123 rabota.by" in chat.hh.asked


async def test_skipping_the_letter_shows_what_will_be_sent(chat: Chat) -> None:
    turn = await chat.press(actions.NO_LETTER, "123", "1f", on=500)
    shown = applying.preview(chat.texts, vacancy(), "1f", "Разработчик", "")
    assert rewritten(turn).text == shown.text
    assert rewritten(turn).about == Application("123", "1f", "")


async def test_a_letter_is_shown_before_it_is_sent(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "0f", host="hh.kz")
    turn = await chat.write("Хочу у вас работать", 77, reply_to=500)
    step = Application("123", "0f", "Хочу у вас работать", "hh.kz", 77)
    shown = applying.preview(chat.texts, vacancy(), "0f", "Аналитик", "Хочу у вас работать", new=True)
    assert turn.outgoing == [replace(shown, about=step).say(reply_to=77)]
    assert turn.remembered == {77: step}
    assert turn.intents == []


async def test_a_text_right_behind_the_question_for_a_letter_is_shown_as_the_letter(chat: Chat) -> None:
    asked = Application("123", "0f", host="hh.ru")
    chat.subjects[76] = asked
    turn = await chat.write("Здравствуйте!", 77)
    assert said(turn).about == replace(asked, letter="Здравствуйте!", message_id=77)
    assert turn.intents == []


@pytest.mark.parametrize(
    "before",
    [
        Application("123", "gone", host="hh.ru"),
        Application("123", "0f", "Письмо", "hh.ru"),
        Application("123", host="hh.ru"),
        Conversation("4"),
    ],
    ids=["sent already", "a preview", "a card", "a conversation"],
)
async def test_a_text_behind_anything_else_is_asked_about(
    chat: Chat, before: Application | Conversation
) -> None:
    chat.subjects[76] = before
    turn = await chat.write("Здравствуйте!", 77)
    assert isinstance(said(turn).about, Draft)


async def test_a_link_behind_the_question_for_a_letter_is_a_vacancy(chat: Chat) -> None:
    chat.subjects[76] = Application("123", "0f", host="hh.ru")
    turn = await chat.write(LINK, 77)
    assert said(turn).text == vacancy_screens.card(chat.texts, vacancy(), host="hh.ru").text


async def test_a_reply_to_the_preview_is_a_new_letter(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "0f", "Письмо", None, 77)
    turn = await chat.write("Другое письмо", 78, reply_to=500)
    assert said(turn).about == Application("123", "0f", "Другое письмо", None, 78)


async def test_a_reply_to_a_vacancy_card_is_no_letter_yet(chat: Chat) -> None:
    chat.subjects[500] = Application("123")
    turn = await chat.write("Хочу у вас работать", 77, reply_to=500)
    assert not isinstance(said(turn).about, Application)


async def test_send_applies_with_resume_and_letter_and_keeps_the_resume_in_mind(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "1f", "Письмо", None, 77)
    turn = await chat.press(actions.APPLY_YES, on=500)
    assert turn.intents == [
        Apply(vacancy_id="123", resume_id="1f", letter="Письмо", chat_message_id=77, card_id=500)
    ]
    assert turn.outgoing == [applying.sending(chat.texts, "Python-разработчик").rewrite(500)]
    assert turn.account is not None
    assert turn.account.last_resume_id == "1f"
    assert turn.account_changed


async def test_send_takes_the_letter_as_it_was_last_edited(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "1f", "Письмо", None, 77)
    chat.subjects[77] = Application("123", "1f", "Письмо получше", None, 77)
    turn = await chat.press(actions.APPLY_YES, on=500)
    (intent,) = turn.intents
    assert isinstance(intent, Apply)
    assert intent.letter == "Письмо получше"


async def test_a_second_press_of_send_applies_only_once(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "1f", "")
    await chat.press(actions.APPLY_YES, on=500)
    assert nothing(await chat.press(actions.APPLY_YES, on=500))
    assert chat.telegram.toasts == [None, drafts.done_already(chat.texts)]


async def test_an_application_waits_where_hh_ru_does_not_answer(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "1f", "")
    chat.hh.error = Unavailable("502")
    turn = await chat.press(actions.APPLY_YES, on=500)
    assert len(turn.intents) == 1
    assert turn.outgoing == [answers.waiting_for_hh(chat.texts).rewrite(500)]


async def test_after_a_captcha_the_same_application_goes_again(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "1f", "Письмо")
    turn = await chat.press(actions.RETRY_APPLY, on=500)
    assert turn.intents == [
        Apply(vacancy_id="123", resume_id="1f", letter="Письмо", chat_message_id=0, card_id=500)
    ]


async def test_a_cancelled_application_can_not_be_sent(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "1f", "Письмо")
    turn = await chat.press(actions.CANCEL, on=500)
    assert turn.outgoing == [applying.cancelled(chat.texts).rewrite(500)]
    assert nothing(await chat.press(actions.APPLY_YES, on=500))


async def test_an_accepted_letter_is_edited_like_any_message(chat: Chat) -> None:
    chat.subjects[77] = Conversation("1", None, digest("Письмо"))
    turn = await chat.edit(77, "Письмо получше")
    assert len(turn.intents) == 1
    assert chat.hh.asked == []


def photo() -> dict[str, object]:
    return {"file_id": "a", "file_unique_id": "b", "width": 90, "height": 90}


@pytest.mark.parametrize(("made", "told"), [(179, False), (195, True)])
async def test_where_few_applications_of_the_day_are_left_the_preview_says_so(
    chat: Chat, made: int, told: bool
) -> None:
    chat.applications = Applications((NOW.timestamp() - 60,) * made)
    turn = await chat.press(actions.NO_LETTER, "123", "0f", on=500)
    assert (f"За сутки — {made} из 200" in rewritten(turn).text) is told
