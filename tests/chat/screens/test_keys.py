"""Buttons that open pages open only what they seem to."""

from __future__ import annotations

import pytest

from bot.chat.screens.keys import link, web_address


@pytest.mark.parametrize(
    "url",
    [
        "https://hh.ru/vacancy/1",
        "http://127.0.0.1:8080/hh/vacancy/1",
        "https://xn--e1aybc.xn--p1ai/",
        "https://тест.рф/а",
    ],
)
def test_an_address_is_taken_as_it_is(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "hh.ru",
        "//hh.ru/x",
        "javascript:alert(1)",
        "tg://resolve?domain=x",
        "ftp://hh.ru/",
        "https://",
        "https://hh.ru@evil.example/",
        "https://hh.ru:443@evil.example/",
        "https://hh.ru\\@evil.example/",
        "https://hh.ru\\.evil.example/",
        "https://[hh.ru/",
        "https://hh.ru:port/",
        "https://hh.ru:99999/",
        "https://hh.ru/ evil",
        "https://hh.ru/\u202egpj.exe",
        'https://hh.ru/"><b>',
        "https://hh.ru/" + "x" * 2048,
    ],
)
def test_what_is_no_plain_address_gets_no_button(url: str | None) -> None:
    assert web_address(url) is None
    assert link("Открыть", url) is None
