"""Who waits for a turn to ask hh.ru, and what becomes of him while Redis is away."""

from __future__ import annotations

import pytest

from bot.hh.ceiling import Ceiling
from bot.hh.errors import Crowded
from bot.store import keys
from bot.store.connection import Client, connected
from bot.store.errors import StoreUnavailable
from bot.store.limiter import Limiter
from tests.ports import free_port


async def test_who_would_wait_too_long_is_told_so_and_takes_nobodys_turn(redis: Client) -> None:
    limiter = Limiter(redis, keys.pace("test"), rate=0.1, burst=1)
    ceiling = Ceiling(limiter, 1.0, 5.0)
    await ceiling()
    with pytest.raises(Crowded):
        await ceiling()
    assert 9 < await limiter.reserve(100) <= 10


@pytest.mark.parametrize(("seconds", "wanted"), [(None, 5), (40, 40), (5000, 600)])
async def test_after_a_429_nobody_asks_for_as_long_as_hh_ru_says_or_ten_minutes_at_most(
    redis: Client, seconds: float | None, wanted: float
) -> None:
    limiter = Limiter(redis, keys.pace("test"), rate=10, burst=1)
    await Ceiling(limiter, 1.0, 5.0).throttled(seconds)
    assert wanted - 1 < await limiter.reserve(1000) <= wanted


async def test_while_redis_is_away_only_who_must_ask_does_so_uncounted() -> None:
    async with connected(f"redis://127.0.0.1:{free_port()}") as away:
        limiter = Limiter(away, keys.pace("test"), rate=10, burst=1)
        for step in (Ceiling(limiter, 1.0, 5.0), Ceiling(limiter, 1.0, 5.0).throttled):
            with pytest.raises(StoreUnavailable):
                await (step() if isinstance(step, Ceiling) else step(1.0))
        must = Ceiling(limiter, 1.0, 5.0, unless_away=True)
        await must()
        await must.throttled(1.0)


async def test_a_turn_that_is_taken_already_is_not_waited_for_but_the_next_one(redis: Client) -> None:
    limiter = Limiter(redis, keys.pace("test"), rate=0.1, burst=1)
    await limiter.reserve(0)
    ceiling = Ceiling(limiter, longest=1, unnamed=5, taken=True)
    await ceiling()
    with pytest.raises(Crowded):
        await ceiling()
