"""A generated year of employers' messages: bursty conversations, nights, weekends, most accounts asleep.

All figures here are assumptions, made before the schedules were measured; nobody outside hh.ru has real ones.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR
YEAR = 365 * DAY

ASLEEP_DAYS, AWAKE_DAYS = 180.0, 25.0
"""Somebody searches for some weeks, on average, and then has work for half a year."""

ASLEEP_RATE = 0.02 / DAY
"""Conversations that employers open with somebody who does not search."""

FOLLOWED = 0.65
"""How likely a message is followed by another one in the same conversation."""

PAUSE = 7.2, 1.3
"""Between two messages of a conversation: the mean and the deviation of the logarithm of seconds."""

BUSY = 1.5
"""In hours at least so busy a message comes when it is its time; else perhaps within an hour, and so on."""

_HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 10, 22, 28, 26, 20, 22, 26, 26, 24, 20, 12, 7, 5, 4, 3, 2)
"""How many messages an hour of the day gets, in shares: office hours with a lunch break."""

_WEEKEND = 0.15


@dataclass(frozen=True)
class Applicant:
    """One account: when something changes at hh.ru (s), of which conversation, and its spells.

    A spell of searching or not is its start and the rate (1/s) of new conversations from then on.
    """

    news: list[float]
    conversations: list[int]
    spells: list[tuple[float, float]]


def season(moment: float) -> float:
    """How busy a moment is, 1 on average over a week."""
    return _SEASONS[int(moment // HOUR) % 168]


def _seasons() -> list[float]:
    shares = [share * (_WEEKEND if day >= 5 else 1.0) for day in range(7) for share in _HOURS]
    return [share * len(shares) / sum(shares) for share in shares]


_SEASONS = _seasons()


def year(accounts: int, seed: int) -> list[Applicant]:
    """What happens to so many accounts, one in eight of whom searches at a time."""
    dice = random.Random(seed)  # noqa: S311, no secret
    return [_applicant(dice) for _ in range(accounts)]


def _applicant(dice: random.Random) -> Applicant:
    spells: list[tuple[float, float]] = []
    openings: list[float] = []
    # From before the year began, so that it begins like any other.
    moment = -dice.random() * ASLEEP_DAYS * DAY
    while moment < YEAR:
        for days, rate in ((ASLEEP_DAYS, ASLEEP_RATE), (AWAKE_DAYS, dice.lognormvariate(0, 0.8) / DAY)):
            end = moment + dice.expovariate(1 / (days * DAY))
            spells.append((moment, rate))
            openings += _openings(dice, moment, end, rate)
            moment = end
    news = sorted(
        (moment, number)
        for number, opening in enumerate(openings)
        for moment in _conversation(dice, opening)
        if 0 <= moment < YEAR
    )
    return Applicant([moment for moment, _ in news], [number for _, number in news], spells)


def _openings(dice: random.Random, start: float, end: float, rate: float) -> list[float]:
    """Moments of a Poisson process with the seasons of day and week, by thinning."""
    highest = max(_SEASONS)
    moments, moment = [], start
    while (moment := moment + dice.expovariate(rate * highest)) < min(end, YEAR):
        if dice.random() < season(moment) / highest:
            moments.append(moment)
    return moments


def _conversation(dice: random.Random, opening: float) -> list[float]:
    """What one employer writes: minutes to hours apart, mostly while offices are open."""
    moments = [opening]
    while dice.random() < FOLLOWED:
        following = moments[-1] + dice.lognormvariate(*PAUSE)
        while dice.random() > season(following) / BUSY:
            following += HOUR * dice.random()
        moments.append(following)
    return moments
