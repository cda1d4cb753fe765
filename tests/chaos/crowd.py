"""Many people who write and are written to while something happens to the processes between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bot.store.connection import Client
from tests.bridge.steps import at_hh
from tests.chaos import tally
from tests.chaos.site import Premises
from tests.chaos.tally import Way
from tests.chaos.traffic import Person

PATIENCE = 90.0
"""Seconds until what has not arrived counts as lost; a busy machine is slow."""


@dataclass
class Crowd:
    """Linked accounts between the two worlds."""

    premises: Premises
    people: list[Person]

    @classmethod
    async def linked(cls, premises: Premises, size: int, seed: int = 5) -> Crowd:
        """So many accounts, each linked by its user; their ids are spread evenly over the shards."""
        limits = premises.bridge.hh.world.limits
        limits.in_a_row = limits.overall = 10**9
        people = [Person(premises.bridge, number, seed) for number in range(size)]
        turn = asyncio.Semaphore(4)  # a person waits only so long

        async def link(person: Person) -> None:
            async with turn:
                await person.link()

        await asyncio.gather(*map(link, people))
        return cls(premises, people)

    @asynccontextmanager
    async def living(self, pause: float = 0.7) -> AsyncIterator[None]:
        """During the block everybody does one thing after the other, `pause` seconds apart on average."""
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for person in self.people:
                group.create_task(person.live(over, pause))
            try:
                yield
            finally:
                over.set()

    async def written(self, more: int) -> None:
        """Wait until so many more of their doings have arrived at hh.ru."""
        done = len(self.premises.bridge.hh.journal.effects) + more
        await at_hh(
            self.premises.bridge, lambda: len(self.premises.bridge.hh.journal.effects) >= done, PATIENCE
        )

    async def counted(self, client: Client) -> tuple[Way, Way]:
        """What came of it, both ways, once nothing is to be done any more or nobody would wait longer."""
        bridge = self.premises.bridge
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while tally.outstanding(bridge, self.people) or await tally.waiting(client):
                    await asyncio.sleep(0.2)
        return tally.ways(bridge, self.people)

    @property
    def stuck(self) -> list[str]:
        """Who got no answer."""
        return [what for person in self.people for what in person.ledger.stuck]
