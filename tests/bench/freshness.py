"""Freshness: how long news waits for the next look, for the same number of looks, by several schedules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from bot.settings import Settings
from bot.sync.schedule import interval
from tests.bench.oracle import Oracle
from tests.bench.report import QUICK, Curve, Goal, Plot, Section
from tests.bench.traffic import DAY, YEAR, Applicant, year
from tests.bench.watching import Known, Since, Watched, spending, watch

ACCOUNTS = 2 if QUICK else 100
SEED = 5
CROWDED = 3600.0
"""The longest interval (s) of an operator who has more accounts than the usual one can serve."""

OURS, EQUAL, KNOWN, ORACLE, UNBOUND = (
    "**hh-bridge**",
    "everybody equally often",
    "by each account's true rate of the year (inverse square root)",
    "the oracle, everybody within the same longest interval",
    "the oracle, who may let accounts sleep",
)

METHOD = """
How long news waits at hh.ru until the bridge looks, which is nearly all of the time until it is in the
chat. A generated year of {accounts} accounts with {news:,} changes: bursts of messages in
conversations, offices that close at night and over the weekend, one account in eight awake at a time;
the year is invented, for nobody outside hh.ru has a real one. All schedules spend the same number of
looks. The oracle stands for what is possible at all: it knows who is searching and how eagerly, the
hours of the offices, and how likely each conversation goes on at every moment, none of which a bridge
can know. With the usual settings an account costs {daily:.0f} requests a day, so that the usual ceiling
of {ceiling:g} requests a second carries about {carried:,.0f} accounts in the busiest hour; where there
are more, polls come later than planned, and a longer `POLL_MAX_INTERVAL` keeps who is in a conversation
fresh. Replies by the user, which make his account be looked at more often, are left out.
"""


def main() -> Section:
    """Compare the schedules with the usual settings, and on a crowded server."""
    applicants = year(ACCOUNTS, SEED)
    fields = Settings.model_fields
    longest, ceiling = float(fields["poll_max_interval"].default), fields["hh_requests_per_second"].default
    usual, crowded = _compared(applicants, longest), _compared(applicants, CROWDED)
    daily = usual[OURS].looks / ACCOUNTS / (YEAR / DAY)
    rows = [
        _row(f"{limit:.0f} s", name, watched)
        for limit, found in ((longest, usual), (CROWDED, crowded))
        for name, watched in found.items()
    ]
    return Section(
        title="Freshness",
        method=METHOD.format(
            accounts=ACCOUNTS,
            news=len(usual[OURS].delays),
            daily=daily,
            ceiling=ceiling,
            carried=ceiling * DAY / daily / usual[OURS].peak,
        ),
        columns=[
            "schedule",
            "longest interval",
            "looks a day",
            "mean",
            "p50",
            "p90",
            "p99",
            "peak / mean looks",
        ],
        rows=rows,
        goals=[
            *_goals("everybody equally often", usual, EQUAL, 0.5),
            *_goals("the best for known rates", usual, KNOWN, 1.3),
            *_goals("the oracle with the same longest interval (stricter than wanted)", usual, ORACLE, 1.3),
        ],
        plots=[
            Plot(
                title=f"News found within so many seconds, everybody within {longest:.0f} s",
                x_label="seconds",
                y_label="share of the news, %",
                curves=[_curve(name.strip("*"), watched) for name, watched in usual.items()],
            )
        ],
    )


def _compared(applicants: Sequence[Applicant], longest: float) -> dict[str, Watched]:
    shortest = 15.0
    ours = watch(applicants, Since(partial(interval, shortest=shortest, longest=longest)))
    every = YEAR * len(applicants) / ours.looks

    def known(scale: float) -> Known:
        return Known(scale)

    def same(longest: float) -> Callable[[float], Oracle]:
        return lambda scale: Oracle(scale, longest)

    found = {
        EQUAL: watch(applicants, Known(every, power=0)),
        KNOWN: spending(ours.looks, applicants, known, guess=2.0),
        OURS: ours,
        ORACLE: spending(ours.looks, applicants, same(longest), guess=1.0),
    }
    if longest < CROWDED:
        found[UNBOUND] = spending(ours.looks, applicants, same(YEAR), guess=0.6)
    return found


def _row(limit: str, name: str, watched: Watched) -> list[str]:
    seconds = (watched.mean, *(watched.percentile(percent) for percent in (50, 90, 99)))
    daily = watched.looks / ACCOUNTS / (YEAR / DAY)
    return [name, limit, f"{daily:.0f}", *(f"{each:.0f} s" for each in seconds), f"{watched.peak:.2f}"]


def _goals(rival_name: str, found: dict[str, Watched], rival: str, most: float) -> list[Goal]:
    """Also against a rival who spends all the day what the bridge spends in its busiest hour."""
    ours, theirs = found[OURS], found[rival]
    dearer = max(ours.peak / theirs.peak, 1.0)
    shares = {"Mean": ours.mean / theirs.mean, "p90": ours.percentile(90) / theirs.percentile(90)}
    return [
        Goal(
            f"{what} delay until news is seen, against {rival_name}",
            f"at most {most}",
            f"{share:.2f}; {share * dearer:.2f} for the same busiest hour",
            met=share * dearer <= most,
        )
        for what, share in shares.items()
    ]


def _curve(name: str, watched: Watched) -> Curve:
    percents = list(range(1, 100))
    return Curve(name, [watched.percentile(percent) for percent in percents], [float(p) for p in percents])


if __name__ == "__main__":
    main().print()
