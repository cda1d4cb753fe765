"""A poll: one request where nothing changed, else everything that did, each conversation in one commit.

What can't be read of one conversation holds up no other: it comes last, ever more seldom, and nothing
of it is taken as seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot import metrics, trail
from bot.chat.outgoing import Outgoing
from bot.chat.screens.glances import read_by_employer, refreshed
from bot.chat.screens.news import baseline, more_unread
from bot.chat.screens.trouble import no_news, trouble
from bot.failpoints import reach
from bot.hh.ceiling import Ceiling
from bot.hh.errors import CaptchaRequired, Crowded, HhError, LinkAgain, NotFound, Refused, Throttled
from bot.hh.gateway import History
from bot.hh.models import Message, Negotiation
from bot.hh.negotiations import NegotiationsGateway
from bot.log import logger
from bot.store.records import Account
from bot.sync.applications import DAY_SECONDS, made
from bot.sync.book import (
    BASELINE_NOTICES,
    Book,
    Known,
    Moment,
    due,
    glimpsed,
    moved,
    opened,
    read,
    seen_on_the_site,
)
from bot.sync.events import Event, Kind
from bot.sync.schedule import again, interval
from bot.sync.unreadable import forgotten, put_off, unread
from bot.worker.access import POLL_WAITS, SessionAccess, lapse, polling, texts_of, under_ceiling
from bot.worker.change import Change, Superseded
from bot.worker.services import Services
from bot.worker.session import Session
from bot.worker.telling import tell
from bot.worker.walk import MOST_PER_PAGE, PER_PAGE, Look, Walk

log = logger(__name__)

_LONGEST_LINE = 24 * 3600.0
_ANEW: Mapping[str, float | str] = {"page": ""}
"""With every change of the book: the next look reads its page, unless this one is written down to its end."""

_TOLD_AGAIN = 6 * 3600.0
"""Seconds until the user is told again that hh.ru lists nothing."""


class Poll:
    """Polls the account of one session."""

    def __init__(self, services: Services, session: Session, access: SessionAccess) -> None:
        self._services = services
        self._session = session
        self._access = access

    def due(self) -> bool:
        """True where it is time to look."""
        session = self._session
        return session.watched and session.head.poll <= self._services.clock()

    async def run(self) -> None:
        """Look once and set the time of the next look."""
        with trail.follow(trail.new(), "poll", first=True):
            await self._poll(self._session.linked_account)

    async def _poll(self, account: Account) -> None:
        session = self._session
        ceiling = under_ceiling(self._services)
        try:
            if await self._turn(account.hh_id, ceiling):
                asking = polling(self._services, session, self._access, ceiling)
                await self._look(asking, account.hh_id)
        except LinkAgain as error:
            await lapse(session, account, error)
        except Superseded:
            log.info("the account changed under a poll")
        except HhError as error:
            put_off = isinstance(error, Throttled)
            metrics.POLLS.labels("put_off" if put_off else "failed").inc()
            tell = log.debug if put_off else log.info
            tell("a poll failed", error=type(error).__name__, reason=str(error))
            await self._put_off(error, account.hh_id)

    async def _turn(self, hh_id: str, ceiling: Ceiling) -> bool:
        """True where it is this account's turn; else it takes a place in the line, and is looked at then.

        Its first request mostly has its turn under the `ceiling` then, too; raises `Crowded`.

        Where more looks are due than the ceiling allows, everybody waits the same time longer, whoever came
        first goes first, and nobody asks again and again.
        """
        session = self._session
        if session.take_turn():
            return True
        late = max(0.0, self._services.clock() - session.head.poll)
        wait, above = await self._services.poll_line.reserve(_LONGEST_LINE, POLL_WAITS)
        metrics.POLL_LAG.observe(late + wait)
        if above is not None:
            if above > POLL_WAITS:
                raise Crowded(above)
            ceiling.taken = True
            return await session.rest(max(wait, above))
        metrics.POLLS.labels("put_off").inc()
        session.look_next(self._services.clock() + wait, hh_id, turn=True)
        return False

    async def _put_off(self, error: HhError, hh_id: str) -> None:
        """Look again after a pause: the one that hh.ru or the ceiling asks for, else ever longer."""
        session, now = self._session, self._services.clock()
        shortest, longest = self._services.timing.retry, self._services.settings.poll_max_interval
        with suppress(Superseded):
            if isinstance(error, Throttled):
                pause = shortest if error.retry_after is None else min(error.retry_after, longest)
                session.look_next(now + pause, hh_id)
                return
            if isinstance(error, Refused):
                await self._tell(error, now, hh_id)
            since = session.head.failing or int(now)
            session.look_next(now + again(now - since, shortest, longest), hh_id, seen={"failing": since})

    async def _tell(self, error: Refused, now: float, hh_id: str) -> None:
        """Say that no news comes: at once where a person must do something, else once it is no accident."""
        session, texts = self._session, texts_of(self._session)
        captcha = isinstance(error, CaptchaRequired)
        if now - session.head.refused >= _TOLD_AGAIN and (captcha or session.head.failing):
            screen = trouble(texts, error) if captcha else no_news(texts, error)
            await session.commit(
                Change(head={"refused": now}, said=[screen.say(silent=session.quiet)], hh_id=hh_id)
            )

    async def _look(self, asking: NegotiationsGateway, hh_id: str) -> None:
        session, clock = self._session, self._services.clock
        full = clock() - session.head.walked >= self._services.timing.walk
        head = await self._changes(asking, hh_id, full=full)
        metrics.POLLS.labels("unchanged" if head is None else "changed").inc()
        seen = {**(head or {}), **({"failing": 0} if session.head.failing else {})}
        session.look_next(clock() + self._pause(), hh_id, seen=seen)
        if head is None:
            log.debug("a poll found nothing new")

    async def _changes(
        self, asking: NegotiationsGateway, hh_id: str, *, full: bool
    ) -> dict[str, float | str] | None:
        """Write down what has changed; gives what is to be noted of the look, None where nothing has."""
        session, clock = self._session, self._services.clock
        known_page = None if full else _digest(session.head.page)
        walk = Walk(asking, clock, per_page=MOST_PER_PAGE if full else PER_PAGE)
        first = await asking.page(0, walk.per_page, known_page)
        if first is None:
            return None
        reach("page-read")
        book = session.book
        look = await walk.take(first, book.known, everything=full or not book.since)
        hidden = await walk.hidden() if full else {}
        if not book.since:
            await self._baseline(look, hidden, hh_id)
        await self._read_changed(asking, replace(look, listed=hidden | look.listed), hh_id)
        known = session.book.known
        waiting = any(entry.recheck or entry.failing for entry in known.values())
        done = look.steady and look.whole and not waiting and not full
        head: dict[str, float | str] = {"page": look.digest.hex() if done else ""}
        if full and look.steady:
            head["walked"] = int(clock())
        log.debug("a poll found changes", conversations=len(look.listed), whole=full)
        return head

    async def _baseline(self, look: Look, hidden: Mapping[str, Negotiation], hh_id: str) -> None:
        """What is there when the account is linked is old, but for what is unread."""
        ordered = sorted(look.listed.values(), key=lambda n: n.updated_at, reverse=True)
        unseen = [n for n in ordered if n.has_updates]
        pushed = {n.id for n in unseen[:BASELINE_NOTICES]}
        now = look.now.there
        known = {n.id: opened(n, now, notify=n.id in pushed) for n in (*hidden.values(), *ordered)}
        texts = texts_of(self._session)
        said: list[Outgoing] = [baseline(texts, len(unseen), len(ordered)).say(silent=True)]
        said += [screen.say(silent=True) for screen in more_unread(texts, unseen[BASELINE_NOTICES:])]
        book = Book(since=int(now.timestamp()), known=known)
        await self._session.commit(
            Change(
                book=book,
                said=said,
                sites=_sites(ordered),
                unseen=frozenset(n.id for n in unseen),
                applied=_recent(ordered, now),
                head=_ANEW,
                hh_id=hh_id,
            )
        )

    async def _read_changed(self, asking: NegotiationsGateway, look: Look, hh_id: str) -> None:
        """Read what changed, what is unread first; each conversation is one commit with its news."""
        listed = [*await self._missing(asking, look, hh_id), *look.listed.values()]
        for negotiation in _in_turn(listed, self._session.book.known):
            book = self._session.book
            known = book.known.get(negotiation.id)
            here = self._services.clock()
            if not moved(known, negotiation) and not (known and due(known, here)):
                gone = seen_on_the_site(known, negotiation) if known else None
                if gone is not None:
                    await self._put(negotiation.id, gone, hh_id)
                if (views := self._views(negotiation)) is not None:
                    await self._session.commit(replace(views, hh_id=hh_id))
                continue
            await self._read(asking, negotiation, Moment(look.now.there, here), hh_id)

    async def _read(
        self, asking: NegotiationsGateway, negotiation: Negotiation, now: Moment, hh_id: str
    ) -> None:
        """Read one conversation and write down what is new, or that it can't be read."""
        book = self._session.book
        known, since = book.known.get(negotiation.id), book.since
        if negotiation.has_updates and self._unopened:
            entry, events = glimpsed(known, negotiation, since)
            await self._note(negotiation, entry, events, now, hh_id)
            return
        history: History | None = None
        failure: HhError | None = None
        try:
            history = await asking.messages(negotiation.id)
        except (LinkAgain, Crowded):
            raise
        except HhError as error:
            log.info("a conversation can't be read", error=type(error).__name__, reason=str(error))
            failure = error
            at_once = isinstance(error, Refused) or self._long_failing(known)
            entry, events = unread(known, negotiation, now, since, tell=at_once)
        else:
            reach("messages-read")
            entry, events = read(known, negotiation, history.messages, now, since)
            if history.unreadable:
                partly, late = (entry, events), self._long_failing(known)
                entry, events = unread(known, negotiation, now, since, tell=late, partly=partly)
        await self._note(negotiation, entry, events, now, hh_id, history)
        if isinstance(failure, Throttled):
            raise failure

    async def _note(
        self,
        negotiation: Negotiation,
        entry: Known,
        events: Sequence[Event],
        now: Moment,
        hh_id: str,
        history: History | None = None,
    ) -> None:
        """Write down a conversation as it is now, with its news."""
        for event in events:
            metrics.EVENTS.labels(event.kind).inc()
        clock = self._services.clock()
        change = await tell(self._session, events, clock, now.there, topics=self._topics)
        views = self._views(negotiation, history.messages if history else None)
        said = [*change.said, *self._refreshed(negotiation, now.there), *(views.said if views else ())]
        head = {**_ANEW, "news": int(clock)} if events else _ANEW
        before = self._session.book
        await self._session.commit(
            replace(
                change,
                said=said,
                shown=views.shown if views else None,
                book=before.put(negotiation.id, entry),
                head=head,
                sites=_sites([negotiation]),
                unseen=_to_look_into(events),
                applied={} if negotiation.id in before.known else _recent([negotiation], now.there),
                hh_id=hh_id,
            )
        )
        for event in events:
            log.debug("news was found", kind=event.kind.value, delay=round(clock - event.when.timestamp(), 1))

    def _refreshed(self, negotiation: Negotiation, now: datetime) -> list[Outgoing]:
        """What changes at messages that stand in the chat already."""
        session = self._session
        spot, topics = session.shown.of(negotiation.id), self._topics
        muted = session.mutes(negotiation.id)
        return refreshed(texts_of(session), negotiation, spot, topics=topics, now=now, muted=muted)

    def _views(self, negotiation: Negotiation, messages: list[Message] | None = None) -> Change | None:
        """The marks of what the employer has read since."""
        nid = negotiation.id
        read_since = self._session.shown.of(nid).read(negotiation, messages)
        if not read_since:
            return None
        return Change(said=read_by_employer(read_since), shown=lambda shown: shown.read(nid, read_since))

    @property
    def _topics(self) -> bool:
        return self._services.topic_mode.on

    @property
    def _unopened(self) -> bool:
        """True where reading an unread message is left to the user: hh.ru would mark it read."""
        account = self._session.account
        return account is not None and account.preferences.unopened

    async def _missing(self, asking: NegotiationsGateway, look: Look, hh_id: str) -> list[Negotiation]:
        """Conversations to be looked at again that the pages seen do not show."""
        found: list[Negotiation] = []
        for nid, known in self._session.book.known.items():
            if nid in look.listed or not due(known, self._services.clock()):
                continue
            try:
                found.append(await asking.negotiation(nid))
            except (LinkAgain, Crowded):
                raise
            except NotFound:
                here = self._services.clock()
                # It may be missing by accident; once it is listed again it is read in any case.
                gone = forgotten(known) if self._long_failing(known) else put_off(known, here)
                await self._put(nid, gone, hh_id)
            except HhError as error:
                log.info("a conversation can't be looked at", error=type(error).__name__, reason=str(error))
                await self._put(nid, put_off(known, self._services.clock()), hh_id)
                if isinstance(error, Throttled):
                    raise
        return found

    async def _put(self, nid: str, entry: Known, hh_id: str) -> None:
        book = self._session.book.put(nid, entry)
        await self._session.commit(Change(book=book, head=_ANEW, hh_id=hh_id))

    def _long_failing(self, known: Known | None) -> bool:
        since = known.failing if known else 0
        return bool(since) and self._services.clock() - since >= self._services.timing.unreadable

    def _pause(self) -> float:
        settings, head = self._services.settings, self._session.head
        since_news = self._services.clock() - head.news
        return interval(since_news, settings.poll_min_interval, settings.poll_max_interval)


