from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.appointments import FARTHEST, appointment

MOSCOW, OMSK = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Omsk")
MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def named(text: str, zone: ZoneInfo = MOSCOW, written: datetime = MONDAY) -> str | None:
    found = appointment(text, written, zone)
    return found.strftime("%d.%m.%Y %H:%M %z") if found else None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Ждём вас 25 ноября в 15:00 в нашем офисе.", "25.11.2026 15:00 +0300"),
        ("Приглашаем завтра в 11:30!", "24.11.2026 11:30 +0300"),
        ("в четверг, 26.11, в 14-00", "26.11.2026 14:00 +0300"),
        ("Interview: Nov 26, 3 pm", "26.11.2026 15:00 +0300"),
        ("послезавтра, 9 утра", "25.11.2026 09:00 +0300"),
        ("Собеседование состоится 27 ноября 2026 г. в 10.30", "27.11.2026 10:30 +0300"),
        ("В пятницу в 11:00 ждём вас в издательстве", "27.11.2026 11:00 +0300"),
        ("Во вторник к 16 часам? Лучше: во вторник в 16 часов.", "24.11.2026 16:00 +0300"),
        ("Встреча 1-го декабря в 3 часа дня", "01.12.2026 15:00 +0300"),
        ("Дата: 01.12.2026, время: 12:45", "01.12.2026 12:45 +0300"),
        ("2026-12-01 18:00", "01.12.2026 18:00 +0300"),
        ("10 января в 12:00", "10.01.2027 12:00 +0300"),
        ("завтра (24 ноября, вторник) в 15:00. Напоминаем: 24.11 в 15:00", "24.11.2026 15:00 +0300"),
        ("We would like to meet you on Thursday at 10:30", "26.11.2026 10:30 +0300"),
        ("26th of November, 4:15 p.m.", "26.11.2026 16:15 +0300"),
        ("tomorrow at noon", "24.11.2026 12:00 +0300"),
        ("Ждём завтра в 15:00, встреча займёт 40 минут, с собой паспорт", "24.11.2026 15:00 +0300"),
        ("ЗАВТРА\nВ 15:00\nул. Ленина, 10, офис 512", "24.11.2026 15:00 +0300"),
        ("Встреча 24.11.26 в 11.00 (мск), тел. 8-900-123-45-67, д. 5, кв. 12", "24.11.2026 11:00 +0300"),
        ("Собеседование 25.11.2026 в 15:00, ул. 1905 года, 10, стр. 2", "25.11.2026 15:00 +0300"),
    ],
)
def test_one_date_and_one_time_are_an_appointment(text: str, when: str) -> None:
    assert named(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Дедлайн тестового задания: 25 ноября, 20:00",
        "Приходите завтра в 23:30",
        "Ждём вас 25 ноября к 14:00. График работы: пн-пт 9:00-18:00",
        "Перезвоните по тел. 8 (495) 123-45-67 завтра до 15:00",
        "Работа с 1 декабря, график 2/2, начало в 9:00",
        "Слот: 24 ноября, 16:00 – 17:00",
        "Вы откликались в 15:20 на вакансию № 25.11, зарплата 100.000",
        "Ждём вас 25 ноября",
        "Ждём вас в 15:00",
        "25 ноября в 15:00 или в 17:00",
        "25 или 26 ноября в 15:00",
        "завтра или послезавтра в 15:00",
        "в четверг или пятницу в 15:00",
        "завтра с 10 до 18",
        "завтра с 10:00 до 18:00",
        "завтра 10:00–18:00",
        "завтра в 14-15",
        "завтра в 10-12",
        "Ждём завтра в 11:30, мы работаем с 9:00 до 18:00",
        "between 10 am and 2 pm tomorrow",
        "завтра после 15:00",
        "завтра до 15:00",
        "завтра около 15:00",
        "завтра с 15:00",
        "by 3 pm tomorrow",
        "Пришлите ответ до 25 ноября, 15:00",
        "в понедельник в 15:00",  # it is a Monday today: this one or the next?
        "в следующий четверг в 15:00",
        "next Thursday at 10:30",
        "в четверг через неделю в 15:00",
        "в пятницу, 26 ноября, в 15:00",  # it is a Thursday
        "22 ноября в 15:00",
        "сегодня в 14:00",
        "20.11.2026 в 15:00",
        "30 февраля в 15:00",
        "25 ноября в 25:00",
        "25 ноября в 14.75",
        "25 ноября в 15:30 утра",
        "завтра в 3:30",
        "завтра в 3 часа",
        "завтра в 15",
        "завтра в 10.12",
        "встреча, назначенная на завтра в 15:00, отменяется",
        "Перенесём встречу с 25 ноября на 26 ноября в 15:00",
        "Tomorrow at 15:00 is cancelled",
        "Не сможем встретиться завтра в 15:00",
        "завтра в 15:00 по местному времени",
        "завтра в 15:00 МСК+2",
        "tomorrow, 15:00 UTC",
        "Python 3.12, комфортная среда, созвон в 15:00",
        "Пришлите задание за 2 дня, встреча 25 ноября",
        "25 ноября 2027 года в 15:00",
        "Оклад 10.12 тыс., 1:1 с руководителем",
        "Вы откликнулись 20 ноября. Ждём 25 ноября в 15:00",
    ],
)
def test_what_leaves_a_choice_is_none(text: str) -> None:
    assert named(text) is None


def test_days_count_from_when_it_was_written_where_it_is_meant() -> None:
    late = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # the 24th in Omsk
    assert named("завтра в 11:30", OMSK, late) == "25.11.2026 11:30 +0600"
    assert named("завтра в 11:30", MOSCOW, late) == "24.11.2026 11:30 +0300"


@pytest.mark.parametrize("words", ["МСК", "(мск)", "по Москве", "по московскому времени", "Moscow time"])
def test_moscow_time_is_taken_at_its_word(words: str) -> None:
    assert named(f"завтра в 11:30 {words}", OMSK) == "24.11.2026 11:30 +0300"


@given(
    st.text(),
    st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)),
)
def test_no_text_breaks_it_and_what_is_found_lies_ahead(text: str, written: datetime) -> None:
    for said in (text, f"{text} завтра в 15:00"):
        found = appointment(said, written, OMSK)
        assert found is None or written < found <= written + FARTHEST
