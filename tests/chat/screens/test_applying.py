from __future__ import annotations

from bot.chat import actions
from bot.chat.outgoing import Application
from bot.chat.screens import applying
from bot.chat.texts import Texts
from tests.chat.samples import RESUME_ID, resumes, vacancy
from tests.chat.telegram_rules import labels, presses, shown, urls

RU, EN = Texts("ru"), Texts("en")


def test_the_last_used_resume_comes_first() -> None:
    mine = resumes("Аналитик", "Разработчик", None)
    screen = applying.choose_resume(RU, vacancy(), mine, mine.items[1].id)
    assert labels(screen.keyboard) == ["🕘 Разработчик", "📄 Аналитик", "📄 Резюме без названия", "Отмена"]
    first = screen.keyboard[0][0].press
    assert first is not None
    assert first.args == ("1", mine.items[1].id)


def test_without_a_resume_the_reasons_are_told() -> None:
    said = applying.no_resume(RU, vacancy(), resumes(already_applied=1, not_published=3)).text
    assert "1 резюме уже отправлено" in said
    assert "3 резюме не опубликованы" in said
    assert "Make and publish a resume" in applying.no_resume(EN, vacancy(), resumes()).text


def test_a_required_letter_is_a_prompt_and_an_optional_one_can_be_skipped() -> None:
    required = applying.ask_letter(RU, vacancy(), RESUME_ID, True)
    optional = applying.ask_letter(RU, vacancy(), RESUME_ID, False)
    assert required.prompt
    assert required.keyboard == ()
    assert presses(optional.keyboard)[actions.NO_LETTER] == ("1", RESUME_ID)
    assert required.about == optional.about == Application("1", RESUME_ID)


def test_the_preview_keeps_the_whole_letter_even_where_it_shows_a_part() -> None:
    letter = "Здравствуйте! " * 500
    screen = applying.preview(RU, vacancy(), RESUME_ID, "Разработчик", letter)
    assert screen.about == Application("1", RESUME_ID, letter)
    assert "показано не полностью" in screen.text
    assert set(presses(screen.keyboard)) == {actions.APPLY_YES, actions.RESUME, actions.CANCEL}


def test_a_short_letter_is_shown_whole() -> None:
    said = applying.preview(EN, vacancy(), RESUME_ID, "Dev", " Hello <you>\nBye ").text
    assert "Hello <you>\nBye" in shown(said)
    assert "in part" not in said


def test_a_preview_without_a_letter_says_so() -> None:
    screen = applying.preview(RU, vacancy(), RESUME_ID, "", "")
    assert "Без сопроводительного письма" in screen.text
    assert "✏️ Добавить письмо" in labels(screen.keyboard)


def test_an_application_leads_to_its_conversation() -> None:
    assert presses(applying.applied(RU, "Повар", "77").keyboard) == {actions.OPEN: ("77",)}
    assert applying.applied(RU, "Повар", None).keyboard == ()


def test_a_captcha_is_a_link_and_then_a_button_to_try_again() -> None:
    about = Application("1", RESUME_ID, "Привет")
    screen = applying.captcha(RU, "https://hh.ru/account/captcha?backurl=x", about)
    assert urls(screen.keyboard) == ["https://hh.ru/account/captcha?backurl=x"]
    assert actions.RETRY_APPLY in presses(screen.keyboard)
    assert screen.about == about
    assert "на сайте" in applying.captcha(RU, None, about).text


def test_a_test_is_a_link() -> None:
    assert urls(applying.test_required(EN, "https://hh.ru/vacancy/1").keyboard) == ["https://hh.ru/vacancy/1"]
    assert "hh.ru" in applying.test_required(EN, None).text
