"""What a bridge takes of a small server: how soon it is ready, its memory, and whether that grows.

python -m tests.bench.footprint
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp

from bot.settings import Settings
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis
from bot.sync.schedule import interval
from tests.bench.bridge import Running, running
from tests.bench.filling import fill
from tests.bench.latency import Answers, News
from tests.bench.outside import Hh, Outside, Request, user_id
from tests.bench.report import QUICK, Curve, Goal, Plot, Section
from tests.bench.traffic import YEAR, season, year
from tests.bench.watching import WEEK_HOURS, Since, watch

STARTS = 1 if QUICK else 5
START_GOAL = 2.5
"""Seconds."""

ACCOUNTS = 100 if QUICK else 1000
CONVERSATIONS = 20
MEMORY_GOAL = 120.0
"""MB, of 10^6 bytes."""

GROWTH_GOAL = 2.0
"""Percent in an hour; less can't be told from the allocator's ups and downs."""

HOURS = 2
"""Of which the first one warms up."""

SHARE = 0.02 if QUICK else 1.0
"""Of the traffic of an hour."""

EVENTS_TIMES = 4
POLL_EVERY = 1.0 if QUICK else 4.0
"""Seconds, of one account: an hour's polls are then made in 50 seconds, and a core is not full."""

FIRST_LOOKS = 2.0 if QUICK else 15.0
"""Seconds for the first look at all accounts, which reads all that later ones find unchanged."""

LATEST = 160.0
_SAMPLES = 20
"""Of memory, in an hour."""

_SIMULATED = 3 if QUICK else 20
_STRIDE = 379
"""A prime: whose turn it is has nothing to do with who is polled next."""

METHOD = """
`hh-bridge run` as it is deployed on a small server; its embedded Redis, {redis:.0f} MB, stands apart. hh.ru
and Telegram are stand-ins in another process. A start is from the process's begin to the first 200 of
`/readyz`, the median of {starts} with compiled modules on disk. Memory is what the bridge's process keeps
resident (RSS), with shared libraries, in an environment that has nothing but what a deployed bridge has; the
highest is the kernel's own figure (VmHWM), and a MB has 10^6 bytes. {accounts:,} accounts with {talks}
conversations each are served: {polls:,} polls an hour, as many as the schedule makes in the busiest hour of
the week of a generated year (see *Freshness*), and {events:,} events, half of them news and half answers of
users: {times} times what that hour has, so that whatever an event leaves behind would show. An hour passed
in {seconds:.0f} seconds. The first one warms up; growth is from its end to that of the last. What is
forgotten by the clock is kept as long as ever, as if for
hours.
"""


class Traffic:
    """Hours of polls and events, as quick as the bridge makes them. `seen` counts its requests."""

    def __init__(self, outside: Outside, bridge: Running) -> None:
        self._bridge = bridge
        self._news, self._answers = News(outside, bridge.url), Answers(outside, bridge.url)
        self._turns = deque(_STRIDE * n % ACCOUNTS for n in range(ACCOUNTS))
        self._polls = 0
        self._begun = 0
        outside.seen = self._seen

    def _seen(self, world: str, request: Request) -> None:
        self._polls += world == "hh" and request.path == "/negotiations"
        self._news.seen(world, request)
        self._answers.seen(world, request)

    async def pass_by(self, polls: int, events: int) -> AsyncIterator[float]:
        """So many polls, with the events spread among them; gives MB, `_SAMPLES` times."""
        before, sampled = self._polls, 0
        async with aiohttp.ClientSession() as session, asyncio.timeout(LATEST):
            begun = 0
            while sampled < _SAMPLES:
                await asyncio.sleep(0.02)
                passed = min(1.0, (self._polls - before) / polls)
                while begun < passed * events:
                    await self._begin(session)
                    begun += 1
                if passed >= (sampled + 1) / _SAMPLES:
                    sampled += 1
                    yield self._bridge.memory
            while len(self._news.shares) + len(self._answers.shares) < self._begun:
                await asyncio.sleep(0.05)

    async def _begin(self, session: aiohttp.ClientSession) -> None:
        kind = self._answers if self._begun % 2 else self._news
        while user_id(self._turns[0]) in self._news.waiting:
            self._turns.rotate(-1)
        await kind.begin(session, self._turns[0])
        self._turns.rotate(-1)
        self._begun += 1


