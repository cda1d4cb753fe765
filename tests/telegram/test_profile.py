from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.chat.screens import profile
from bot.chat.texts import LANGUAGES, Texts
from bot.sandbox.telegram.server import LocalTelegram
from bot.telegram.profile import introduce
from tests.plain import plain_bot

SETTERS = ("setMyCommands", "setMyDescription", "setMyShortDescription", "setMyName")


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram() as telegram:
        yield telegram


async def start(telegram: LocalTelegram) -> None:
    async with plain_bot(telegram.url, telegram.token) as bot:
        await introduce(bot)


@pytest.mark.parametrize("language", LANGUAGES)
def test_telegram_takes_the_texts(language: str) -> None:
    t = Texts(language)
    assert 0 < len(profile.name(t)) <= profile.MOST_NAME
    assert 0 < len(profile.description(t)) <= profile.MOST_DESCRIPTION
    assert 0 < len(profile.short_description(t)) <= profile.MOST_SHORT


async def test_the_profile_is_set_in_both_languages(telegram: LocalTelegram) -> None:
    await start(telegram)
    known = telegram.world.profile
    assert known.names == {"": profile.name(Texts("en")), "ru": profile.name(Texts("ru"))}
    assert known.descriptions["ru"].startswith("Ваши переписки")
    assert known.short_descriptions.keys() == {"", "ru"}
    assert len(known.commands) == 2


async def test_what_is_set_already_is_left_alone(telegram: LocalTelegram) -> None:
    await start(telegram)
    before = len(telegram.calls(*SETTERS))
    assert before == 8
    await start(telegram)
    assert len(telegram.calls(*SETTERS)) == before


async def test_only_what_differs_is_set(telegram: LocalTelegram) -> None:
    await start(telegram)
    telegram.world.profile.descriptions["ru"] = "Другое"
    before = len(telegram.calls(*SETTERS))
    await start(telegram)
    assert [call.method for call in telegram.calls(*SETTERS)[before:]] == ["setMyDescription"]


async def test_a_name_that_telegram_does_not_take_now_keeps_back_nothing_else(
    telegram: LocalTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail_next("setMyName", times=2, status=429, retry_after=80000)
    await start(telegram)
    assert telegram.world.profile.names == {}
    assert telegram.world.profile.short_descriptions.keys() == {"", "ru"}
    assert "could not be set" in caplog.text
    assert "part=name" in caplog.text
