from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.outgoing import Document
from bot.chat.screens.interviews import interview
from bot.chat.texts import Texts
from bot.hh.models import Address
from tests.chat.samples import NOW, message, negotiation

TOMORROW = "Ждём вас завтра в 15:00"


def invited(
    text: str = TOMORROW, state: str = "invitation", city: str = "", zone: str = "Europe/Moscow"
) -> Document:
    written = message(text=text, address=Address(city=city) if city else None)
    found = interview(Texts("ru", zone), negotiation(state=state), written, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("city", "zone", "utc"),
    [
        ("", "Europe/Moscow", "120000"),
        ("", "Asia/Omsk", "090000"),
        ("Екатеринбург", "Europe/Moscow", "100000"),
        ("Санкт-Петербург", "Asia/Omsk", "120000"),
        ("Малые Вяземы", "Asia/Omsk", "090000"),
    ],
)
def test_the_time_is_that_of_the_city_invited_to_else_the_users(city: str, zone: str, utc: str) -> None:
    assert f"DTSTART:20261124T{utc}Z" in invited(city=city, zone=zone).content.decode()


def test_the_caption_says_whose_time_it_is_and_what_that_is_here() -> None:
    away = invited(city="Екатеринбург").caption
    assert "15:00</b> · Екатеринбург, UTC+5" in away
    assert "По вашему времени: вторник, 24 ноября, 13:00" in away
    assert "По вашему времени" not in invited().caption


@pytest.mark.parametrize("state", ["response", "discard", "hidden"])
def test_before_an_invitation_and_after_a_refusal_there_is_no_appointment(state: str) -> None:
    assert interview(Texts("ru"), negotiation(state=state), message(text=TOMORROW), NOW) is None


def test_what_has_passed_by_the_time_of_telling_is_left_out() -> None:
    late = NOW + timedelta(days=2)
    assert interview(Texts("ru"), negotiation(state="invitation"), message(text=TOMORROW), late) is None


def test_the_users_own_words_are_no_invitation() -> None:
    said = message(text=TOMORROW, mine=True)
    assert interview(Texts("ru"), negotiation(state="invitation"), said, NOW) is None