def busiest_hour() -> tuple[int, int]:
    """Polls, and news, that `ACCOUNTS` accounts have in the busiest hour of a week."""
    fields = Settings.model_fields
    longest = float(fields["poll_max_interval"].default)
    applicants = year(_SIMULATED, seed=7)
    watched = watch(applicants, Since(partial(interval, shortest=15.0, longest=longest)))
    each = ACCOUNTS / _SIMULATED
    news = len(watched.delays) / (YEAR / 3600) * max(season(hour * 3600.0) for hour in range(WEEK_HOURS))
    return round(max(watched.hours) / (YEAR / 3600 / WEEK_HOURS) * each), round(news * each)


async def starts(outside: Outside) -> list[Running]:
    """Bridges that were ready; the first start compiles what isn't compiled, and does not count."""
    ready: list[Running] = []
    for _ in range(STARTS + 1):
        with TemporaryDirectory() as home:
            async with running(outside, Path(home)) as bridge:
                ready.append(bridge)
    return ready[1:]


@asynccontextmanager
async def served(outside: Outside) -> AsyncIterator[Running]:
    """A bridge with the accounts, and Redis inside."""
    pace = {"POLL_MIN_INTERVAL": str(POLL_EVERY), "POLL_MAX_INTERVAL": str(POLL_EVERY)}
    with TemporaryDirectory() as home:
        async with EmbeddedRedis(Path(home), fsync=False) as url:
            store, now = connect(url), time.time()
            due = {account: now + FIRST_LOOKS * account / ACCOUNTS for account in range(ACCOUNTS)}
            await fill(store, outside.hh, due, now)
            await store.aclose()
        async with running(outside, Path(home), program="tests.bench.unthrottled", settings=pace) as bridge:
            yield bridge


@dataclass(frozen=True)
class Memory:
    """What a bridge kept resident (MB) while hours of `polls` and `events` passed, in `seconds` each."""

    polls: int
    events: int
    seconds: float
    sampled: list[float]
    peak: float
    redis: float

    @property
    def warm(self) -> float:
        """After the first hour."""
        return self.sampled[_SAMPLES - 1]

    @property
    def growth(self) -> float:
        """Percent, from then to the end."""
        return 100 * (self.sampled[-1] - self.warm) / self.warm


async def memory(outside: Outside, share: float) -> Memory:
    """Serve the accounts, and let hours pass with such a share of their traffic."""
    polls, news = busiest_hour()
    polls, events = round(polls * share), round(EVENTS_TIMES * 2 * news * share)
    async with served(outside) as bridge:
        await asyncio.sleep(FIRST_LOOKS)
        began, traffic = time.monotonic(), Traffic(outside, bridge)
        sampled = [mb for _ in range(HOURS) async for mb in traffic.pass_by(polls, events)]
        seconds = (time.monotonic() - began) / HOURS
        return Memory(polls, events, seconds, sampled, bridge.peak, bridge.redis_memory)


async def measure() -> Section:
    """Start, serve, and let the hours pass."""
    outside = Outside(Hh(CONVERSATIONS))
    async with outside.running():
        started = median(bridge.started for bridge in await starts(outside))
        found = await memory(outside, SHARE)
    rows = [
        ["start until ready", f"{started:.2f} s"],
        [f"memory, {ACCOUNTS:,} accounts served, highest", f"{found.peak:.1f} MB"],
        ["memory when warm", f"{found.warm:.1f} MB"],
        ["memory an hour later", f"{found.sampled[-1]:.1f} MB"],
    ]
    return Section(
        title="Footprint",
        method=METHOD.format(
            redis=found.redis,
            starts=STARTS,
            accounts=ACCOUNTS,
            talks=CONVERSATIONS,
            polls=found.polls,
            events=found.events,
            times=EVENTS_TIMES,
            seconds=found.seconds,
        ),
        columns=["", "measured"],
        rows=rows,
        goals=[
            Goal(
                "start until ready, warm", f"under {START_GOAL} s", f"{started:.2f} s", started < START_GOAL
            ),
            Goal(
                f"memory of `run` with {ACCOUNTS:,} accounts",
                f"under {MEMORY_GOAL:.0f} MB",
                f"{found.peak:.1f} MB",
                found.peak < MEMORY_GOAL,
            ),
            Goal(
                "growth of memory in an hour of traffic",
                f"none (under {GROWTH_GOAL:.0f} %)",
                f"{found.growth:+.2f} %",
                found.growth < GROWTH_GOAL,
            ),
        ],
        plots=[
            Plot(
                title=f"Memory of `run` with {ACCOUNTS:,} accounts",
                x_label="hours of traffic",
                y_label="MB",
                curves=[Curve("RSS", [(n + 1) / _SAMPLES for n in range(len(found.sampled))], found.sampled)],
            )
        ],
    )


if __name__ == "__main__":
    asyncio.run(measure()).print()
