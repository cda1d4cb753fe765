from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.outgoing import Application
from bot.chat.screens import applying
from bot.chat.texts import Texts
from bot.hh.models import Salary
from tests.chat.samples import RESUME_ID, bare_vacancy, resumes, vacancy
from tests.chat.telegram_rules import labels, presses, shown, urls

RU, EN = Texts("ru"), Texts("en")
NBSP = "\N{NO-BREAK SPACE}"


def test_the_card_tells_what_the_job_is() -> None:
    screen = applying.vacancy_card(RU, vacancy(), host="rabota.by")
    said = shown(screen.text).replace(NBSP, " ")
    for part in (
        "Python-разработчик",
        "ООО «Ромашка»",
        "150 000–200 000 ₽ до вычета налогов",
        "Москва",
        "От 1 года до 3 лет · Полная занятость · Удалённо",
        "Python, Redis",
    ):
        assert part in said
    assert presses(screen.keyboard)[actions.APPLY] == ("1", "rabota.by")
    assert urls(screen.keyboard) == ["https://hh.ru/vacancy/1"]
    assert screen.about == Application("1")


def test_a_card_of_nothing_but_an_id() -> None:
    said = shown(applying.vacancy_card(EN, bare_vacancy()).text)
    assert "Untitled vacancy" in said
    assert "Anonymous company" in said
    assert "salary is not named" in said


@pytest.mark.parametrize(
    ("offer", "ru", "en"),
    [
        ({"from": 1000, "currency": "RUR"}, "от 1 000 ₽", "from ₽1,000"),
        ({"to": 2000, "currency": "RUR", "gross": False}, "до 2 000 ₽ на руки", "up to ₽2,000 after tax"),
        ({"from": 500, "to": 500, "currency": "USD"}, "500 $", "$500"),
        ({"from": 1, "to": 2, "currency": None}, "1–2", "1–2"),
        ({"currency": "RUR"}, "Зарплата не указана", "The salary is not named"),
    ],
)
def test_a_salary_in_words(offer: dict[str, object], ru: str, en: str) -> None:
    salary = Salary.model_validate(offer)
    assert applying.salary(RU, salary).replace(NBSP, " ") == ru
    assert applying.salary(EN, salary) == en


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"archived": True}, "Вакансия закрыта"),
        ({"closed_for_applicants": True}, "Вакансия закрыта"),
        ({"type": {"id": "direct"}, "response_url": "https://romashka.example/job"}, "только на своём сайте"),
        ({"has_test": True}, "пройти тест"),
    ],
)
def test_where_one_cannot_apply_here_the_card_says_why(fields: dict[str, object], sentence: str) -> None:
    screen = applying.vacancy_card(RU, vacancy(**fields))
    assert sentence in screen.text
    assert actions.APPLY not in presses(screen.keyboard)
    assert urls(screen.keyboard)


def test_a_direct_vacancy_leads_to_the_site_of_the_employer() -> None:
    direct = vacancy(type={"id": "direct"}, response_url="https://romashka.example/job")
    assert urls(applying.vacancy_card(RU, direct).keyboard)[0] == "https://romashka.example/job"
    assert urls(applying.direct(RU, "https://romashka.example/job").keyboard) == [
        "https://romashka.example/job"
    ]


def test_one_may_apply_again_with_another_resume() -> None:
    screen = applying.vacancy_card(RU, vacancy(relations=["got_response"]))
    assert "уже откликались" in screen.text
    assert "📨 Откликнуться с другим резюме" in labels(screen.keyboard)
    assert "уже откликались" in applying.vacancy_card(RU, vacancy(), applied=True).text


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
