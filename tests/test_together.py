"""What is asked for in one turn of the event loop is done together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.together import Together


async def test_who_asks_in_one_turn_is_answered_by_one_call_each_with_his_own() -> None:
    calls = []

    async def double(asked: Sequence[int]) -> Sequence[int]:
        calls.append(list(asked))
        await asyncio.sleep(0)
        return [2 * number for number in asked]

    together = Together(double)
    assert await asyncio.gather(*(together(number) for number in range(4))) == [0, 2, 4, 6]
    assert await together(7) == 14
    assert calls == [[0, 1, 2, 3], [7]]


async def test_one_answer_may_be_an_error_and_the_others_are_none() -> None:
    async def halve(asked: Sequence[int]) -> Sequence[int | Exception]:
        return [ValueError("odd") if number % 2 else number // 2 for number in asked]

    together = Together(halve)
    found = await asyncio.gather(*(together(number) for number in (2, 3, 4)), return_exceptions=True)
    assert [found[0], found[2]] == [1, 2]
    assert isinstance(found[1], ValueError)


async def test_where_the_call_fails_all_fail() -> None:
    async def break_off(asked: Sequence[int]) -> Sequence[int]:
        raise ConnectionError("gone")

    together = Together(break_off)
    found = await asyncio.gather(together(1), together(2), return_exceptions=True)
    assert [type(error) for error in found] == [ConnectionError, ConnectionError]


async def test_who_does_not_wait_any_more_stops_nobody() -> None:
    go = asyncio.Event()

    async def wait(asked: Sequence[int]) -> Sequence[int]:
        await go.wait()
        return asked

    together = Together(wait)
    first, second = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go.set()
    assert await second == 2


async def test_who_does_not_wait_any_more_is_told_of_no_failure() -> None:
    go = asyncio.Event()

    async def break_off(asked: Sequence[int]) -> Sequence[int]:
        await go.wait()
        raise ConnectionError("gone")

    together = Together(break_off)
    first, second = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go.set()
    with pytest.raises(ConnectionError):
        await second
