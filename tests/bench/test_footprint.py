"""What a small server is promised: a bridge that starts soon, stays small and does not grow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from statistics import median

import pytest

from tests.bench.footprint import (
    ACCOUNTS,
    CONVERSATIONS,
    GROWTH_GOAL,
    MEMORY_GOAL,
    START_GOAL,
    memory,
    starts,
)
from tests.bench.outside import Hh, Outside

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(600)]  # a busy machine takes several times as long

SHARE = 0.3
"""Of the traffic of each hour: less than a measurement takes, for the time it takes."""


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    outside = Outside(Hh(CONVERSATIONS))
    async with outside.running():
        yield outside


async def test_a_bridge_is_ready_soon_after_its_start(outside: Outside) -> None:
    took = [bridge.started - bridge.waited for bridge in await starts(outside)]
    assert median(took) < START_GOAL, took


async def test_a_bridge_with_a_thousand_accounts_stays_small_and_does_not_grow(outside: Outside) -> None:
    assert ACCOUNTS == 1000
    found = await memory(outside, SHARE)
    assert found.peak < MEMORY_GOAL
    assert found.growth < GROWTH_GOAL, found.sampled
