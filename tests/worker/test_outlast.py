"""What must come to its end does, though whoever waits for it is cancelled; but not for ever."""

from __future__ import annotations

import asyncio

import pytest

from bot.worker.outlast import outlast
from tests.waiting import eventually


async def test_it_gives_and_raises_what_the_work_does() -> None:
    async def works() -> int:
        return 7

    async def fails() -> int:
        raise ValueError("of the work")

    assert await outlast(works(), 1) == 7
    with pytest.raises(ValueError, match="of the work"):
        await outlast(fails(), 1)


@pytest.mark.parametrize(("seconds", "comes_to_its_end"), [(30.0, True), (0.05, False)])
async def test_who_is_cancelled_waits_for_the_end_of_the_work_for_so_long(
    seconds: float, *, comes_to_its_end: bool
) -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), False

    async def works() -> None:
        nonlocal ended
        begun.set()
        await may_end.wait()
        ended = True

    waiting = asyncio.create_task(outlast(works(), seconds))
    await begun.wait()
    waiting.cancel()
    if comes_to_its_end:
        await asyncio.sleep(0)
        assert not waiting.done()
        may_end.set()
    await eventually(waiting.done)
    may_end.set()
    await asyncio.sleep(0)
    assert waiting.cancelled()
    assert ended == comes_to_its_end