def _to_look_into(events: Iterable[Event]) -> frozenset[str]:
    """Conversations with news for the user to read; that somebody has read his is none."""
    return frozenset(event.negotiation.id for event in events if event.kind is not Kind.VIEW)


def _recent(negotiations: Iterable[Negotiation], now: datetime) -> dict[str, float]:
    """The applications among them that count towards hh.ru's limit of a day."""
    earliest = now - timedelta(seconds=DAY_SECONDS)
    recent = (made(n) for n in negotiations if n.created_at > earliest)
    return {nid: at for each in recent for nid, at in each.items()}


def _sites(negotiations: Iterable[Negotiation]) -> dict[str, str]:
    return {n.id: n.sister_site for n in negotiations if n.sister_site is not None}


def _in_turn(negotiations: Iterable[Negotiation], known: Mapping[str, Known]) -> list[Negotiation]:
    """Oldest change first, but what is unread before what may be none, and what could not be read last."""

    def turn(negotiation: Negotiation) -> tuple[bool, bool, datetime]:
        entry = known.get(negotiation.id)
        return bool(entry and entry.failing), not negotiation.has_updates, negotiation.updated_at

    return sorted(negotiations, key=turn)


def _digest(page: str) -> bytes | None:
    return bytes.fromhex(page) if page else None
