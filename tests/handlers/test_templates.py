from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.intents import SendMessage
from bot.chat.outgoing import Application, Conversation, Draft, Question, Rewrite
from bot.chat.screens import answers, applying, drafts
from bot.chat.screens import templates as screens
from bot.chat.screens.conversation import reply_prompt
from bot.chat.templates import MOST, Kind, Templates
from bot.hh.errors import Unavailable
from tests.handlers.private_chat import Chat, negotiation, nothing, resumes, said, vacancy


@pytest.fixture
def letter(chat: Chat) -> None:
    chat.templates = Templates().added(Kind.LETTER, "Здравствуйте, {компания}! {имя}, {вакансия}.")


@pytest.fixture
def answer(chat: Chat) -> None:
    chat.templates = Templates().added(Kind.REPLY, "Спасибо, {компания}! {имя}")


@pytest.mark.parametrize(("command", "kind"), [("/letters", Kind.LETTER), ("/replies", Kind.REPLY)])
async def test_the_texts_are_listed(chat: Chat, command: str, kind: Kind) -> None:
    turn = await chat.write(command)
    assert turn.outgoing == [screens.listing(chat.texts, kind, Templates()).say()]


async def test_a_text_is_added_by_one_reply_and_shown(chat: Chat) -> None:
    asked = await chat.press(actions.TEMPLATE_NEW, Kind.LETTER)
    assert asked.outgoing == [screens.ask_new(chat.texts, Kind.LETTER)]
    chat.subjects[501] = Question(screens.NEW, Kind.LETTER)
    turn = await chat.write("Здравствуйте!", reply_to=501)
    (made,) = chat.templates.of(Kind.LETTER)
    assert made.text == "Здравствуйте!"
    assert turn.outgoing == [screens.card(chat.texts, made).say()]
    assert not turn.intents


async def test_no_more_are_added_than_fit(chat: Chat) -> None:
    for _ in range(MOST):
        chat.templates = chat.templates.added(Kind.LETTER, "Да")
    chat.subjects[501] = Question(screens.NEW, Kind.LETTER)
    full = screens.listing(chat.texts, Kind.LETTER, chat.templates)
    assert (await chat.press(actions.TEMPLATE_NEW, Kind.LETTER)).outgoing == [full.rewrite(500)]
    assert (await chat.write("Ещё", reply_to=501)).outgoing == [full.say()]
    assert len(chat.templates.items) == MOST


@pytest.mark.usefixtures("letter")
async def test_text_and_title_are_changed_by_a_reply(chat: Chat) -> None:
    chat.subjects[501], chat.subjects[502] = Question(screens.TITLE, "1"), Question(screens.TEXT, "1")
    await chat.write("Обычное", reply_to=501)
    turn = await chat.write("Добрый день!", reply_to=502)
    (changed,) = chat.templates.items
    assert (changed.title, changed.text) == ("Обычное", "Добрый день!")
    assert turn.outgoing == [screens.card(chat.texts, changed).say()]


@pytest.mark.usefixtures("letter")
async def test_a_text_is_deleted_after_one_question(chat: Chat) -> None:
    (template,) = chat.templates.items
    asked = await chat.press(actions.TEMPLATE_DROP, "1")
    assert asked.outgoing == [screens.drop_ask(chat.texts, template).rewrite(500)]
    assert chat.templates.items
    turn = await chat.press(actions.TEMPLATE_DROP_YES, "1")
    assert turn.outgoing == [screens.listing(chat.texts, Kind.LETTER, chat.templates).rewrite(500)]
    assert not chat.templates.items


@pytest.mark.usefixtures("letter")
async def test_every_button_of_a_text_opens_what_it_names(chat: Chat) -> None:
    (template,) = chat.templates.items
    listed = screens.listing(chat.texts, Kind.LETTER, chat.templates).rewrite(500)
    assert (await chat.press(actions.TEMPLATES, Kind.LETTER)).outgoing == [listed]
    card = screens.card(chat.texts, template).rewrite(500)
    assert (await chat.press(actions.TEMPLATE, "1")).outgoing == [card]
    assert (await chat.press(actions.TEMPLATE_TEXT, "1")).outgoing == [screens.ask_text(chat.texts, template)]
    asked = screens.ask_title(chat.texts, template)
    assert (await chat.press(actions.TEMPLATE_TITLE, "1")).outgoing == [asked]


