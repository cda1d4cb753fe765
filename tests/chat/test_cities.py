"""Where people say they live."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.chat.cities import COMMON, city, find, offset
from bot.chat.texts import LANGUAGES
from bot.sync.quiet import zone_of


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Москва", "Europe/Moscow"),
        ("мск", "Europe/Moscow"),
        ("санкт петербург", "Europe/Moscow"),
        ("Санкт-Петербург!", "Europe/Moscow"),
        ("орел", "Europe/Moscow"),
        ("  ЕКАТЕРИНБУРГ ", "Asia/Yekaterinburg"),
        ("Астана", "Asia/Almaty"),
        ("Tbilisi", "Asia/Tbilisi"),
        ("Нью-Йорк", "America/New_York"),
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("europe/berlin", "Europe/Berlin"),
        ("UTC+5", "Etc/GMT-5"),
        ("gmt -3", "Etc/GMT+3"),
        ("+5", "Etc/GMT-5"),
        ("МСК+2", "Etc/GMT-5"),
        ("мск-3", "Etc/UTC"),
        ("utc+5:30", "Asia/Kolkata"),
        ("UTC", "Etc/UTC"),
        ("UTC+14", "Etc/GMT-14"),
    ],
)
def test_a_place_is_found_by_what_people_call_it(typed: str, zone: str) -> None:
    assert find(typed) == zone


@pytest.mark.parametrize(
    "typed", ["", "Марс", "UTC+15", "UTC+5:17", "-13", "попозже", "..", "5", "10:00-18:00"]
)
def test_what_is_no_place_is_found_nowhere(typed: str) -> None:
    assert find(typed) is None


def test_every_zone_with_a_button_exists_has_a_name_and_is_found_by_it() -> None:
    for zone in COMMON:
        assert zone_of(zone).key == zone
        for language in LANGUAGES:
            assert find(city(zone, language)) == zone


@pytest.mark.parametrize(
    ("zone", "name", "ahead"),
    [
        ("Europe/Moscow", "Москва", "UTC+3"),
        ("Etc/GMT-5", "UTC+5", "UTC+5"),
        ("America/St_Johns", "Сент-Джонс", "UTC−3:30"),
        ("Etc/UTC", "UTC", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_city_or_its_offset(zone: str, name: str, ahead: str) -> None:
    assert city(zone, "ru") == name
    assert offset(zone_of(zone), datetime(2026, 11, 23, tzinfo=UTC)) == ahead
