"""How quick one user may be: what he has used up is kept with his mailbox, which one worker holds at a time.

So Redis need not be asked, as it is by the limiters that all share (`bot.store.limiter`). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """So many permits a second, after some at once."""

    per_second: float
    burst: int

    @property
    def slack(self) -> float:
        """Seconds for which a whole burst stands."""
        return self.burst / self.per_second


class Paces:
    """The rates of one user (the generic cell rate algorithm). Moments are Unix seconds.

    What is used up of a burst is worth writing down from its half on: a claim seldom changes hands in time.
    """

    def __init__(self, until: Mapping[str, float]) -> None:
        self._until = dict(until)
        self._stored = {name for name, moment in until.items() if moment}
        self._slack: dict[str, float] = {}

    def reserve(self, name: str, rate: Rate, now: float, longest: float) -> float:
        """Seconds to wait for the permit now reserved; over `longest` nothing is reserved."""
        step, self._slack[name] = 1 / rate.per_second, rate.slack
        until = max(self._until.get(name, 0.0), now)
        wait = max(0.0, until - now - step * (rate.burst - 1))
        if wait <= longest:
            self._until[name] = until + step
        return wait

    def to_store(self, now: float) -> dict[str, float]:
        """What is to be written down at `now`; 0 for what is to be forgotten."""
        return dict(self._changes(now))

    def _changes(self, now: float) -> Iterator[tuple[str, float]]:
        for name, moment in self._until.items():
            if name in self._slack and moment - now > self._slack[name] / 2:
                self._stored.add(name)
                yield name, moment
            elif name in self._stored and moment <= now:
                self._stored.discard(name)
                yield name, 0.0
