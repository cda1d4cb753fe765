"""What a measurement reports: a table, goals that are met or not, curves to draw."""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec

QUICK = os.environ.get("BENCH_QUICK", "") not in ("", "0")
"""True for a run that only shows that everything works: few and small rounds, figures that mean nothing."""


class Goal(msgspec.Struct, frozen=True):
    """One thing that was wanted, and what came of it."""

    sentence: str
    wanted: str
    measured: str
    met: bool


class Curve(msgspec.Struct, frozen=True):
    """A line of a plot."""

    name: str
    x: list[float]
    y: list[float]


class Plot(msgspec.Struct, frozen=True):
    """One picture."""

    title: str
    x_label: str
    y_label: str
    curves: list[Curve]
    log_x: bool = False
    log_y: bool = False


class Section(msgspec.Struct, frozen=True):
    """The result of one measurement.

    `method` says in a few sentences what was measured and what it means to an operator (Markdown);
    `columns` and `rows` are its table.
    """

    title: str
    method: str
    columns: list[str]
    rows: list[list[str]]
    goals: list[Goal] = []
    plots: list[Plot] = []

    def print(self) -> None:
        """To standard output, as the one JSON object that `tests.bench.run` reads."""
        print(msgspec.json.encode(self).decode(), flush=True)


def table(columns: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Lines of Markdown: the first column to the left, figures to the right."""
    yield _row(columns)
    yield _row(["---", *["---:"] * (len(columns) - 1)])
    for row in rows:
        yield _row(row)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
