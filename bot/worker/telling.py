"""Telling news: at once, when the quiet hours are over, or in the digest, as the user chose.

News that waits is committed with the book's change, and leaves in the commit that puts it on the
outbox: it is neither lost nor told twice, whatever is killed or chosen in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import structs

from bot import trail
from bot.chat.outgoing import Outgoing, Say, on_trail, placed
from bot.chat.screens.glances import opening, topic
from bot.chat.screens.news import news
from bot.chat.screens.quiet import digest, while_quiet
from bot.log import logger
from bot.sync.events import Event
from bot.sync.quiet import Telling, is_quiet, late, telling, zone_of
from bot.worker.access import texts_of
from bot.worker.change import Change, Superseded
from bot.worker.due import digest_due, held_due
from bot.worker.later import Later, later
from bot.worker.services import Services
from bot.worker.session import Session

log = logger(__name__)

_LISTED_FROM = 11
"""So many pieces of news of one quiet time begin with a list of them."""


class _Words:
    """Puts news into words, each in the place of its conversation; `now` is the moment of telling."""

    def __init__(self, session: Session, now: datetime, *, topics: bool) -> None:
        self._session = session
        self._topics = topics
        self._texts = texts_of(session)
        self._now = now
        self._opened: set[str] = set()

    def of(self, event: Event, *, silent: bool) -> list[Outgoing]:
        """The messages, after the card that stands first in a new topic."""
        t, talk, now = self._texts, event.negotiation, self._now
        spot = self._session.shown.of(talk.id)
        first: list[Outgoing] = []
        if self._topics and not spot.thread and talk.id not in self._opened:
            first = [opening(t, talk, now=now, muted=self._session.mutes(talk.id))]
            self._opened.add(talk.id)
        return [*first, *(placed(part, topic(t, talk)) for part in news(t, event, now=now, silent=silent))]

    def waited(self, entry: Later, *, silent: bool) -> list[Outgoing]:
        """The messages for news that has waited; they stay on the trail of the poll that found it."""
        parts = self.of(entry.event, silent=silent)
        return [on_trail(_untimed(part), entry.trace_id) for part in parts]


async def tell(
    session: Session, events: Sequence[Event], clock: float, now: datetime, *, topics: bool
) -> Change:
    """What comes of news in one conversation. `clock` is our time, `now` hh.ru's.

    `topics` where each conversation has a topic of its own.
    """
    account = session.account
    if account is None or not events:
        return Change()
    chosen, words = account.preferences, _Words(session, now, topics=topics)
    since = session.book.since
    quiet = is_quiet(chosen, datetime.fromtimestamp(clock, zone_of(account.zone)))
    said: list[Outgoing] = []
    waiting: list[Later] = []
    told: list[Later] = []
    for event in events:
        how = telling(event.kind, event.negotiation.id, chosen, quiet=quiet, held=bool(session.head.held))
        match how:
            case Telling.LOUD | Telling.SILENT:
                # What one employer writes comes in the order in which it was written.
                earlier = [entry for entry in waiting if not entry.digest]
                if session.head.held and not told:
                    told = await _held_of(session, event.negotiation.id)
                    earlier = [*told, *earlier]
                for entry in earlier:
                    said += words.waited(entry, silent=True)
                waiting = [entry for entry in waiting if entry.digest]
                # What was unread already at the baseline is brought, but it is no news that rings.
                # Both moments are hh.ru's: our clock may be far from it.
                old = event.when.timestamp() < since
                told_now = words.of(event, silent=old or how is Telling.SILENT)
                said += map(_untimed, told_now) if old else told_now
            case Telling.HELD | Telling.DIGEST:
                digested = how is Telling.DIGEST
                waiting.append(later(event, clock, digest=digested, trace_id=trail.current()))
            case Telling.NOT:  # pragma: no branch - the last of all
                log.debug("the user does not want to be told", kind=event.kind)
    return Change(said=said, later=waiting, told=told)


def release(session: Session, entries: Sequence[Later], clock: float, *, topics: bool) -> list[Outgoing]:
    """The words for what quiet hours held back, in order: at most one sound, and a list first of many."""
    account = session.linked_account
    words = _Words(session, datetime.fromtimestamp(clock, UTC), topics=topics)
    events = [entry.event for entry in entries]
    hows = [late(event.kind, event.negotiation.id, account.preferences) for event in events]
    rings = Telling.LOUD in hows
    said: list[Outgoing] = []
    if len(events) >= _LISTED_FROM:
        said.append(while_quiet(texts_of(session), events).say(silent=not rings))
        rings = False
    for entry, how in zip(entries, hows, strict=True):
        loud = rings and how is Telling.LOUD
        said += words.waited(entry, silent=not loud)
        rings = rings and not loud
    return said


async def due(session: Session, clock: float, *, topics: bool) -> Change:
    """What has waited and may be told now: after the quiet hours, or in the digest."""
    account = session.account
    held, digested = (_past(moment, clock) for moment in _dues(session, clock))
    told = [entry for entry in await session.later() if (digested if entry.digest else held)]
    said = release(session, [entry for entry in told if not entry.digest], clock, topics=topics)
    listed = [entry.event for entry in told if entry.digest]
    said += [screen.say(silent=True) for screen in digest(texts_of(session), listed)]
    return Change(said=said, told=told, hh_id=account.hh_id if account else None)


class LaterLane:
    """Tells what has waited, once it is time."""

    def __init__(self, services: Services, session: Session) -> None:
        self._services = services
        self._session = session

    def ready(self) -> bool:
        """True where the quiet hours are over, or the digest is due."""
        now = self._services.clock()
        return any(_past(moment, now) for moment in _dues(self._session, now))

    async def run(self) -> None:
        """Put it on the outbox."""
        session, services = self._session, self._services
        with trail.follow(trail.new(), "tell what waited", first=True):
            try:
                change = await due(session, services.clock(), topics=services.topic_mode.on)
                await session.commit(change)
            except Superseded:
                log.info("the news that waited was told, or the account changed, meanwhile")
                return
            for entry in change.told:
                log.debug("news is told that waited", trace_id=entry.trace_id, told_by=trail.current())


def _untimed(entry: Outgoing) -> Outgoing:
    """The entry without its moment: what comes late on purpose says nothing about how quick the bridge is."""
    return structs.replace(entry, since=0) if isinstance(entry, Say) else entry


def _dues(session: Session, now: float) -> tuple[float | None, float | None]:
    """When what is held back, and when the digest, may be told."""
    return held_due(session, now), digest_due(session, now)


def _past(moment: float | None, now: float) -> bool:
    return moment is not None and moment <= now


async def _held_of(session: Session, nid: str) -> list[Later]:
    """What is held back of one conversation."""
    return [
        entry for entry in await session.later() if not entry.digest and entry.event.negotiation.id == nid
    ]
