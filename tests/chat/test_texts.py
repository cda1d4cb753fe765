from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from jinja2 import Environment

from bot.chat.html import Html
from bot.chat.texts import Texts

RU, EN = Texts("ru"), Texts("en")
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize("code", ["ru", "ru-RU", "RU", "be", "kk", "uk", "uz", "ky"])
def test_those_who_mostly_read_russian_get_russian(code: str) -> None:
    assert Texts(code).language == "ru"


@pytest.mark.parametrize("code", ["en", "en-GB", "de", "zh-hans", "", "x"])
def test_others_get_english(code: str) -> None:
    assert Texts(code).language == "en"


def test_values_are_escaped_and_cleaned_unless_they_are_html() -> None:
    said = EN("📤 Sending to: <b>{title}</b>", title="<i>A & B\u202e\x00</i>")
    assert said == "📤 Sending to: <b>&lt;i&gt;A &amp; B&lt;/i&gt;</b>"
    assert "<b><i>x</i></b>" in EN("📤 Sending to: <b>{title}</b>", title=Html("<i>x</i>"))


def test_braces_in_a_value_are_only_text() -> None:
    assert "{title} {0} {" in RU("📤 Sending to: <b>{title}</b>", title="{title} {0} {")


def test_a_label_is_plain_text() -> None:
    assert EN.label("from {amount}", amount="<1 & \u202e2>") == "from <1 & 2>"


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    unknown = "This sentence is in no catalogue"
    assert RU(unknown) == unknown


@pytest.mark.parametrize(
    ("n", "end"),
    [
        (1, "переписка"),
        (2, "переписки"),
        (5, "переписок"),
        (11, "переписок"),
        (21, "переписка"),
        (0, "переписок"),
    ],
)
def test_russian_plurals_agree_with_their_number(n: int, end: str) -> None:
    one, many = "📚 You have {n} conversation on hh.ru.", "📚 You have {n} conversations on hh.ru."
    assert RU.plural(one, many, n) == f"📚 На hh.ru у вас {n} {end}."


def test_english_plurals_agree_with_their_number() -> None:
    one, many = "📚 You have {n} conversation on hh.ru.", "📚 You have {n} conversations on hh.ru."
    assert EN.plural(one, many, 1) == "📚 You have 1 conversation on hh.ru."
    assert EN.plural(one, many, 1500) == "📚 You have 1,500 conversations on hh.ru."


def test_moments_are_shown_in_the_zone_of_the_user() -> None:
    when = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
    assert Texts("ru", "Asia/Vladivostok").moment(when, when) == "07:30"
    assert Texts("ru", "Asia/Almaty").moment(when) == "24 ноября 2026\u202fг., 02:30"


def test_moments_say_only_as_much_as_is_needed() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert RU.moment(now - timedelta(hours=1), now) == "14:00"
    assert RU.moment(now - timedelta(days=1), now) == "вчера, 15:00"
    assert RU.moment(now - timedelta(days=2), now) == "21 ноября, 15:00"
    assert RU.moment(now - timedelta(days=400), now).startswith("19 октября 2025")
    assert EN.moment(now - timedelta(days=2), now) == "21 November, 15:00"
    assert EN.moment(now - timedelta(days=1), now) == "yesterday, 15:00"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe"])
def test_an_unknown_zone_means_moscow(zone: str) -> None:
    when = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert Texts("ru", zone).moment(when, when) == "15:00"


def test_days_name_the_year_only_where_it_is_another() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert RU.day(now, now) == "23 нояб."
    assert "2025" in RU.day(now - timedelta(days=365), now)


@pytest.mark.parametrize(
    ("currency", "ru", "en"),
    [
        ("RUR", f"150{NBSP}000{NBSP}₽", "₽150,000"),
        ("USD", f"150{NBSP}000{NBSP}$", "$150,000"),
        ("KZT", f"150{NBSP}000{NBSP}₸", "₸150,000"),
        ("UZS", f"150{NBSP}000{NBSP}сум", f"UZS{NBSP}150,000"),
        ("", f"150{NBSP}000", "150,000"),
    ],
)
def test_money_is_written_as_the_language_writes_it(currency: str, ru: str, en: str) -> None:
    assert RU.money(150000, currency) == ru
    assert EN.money(150000, currency) == en


def test_a_range_of_money_has_one_currency() -> None:
    assert RU.money(1000, "RUR", 2000) == f"1{NBSP}000–2{NBSP}000{NBSP}₽"
    assert EN.money(1000, "USD", 2000) == "$1,000–2,000"


def test_a_template_engine_does_not_escape_a_sentence_again() -> None:
    template = Environment(autoescape=True).from_string("{{ said }} {{ name }}")
    said = EN("📤 Sending to: <b>{title}</b>", title="A & B")
    assert template.render(said=said, name="<") == "📤 Sending to: <b>A &amp; B</b> &lt;"
