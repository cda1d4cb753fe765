"""Whatever a user chooses and whenever the bridge restarts, each piece of news is told once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from msgspec import structs

from bot.chat.outgoing import Outgoing, Say
from bot.hh.models import Employer, VacancyShort
from bot.store.connection import Client
from bot.store.limiter import limiter_of
from bot.store.mailbox import Incoming, Mailboxes
from bot.store.records import Account
from bot.sync.book import Book
from bot.sync.events import Event, Kind
from bot.sync.quiet import Manner, Preferences
from bot.worker.change import Change
from bot.worker.due import wake_at
from bot.worker.session import Session
from bot.worker.telling import due, tell
from tests.sync.conversations import message, negotiation

USER, DAY = 4242, 24 * 3600.0
MONDAY = datetime(2026, 11, 23, tzinfo=UTC).timestamp()


class Life:
    """One user's session, and a clock."""

    def __init__(self, redis: Client) -> None:
        self.redis = redis
        self.now = MONDAY
        self.mailboxes = Mailboxes(redis, clock=lambda: self.now)
        self.session: Session

    async def begin(self) -> None:
        await self.mailboxes.push([Incoming(USER, 1, b"{}")])
        await self.claim()
        account = Account(hh_id="1", name="Анна", tokens=b"")
        await self.session.commit(Change(handled=b"{}", account=lambda _: account))

    async def claim(self) -> None:
        """Hold the mailbox anew, as after a restart: what is in memory is forgotten."""
        self.now += 60
        claims = [
            claim
            for shard in range(16)
            for claim in (await self.mailboxes.claim(shard, 1, batch=1000)).claims
        ]
        telegram = limiter_of(self.redis, "telegram", rate=30, burst=10)
        self.session = Session(claims[0], self.mailboxes, self.redis, telegram)

    async def choose(self, preferences: Preferences) -> None:
        def chosen(now: Account | None) -> Account:
            assert now is not None
            return structs.replace(now, preferences=preferences)

        await self.session.commit(Change(account=chosen))

    async def hear(self, event: Event) -> None:
        moment = datetime.fromtimestamp(self.now, UTC)
        await self.session.commit(await tell(self.session, [event], self.now, moment, topics=False))

    async def tell_due(self) -> None:
        await self.session.commit(await due(self.session, self.now, topics=False))

    def said(self) -> Iterator[Say]:
        """What is on the outbox but for lists of what follows."""
        entries: list[Outgoing] = list(self.session.outbox)
        return (entry for entry in entries if isinstance(entry, Say) and not entry.text.startswith("🌅"))


def news(number: int, kind: Kind) -> Event:
    """News of a conversation of its own, named by its number."""
    vacancy = VacancyShort(id="1", name="Аналитик", employer=Employer(name=f"Компания №{number}."))
    talk = negotiation(nid=str(number)).model_copy(update={"vacancy": vacancy})
    written = message(number) if kind in (Kind.MESSAGE, Kind.INVITATION) else None
    return Event(kind, talk, written)


def anything(chance: random.Random) -> Preferences:
    chosen = Preferences(
        quiet=chance.random() < 0.7,
        quiet_from=chance.randrange(1440),
        quiet_to=chance.randrange(1440),
        invitations_ring=chance.random() < 0.5,
        digest_at=chance.randrange(1440),
    )
    for kind in Kind:
        chosen = chosen.choose(kind, chance.choice(list(Manner)))
    return chosen


@pytest.mark.parametrize("seed", range(12))
async def test_no_news_is_lost_or_told_twice_whatever_is_chosen(redis: Client, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311, an order and no secret
    life = Life(redis)
    await life.begin()
    wanted: list[int] = []
    unwanted: list[int] = []
    chosen = Preferences()
    for number in range(60):
        match chance.randrange(8):
            case 0:
                chosen = anything(chance)
                await life.choose(chosen)
            case 1:
                life.now += chance.uniform(0, DAY)
            case 2:
                # The worker is gone and another one takes over; what it has in memory is gone, too.
                life.now += 60
                await life.claim()
            case 3:
                await life.tell_due()
            case _:
                kind = chance.choice(list(Kind))
                (unwanted if chosen.manner(kind) is Manner.NEVER else wanted).append(number)
                await life.hear(news(number, kind))
    await life.choose(structs.replace(chosen, quiet=False))
    life.now += 2 * DAY
    await life.tell_due()
    assert await life.session.later() == []
    assert wake_at(life.session, life.now) in (None, 0)
    texts = [entry.text for entry in life.said()]
    counts = {number: sum(f"Компания №{number}." in text for text in texts) for number in range(60)}
    assert [number for number in wanted if counts[number] != 1] == []
    assert [number for number in unwanted if counts[number]] == []


async def test_only_news_that_is_told_at_once_says_how_quick_the_bridge_is(redis: Client) -> None:
    life = Life(redis)
    await life.begin()
    await life.session.commit(Change(book=Book(since=int(MONDAY))))
    fresh, old = (dated(number, MONDAY + hours * 3600) for number, hours in ((1, 1), (2, -1)))
    for event in (fresh, old):
        await life.hear(event)
    await life.choose(Preferences(quiet=True, quiet_from=0, quiet_to=6 * 60))
    await life.hear(dated(3, MONDAY + 3600))
    life.now = MONDAY + 12 * 3600
    await life.tell_due()
    assert [entry.since for entry in life.said()] == [MONDAY + 3600, 0, 0]


def dated(number: int, moment: float) -> Event:
    event = news(number, Kind.INVITATION)
    assert event.message is not None
    written = event.message.model_copy(update={"created_at": datetime.fromtimestamp(moment, UTC)})
    return replace(event, message=written)
