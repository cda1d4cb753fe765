"""Nothing that a stranger can send keeps the one loop of the bridge busy: no pattern runs away."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.chat.appointments import appointment
from bot.chat.cities import find as find_city
from bot.chat.html import escape, excerpt, split
from bot.chat.templates import unfilled
from bot.hh.vacancy_links import find as find_vacancy
from bot.linking import redirected
from bot.log import hider
from bot.web.pages import texts_for

HEADER, MESSAGE, EMPLOYERS = 8_000, 4_096, 10_000
"""The longest: a line of HTTP (aiohttp), a message of Telegram, a text of hh.ru."""

PIECES = (
    *("a", "A", "1", " ", "\n", "-", ".", ",", ";", ":", "/", "?", "<", "&", "{", "[", "(", "«", "\u202e"),
    *(
        "a-",
        "a,",
        "q=",
        "1.",
        "1:",
        " 1",
        "- ",
        "+ ",
        "на ",
        "по ",
        "эт",
        "мск",
        "в 1",
        "10:0",
        "{ a",
        "a://",
    ),
    *("hh.ru", "hh.ru/", "http://", "https://hh.ru/vacancy/", "state=", "code=&", "/bot", "://a:", "\u0301"),
)

READERS: dict[str, tuple[int, Callable[[str], object]]] = {
    "Accept-Language": (HEADER, texts_for),
    "vacancy link": (MESSAGE, find_vacancy),
    "pasted address": (MESSAGE, redirected),
    "city": (MESSAGE, find_city),
    "template": (MESSAGE, unfilled),
    "appointment": (
        EMPLOYERS,
        lambda text: appointment(text, datetime(2026, 11, 23, tzinfo=UTC), ZoneInfo("Europe/Moscow")),
    ),
    "message": (EMPLOYERS, lambda text: split(escape(text))),
    "excerpt": (EMPLOYERS, lambda text: excerpt(text, 160)),
    "log line": (EMPLOYERS, hider(["a-secret"])),
}


@pytest.mark.parametrize("reader", READERS)
def test_whatever_is_repeated_is_read_quickly(reader: str) -> None:
    size, read = READERS[reader]
    ends = ("", "!", "1")
    slowest = max((_seconds(read, piece, end, size), piece, end) for piece in PIECES for end in ends)
    assert slowest[0] < 0.5, slowest


def _seconds(read: Callable[[str], object], piece: str, end: str, size: int) -> float:
    text = (piece * size)[: size - 1] + end
    began = time.process_time()
    read(text)
    return time.process_time() - began
