"""The bot library's calls go over the bridge's own kind of client."""

from __future__ import annotations

import gc
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import NetworkError, TimedOut
from telegram.ext import ExtBot

from bot.chat.html import Html
from bot.sandbox.telegram.server import LocalTelegram
from bot.telegram.calls import Calls


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram() as server:
        yield server


@pytest.fixture
async def calls() -> AsyncIterator[Calls]:
    calls = Calls(None, 15.0)
    yield calls
    await calls.shutdown()


@pytest.fixture
def bot(telegram: LocalTelegram, calls: Calls) -> ExtBot[None]:
    return ExtBot(telegram.token, base_url=f"{telegram.url}/bot", request=calls, get_updates_request=calls)


def answers() -> int:
    return sum(isinstance(thing, httpx.Response) for thing in gc.get_objects())


async def test_nothing_of_a_call_is_left_for_the_garbage_collector(bot: ExtBot[None]) -> None:
    await bot.get_me()
    gc.collect()
    before = answers()
    gc.disable()
    try:
        for _ in range(5):
            await bot.get_me()
        assert answers() == before
    finally:
        gc.enable()


async def test_calls_go_on_after_a_shutdown(bot: ExtBot[None], calls: Calls) -> None:
    await bot.get_me()
    await calls.shutdown()
    await calls.initialize()
    assert (await bot.get_me()).is_bot


async def test_words_buttons_and_files_arrive_as_they_are(telegram: LocalTelegram, bot: ExtBot[None]) -> None:
    anna = telegram.user()
    await anna.start()
    button = InlineKeyboardButton("Да 🎉", callback_data="да")
    html = Html('<b>Ждём</b> 🎉 "в 10"\n&amp; раньше')
    await bot.send_message(
        anna.id,
        html,
        parse_mode="HTML",
        reply_markup=InlineKeyboardMarkup([[button]]),
        disable_notification=True,
    )
    await bot.send_document(anna.id, "встреча".encode(), filename="встреча.ics", caption="В среду")
    said, sent = anna.from_bot
    assert (said.text, said.buttons[0].text) == ('Ждём 🎉 "в 10"\n& раньше', "Да 🎉")
    assert said.silent
    assert sent.media.document is not None
    assert (sent.text, sent.media.document.file_name) == ("В среду", "встреча.ics")


async def test_a_telegram_that_does_not_listen_is_told_from_one_that_does_not_answer(
    telegram: LocalTelegram,
) -> None:
    calls = Calls(None, 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/botx/getMe"
        with pytest.raises(TimedOut) as slow:
            await calls.post(address)
    with pytest.raises(NetworkError) as away:
        await calls.post(address)
    await calls.shutdown()
    assert isinstance(slow.value.__cause__, httpx.ReadTimeout)
    assert isinstance(away.value.__cause__, httpx.ConnectError)
