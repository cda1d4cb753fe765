"""Growth: what a poll costs, and an account, with more accounts and more workers.

python -m tests.bench.growth
"""

from __future__ import annotations

import asyncio
import sys
import time

from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.vault import Vault
from tests.bench import accounts
from tests.bench.looks import KEY, Looks
from tests.bench.polls import cost, first_page, rate, run
from tests.bench.report import QUICK, Curve, Goal, Plot, Section
from tests.bench.server import empty_server
from tests.bench.standin import CONVERSATIONS, standin

SIZES = (200, 400) if QUICK else (1_000, 10_000, 100_000)
WORKERS = (1, 2) if QUICK else (1, 2, 4)
SECONDS = 0.5 if QUICK else 3.0
LINKED = 100
"""Accounts that the product's own code has written; the others are copies of these."""

FLAT = 1.25
"""How many times what it was a cost may become and still be called flat."""

_STEP = 2000

COLUMNS = [
    "accounts",
    "workers",
    "polls/s of all",
    "CPU per poll, µs",
    "bare loops: CPU, µs",
    "Redis memory per account",
]
METHOD = f"""\
Accounts with {CONVERSATIONS} conversations each, polled every second as far as that can be done, nothing new
at hh.ru, and so many processes of `hh-bridge worker` on one Redis. Only the cost per poll tells how the
bridge grows: the workers, Redis and the stand-in for hh.ru share the cores of this machine, so polls a second
end where the cores do, and processes that share a core, or the halves of one, take more of its time for the
same work. How much more, bare loops show: as many processes that only make the same requests with the
bridge's client, right after the workers. CPU is that of all together. Memory is the growth of Redis's
`used_memory` since the first {LINKED} accounts, by accounts; its tables of keys grow by doubling, so the
curve is not smooth. Few accounts can cost more than many: each second ends with nothing to do, and what is
claimed and asked together is less.
"""

# Copies the keys of accounts, by their number from 1 on, to later numbers, and makes these due.
# ARGV: first copy, how many, templates, names of keys (comma-separated), moment
_COPY = """
for user = tonumber(ARGV[1]), tonumber(ARGV[1]) + tonumber(ARGV[2]) - 1 do
  local template = (user - 1) % tonumber(ARGV[3]) + 1
  for name in string.gmatch(ARGV[4], '[^,]+') do
    redis.call('COPY', string.format('hh:{%d}:%s:%d', template % 16, name, template),
                       string.format('hh:{%d}:%s:%d', user % 16, name, user))
  end
  redis.call('ZADD', string.format('hh:{%d}:due', user % 16), ARGV[5], user)
end
"""


async def grow(store: Client, there: int, wanted: int) -> None:
    """Add accounts to those that are there."""
    names = {key.decode().split(":")[2] async for key in store.scan_iter(match="hh:*:1")}
    assert keys.of(1, "book") in {f"hh:{{1}}:{name}:1" for name in names}
    copy = store.register_script(_COPY)
    for first in range(there + 1, wanted + 1, _STEP):
        some = min(_STEP, wanted + 1 - first)
        await copy(args=[first, some, LINKED, ",".join(sorted(names)), time.time()])


async def used(store: Client) -> int:
    """Bytes that the server has allocated."""
    facts = dict[str, object](await store.info("memory"))
    return int(str(facts["used_memory"]))


async def looked(side: str, hh: str, redis: str, size: int, processes: int) -> list[Looks]:
    """What so many processes make of the accounts."""
    words = ("-m", "tests.bench.looks", side, hh, redis, size, SECONDS)
    return await asyncio.gather(*(run(sys.executable, *words) for _ in range(processes)))


def sums(looks: list[Looks]) -> tuple[float, float]:
    """Polls a second and CPU per poll (µs) of all processes together."""
    together = Looks(sum(each.looks for each in looks), SECONDS, sum(each.cpu for each in looks))
    return sum(map(rate, looks)), cost(together)


async def measure() -> Section:
    """All sizes, the smallest first, with all numbers of workers."""
    costs: dict[tuple[int, int], float] = {}
    bare: dict[tuple[int, int], float] = {}
    weights: dict[int, float] = {}
    rows: list[list[str]] = []
    async with empty_server() as redis, standin() as hh:
        store = connect(redis)
        looked_at = accounts.baseline(await first_page(hh))
        await accounts.link(store, Vault([KEY]), range(1, LINKED + 1), looked_at)
        before = await used(store)
        there = LINKED
        for size in SIZES:
            await grow(store, there, size)
            there, weights[size] = size, (await used(store) - before) / (size - LINKED)
            for workers in WORKERS:
                quick, costs[size, workers] = sums(await looked("bridge", hh, redis, size, workers))
                _, bare[size, workers] = sums(await looked("client", hh, redis, size, workers))
                rows.append(
                    [
                        f"{size:,}",
                        str(workers),
                        f"{quick:,.0f}",
                        f"{costs[size, workers]:,.0f}",
                        f"{bare[size, workers]:,.0f}",
                        f"{weights[size]:,.0f} bytes",
                    ]
                )
        await store.aclose()
    sizes, most = [float(size) for size in SIZES], WORKERS[-1]
    by_size = max(costs[size, 1] for size in SIZES[1:]) / costs[SIZES[0], 1]
    by_workers = apart([costs[SIZES[-1], workers] / bare[SIZES[-1], workers] for workers in WORKERS])
    by_weight = apart(list(weights.values()))
    few, many = f"{SIZES[0]:,}", f"{SIZES[-1]:,}"
    return Section(
        title="Growth",
        method=METHOD,
        columns=COLUMNS,
        rows=rows,
        goals=[
            _goal(f"CPU per poll, up to {many} accounts: the dearest to that with {few}", by_size),
            _goal(
                f"CPU per poll to that of as many bare loops, 1 to {most} workers: the highest to the lowest",
                by_workers,
            ),
            _goal(f"Redis memory per account, {few} to {many}: the most to the least", by_weight),
        ],
        plots=[
            Plot(
                title="What a poll costs",
                x_label="accounts",
                y_label="CPU of all workers per poll, µs",
                curves=[
                    Curve(
                        f"{workers} worker{'s' if workers > 1 else ''}",
                        sizes,
                        [costs[size, workers] for size in SIZES],
                    )
                    for workers in WORKERS
                ],
                log_x=True,
            ),
            Plot(
                title="What an account takes in Redis",
                x_label="accounts",
                y_label="bytes per account",
                curves=[Curve("used_memory", sizes, [weights[size] for size in SIZES])],
                log_x=True,
            ),
        ],
    )


def apart(values: list[float]) -> float:
    """The highest of the values to the lowest."""
    return max(values) / max(min(values), 1e-9)


def _goal(sentence: str, ratio: float) -> Goal:
    return Goal(sentence, f"flat: at most {FLAT}", f"{ratio:.2f}", ratio <= FLAT)


if __name__ == "__main__":
    asyncio.run(measure()).print()
