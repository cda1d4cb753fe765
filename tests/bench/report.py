"""What a measurement reports: a table, goals that are met or not, curves to draw."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

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


_TOP = """# Performance

For operators: what the bridge costs and how quick it is. One command measures everything again on your
machine, with real servers on loopback, and writes this page:

```sh
make bench
```

Figures that are compared are taken side by side in one run. Goals that are not reached stand here as well.

Interpreters differ in speed, even of one version: distributions build theirs with optimisations that others
lack. In a fresh clone `make bench PYTHON=/usr/bin/python3` measures with another one than the first `python3`
in `PATH`.

"""


def page(
    sections: Mapping[str, Section], pictures: Mapping[str, Sequence[str]], day: date, machine: str
) -> str:
    """deploy/PERFORMANCE.md: Markdown of all results. `pictures` are paths of the plots of a section."""
    lines = [f"Measured on {day.day} {day:%B %Y}: {machine}.", ""]
    if QUICK:
        lines += ["**A quick run: it shows that everything works. The figures mean nothing.**", ""]
    lines += ["## Goals", "", *_goals(sections.values())]
    for name, section in sections.items():
        lines += ["", f"## {section.title}", "", section.method.strip(), ""]
        if section.rows:
            lines += [*table(section.columns, section.rows), ""]
        for plot, path in zip(section.plots, pictures.get(name, ()), strict=False):
            lines += [f"![{plot.title}]({path})", ""]
        lines.append(f"`make bench ONLY={name}` measures this alone, and prints it.")
    return _TOP + "\n".join(lines) + "\n"


def _goals(sections: Iterable[Section]) -> Iterator[str]:
    yield _row(["Goal", "wanted", "measured", "met"])
    yield _row(["---", "---:", "---:", "---"])
    for goal in (goal for section in sections for goal in section.goals):
        yield _row([goal.sentence, goal.wanted, goal.measured, "yes" if goal.met else "**no**"])


def table(columns: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Lines of Markdown: the first column to the left, figures to the right."""
    yield _row(columns)
    yield _row(["---", *["---:"] * (len(columns) - 1)])
    for row in rows:
        yield _row(row)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
