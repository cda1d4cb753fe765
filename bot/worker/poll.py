"""A poll: one request where nothing changed, else everything that did, each conversation in one commit.

The list moves under a reader who pages through it, so a walk over several pages ends with a look at
the first page again and is repeated while that has moved.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from msgspec import structs

from bot import metrics
from bot.chat.outgoing import Outgoing
from bot.chat.screens.glances import read_by_employer, refreshed
from bot.chat.screens.news import baseline, more_unread
from bot.failpoints import reach
from bot.hh.errors import HhError, LinkAgain, NotFound, NotReady, Refused, Throttled
from bot.hh.models import Message, Negotiation
from bot.hh.negotiations import ListedPage, NegotiationsGateway
from bot.sync.book import BASELINE_NOTICES, Book, changed, glimpsed, opened, read
from bot.sync.schedule import interval
from bot.worker.access import SessionAccess, lapse, polling, texts_of
from bot.worker.services import Services
from bot.worker.session import Change, Session, Superseded
from bot.worker.telling import tell

log = logging.getLogger(__name__)

PER_PAGE = 20
WALK_PER_PAGE = 100
_WALKS = 3


@dataclass(frozen=True)
class Look:
    """What a walk saw: conversations by id, and whether the list stood still meanwhile."""

    listed: dict[str, Negotiation]
    digest: bytes
    now: datetime
    steady: bool


class Poll:
    """Polls the account of one session."""

    def __init__(self, services: Services, session: Session, access: SessionAccess) -> None:
        self._services = services
        self._session = session
        self._access = access

    def due(self) -> bool:
        """True where it is time to look."""
        session = self._session
        return session.linked and session.reachable and session.head.poll <= self._services.clock()

    async def run(self) -> None:
        """Look once and set the time of the next look."""
        session = self._session
        account = session.account
        if account is None:
            return
        asking = polling(self._services, session, self._access)
        metrics.POLL_LAG.observe(max(0.0, self._services.clock() - session.head.poll))
        try:
            await self._look(asking, account.hh_id)
        except LinkAgain as error:
            await lapse(session, account, error)
        except Superseded:
            log.info("the account changed under a poll")
        except HhError as error:
            log.info("a poll failed: %s: %s", type(error).__name__, error)
            metrics.POLLS.labels("put_off" if isinstance(error, Throttled) else "failed").inc()
            pause = self._services.timing.retry
            if isinstance(error, Throttled) and error.retry_after is not None:
                pause = min(error.retry_after, self._services.settings.poll_max_interval)
            await session.commit(Change(head={"poll": self._services.clock() + pause}, hh_id=account.hh_id))

    async def _look(self, asking: NegotiationsGateway, hh_id: str) -> None:
        session, clock = self._session, self._services.clock
        full = clock() - session.head.walked >= self._services.timing.walk
        per_page = WALK_PER_PAGE if full else PER_PAGE
        first = await asking.page(0, per_page, None if full else _digest(session.head.page))
        metrics.POLLS.labels("unchanged" if first is None else "changed").inc()
        if first is None:
            await session.commit(Change(head={"poll": clock() + self._pause()}, hh_id=hh_id))
            return
        reach("page-read")
        book = await session.book()
        look = await self._walk(asking, first, per_page, book, full=full or not book.since)
        if not book.since:
            await self._baseline(look, hh_id)
        complete = await self._read_changed(asking, look, hh_id)
        known = (await session.book()).known
        whole = complete and look.steady and not any(entry.recheck for entry in known.values())
        head: dict[str, float | str] = {"page": look.digest.hex() if whole and not full else ""}
        if full and look.steady:
            head["walked"] = clock()
        await session.commit(Change(head={**head, "poll": clock() + self._pause()}, hh_id=hh_id))

    async def _walk(
        self, asking: NegotiationsGateway, first: ListedPage, per_page: int, book: Book, *, full: bool
    ) -> Look:
        """Page on while pages bring something new (or through all of them, where `full`)."""
        listed: dict[str, Negotiation] = {}
        for _ in range(_WALKS):
            page, number = first, 0
            while True:
                fresh = [n for n in page.negotiations.items if changed(book.known.get(n.id), n)]
                listed |= {n.id: n for n in page.negotiations.items}
                number += 1
                if number >= page.negotiations.pages or not (fresh or full):
                    break
                following = await asking.page(number, per_page)
                if following is None:
                    break
                page = following
            now = page.server_time or datetime.fromtimestamp(self._services.clock(), UTC)
            if number == 1:
                return Look(listed, first.digest, now, steady=True)
            moved = await asking.page(0, per_page, first.digest)
            if moved is None:
                steady = page.negotiations.found == first.negotiations.found
                return Look(listed, first.digest, now, steady=steady)
            first = moved
        return Look(listed, first.digest, now, steady=False)

    async def _baseline(self, look: Look, hh_id: str) -> None:
        """What is there when the account is linked is old, but for what is unread."""
        ordered = sorted(look.listed.values(), key=lambda n: n.updated_at, reverse=True)
        unread = [n for n in ordered if n.has_updates]
        pushed = {n.id for n in unread[:BASELINE_NOTICES]}
        known = {n.id: opened(n, look.now, notify=n.id in pushed) for n in ordered}
        texts = texts_of(self._session)
        said: list[Outgoing] = [baseline(texts, len(pushed), len(ordered)).say(silent=True)]
        said += [screen.say(silent=True) for screen in more_unread(texts, unread[BASELINE_NOTICES:])]
        book = Book(since=int(look.now.timestamp()), known=known)
        await self._session.commit(Change(book=book, said=said, sites=_sites(ordered), hh_id=hh_id))

    async def _read_changed(self, asking: NegotiationsGateway, look: Look, hh_id: str) -> bool:
        """Read what changed, oldest change first; each conversation is one commit with its news.

        False where something could not be read and is to be looked at again.
        """
        complete = True
        for negotiation in [*await self._missing(asking, look, hh_id), *_by_age(look.listed.values())]:
            book = await self._session.book()
            known = book.known.get(negotiation.id)
            if not changed(known, negotiation):
                await self._show_views(negotiation, None, hh_id)
                continue
            messages: list[Message] | None = None
            if negotiation.has_updates and self._unopened:
                entry, events = glimpsed(known, negotiation, book.since)
            else:
                try:
                    messages = await self._messages(asking, negotiation)
                except NotReady:
                    complete = False
                    continue
                reach("messages-read")
                entry, events = read(known, negotiation, messages, look.now, book.since)
            for event in events:
                metrics.EVENTS.labels(event.kind).inc()
            clock = self._services.clock()
            change = await tell(self._services, self._session, events, clock, look.now)
            said = [*change.said, *await self._refreshed(negotiation, look.now)]
            head = {"news": clock} if events else {}
            written = book.put(negotiation.id, entry)
            sites = _sites([negotiation])
            await self._session.commit(
                replace(change, said=said, book=written, head=head, sites=sites, hh_id=hh_id)
            )
            await self._show_views(negotiation, messages, hh_id)
        return complete

    async def _refreshed(self, negotiation: Negotiation, now: datetime) -> list[Outgoing]:
        """What changes at messages that stand in the chat already."""
        session = self._session
        spot, topics = (await session.shown()).of(negotiation.id), self._services.topic_mode.on
        muted = session.mutes(negotiation.id)
        return refreshed(texts_of(session), negotiation, spot, topics=topics, now=now, muted=muted)

    async def _show_views(self, negotiation: Negotiation, messages: list[Message] | None, hh_id: str) -> None:
        """Mark what the employer has read since."""
        read_since = (await self._session.shown()).of(negotiation.id).read(negotiation, messages)
        if read_since:
            await self._session.commit(
                Change(
                    said=read_by_employer(read_since),
                    shown=lambda shown: shown.read(negotiation.id, read_since),
                    hh_id=hh_id,
                )
            )

    async def _messages(self, asking: NegotiationsGateway, negotiation: Negotiation) -> list[Message] | None:
        """What was written; None where hh.ru does not show it. Raises `NotReady`."""
        try:
            return (await asking.messages(negotiation.id)).messages
        except Refused as error:
            log.info("hh.ru does not show the messages of a conversation: %s", error.value)
            return None

    @property
    def _unopened(self) -> bool:
        """True where reading an unread message is left to the user: hh.ru would mark it read."""
        account = self._session.account
        return account is not None and account.preferences.unopened

    async def _missing(self, asking: NegotiationsGateway, look: Look, hh_id: str) -> list[Negotiation]:
        """Conversations to be looked at again that the pages seen do not show."""
        book = await self._session.book()
        found: list[Negotiation] = []
        for nid, known in book.known.items():
            if not known.recheck or nid in look.listed:
                continue
            try:
                found.append(await asking.negotiation(nid))
            except NotFound:
                gone = (await self._session.book()).put(nid, structs.replace(known, recheck=False))
                await self._session.commit(Change(book=gone, hh_id=hh_id))
        return found

    def _pause(self) -> float:
        settings, head = self._services.settings, self._session.head
        since_news = self._services.clock() - head.news
        return interval(since_news, settings.poll_min_interval, settings.poll_max_interval)


def _sites(negotiations: Iterable[Negotiation]) -> dict[str, str]:
    return {n.id: n.sister_site for n in negotiations if n.sister_site is not None}


def _by_age(negotiations: Iterable[Negotiation]) -> list[Negotiation]:
    return sorted(negotiations, key=lambda n: n.updated_at)


def _digest(page: str) -> bytes | None:
    return bytes.fromhex(page) if page else None
