"""What one user does is handled in the order in which he did it."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import keys
from bot.store.errors import StoreUnavailable
from bot.store.mailbox import Incoming
from bot.telegram.intake import read
from bot.telegram.order import REPEAT_SECONDS, WINDOW, Repetition, in_order
from tests.waiting import eventually


def raw(number: int, kind: str = "message", mailbox: int = 7) -> bytes:
    who = {"chat": {"id": mailbox}, "from": {"id": mailbox}, "text": '"update_id":1'}
    return json.dumps({"update_id": number, kind: who}).encode()


def test_a_late_update_is_handled_before_what_overtook_it() -> None:
    assert in_order([raw(1), raw(4, "callback_query"), raw(2), raw(3)]) == [
        raw(1),
        raw(2),
        raw(3),
        raw(4, "callback_query"),
    ]


def test_a_new_count_of_ids_does_not_overtake_what_waits() -> None:
    waiting = [raw(WINDOW * 9), raw(5), raw(6)]
    assert in_order(waiting) == waiting
    assert in_order([raw(WINDOW * 9), raw(6), raw(5)]) == [raw(WINDOW * 9), raw(5), raw(6)]


@given(st.lists(st.integers(1, WINDOW), unique=True))
def test_of_one_count_the_lowest_number_goes_first(numbers: list[int]) -> None:
    assert in_order([raw(number) for number in numbers]) == [raw(number) for number in sorted(numbers)]


@given(st.lists(st.integers(-(2**53), 2**53), unique=True, max_size=30))
def test_none_is_lost_or_doubled_whatever_the_numbers(numbers: list[int]) -> None:
    waiting = [raw(number) for number in numbers]
    ordered = in_order(waiting)
    assert sorted(ordered) == sorted(waiting)
    assert in_order(ordered) == ordered
    read = [json.loads(each)["update_id"] for each in ordered]
    assert not any(0 < before - number <= WINDOW for before, number in pairwise(read))


def test_what_has_no_number_stays_where_it_is() -> None:
    assert in_order([raw(2), b"{}", raw(1)]) == [raw(2), b"{}", raw(1)]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def incoming(number: int, kind: str = "message", mailbox: int = 7) -> Incoming:
    update = read(raw(number, kind, mailbox))
    assert update is not None
    return update


async def nobody_else(mailbox: int, seconds: float) -> None:
    """There is only this process."""


async def waits(repetition: Repetition, update: Incoming) -> bool:
    """Whether `update` is kept back."""
    waiting = asyncio.create_task(repetition.let_messages_first(update))
    for _ in range(3):
        await asyncio.sleep(0)
    done = waiting.done()
    waiting.cancel()
    return not done


@pytest.mark.parametrize("kind", ["callback_query", "my_chat_member"])
async def test_after_a_refusal_presses_wait_until_messages_came_again(kind: str) -> None:
    clock = Clock()
    repetition = Repetition(clock, nobody_else)
    assert not await waits(repetition, incoming(1, kind))
    repetition.begins(incoming(0))
    clock.now += REPEAT_SECONDS
    assert await waits(repetition, incoming(1, kind))
    assert not await waits(repetition, incoming(1))
    assert not await waits(repetition, incoming(1, "edited_message"))
    clock.now += 1
    assert not await waits(repetition, incoming(1, kind))


async def test_presses_wait_for_messages_of_their_own_mailbox_alone() -> None:
    clock = Clock()
    repetition = Repetition(clock, nobody_else)
    repetition.begins(incoming(0, mailbox=7))
    clock.now += 1
    repetition.begins(incoming(1, mailbox=8))
    assert not await waits(repetition, incoming(2, "callback_query", mailbox=9))
    clock.now += REPEAT_SECONDS
    assert not await waits(repetition, incoming(3, "callback_query", mailbox=7))
    assert await waits(repetition, incoming(4, "callback_query", mailbox=8))


async def test_a_message_that_is_refused_again_is_waited_for_anew() -> None:
    clock = Clock()
    repetition = Repetition(clock, nobody_else)
    for mailbox in (7, 8):
        repetition.begins(incoming(0, mailbox=mailbox))
    clock.now += REPEAT_SECONDS
    repetition.begins(incoming(0, mailbox=7))
    clock.now += REPEAT_SECONDS
    assert await waits(repetition, incoming(1, "callback_query", mailbox=7))
    assert not await waits(repetition, incoming(1, "callback_query", mailbox=8))


async def test_the_others_are_told_what_comes_again_as_soon_as_redis_takes_it() -> None:
    clock, away = Clock(), [1.0, 1.0]
    told: list[tuple[int, float]] = []

    async def expect(mailbox: int, seconds: float) -> None:
        if away:
            clock.now += away.pop()
            raise StoreUnavailable
        told.append((mailbox, seconds))

    repetition = Repetition(clock, expect)
    repetition.begins(incoming(6, "callback_query"))
    repetition.begins(incoming(7))
    await eventually(lambda: bool(told))
    assert told == [(7, REPEAT_SECONDS + 0.5 - 2.0)]


async def test_however_much_is_refused_redis_is_asked_one_question_at_a_time() -> None:
    boxes = [keys.SHARDS * number for number in range(1, 101)]
    away, asked, told = 3, 0, list[int]()

    async def expect(mailbox: int, seconds: float) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        if asked <= away:
            raise StoreUnavailable
        told.append(mailbox)

    repetition = Repetition(Clock(), expect)
    for box in (*boxes, *boxes):
        repetition.begins(incoming(1, mailbox=box))
    await eventually(lambda: len(told) == len(boxes))
    assert sorted(told) == boxes
    assert asked == away + len(boxes)


async def test_of_a_server_that_takes_it_the_others_are_told_while_another_one_is_silent() -> None:
    told: list[int] = []

    async def expect(mailbox: int, seconds: float) -> None:
        if mailbox == 7:
            await asyncio.Event().wait()
        told.append(mailbox)

    repetition = Repetition(Clock(), expect)
    for box in (7, 8):
        repetition.begins(incoming(1, mailbox=box))
    await eventually(lambda: told == [8])
    await repetition.close()
    assert told == [8]


async def test_what_comes_again_by_now_is_told_nobody() -> None:
    clock, asked = Clock(), list[int]()

    async def expect(mailbox: int, seconds: float) -> None:
        asked.append(mailbox)
        clock.now += seconds
        raise StoreUnavailable

    repetition = Repetition(clock, expect)
    repetition.begins(incoming(1, mailbox=7))
    await eventually(lambda: asked == [7])
    repetition.begins(incoming(2, mailbox=7 + keys.SHARDS))
    await eventually(lambda: asked == [7, 7 + keys.SHARDS])
    await repetition.close()
