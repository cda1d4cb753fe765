"""When the next poll comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.sync.schedule import again, interval

ages = st.floats(min_value=-1e6, max_value=1e10, allow_nan=False)


def test_right_after_news_an_account_is_polled_as_often_as_allowed() -> None:
    assert interval(0, 15, 600) == 15


def test_a_sleeping_account_is_polled_at_the_longest_interval() -> None:
    assert interval(365 * 24 * 3600, 15, 600) == 600


@given(ages, ages)
def test_the_longer_nothing_came_the_longer_the_interval(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert 15 <= interval(low, 15, 600) <= interval(high, 15, 600) <= 600


def test_both_limits_may_be_the_same() -> None:
    assert interval(1e6, 1, 1) == 1


def test_an_hour_after_news_an_account_is_still_looked_at_within_a_minute() -> None:
    assert interval(3600, 15, 600) < 60


def test_what_fails_is_tried_again_after_as_long_as_it_has_failed_within_limits() -> None:
    assert [again(failing, 10, 600) for failing in (-5, 0, 10, 100, 10_000)] == [10, 10, 10, 100, 600]
