"""A session: one held mailbox, its state in memory, and the commits that keep Redis the same.

Three lanes work in a session at once: updates, hh.ru, and delivery. Each changes the state only by
`commit`, which writes everything that belongs together in one script under the claim and only then
changes the memory. `ClaimLost` ends the session: another worker has the mailbox.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from msgspec import convert, structs
from msgspec.msgpack import Decoder

from bot.chat.outgoing import Outgoing, Subject
from bot.chat.shown import Shown
from bot.chat.templates import Templates
from bot.store import keys
from bot.store.errors import StoreUnavailable, unavailable
from bot.store.mailbox import Claim, Command, Mailboxes
from bot.store.packing import pack, unpack
from bot.store.records import Access, Account
from bot.store.scripts import Store, Word
from bot.sync.applications import DAY_SECONDS, Applications
from bot.sync.book import Book
from bot.sync.quiet import digest_due, is_quiet, quiet_ends, zone_of
from bot.sync.roster import Roster
from bot.telegram.order import in_order
from bot.worker.later import Later, firsts
from bot.worker.waiting import Waiting, next_at, replaced

MAP_SECONDS = 400 * 24 * 3600
MAP_SIZE = 4000
"""The map is renewed in two generations, so that the last 4,000 messages at least are known."""

BATCH = 50
"""How many updates and deliveries are in memory at once."""

ERASED = (
    *("account", "book", "shown", "intents", "outbox", "map", "map-old", "failed", "sent", "sites"),
    *("templates", "language", "later", "roster", "unseen", "applied"),
)
"""The keys that go with the user (and that he may see: `bot.worker.own_data`)."""

_PUSHED_AT_ONCE = 500

FAILED_KEPT, FAILED_SECONDS = 100, 30 * 24 * 3600

LANGUAGE_SECONDS = 30 * 24 * 3600
"""How long the language is kept that somebody without an account chose."""

ROSTER_SECONDS = 600
"""How long a roster is kept in which nothing is known to have changed."""

SENT_SECONDS = 2 * 24 * 3600
"""How long it is known which hh.ru message came from which Telegram message, for read-backs."""


@dataclass
class Head:
    """The small numbers of a mailbox. Moments are Unix seconds; 0 is never.

    `page` is the digest of the first page at the last look, "" where it must be parsed anew. Until
    `linear` no topics are tried: Telegram refused them. `held` and `digest` are when the first news
    came that waits for the end of quiet hours, and for the digest. `unconfirmed` is how often in a row
    Telegram did not confirm a delivery. `tries` is how often the mailbox was claimed since an update
    was last handled, `begun` how often the handling of the first one was begun.
    """

    poll: float = 0
    news: float = 0
    walked: float = 0
    outbox: float = 0
    page: str = ""
    tries: int = 0
    begun: int = 0
    linear: float = 0
    held: float = 0
    digest: float = 0
    unconfirmed: int = 0

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Head:
        """From the fields in Redis."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        return convert(known, cls, strict=False)


_outgoing: Decoder[Outgoing] = Decoder(Outgoing)
_later: Decoder[Later] = Decoder(Later)
_subject: Decoder[Subject] = Decoder(Subject)


class Superseded(Exception):
    """Another lane changed what the step was based on; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one step changes; everything unset stays as it is.

    The `handled` update leaves the inbox. `delivered` is the first entry of the outbox and leaves it;
    `retried` replaces it. `later` is news to be told some other time, `told` what of it is told now.
    `queue`, `account` and `shown` are computed from what is there at the moment
    of writing. `hh_id` is the account that the step was made for. `reset` forgets the conversations,
    `erase` the user. `unseen` conversations have news, `seen` ones the user has looked into. `roster` is
    kept for minutes; where conversations have `moved` (as in `book`) it is forgotten. `applied` are
    applications by their moment, kept for a day.
    """

    handled: bytes | None = None
    said: Sequence[Outgoing] = ()
    delivered: Outgoing | None = None
    retried: Outgoing | None = None
    later: Sequence[Later] = ()
    told: Sequence[Later] = ()
    queue: Callable[[list[Waiting]], list[Waiting]] | None = None
    account: Callable[[Account | None], Account] | None = None
    hh_id: str | None = None
    erase: bool = False
    reset: bool = False
    book: Book | None = None
    shown: Callable[[Shown], Shown] | None = None
    mapped: Mapping[int, Subject] = field(default_factory=dict)
    sent: str | None = None
    sites: Mapping[str, str] = field(default_factory=dict)
    applied: Mapping[str, float] = field(default_factory=dict)
    templates: Templates | None = None
    roster: Roster | None = None
    unseen: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    moved: bool = False
    failed: bytes | None = None
    language: str | None = None
    head: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class _After:
    """What a change makes of the state; None where it stays as it is, or isn't in memory."""

    queue: list[Waiting] | None
    account: Account | None
    shown: Shown | None
    later: list[Later] | None


