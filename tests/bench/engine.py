"""The mailbox engine alone against three task queues: items that do nothing, by one worker at a time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import msgspec

from tests.bench.report import QUICK, Goal, Section
from tests.bench.server import empty_server

ROUNDS = 10
ITEMS = 50 if QUICK else 1500
REPEATS = 1 if QUICK else 3
PATIENCE = 120.0
HERE = Path(__file__).parent / "engines"

ALONE, TOGETHER = "hh-bridge", "hh-bridge, ten items in each mailbox"
RIVALS = {"pydocket": "docket_jobs.py", "saq": "saq_jobs.py", "arq": "arq_jobs.py"}

METHOD = """
What the queue under the bridge costs, before anything is done with its items: one worker, items that do
nothing, 50 at a time. *At once*: {items} items wait already, each of another user, which is the dearest
case for mailboxes. *Again and again*: {few} items that come back until each was run {rounds} times, as
polls do. Every run has a process and an empty server of its own; the systems take turns, {repeats}
times; medians. The rivals run 50 at a time, too, keep no results, and look for work every 10 ms where
they wait at all. Bytes are those of an item that waits; with a mailbox they include what is remembered
for two days against doubles. Only mailboxes keep each user's items in order.
"""


class Took(msgspec.Struct):
    """What one run took: seconds, of them CPU of the worker and of the server, and bytes per waiting item."""

    seconds: float
    cpu: float
    server: float
    bytes: float


async def run(name: str, items: int, rounds: int) -> Took | None:
    """One run on an empty server; None where a rival is not installed."""
    command: list[str | Path]
    if name in RIVALS:
        python = Path(sys.prefix) / "bench" / name / "bin" / "python"
        if not python.exists():
            return None
        command = [python, HERE / RIVALS[name]]
    else:
        command = [sys.executable, "-m", "tests.bench.engines.mailboxes"]
    arguments = [str(items), str(rounds), *({ALONE: ["1"], TOGETHER: ["10"]}.get(name, []))]
    async with empty_server() as url:
        process = await asyncio.create_subprocess_exec(
            *command, url, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(PATIENCE):
                output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return msgspec.json.decode(output, type=Took)


async def compare(names: Sequence[str], items: int, rounds: int) -> dict[str, Took]:
    """Medians of every system that is installed, taken in turn."""
    runs: dict[str, list[Took]] = {}
    for _ in range(REPEATS):
        for name in names:
            if (took := await run(name, items, rounds)) is not None:
                runs.setdefault(name, []).append(took)
    return {name: _median(took) for name, took in runs.items()}


def _median(runs: Sequence[Took]) -> Took:
    return Took(
        seconds=median(took.seconds for took in runs),
        cpu=median(took.cpu for took in runs),
        server=median(took.server for took in runs),
        bytes=median(took.bytes for took in runs),
    )


async def main() -> Section:
    """Measure both kinds of items."""
    few = max(ITEMS // ROUNDS, 1)
    at_once = await compare([ALONE, TOGETHER, *RIVALS], ITEMS, 1)
    again = await compare([ALONE, *RIVALS], few, ROUNDS)
    rows = [
        *(_row("at once", name, took, ITEMS, f"{took.bytes:,.0f}") for name, took in at_once.items()),
        *(_row("again and again", name, took, few * ROUNDS, "") for name, took in again.items()),
    ]
    missing = [name for name in RIVALS if name not in at_once]
    return Section(
        title="The mailboxes alone",
        method=METHOD.format(items=ITEMS, few=few, rounds=ROUNDS, repeats=REPEATS)
        + "".join(f"\n{name} is not installed and was left out." for name in missing),
        columns=["", "items", "items/s", "CPU ms/item", "server's CPU ms/item", "bytes of Redis/item"],
        rows=rows,
        goals=_goals(at_once, again) if not missing else [_incomplete(missing)],
    )


def _row(kind: str, name: str, took: Took, items: int, held: str) -> list[str]:
    figures = (items / took.seconds, took.cpu / items * 1000, took.server / items * 1000)
    return [name, kind, f"{figures[0]:,.0f}", f"{figures[1]:.2f}", f"{figures[2]:.2f}", held]


def _goals(at_once: dict[str, Took], again: dict[str, Took]) -> list[Goal]:
    return [
        _least(
            "Mailboxes: time per item against the best rival", [at_once, again], lambda took: took.seconds
        ),
        _least("Mailboxes: CPU per item against the best rival", [at_once, again], lambda took: took.cpu),
        _least("Mailboxes: Redis per item against the best rival", [at_once], lambda took: took.bytes),
    ]


def _least(sentence: str, comparisons: Sequence[dict[str, Took]], of: Callable[[Took], float]) -> Goal:
    """Met where the mailboxes need less than each rival, in every comparison."""
    shares = [of(took[ALONE]) / min(of(took[name]) for name in RIVALS) for took in comparisons]
    return Goal(sentence, "below 1.00", " and ".join(f"{share:.2f}" for share in shares), max(shares) < 1)


def _incomplete(missing: Sequence[str]) -> Goal:
    return Goal("Mailboxes against all rivals", "measured", f"without {', '.join(missing)}", met=False)


if __name__ == "__main__":
    asyncio.run(main()).print()
