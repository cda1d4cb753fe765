"""`make chaos`: a storm of kills over two-way traffic, and a table of what came of it.

Exit code 1 where anything but doubled notifications differs from zero.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import msgspec

from tests.chaos.processes import Nursery
from tests.chaos.site import TIMING, site_at
from tests.chaos.storm import LEASE, Plan, Storm
from tests.chaos.tally import Tally


def main() -> int:
    """Run the storm that the arguments describe."""
    given = _parser().parse_args()
    plan = Plan(
        seed=given.seed,
        kills=given.kills,
        freezes=given.kills // 10,
        accounts=given.accounts,
        redis_pause=given.redis_pause,
    )
    print(f"seed {plan.seed}: {plan.kills} kills over the traffic of {plan.accounts} accounts", flush=True)
    started = time.monotonic()
    storm, tally, said = asyncio.run(_run(plan))
    table = _table(storm, tally, time.monotonic() - started)
    print(table)
    for line in (*tally.to_hh.missing, *tally.to_telegram.missing, *tally.stuck, *said):
        print(line)
    if given.markdown:
        given.markdown.write_text(table, encoding="utf-8")
    if given.json:
        result = {"plan": plan, "killed": storm.killed, "frozen": storm.frozen, "tally": tally}
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2))
    return 0 if tally.clean else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="repeats a storm's blows")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--accounts", type=int, default=20)
    parser.add_argument(
        "--redis-pause", type=float, default=30.0, help="seconds for which Redis stands still"
    )
    parser.add_argument("--json", type=Path, help="write the result there, too")
    parser.add_argument("--markdown", type=Path, help="write the table there, too")
    return parser


async def _run(plan: Plan) -> tuple[Storm, Tally, list[str]]:
    with Nursery.open() as nursery, tempfile.TemporaryDirectory() as home:
        async with site_at(nursery, Path(home)) as site:
            site.timing = replace(TIMING, lease=LEASE)
            storm = Storm(site, plan)
            tally = await storm.run()
            said = [line for process in site.started for line in _trouble(process.words())]
            return storm, tally, said


def _trouble(words: str) -> list[str]:
    """Faults of the program itself in what a process said."""
    lines = words.splitlines()
    return [line for line in lines if "[error" in line or "[critical" in line or "Traceback" in line]


def _table(storm: Storm, tally: Tally, seconds: float) -> str:
    plan, window = storm.plan, tally.window
    blows = ", ".join(f"{count} of {command}" for command, count in sorted(storm.killed.items()))
    frozen = ", ".join(f"{count} of {command}" for command, count in sorted(storm.frozen.items()))
    rows = [
        f"| Killed with SIGKILL | {sum(storm.killed.values())} ({blows}) |",
        f"| Frozen for longer than a claim, then continued | {sum(storm.frozen.values())} ({frozen}) |",
        f"| Redis paused; killed and started again | {plan.redis_pause:.0f} s; {int(plan.redis_kill)} time |",
        f"| Updates from Telegram | {tally.updates} |",
        f"| Written by users: replies, letters, edits of letters, declines | {tally.to_hh.sent} |",
        f"| … arrived at hh.ru | {tally.to_hh.arrived} |",
        f"| … lost | {tally.to_hh.lost} |",
        f"| … doubled | {tally.to_hh.doubled} |",
        f"| … out of order | {tally.to_hh.out_of_order} |",
        f"| Events at hh.ru: messages, invitations, refusals | {tally.to_telegram.sent} |",
        f"| … notifications in Telegram | {tally.to_telegram.arrived} |",
        f"| … lost | {tally.to_telegram.lost} |",
        f"| … out of order | {tally.to_telegram.out_of_order} |",
        f"| … doubled | {tally.to_telegram.doubled} |",
        f"| Updates set aside, steps stuck | {tally.set_aside}, {len(tally.stuck)} |",
    ]
    if window is not None:
        rows.append(
            f"| Window of a doubled notification, {window.of} deliveries | median {window.median:.1f} ms, "
            f"99 % within {window.p99:.1f} ms, longest {window.longest:.1f} ms |"
        )
    head = f"| Seed {plan.seed}, {plan.accounts} accounts, {seconds / 60:.1f} minutes | |\n|---|---|\n"
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())
