"""When to look at an account again."""

from __future__ import annotations

from math import sqrt

_WARM_SECONDS = 300.0
"""Longer is fresher and dearer: with the usual limits, 60 means 173 looks a day and a mean delay of 89 s,
120 means 190 and 69 s, 300 means 225 and 51 s (`tests.bench.freshness`)."""


def interval(since_news: float, shortest: float, longest: float) -> float:
    """Seconds until the next poll of an account whose last news is `since_news` seconds old.

    News comes in bursts: the rate at which it is to be expected falls about as the inverse of the
    time since the last. For a given number of requests the mean delay is least where polls are
    spaced by the inverse square root of the rate, so the interval grows with the root of that time.
    """
    grown = shortest * sqrt(1 + max(since_news, 0.0) / _WARM_SECONDS)
    return min(max(grown, shortest), longest)


def again(failing: float, shortest: float, longest: float) -> float:
    """Seconds until a look is repeated that has been failing for so many: as many, within limits."""
    return min(max(failing, shortest), longest)
