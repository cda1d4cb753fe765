"""What came of watching accounts for a year, and the schedules that know no more than a clock and a rate."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from statistics import fmean, quantiles
from typing import Protocol

from tests.bench.traffic import HOUR, YEAR, Applicant

WEEK_HOURS = 168


@dataclass
class Watched:
    """Seconds from each change to the look that found it, and the looks in each hour of the week."""

    delays: list[float] = field(default_factory=list)
    hours: list[float] = field(default_factory=lambda: [0.0] * WEEK_HOURS)

    def look(self, now: float, looks: int = 1) -> None:
        """Count them."""
        self.hours[int(now // HOUR) % WEEK_HOURS] += looks

    @property
    def looks(self) -> float:
        """In the year, at all accounts."""
        return sum(self.hours)

    @property
    def mean(self) -> float:
        """Seconds."""
        return fmean(self.delays)

    def percentile(self, percent: int) -> float:
        """Seconds that so many of a hundred stay under."""
        return quantiles(self.delays, n=100)[percent - 1]

    @property
    def peak(self) -> float:
        """The busiest hour of the week against the mean one."""
        return max(self.hours) / fmean(self.hours)


class Schedule(Protocol):
    """Decides when one account is looked at."""

    def watch(self, applicant: Applicant, dice: random.Random, watched: Watched) -> None:
        """Look for a year."""


class Since:
    """Looks again after `interval` of the seconds since news was found: all that the bridge knows."""

    def __init__(self, interval: Callable[[float], float]) -> None:
        self._interval = interval

    def watch(self, applicant: Applicant, dice: random.Random, watched: Watched) -> None:
        """Look for a year."""
        news, upcoming = [*applicant.news, float("inf")], 0
        found, now = -YEAR, dice.random() * self._interval(YEAR)
        while now < YEAR:
            watched.look(now)
            while news[upcoming] <= now:
                watched.delays.append(now - news[upcoming])
                upcoming, found = upcoming + 1, now
            now += self._interval(now - found)


class Known:
    """Always the same interval for an account: by the inverse square root of its true rate over the year."""

    def __init__(self, scale: float, longest: float = float("inf"), power: float = 0.5) -> None:
        self._scale = scale
        self._longest = longest
        self._power = power

    def watch(self, applicant: Applicant, dice: random.Random, watched: Watched) -> None:
        """Look for a year."""
        rate = max(len(applicant.news), 0.5) / YEAR
        interval = min(self._scale / rate**self._power, self._longest)
        first = dice.random() * interval
        watched.delays += [(first - moment) % interval for moment in applicant.news]
        # Regular as they are, the looks need not be gone through.
        every = YEAR / interval / WEEK_HOURS
        watched.hours = [looks + every for looks in watched.hours]


def watch(applicants: Sequence[Applicant], schedule: Schedule) -> Watched:
    """Look at everybody for a year."""
    watched, dice = Watched(), random.Random(1)  # noqa: S311, no secret
    for applicant in applicants:
        schedule.watch(applicant, dice, watched)
    return watched


def spending(
    looks: float, applicants: Sequence[Applicant], schedule: Callable[[float], Schedule], guess: float
) -> Watched:
    """What `schedule(scale)` finds with the scale, near `guess`, that spends so many looks, within 2 %."""
    sample = applicants[:: max(1, len(applicants) // 25)]
    share = looks * len(sample) / len(applicants)
    low, high = guess / 8, guess * 8
    while high / low > 1.05:
        scale = sqrt(low * high)
        low, high = (scale, high) if watch(sample, schedule(scale)).looks > share else (low, scale)
    scale = sqrt(low * high)
    wider = watch(sample, schedule(scale * 1.2)).looks / watch(sample, schedule(scale)).looks
    watched = watch(applicants, schedule(scale))
    for _ in range(4):
        if abs(watched.looks / looks - 1) < 0.02:
            break
        # How many looks a wider interval saves was learnt from the sample.
        scale *= 1.2 ** (log(looks / watched.looks) / log(wider))
        watched = watch(applicants, schedule(scale))
    return watched
