"""The bot library's calls go over the bridge's own kind of client."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator

import httpx
import pytest
from telegram.ext import ExtBot

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