class Session:
    """The state of one held mailbox.

    `stirred` is set whenever a lane may have new work, `stale` while updates may wait in Redis that
    are not in memory. `ending` asks every lane to stop after the step that it is in. `changes` counts
    what made a kept roster old.
    """

    def __init__(self, claim: Claim, mailboxes: Mailboxes, store: Store) -> None:
        self.claim = claim
        self.user_id = claim.mailbox
        self.head = Head.parse(claim.head)
        self.account = unpack(claim.account, Account) if claim.account else None
        self.queue = unpack(claim.intents, list[Waiting]) if claim.intents else []
        self.updates = deque(in_order(claim.updates))
        self.outbox: deque[Outgoing] = deque()
        self.stirred = asyncio.Event()
        self.stale = False
        self.ending = False
        self.changes = 0
        self._mailboxes = mailboxes
        self._store = store
        self._book: Book | None = None
        self._shown: Shown | None = None
        self._later: list[Later] | None = None
        self._lock = asyncio.Lock()
        self._unsure = False
        self._ended = asyncio.Event()
        self._outbox_whole = True
        self._take_outbox(claim.outbox)

    @property
    def linked(self) -> bool:
        """True where hh.ru can be asked for this user."""
        return self.account is not None and self.account.access is Access.LINKED

    @property
    def reachable(self) -> bool:
        """False where the user has blocked the bot: nothing is polled or delivered until he returns."""
        return self.account is None or not self.account.blocked

    def end(self) -> None:
        """Let running steps end and begin no new ones."""
        self.ending = True
        self.stirred.set()
        self._ended.set()

    async def rest(self, seconds: float) -> bool:
        """Wait; False where the session ends meanwhile."""
        if seconds > 0 and not self.ending:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ended.wait()
        return not self.ending

    @property
    def quiet(self) -> bool:
        """True in the user's quiet hours."""
        if self.account is None:
            return False
        local = datetime.fromtimestamp(self._mailboxes.now(), zone_of(self.account.zone))
        return is_quiet(self.account.preferences, local)

    def mutes(self, nid: str) -> bool:
        """True where the user took the sound from a conversation."""
        return self.account is not None and self.account.preferences.mutes(nid)

    async def book(self) -> Book:
        """What is known of the conversations."""
        if self._book is None:
            with unavailable():
                packed = await self._store.get(self._key("book"))
            self._book = unpack(packed, Book) if isinstance(packed, bytes) else Book()
        return self._book

    async def shown(self) -> Shown:
        """What stands in the chat of each conversation."""
        if self._shown is None:
            with unavailable():
                packed = await self._store.get(self._key("shown"))
            self._shown = unpack(packed, Shown) if isinstance(packed, bytes) else Shown()
        return self._shown

    async def later(self) -> list[Later]:
        """The news that waits for its time, oldest first."""
        # Under the lock: what another lane adds while this is read must not be forgotten.
        async with self._lock:
            if self._later is None:
                with unavailable():
                    packed = await self._store.lrange(self._key("later"), 0, -1)
                self._later = [_later.decode(entry) for entry in packed if isinstance(entry, bytes)]
            return self._later

    async def subject(self, message_id: int) -> Subject | None:
        """What one of the chat's messages is about."""
        for name in ("map", "map-old"):
            with unavailable():
                packed = await self._store.hget(self._key(name), str(message_id))
            if isinstance(packed, bytes):
                return _subject.decode(packed)
        return None

    async def templates(self) -> Templates:
        """The user's letters and answers."""
        with unavailable():
            packed = await self._store.get(self._key("templates"))
        return unpack(packed, Templates) if isinstance(packed, bytes) else Templates()

    async def roster(self) -> Roster | None:
        """All conversations as they were listed minutes ago; None where that is old or nobody looked."""
        with unavailable():
            packed = await self._store.get(self._key("roster"))
        return unpack(packed, Roster) if isinstance(packed, bytes) else None

    async def unseen(self) -> frozenset[str]:
        """Conversations with news that the user has not looked into here."""
        with unavailable():
            members = await self._store.smembers(self._key("unseen"))
        return frozenset(member.decode() for member in members if isinstance(member, bytes))

    def now(self) -> float:
        """Unix time in seconds by the clock of all processes."""
        return self._mailboxes.now()

    async def applications(self) -> Applications:
        """The applications of the last day."""
        with unavailable():
            scored = await self._store.zrange(self._key("applied"), 0, -1, withscores=True)
        return Applications(tuple(at for _, at in convert(scored, list[tuple[bytes, float]])))

    async def site(self, nid: str) -> str | None:
        """The sister site of a conversation, None for hh.ru."""
        with unavailable():
            host = await self._store.hget(self._key("sites"), nid)
        return host.decode() if isinstance(host, bytes) else None

    async def strangers_language(self) -> str | None:
        """The language that somebody without an account chose."""
        with unavailable():
            code = await self._store.get(self._key("language"))
        return code.decode() if isinstance(code, bytes) else None

    async def was_sent(self, sent: str) -> bool:
        """True where this hh.ru message is known to be another Telegram message's."""
        with unavailable():
            return bool(await self._store.sismember(self._key("sent"), sent))

    async def refill(self) -> None:
        """Fetch updates that may have arrived while the mailbox was held, and the rest of the outbox."""
        async with self._lock:
            if self.stale:
                self.stale = False
                self.updates = deque(in_order(await self._mailboxes.updates(self.claim, BATCH)))
            if not self.outbox and not self._outbox_whole:
                self._take_outbox(await self._mailboxes.outbox(self.claim, BATCH))

    async def commit(self, change: Change, *, vital: bool = False) -> None:
        """Write a step, or raise and change nothing.

        A `vital` one waits for Redis however long it is away. Raises `Superseded`, `ClaimLost` or
        `StoreUnavailable`; after the last, nobody knows what is written, and nothing more is.
        """
        async with self._lock:
            if self._unsure:
                raise StoreUnavailable("it is not known what was written before")
            if change.hh_id is not None and (self.account is None or self.account.hh_id != change.hh_id):
                raise Superseded("another account is linked now")
            if change.delivered is not None and (not self.outbox or self.outbox[0] is not change.delivered):
                raise Superseded("the outbox was emptied")
            if not {id(entry) for entry in change.told} <= {id(entry) for entry in self._later or ()}:
                raise Superseded("the news was told meanwhile")
            rest = self._rest(change)
            change = replace(change, head={**change.head, **self._firsts(change, rest)})
            queue = change.queue(self.queue) if change.queue else None
            account = change.account(self.account) if change.account else None
            shown = change.shown(await self.shown()) if change.shown else None
            after = _After(queue, account, shown, rest)
            try:
                await self._mailboxes.commit(self.claim, [*self._commands(change, after)], vital=vital)
            except (StoreUnavailable, asyncio.CancelledError):
                self._unsure = True
                raise
            self._apply(change, after)
        self.stirred.set()

    def held_due(self, now: float) -> float | None:
        """When the news that quiet hours hold back may be told; None where there is none."""
        if not self.head.held or self.account is None or not self.reachable:
            return None
        return quiet_ends(self.account.preferences, zone_of(self.account.zone), now)

    def digest_due(self, now: float) -> float | None:
        """When the digest may be told; None where there is nothing for it."""
        if not self.head.digest or self.account is None or not self.reachable:
            return None
        account = self.account
        return digest_due(account.preferences, zone_of(account.zone), self.head.digest, now)

    def wake_at(self, now: float) -> float | None:
        """When this mailbox needs a worker again, as far as is known now."""
        moments: list[float] = []
        if self.linked and self.reachable:
            moments.append(self.head.poll)
            waiting = next_at(self.queue)
            moments += [waiting] if waiting is not None else []
        if (self.outbox or not self._outbox_whole) and self.reachable:
            moments.append(self.head.outbox)
        moments += [due for due in (self.held_due(now), self.digest_due(now)) if due is not None]
        return min(moments, default=None)

    def _take_outbox(self, entries: list[bytes]) -> None:
        self.outbox.extend(_outgoing.decode(entry) for entry in entries)
        self._outbox_whole = len(entries) < BATCH

    def _rest(self, change: Change) -> list[Later] | None:
        """What waits after a change, where it is in memory."""
        if self._later is None or not (change.later or change.told):
            return self._later
        told = {id(entry) for entry in change.told}
        return [*(entry for entry in self._later if id(entry) not in told), *change.later]

    def _firsts(self, change: Change, rest: list[Later] | None) -> dict[str, float]:
        if not (change.later or change.told):
            return {}
        if rest is not None:
            return firsts(rest)
        return firsts(change.later, self.head.held, self.head.digest)

    def _key(self, name: str) -> str:
        return keys.of(self.user_id, name)

    def _commands(self, change: Change, after: _After) -> Iterator[Command]:
        if change.erase:
            for name in ERASED:
                yield ("DEL", self._key(name))
            yield ("HDEL", self._key("head"), *Head.__dataclass_fields__)
        yield from self._lists(change)
        if change.told:
            yield ("DEL", self._key("later"))
            yield from self._pushes("later", after.later or ())
        else:
            yield from self._pushes("later", change.later)
        if change.reset:
            yield ("DEL", self._key("book"))
            yield ("DEL", self._key("sites"))
            yield ("DEL", self._key("shown"))
            yield ("DEL", self._key("unseen"))
            yield ("DEL", self._key("applied"))
        if after.account is not None:
            yield ("SET", self._key("account"), pack(after.account))
        if change.book is not None:
            yield ("SET", self._key("book"), pack(change.book))
        if after.shown is not None and after.shown is not self._shown:
            yield ("SET", self._key("shown"), pack(after.shown))
        if change.templates is not None:
            yield ("SET", self._key("templates"), pack(change.templates))
        if after.queue:
            yield ("SET", self._key("intents"), pack(after.queue))
        elif after.queue is not None:
            yield ("DEL", self._key("intents"))
        yield from self._map(change)
        if change.language is not None:
            yield ("SET", self._key("language"), change.language, "EX", LANGUAGE_SECONDS)
        yield from self._overview(change)
        if change.handled:
            # Deleted, not zeroed: of somebody without an account nothing stays.
            yield ("HDEL", self._key("head"), "tries", "begun")
        if change.head:
            yield ("HSET", self._key("head"), *_flat(change.head.items()))

    def _lists(self, change: Change) -> Iterator[Command]:
        if change.handled:
            yield ("LREM", self._key("inbox"), 1, change.handled)
        if change.delivered is not None and change.retried is not None:
            yield ("LSET", self._key("outbox"), 0, pack(change.retried))
        elif change.delivered is not None:
            yield ("LPOP", self._key("outbox"))
        yield from self._pushes("outbox", change.said)
        if change.failed is not None:
            yield ("RPUSH", self._key("failed"), change.failed)
            yield ("LTRIM", self._key("failed"), -FAILED_KEPT, -1)
            yield ("EXPIRE", self._key("failed"), FAILED_SECONDS)

    def _pushes(self, name: str, records: Sequence[object]) -> Iterator[Command]:
        # Lua unpacks a command onto its stack, which takes some thousands of words.
        for start in range(0, len(records), _PUSHED_AT_ONCE):
            some = records[start : start + _PUSHED_AT_ONCE]
            yield ("RPUSH", self._key(name), *map(pack, some))

    def _map(self, change: Change) -> Iterator[Command]:
        name = self._key("map")
        if change.mapped:
            if self.claim.mapped + len(change.mapped) > MAP_SIZE:
                yield ("RENAME", name, self._key("map-old"))
            packed = ((message_id, pack(subject)) for message_id, subject in change.mapped.items())
            yield ("HSET", name, *_flat(packed))
            yield ("EXPIRE", name, MAP_SECONDS)
        if change.sent is not None:
            yield ("SADD", self._key("sent"), change.sent)
            yield ("EXPIRE", self._key("sent"), SENT_SECONDS)
        if change.sites:
            yield ("HSET", self._key("sites"), *_flat(change.sites.items()))

    def _overview(self, change: Change) -> Iterator[Command]:
        if change.applied:
            pairs = ((at, nid) for nid, at in change.applied.items())
            oldest = max(change.applied.values()) - DAY_SECONDS
            yield ("ZADD", self._key("applied"), *_flat(pairs))
            yield ("ZREMRANGEBYSCORE", self._key("applied"), "-inf", oldest)
            yield ("EXPIRE", self._key("applied"), DAY_SECONDS)
        if change.unseen:
            yield ("SADD", self._key("unseen"), *change.unseen)
        if change.seen:
            yield ("SREM", self._key("unseen"), *change.seen)
        if change.roster is not None:
            yield ("SET", self._key("roster"), pack(change.roster), "EX", ROSTER_SECONDS)
        elif _moved(change):
            yield ("DEL", self._key("roster"))

    def _apply(self, change: Change, after: _After) -> None:
        self._later = after.later
        if change.erase:
            self._later = []
            self.account, self._book, self.head, self.queue = None, Book(), Head(), []
            self._shown = Shown()
            self.outbox.clear()
            self._outbox_whole = True
            self.claim.mapped = 0
        if change.handled:
            self.updates.remove(change.handled)
        if change.delivered is not None and change.retried is not None:
            self.outbox[0] = change.retried
        elif change.delivered is not None:
            self.outbox.popleft()
        if self._outbox_whole:
            self.outbox.extend(change.said)
        self.changes += _moved(change)
        if change.reset:
            self._book, self._shown = Book(), Shown()
        if after.account is not None:
            self.account = after.account
        if change.book is not None:
            self._book = change.book
        if after.shown is not None:
            self._shown = after.shown
        if after.queue is not None:
            self.queue = after.queue
        overflow = self.claim.mapped + len(change.mapped) > MAP_SIZE
        self.claim.mapped = len(change.mapped) if overflow else self.claim.mapped + len(change.mapped)
        for name, value in change.head.items():
            setattr(self.head, name, value)
        if change.handled:
            self.head.tries = self.head.begun = 0


def exchanged(old: Waiting, new: Waiting | None) -> Callable[[list[Waiting]], list[Waiting]]:
    """For `Change.queue`: one entry changed or, with None, gone; `Superseded` where it is not there."""

    def queue(queue: list[Waiting]) -> list[Waiting]:
        if not any(waiting is old for waiting in queue):
            raise Superseded("the intent was changed meanwhile")
        return replaced(queue, old, new)

    return queue


def _moved(change: Change) -> bool:
    """True where a roster of before is old."""
    return change.moved or change.reset or change.erase or change.book is not None


def _flat(pairs: Iterable[tuple[Word, Word]]) -> Iterator[Word]:
    return (word for pair in pairs for word in pair)


def merged(before: Account | None, wanted: Account, current: Account | None) -> Account:
    """`wanted` with what another lane changed since `before` was read."""
    if before is None or current is None:
        return wanted
    theirs = {
        name: getattr(current, name)
        for name in wanted.__struct_fields__
        if getattr(wanted, name) == getattr(before, name)
    }
    return structs.replace(wanted, **theirs)
