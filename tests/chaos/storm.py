"""A storm: processes are killed at random instants while everybody writes; then everything is counted."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from msgspec import Struct

from bot.store import keys
from tests.chaos import tally
from tests.chaos.processes import Process
from tests.chaos.site import Site
from tests.chaos.tally import Tally
from tests.chaos.traffic import Person

LEASE = 5.0
"""Seconds; 30 in production. A dead worker's mailboxes come back so much sooner, for more kills an hour."""

_NOTED = re.compile(rb'^\+(\d+\.\d+) \[0 lua\] "LPOP" "hh:\{\d+\}:outbox:(\d+)"')
_SETTLED = 300.0


class Plan(Struct, frozen=True, kw_only=True):
    """What is to happen; times in seconds, on average where they are random.

    `freezes` is how many of the blows freeze a process for longer than its claim instead of killing
    it. `redis_pause` is how long Redis stands still halfway, `redis_kill` whether it is killed later.
    """

    seed: int
    kills: int = 200
    freezes: int = 20
    accounts: int = 20
    between_kills: float = 0.6
    between_actions: float = 2.0
    redis_pause: float = 30.0
    redis_kill: bool = True


@dataclass
class Storm:
    """The blows, and what they hit."""

    site: Site
    plan: Plan
    killed: Counter[str] = field(default_factory=Counter)
    frozen: Counter[str] = field(default_factory=Counter)
    noted: list[tuple[int, float]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = Random(self.plan.seed)  # noqa: S311, no secret
        self._alive: list[Process] = []

    async def run(self) -> Tally:
        """Two of each process, traffic, blows, quiet; and the count."""
        bridge = self.site.bridge
        bridge.hh.world.limits.in_a_row = bridge.hh.world.limits.overall = 10**9
        self._alive = [await self.site.start(command) for command in ("web", "web", "worker", "worker")]
        self.people = people = [
            Person(bridge, number, self.plan.seed) for number in range(self.plan.accounts)
        ]
        for person in people:
            await person.link()
        over = asyncio.Event()
        async with self._watched(), asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(person.live(over, self.plan.between_actions))
            await self._blow(group)
            over.set()
        async with self._watched():
            with suppress(TimeoutError):
                async with asyncio.timeout(_SETTLED):
                    async with self.site.redis.client() as client:
                        while tally.outstanding(bridge, people) or await tally.waiting(client):
                            await asyncio.sleep(0.5)
            # Time for what would come twice.
            await asyncio.sleep(LEASE + 3)
        return await self._counted()

    async def _blow(self, group: asyncio.TaskGroup) -> None:
        blows = ["kill"] * self.plan.kills + ["freeze"] * self.plan.freezes
        self._random.shuffle(blows)
        for number, blow in enumerate(blows):
            await asyncio.sleep(self._random.expovariate(1 / self.plan.between_kills))
            while not self._alive:
                await asyncio.sleep(0.05)
            victim = self._alive.pop(self._random.randrange(len(self._alive)))
            group.create_task(self._struck(victim, blow))
            if number == len(blows) // 2 and self.plan.redis_pause:
                async with self.site.redis.frozen():
                    await asyncio.sleep(self.plan.redis_pause)
            if number == len(blows) * 3 // 4 and self.plan.redis_kill:
                await self.site.redis.kill()
                await self.site.redis.start()

    async def _struck(self, victim: Process, blow: str) -> None:
        if blow == "kill":
            self.killed[victim.command] += 1
            self.site.retire(victim)
            victim = await self.site.start(victim.command)
        else:
            self.frozen[victim.command] += 1
            with victim.frozen():
                await asyncio.sleep(LEASE * self._random.uniform(1.1, 2))
        self._alive.append(victim)

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        """Note when each delivery is noted in Redis, by its own MONITOR."""
        while True:
            with suppress(OSError, ValueError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.site.redis.port, limit=2**24)
                try:
                    writer.write(b"MONITOR\r\n")
                    while line := await reader.readline():
                        if found := _NOTED.match(line):
                            self.noted.append((int(found[2]), float(found[1])))
                finally:
                    writer.close()
            await asyncio.sleep(0.1)

    async def _counted(self) -> Tally:
        bridge, people = self.site.bridge, self.people
        accepted: dict[int, list[float]] = defaultdict(list)
        for call in bridge.telegram.calls("sendMessage", "editMessageText", "setMessageReaction"):
            accepted[call.chat_id or 0].append(call.at)
        to_hh, to_telegram = tally.ways(bridge, people)
        async with self.site.redis.client() as client:
            set_aside = 0
            for person in people:
                set_aside += int(await client.llen(keys.of(person.user.id, "failed")))
        return Tally(
            updates=tally.updates(bridge),
            set_aside=set_aside,
            to_hh=to_hh,
            to_telegram=to_telegram,
            window=tally.window(accepted, self.noted),
            stuck=[what for person in people for what in person.ledger.stuck],
        )