@pytest.mark.usefixtures("letter")
async def test_a_blank_text_changes_nothing(chat: Chat) -> None:
    chat.subjects[501] = Question(screens.TEXT, "1")
    assert nothing(await chat.write("\u2060 ", reply_to=501))


@pytest.mark.parametrize(
    "action",
    [
        actions.TEMPLATE,
        actions.TEMPLATE_TEXT,
        actions.TEMPLATE_TITLE,
        actions.TEMPLATE_DROP,
        actions.TEMPLATE_DROP_YES,
    ],
)
async def test_the_button_of_a_deleted_text_says_so(chat: Chat, action: str) -> None:
    turn = await chat.press(action, "7")
    assert turn.outgoing == [screens.gone(chat.texts).rewrite(500)]


async def test_an_answer_to_a_question_about_a_deleted_text_says_so(chat: Chat) -> None:
    chat.subjects[501] = Question(screens.TEXT, "7")
    assert said(await chat.write("Да", reply_to=501)).text == screens.gone(chat.texts).text


@pytest.mark.usefixtures("letter")
async def test_a_letter_is_chosen_with_a_button_and_filled_in(chat: Chat) -> None:
    chat.hh.vacancies["123"] = vacancy()
    chat.hh.resumes = resumes("Аналитик")
    chat.subjects[500] = Application("123", host="hh.kz")
    asked = await chat.press(actions.RESUME, "123", "0f")
    question = applying.ask_letter(chat.texts, vacancy(), "0f", False, chat.templates.items)
    assert isinstance(asked.outgoing[0], Rewrite)
    assert asked.outgoing[0].keyboard == question.keyboard
    assert len(asked.outgoing) == 1, "no forced reply that stays open"
    own = said(await chat.press(actions.OWN_LETTER, "123", "0f"))
    assert own.prompt
    assert own.about == Application("123", "0f", None, "hh.kz")
    turn = await chat.press(actions.LETTER, "1", "123", "0f")
    (preview,) = turn.outgoing
    assert isinstance(preview, Rewrite)
    filled = "Здравствуйте, Ромашка! Анна Ким, Python-разработчик."
    assert preview.about == Application("123", "0f", filled, "hh.kz")
    assert not turn.intents


@pytest.mark.usefixtures("letter")
async def test_a_letter_that_lacks_something_warns_before_it_is_sent(chat: Chat) -> None:
    chat.hh.vacancies["123"] = vacancy(employer=None)
    turn = await chat.press(actions.LETTER, "1", "123", "0f")
    (preview,) = turn.outgoing
    assert isinstance(preview, Rewrite)
    assert "{компания}" in preview.text
    assert "Не заполнено" in preview.text


async def test_a_letter_that_was_written_is_kept_once(chat: Chat) -> None:
    chat.subjects[500] = Application("123", "0f", "Хочу у вас работать", None, 77)
    for _ in range(2):
        turn = await chat.press(actions.KEEP_LETTER)
        assert chat.telegram.toasts[-1] == screens.saved(chat.texts)
        assert not turn.outgoing
    assert [item.text for item in chat.templates.of(Kind.LETTER)] == ["Хочу у вас работать"]


async def test_a_letter_that_does_not_fit_any_more_is_not_kept(chat: Chat) -> None:
    for number in range(MOST):
        chat.templates = chat.templates.added(Kind.LETTER, f"№ {number}")
    chat.subjects[500] = Application("123", "0f", "Хочу у вас работать", None, 77)
    assert nothing(await chat.press(actions.KEEP_LETTER))
    assert chat.telegram.toasts == [screens.full(chat.texts)]


