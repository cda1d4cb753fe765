"""The best possible schedule, by somebody who knows what nobody can: how the generated traffic is made.

The oracle knows who searches and how often employers open conversations with him, the hours of the offices,
and after each message that it has seen how likely another one is at each later moment. For known rates the
mean delay is least where the looks are as dense as the square root of the rate.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from tests.bench.traffic import BUSY, DAY, FOLLOWED, HOUR, PAUSE, YEAR, Applicant, season
from tests.bench.watching import Watched

_STEP = 120.0
_REMEMBERED = 3 * DAY


class Oracle:
    """Watches one account; `scale` is the interval (s) at one expected message a second.

    Everybody is looked at within `longest` seconds.
    """

    def __init__(self, scale: float, longest: float) -> None:
        self._scale = scale
        self._longest = longest

    def watch(self, applicant: Applicant, dice: random.Random, watched: Watched) -> None:
        """A year, in steps of the same rate; looks that find nothing are only counted."""
        news, upcoming = [*applicant.news, math.inf], 0
        starts = [start for start, _ in applicant.spells]
        going_on: dict[int, tuple[float, Sequence[float]]] = {}
        now, last, hour = 0.0, -YEAR, 0.0
        to_go = dice.random()
        while now < YEAR:
            if now >= hour:
                hour = (now // HOUR + 1) * HOUR
                opened = applicant.spells[bisect_right(starts, now) - 1][1] * season(now)
                going_on = {which: each for which, each in going_on.items() if hour - each[0] < _REMEMBERED}
            end = min(hour, now + min(max((now - last) / 6, 60.0), 1800.0)) if going_on else hour
            rate = opened + sum([table[int((now - at) / _STEP)] for at, table in going_on.values()])
            density = max(math.sqrt(rate) / self._scale, 1 / self._longest)
            # In looks from now on: what the step holds, and the first one that finds something.
            held = density * (end - now)
            finding = to_go + max(0, math.ceil(density * (min(news[upcoming], end) - now) - to_go))
            if news[upcoming] >= end or finding > held:
                looks = math.floor(held - to_go) + 1 if held >= to_go else 0
                watched.look(now, looks)
                to_go += looks - held
                now = end
                continue
            watched.look(now, round(finding - to_go) + 1)
            now = last = now + finding / density
            to_go = 1.0
            while news[upcoming] <= now:
                at = news[upcoming]
                watched.delays.append(now - at)
                going_on[applicant.conversations[upcoming]] = at, _likelihoods(int(at // HOUR) % 168)
                upcoming += 1


@cache
def _likelihoods(hour: int) -> Sequence[float]:
    """How likely (1/s) a conversation goes on, in each step after a message in an hour of the week.

    Given that nothing came until then, and by carrying out what `traffic` draws.
    """
    at = (hour + 0.5) * HOUR
    steps, window = int(_REMEMBERED / _STEP) + 1, int(HOUR / _STEP)
    put_off = [0.0] * steps
    found: list[float] = []
    waiting = come = 0.0
    for step in range(steps):
        waiting -= put_off[step - window - 1] if step > window else 0.0
        drawn = FOLLOWED * (_elapsed((step + 1) * _STEP) - _elapsed(step * _STEP)) + waiting / window
        accepted = min(1.0, season(at + step * _STEP) / BUSY)
        put_off[step] = drawn * (1 - accepted)
        waiting += put_off[step]
        found.append(drawn * accepted / _STEP / max(1 - come, 1e-9))
        come += drawn * accepted
    return found


def _elapsed(seconds: float) -> float:
    """How likely the pause between two messages is no longer."""
    mean, deviation = PAUSE
    return 0.5 * math.erfc((mean - math.log(seconds)) / deviation / math.sqrt(2)) if seconds else 0.0
