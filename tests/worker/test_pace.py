"""How quick one user may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.worker.pace import Paces, Rate

RATE = Rate(1.0, burst=4)


def taken(paces: Paces, times: int, now: float = 100.0, longest: float = 60.0) -> list[float]:
    return [paces.reserve("turns", RATE, now, longest) for _ in range(times)]


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    assert taken(Paces({}), 6) == [0, 0, 0, 0, 1, 2]


def test_a_wait_over_the_longest_reserves_nothing() -> None:
    paces = Paces({})
    assert taken(paces, 7, longest=1.5) == [0, 0, 0, 0, 1, 2, 2]
    assert taken(paces, 1, now=102.0) == [0]


def test_each_thing_has_a_rate_of_its_own() -> None:
    paces = Paces({})
    taken(paces, 4)
    assert paces.reserve("messages", RATE, 100.0, 60.0) == 0


def test_half_a_burst_is_written_down_and_the_next_holder_goes_on_from_it() -> None:
    paces = Paces({})
    taken(paces, 2)
    assert paces.to_store(100.0) == {}
    taken(paces, 2)
    noted = paces.to_store(100.0)
    assert noted == {"turns": 104.0}
    assert taken(Paces(noted), 2) == [1, 2]


def test_what_is_over_is_forgotten_once() -> None:
    paces = Paces({"turns": 104.0, "messages": 0.0})
    assert paces.to_store(103.0) == {}
    assert paces.to_store(104.5) == {"turns": 0.0}
    assert paces.to_store(105.0) == {}


asked = st.lists(st.tuples(st.floats(0, 3), st.sampled_from([0.0, 1.5, 60.0])), min_size=1, max_size=60)


@given(asked)
def test_no_span_holds_more_than_rate_and_burst_allow(asked: list[tuple[float, float]]) -> None:
    paces, now = Paces({}), 100.0
    granted = []
    for pause, longest in asked:
        now += pause
        wait = paces.reserve("turns", RATE, now, longest)
        if wait <= longest:
            granted.append(now + wait)
    for number, start in enumerate(granted):
        for further, end in enumerate(granted[number:], 1):
            assert further <= RATE.burst + (end - start) * RATE.per_second + 1e-6


@given(asked)
def test_nobody_waits_longer_than_his_rate_demands(asked: list[tuple[float, float]]) -> None:
    paces, now = Paces({}), 100.0
    since: list[tuple[float, int]] = []
    for pause, longest in asked:
        now += pause
        demanded = [moment + (given - RATE.burst + 1) / RATE.per_second - now for moment, given in since]
        wait = paces.reserve("turns", RATE, now, longest)
        assert wait == pytest.approx(max(0.0, *demanded, 0.0), abs=1e-6)
        if wait <= longest:
            since = [(moment, given + 1) for moment, given in since] + [(now, 1)]


@given(asked, st.integers(0, 59))
def test_a_change_of_the_holder_gives_at_most_half_a_burst_once_more(
    asked: list[tuple[float, float]], change: int
) -> None:
    kept, lost, now = Paces({}), Paces({}), 100.0
    stored: dict[str, float] = {}
    for number, (pause, longest) in enumerate(asked):
        now += pause
        if number == change:
            lost = Paces(stored)
        one = kept.reserve("turns", RATE, now, longest)
        other = lost.reserve("turns", RATE, now, longest)
        if number == change:
            assert one - RATE.slack / 2 - 1e-6 <= other <= one + 1e-6
            return
        stored |= lost.to_store(now)
