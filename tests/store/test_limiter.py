"""A rate shared by all processes."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.crc import key_slot

from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.limiter import Limiter, Line
from tests.store.test_mailbox import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limiter(redis: Client, clock: Clock, *, rate: float = 10, burst: int = 3) -> Limiter:
    return Limiter(redis, keys.pace("test"), rate=rate, burst=burst, clock=clock)


async def test_a_burst_goes_at_once_and_the_rest_waits_its_turn(redis: Client, clock: Clock) -> None:
    pace = limiter(redis, clock)
    waits = [await pace.reserve(10) for _ in range(5)]
    assert waits == pytest.approx([0, 0, 0, 0.1, 0.2], abs=1e-5)


async def test_a_wait_that_is_too_long_reserves_nothing(redis: Client, clock: Clock) -> None:
    pace = limiter(redis, clock, burst=1)
    assert await pace.reserve(0) == 0
    assert await pace.reserve(0.05) == pytest.approx(0.1, abs=1e-5)
    assert await pace.reserve(1) == pytest.approx(0.1, abs=1e-5)


async def test_a_wait_that_no_timer_could_keep_is_none_but_counts(redis: Client, clock: Clock) -> None:
    pace = limiter(redis, clock, rate=1000 / 0.6, burst=1)
    assert [await pace.reserve(0) for _ in range(3)] == pytest.approx([0, 0, 0.0012], abs=1e-5)
    assert await pace.reserve(1) == pytest.approx(0.0012, abs=1e-5)


async def test_what_is_not_used_is_not_saved_up_beyond_the_burst(redis: Client, clock: Clock) -> None:
    pace = limiter(redis, clock)
    clock.now += 1000
    assert [await pace.reserve(10) for _ in range(4)] == pytest.approx([0, 0, 0, 0.1], abs=1e-5)


async def test_a_block_holds_for_everybody_and_then_lets_one_after_the_other_through(
    redis: Client, clock: Clock
) -> None:
    await limiter(redis, clock).block(40)
    other = limiter(redis, clock)
    assert await other.reserve(1) == pytest.approx(40, abs=1e-4)
    clock.now += 40
    assert [await other.reserve(10) for _ in range(2)] == pytest.approx([0, 0.1], abs=1e-4)


async def test_a_short_block_does_not_end_a_longer_one(redis: Client, clock: Clock) -> None:
    pace = limiter(redis, clock)
    await pace.block(40)
    await pace.block(1)
    assert await pace.reserve(100) == pytest.approx(40, abs=1e-4)


async def test_a_used_limiter_ends_by_itself(redis: Client, clock: Clock) -> None:
    await limiter(redis, clock).reserve(1)
    assert 0 < await redis.pttl(keys.pace("test")) < 60_000


def line(redis: Client, clock: Clock, ceiling: Limiter) -> Line:
    return Line(Limiter(redis, keys.line("test"), rate=5, burst=1, clock=clock), ceiling)


async def test_a_place_in_the_line_stands_under_the_ceiling_too(redis: Client, clock: Clock) -> None:
    ceiling = limiter(redis, clock, rate=1, burst=2)
    polls = line(redis, clock, ceiling)
    at_once = await asyncio.gather(*(polls.reserve(10, 10) for _ in range(3)))
    assert at_once == [pytest.approx(waits, abs=1e-5) for waits in ((0, 0), (0.2, 0), (0.4, 1))]
    assert await ceiling.reserve(10) == pytest.approx(2, abs=1e-5)


async def test_who_waits_too_long_in_the_line_takes_nothing_of_the_ceiling(
    redis: Client, clock: Clock
) -> None:
    ceiling = limiter(redis, clock, rate=1, burst=2)
    polls = line(redis, clock, ceiling)
    await polls.reserve(10, 0.1)
    for longest, above, wanted in ((10, 0.1, (0.2, None)), (0.1, 0.1, (0.4, None)), (10, 0.5, (0.4, 0))):
        wait, under_it = await polls.reserve(longest, above)
        assert (round(wait, 4), under_it) == wanted
    assert await ceiling.reserve(10) == pytest.approx(1, abs=1e-5)


async def test_a_full_ceiling_gives_nothing_to_the_line(redis: Client, clock: Clock) -> None:
    ceiling = limiter(redis, clock, rate=1, burst=1)
    polls = line(redis, clock, ceiling)
    await ceiling.block(5)
    assert await polls.reserve(10, 0.1) == pytest.approx((0, 5), abs=1e-4)
    assert await ceiling.reserve(10) == pytest.approx(5, abs=1e-4)


def test_the_line_shares_the_slot_of_its_ceiling() -> None:
    for spare in range(4):
        line_slot, ceiling_slot = (key_slot(name("hh", spare).encode()) for name in (keys.line, keys.pace))
        assert line_slot == ceiling_slot


pauses = st.lists(st.floats(0, 0.5), min_size=1, max_size=40)


@settings(
    max_examples=settings().max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pauses)
def test_no_second_holds_more_than_rate_and_burst_allow(redis_url: str, pauses: list[float]) -> None:
    rate, burst, clock = 10, 3, Clock()

    async def grants() -> list[float]:
        async with connect(redis_url) as redis:
            await redis.flushall()
            pace = limiter(redis, clock, rate=rate, burst=burst)
            granted = []
            for pause in pauses:
                clock.now += pause
                granted.append(clock.now + await pace.reserve(100))
            return granted

    granted = asyncio.run(grants())
    for start in granted:
        assert sum(start <= grant < start + 1 - 1e-3 for grant in granted) <= rate + burst


steps = st.lists(
    st.one_of(
        st.tuples(st.just("pause"), st.floats(0, 0.5)),
        st.tuples(st.just("reserve"), st.sampled_from([0.0, 0.15, 100.0])),
        st.tuples(st.just("block"), st.floats(0.01, 2.0)),
    ),
    min_size=1,
    max_size=40,
)


@settings(
    max_examples=settings().max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_nobody_waits_longer_than_the_rate_and_the_blocks_demand(
    redis_url: str, steps: list[tuple[str, float]]
) -> None:
    """A permit waits for the rate since any earlier one, beyond the burst, and for the end of a block."""
    rate, burst, clock = 10, 3, Clock()
    begun = clock.now

    async def play() -> None:
        # Since each of these moments so many permits have been given.
        since: list[tuple[float, int]] = []
        async with connect(redis_url) as redis:
            await redis.flushall()
            pace = limiter(redis, clock, rate=rate, burst=burst)
            for step, value in steps:
                if step == "pause":
                    clock.now += value
                elif step == "block":
                    await pace.block(value)
                    since.append((clock.now + value, burst - 1))
                else:
                    demanded = max(
                        (moment + (given - burst + 1) / rate - clock.now for moment, given in since),
                        default=0.0,
                    )
                    wait = await pace.reserve(value)
                    assert wait == pytest.approx(max(demanded, 0.0), abs=2e-3), f"after {clock.now - begun} s"
                    if wait <= value:
                        since = [(moment, given + 1) for moment, given in since] + [(clock.now, 1)]

    asyncio.run(play())
