from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.outgoing import Application
from bot.chat.screens import applying
from bot.chat.screens.vacancy import card
from bot.chat.screens.vacancy import salary as salary_in_words
from bot.chat.texts import Texts
from bot.hh.models import Salary
from tests.chat.samples import NOW, bare_vacancy, vacancy
from tests.chat.telegram_rules import labels, presses, shown, urls

RU, EN = Texts("ru"), Texts("en")
NBSP = "\N{NO-BREAK SPACE}"


def test_the_card_tells_what_the_job_is() -> None:
    screen = card(RU, vacancy(), host="rabota.by")
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
    said = shown(card(EN, bare_vacancy()).text)
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
    assert salary_in_words(RU, salary).replace(NBSP, " ") == ru
    assert salary_in_words(EN, salary) == en


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
    screen = card(RU, vacancy(**fields))
    assert sentence in screen.text
    assert actions.APPLY not in presses(screen.keyboard)
    assert urls(screen.keyboard)


def test_a_direct_vacancy_leads_to_the_site_of_the_employer() -> None:
    direct = vacancy(type={"id": "direct"}, response_url="https://romashka.example/job")
    assert urls(card(RU, direct).keyboard)[0] == "https://romashka.example/job"
    assert urls(applying.direct(RU, "https://romashka.example/job").keyboard) == [
        "https://romashka.example/job"
    ]


def test_one_may_apply_again_with_another_resume() -> None:
    screen = card(RU, vacancy(relations=["got_response"]))
    assert "уже откликались" in screen.text
    assert "📨 Откликнуться с другим резюме" in labels(screen.keyboard)
    assert "уже откликались" in card(RU, vacancy(), applied=True).text


@pytest.mark.parametrize(
    ("mode", "ru", "en"),
    [
        ({"id": "MONTH", "name": "За месяц"}, "от 1 000 ₸ в месяц", "from ₸1,000 a month"),
        ({"id": "SHIFT", "name": "За смену"}, "от 1 000 ₸ за смену", "from ₸1,000 a shift"),
        ({"id": "NEW", "name": "За страницу"}, "от 1 000 ₸ за страницу", "from ₸1,000 за страницу"),
    ],
)
def test_a_salary_says_what_it_is_paid_for(mode: dict[str, str], ru: str, en: str) -> None:
    salary = Salary.model_validate({"from": 1000, "currency": "KZT", "mode": mode})
    assert salary_in_words(RU, salary).replace(NBSP, " ") == ru
    assert salary_in_words(EN, salary) == en


@pytest.mark.parametrize(
    ("currency", "ru"), [("BYR", "1 000 Br"), ("UZS", "1 000 сум"), ("KGS", "1 000 сом")]
)
def test_money_is_in_the_currency_of_its_country(currency: str, ru: str) -> None:
    assert RU.money(1000, currency).replace(NBSP, " ") == ru


def test_the_card_names_the_day_the_checked_company_and_another_site() -> None:
    screen = card(
        RU,
        vacancy(
            published_at="2026-11-20T10:00:00+0300",
            employer={"id": "5", "name": "Ромашка", "trusted": True},
            alternate_url="https://almaty.hh.kz/vacancy/1",
        ),
        now=NOW,
    )
    said = shown(screen.text)
    assert "Ромашка ✅" in said
    assert "Опубликована: 20 нояб." in said
    assert "Сайт: hh.kz" in said
    assert "🔗 На hh.kz" in labels(screen.keyboard)


def test_a_vacancy_of_hh_ru_does_not_name_its_site() -> None:
    assert "Сайт" not in card(RU, vacancy(), host="hh.ru").text


def test_a_test_is_a_link_on_the_card() -> None:
    screen = card(RU, vacancy(has_test=True, apply_alternate_url="https://hh.ru/applicant/x"))
    assert urls(screen.keyboard)[0] == "https://hh.ru/applicant/x"


def test_of_many_skills_the_first_are_named() -> None:
    said = shown(card(RU, vacancy(key_skills=[{"name": f"Навык {n}"} for n in range(30)])).text)
    assert "Навык 11 и ещё 18" in said
    assert "Навык 12" not in said
