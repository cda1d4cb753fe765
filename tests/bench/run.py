"""`make bench`: every measurement in a process of its own, one after another, and the page of their results.

Names of measurements as arguments run only those, and print their results instead. Exit code 1 where one
could not be made; goals that are not met are shown as such and end nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.bench.machine import machine
from tests.bench.report import QUICK, Goal, Section, page

MEASUREMENTS = ("polls", "latency", "memory", "freshness", "engine", "growth", "footprint")
PATIENCE = 1500.0
PAGE = Path(__file__).parents[2] / "deploy" / "PERFORMANCE.md"
PLOTS = "performance"
DRAWER = Path(__file__).with_name("plot.py")
DRAWERS_PYTHON = Path(sys.prefix) / "bench" / "plots" / "bin" / "python"


def main() -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--page", type=Path, help="where the results go, if not to deploy/")
    given = parser.parse_args()
    if unknown := set(given.names) - set(MEASUREMENTS):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    sections: dict[str, Section] = {}
    failed = False
    for name in given.names or MEASUREMENTS:
        began = time.monotonic()
        print(f"{name} ...", end=" ", flush=True)
        section = measured(name)
        failed = failed or section is None
        sections[name] = section or _not_measured(name)
        missed = sum(not goal.met for goal in sections[name].goals)
        said = "FAILED" if section is None else f"{missed} goals not met" if missed else "ok"
        print(f"{said}, {time.monotonic() - began:.0f} s", flush=True)
    today, on = datetime.now(UTC).date(), asyncio.run(machine())
    file: Path | None = given.page or (None if given.names else PAGE)
    if file is None:
        print("", page(sections, {}, today, on), sep="\n")
    else:
        pictures = draw(sections, file.parent / PLOTS)
        file.write_text(page(sections, pictures, today, on), encoding="utf-8")
        print(file.name, "is written")
    return int(failed)


def measured(name: str) -> Section | None:
    """One measurement by a process of its own; None, and its last words, where it failed."""
    command = [sys.executable, "-m", f"tests.bench.{name}"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=PATIENCE, check=True)
        return msgspec.json.decode(done.stdout, type=Section)
    except (subprocess.SubprocessError, msgspec.DecodeError) as error:
        print(f"({error})", end=" ", flush=True)
        return None


def _not_measured(name: str) -> Section:
    goal = Goal("the measurement can be made", "yes", "it failed", met=False)
    return Section(name.capitalize(), "Could not be measured this time.", [], [], [goal])


def draw(sections: dict[str, Section], folder: Path) -> dict[str, list[str]]:
    """Draw all plots into `folder`; their paths for the page, by measurement. None without a drawer."""
    pictures: dict[str, list[str]] = {}
    if QUICK or not os.access(DRAWERS_PYTHON, os.X_OK):
        return pictures
    folder.mkdir(exist_ok=True)
    for name, section in sections.items():
        for number, plot in enumerate(section.plots, 1):
            file = folder / (f"{name}.svg" if len(section.plots) == 1 else f"{name}-{number}.svg")
            subprocess.run([DRAWERS_PYTHON, DRAWER, file], input=msgspec.json.encode(plot), check=True)
            pictures.setdefault(name, []).append(f"{folder.name}/{file.name}")
    return pictures


if __name__ == "__main__":
    sys.exit(main())