async def test_the_button_of_a_deleted_letter_or_answer_sends_nothing(chat: Chat) -> None:
    turn = await chat.press(actions.LETTER, "1", "123", "0f")
    assert turn.outgoing == [screens.gone(chat.texts).say()]
    turn = await chat.press(actions.QUICK, "1", "1", on=500)
    assert turn.outgoing == [screens.gone(chat.texts).rewrite(500)]


async def test_a_letter_whose_application_was_sent_can_not_be_kept_any_more(chat: Chat) -> None:
    chat.subjects[500] = Application("123")
    assert nothing(await chat.press(actions.KEEP_LETTER))
    assert chat.telegram.toasts == [drafts.done_already(chat.texts)]


@pytest.mark.usefixtures("answer")
async def test_reply_offers_the_quick_answers(chat: Chat) -> None:
    turn = await chat.press(actions.REPLY, "1")
    offered = screens.quick(chat.texts, negotiation("1"), "1", chat.templates)
    assert turn.outgoing == [offered.say()]
    own = await chat.press(actions.OWN_REPLY, "1")
    assert own.outgoing == [reply_prompt(chat.texts, negotiation("1"), "1")]


@pytest.mark.usefixtures("answer")
async def test_a_quick_answer_is_shown_before_it_is_sent_and_sent_once(chat: Chat) -> None:
    turn = await chat.press(actions.QUICK, "1", "1", on=500)
    text = "Спасибо, Ромашка! Анна Ким"
    assert turn.outgoing == [screens.quick_preview(chat.texts, negotiation("1"), "1", text, 500).rewrite(500)]
    assert not turn.intents
    chat.subjects[500] = Draft(text, 500)
    sent = await chat.press(actions.QUICK_YES, "1", on=500)
    assert sent.intents == [SendMessage(nid="1", text=text, chat_message_id=500)]
    assert sent.outgoing == [screens.quick_sent(chat.texts, negotiation("1"), text).rewrite(500)]
    assert isinstance(chat.subjects[500], Conversation)
    assert nothing(await chat.press(actions.QUICK_YES, "1", on=500))


async def test_a_quick_answer_where_one_can_not_write_is_not_sent(chat: Chat) -> None:
    chat.subjects[500] = Draft("Да", 500)
    chat.hh.conversations = [negotiation("1", messaging_status="in_a_row_limit")]
    turn = await chat.press(actions.QUICK_YES, "1", on=500)
    assert not turn.intents
    assert said(turn).reply_to == 500


@pytest.mark.usefixtures("answer")
async def test_a_quick_answer_goes_out_while_hh_ru_does_not_answer(chat: Chat) -> None:
    chat.hh.error = Unavailable("502")
    chat.subjects[500] = Draft("Да", 500)
    turn = await chat.press(actions.QUICK_YES, "1", on=500)
    assert [intent.text for intent in turn.intents if isinstance(intent, SendMessage)] == ["Да"]


async def test_a_quick_answer_is_changed_by_writing_it_anew(chat: Chat) -> None:
    chat.subjects[500] = Draft("Да", 500)
    turn = await chat.press(actions.QUICK_EDIT, "1", on=500)
    assert turn.outgoing == [
        answers.dropped(chat.texts).rewrite(500),
        screens.quick_edit(chat.texts, "1", "Да"),
    ]
    assert nothing(await chat.press(actions.QUICK_YES, "1", on=500))


@pytest.mark.usefixtures("letter")
async def test_a_letter_that_is_changed_can_be_copied_but_not_sent_by_its_old_button(chat: Chat) -> None:
    chat.hh.vacancies["123"] = vacancy()
    chat.subjects[500] = Application("123", "0f", "Хочу у вас работать", None, 77)
    turn = await chat.press(actions.RESUME, "123", "0f", on=500)
    (choice,) = turn.outgoing
    assert isinstance(choice, Rewrite)
    assert "<code>Хочу у вас работать</code>" in choice.text
    assert choice.about == Application("123", "0f")
