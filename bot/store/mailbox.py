"""Mailboxes: one ordered queue of everything that concerns one Telegram user.

One sorted set per shard is the ready queue, the timers and the claims at once: its score says when
a worker must look at a mailbox. Pushing makes it due now; claiming moves it a lease ahead, so that
a claim whose holder died falls due again by itself; releasing sets the next wake-up. Each claim has
a random token, and every commit checks it: a holder that was only asleep can't write over its
successor. Whatever belongs together is one script in one slot.

Only the record of an account may also be changed by who has lost his claim: tokens that hh.ru gives once
must not be lost with it. So whoever writes the record names the one that it replaces (`exchange`, `commit`).
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec

from bot.clock import steady
from bot.log import logger
from bot.store import keys
from bot.store.errors import StoreUnavailable, unavailable
from bot.store.packets import Word
from bot.store.scripts import Runner, Script, Store, reading

log = logger(__name__)

_AGAIN = 0.2

SEEN_SECONDS = 2 * 24 * 3600
"""How long an update is known: Telegram keeps undelivered updates for 24 hours (Bot API, getUpdates)."""

Command = tuple[Word, ...]
"""A Redis command; its second word is the key it touches."""

CLAIM_FIELDS = frozenset(("claim", "done"))
"""What of a head is its holder's: it goes when he gives the mailbox back."""

_push, _claim, _commit = Script("push"), Script("claim"), Script("commit")
_release, _extend, _backlog = Script("release"), Script("extend"), Script("backlog")
_rouse, _exchange = Script("rouse"), Script("exchange")


class ClaimLost(Exception):
    """Another worker holds the mailbox now; nothing was written."""


class Outdated(Exception):
    """The account's record is another one than the commit was to replace; nothing was written."""


@dataclass(frozen=True)
class Incoming:
    """One update of Telegram on its way into a mailbox.

    `follows` for one that must not overtake a message which is to come again (see `bot.telegram.order`).
    """

    mailbox: int
    update_id: int
    raw: bytes
    follows: bool = False


@dataclass
class Claim:
    """A mailbox held by this worker, as it was when claimed.

    `account`, `intents`, `book` and `shown` are its records. `mapped` is the size of its message map; `due`
    is when it needed a worker, in Unix seconds. `good_until` is on the clock of `bot.clock.steady`: until
    then surely nobody else holds it. `given_back` is True from the moment on when it is given back.
    """

    mailbox: int
    token: str
    head: dict[str, str]
    account: bytes | None
    intents: bytes | None
    book: bytes | None
    shown: bytes | None
    updates: list[bytes]
    outbox: list[bytes]
    mapped: int
    due: float = 0.0
    good_until: float = 0.0
    given_back: bool = False
    commits: int = 0

    @property
    def held(self) -> bool:
        """True while this process surely is the only holder."""
        return steady() < self.good_until


@dataclass(frozen=True)
class Backlog:
    """Mailboxes that will need a worker some day, those that do now, and since when the first does (s)."""

    mailboxes: int = 0
    due: int = 0
    oldest: float = 0.0


@dataclass(frozen=True)
class Claimed:
    """The answer to a claim: Redis's time, when the shard's next mailbox falls due, and the claims."""

    now: float
    next_due: float | None
    claims: list[Claim] = field(default_factory=list)


class _Records(msgspec.Struct, array_like=True):
    account: bytes | None
    intents: bytes | None
    book: bytes | None
    shown: bytes | None


class _ClaimReply(msgspec.Struct, array_like=True):
    mailbox: bytes
    head: list[bytes]
    updates: list[bytes]
    outbox: list[bytes]
    mapped: int
    due: bytes
    records: _Records


class Mailboxes:
    """All mailboxes in one Redis. Every method raises `StoreUnavailable` where Redis is away.

    `lease` is in seconds. `clock` replaces Redis's own time in tests.
    """

    def __init__(
        self, store: Store, *, lease: float = 30.0, clock: Callable[[], float] | None = None
    ) -> None:
        self._store = store
        self._run = Runner(store)
        self._read = reading(store)
        self.lease = lease
        self._clock = clock
        self._ahead = 0.0

    def now(self) -> float:
        """Unix time in seconds by Redis's clock, as far as the last claim told: all processes agree on it."""
        return time.time() + self._ahead if self._clock is None else self._clock()

    def _now(self) -> str:
        return "" if self._clock is None else f"{self._clock():.6f}"

    async def push(self, incoming: Iterable[Incoming]) -> int:
        """Store updates in order, each once; returns how many were new.

        An update is known by its id and its content: ids may start again (Bot API, Update). One that follows
        messages waits for what is expected.
        """
        by_shard: dict[int, list[Incoming]] = {}
        for update in incoming:
            by_shard.setdefault(keys.shard_of(update.mailbox), []).append(update)
        # Of a cluster a part may be away: what is for the others is stored all the same.
        done = await asyncio.gather(*map(self._push, by_shard.values()), return_exceptions=True)
        stored = 0
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome
            stored += outcome
        return stored

    async def _push(self, updates: Iterable[Incoming]) -> int:
        stored = 0
        for update in updates:
            box = update.mailbox
            digest = hashlib.blake2b(update.raw, digest_size=8).hexdigest()
            names = [
                keys.due(keys.shard_of(box)),
                keys.of(box, "head"),
                keys.of(box, "inbox"),
                keys.seen(box, f"{update.update_id}:{digest}"),
                keys.of(box, "late"),
            ]
            words: list[Word] = [box, update.raw, SEEN_SECONDS, self._now(), keys.WAKE_CHANNEL]
            words.append(int(update.follows))
            outcome = await self._stored(names, words)
            while outcome == 2:
                await asyncio.sleep(_AGAIN)
                outcome = await self._stored(names, words)
            stored += outcome == 1
        return stored

    async def _stored(self, names: Sequence[str], words: Sequence[Word]) -> object:
        with unavailable():
            return await self._run(_push, names, words)

    async def expect(self, box: int, seconds: float) -> None:
        """A message of this mailbox was refused, and comes again within so many seconds."""
        with unavailable():
            await self._store.set(keys.of(box, "late"), 1, px=math.ceil(seconds * 1000))

    async def claim(self, shard: int, limit: int, batch: int = 50) -> Claimed:
        """Claim at most `limit` due mailboxes, each with at most `batch` updates and outbox entries."""
        token = secrets.token_hex(8)
        words: list[Word] = [keys.shard_prefix(shard), limit, token, self.lease, batch, self._now()]
        # The term is counted from before it was asked for, so it ends here no later than in Redis.
        asked, good_until = time.time(), steady() + self.lease
        with unavailable():
            reply = await self._run(_claim, [keys.due(shard)], words)
        now, next_due, rows = msgspec.convert(reply, tuple[bytes, bytes, list[_ClaimReply]])
        # Redis looked at its clock somewhere between; however slow the answer was, no more is known.
        self._ahead = min(max(self._ahead, float(now) - time.time()), float(now) - asked)
        claims = [
            Claim(
                mailbox=int(row.mailbox),
                token=token,
                head=_pairs(row.head),
                account=row.records.account,
                intents=row.records.intents,
                book=row.records.book,
                shown=row.records.shown,
                updates=row.updates,
                outbox=row.outbox,
                mapped=row.mapped,
                good_until=good_until,
                due=float(row.due),
            )
            for row in rows
        ]
        return Claimed(float(now), float(next_due) if next_due else None, claims)

    async def commit(
        self, claim: Claim, commands: Sequence[Command], *, replacing: bytes | None = None
    ) -> None:
        """Carry out `commands` together and once, or raise `ClaimLost` and do nothing.

        Where they write the account's record, `replacing` is the present one; raises `Outdated` where it is
        not. Where Redis does not answer, it is asked again while the claim is surely held. After
        `StoreUnavailable` the commit may have been carried out or not.
        """
        claim.commits += 1
        box = claim.mailbox
        touched = dict.fromkeys(str(command[1]) for command in commands)
        words: list[Word] = [claim.token, claim.commits, replacing or b""]
        for command in commands:
            words += [len(command), *command]
        names = [keys.of(box, "head"), keys.of(box, "account"), *touched]
        while True:
            try:
                with unavailable():
                    done = await self._run(_commit, names, words)
                break
            except StoreUnavailable as error:
                if not claim.held:
                    raise
                log.info("a commit is asked for again", reason=str(error))
                await asyncio.sleep(_AGAIN)
        if done == 2:
            raise Outdated(box)
        if done != 1:
            raise ClaimLost(box)

    async def exchange(self, claim: Claim, old: bytes, new: bytes) -> bytes | None:
        """Replace the account's record where it is `old`, whoever holds the mailbox; gives the present one.

        It waits for Redis however long it is away. If that is somebody else, a worker looks at it once more.
        """
        box = claim.mailbox
        names = [keys.of(box, "account"), keys.of(box, "head"), keys.due(keys.shard_of(box))]
        words: list[Word] = [old, new, claim.token, box, self._now(), keys.WAKE_CHANNEL]
        while True:
            try:
                with unavailable():
                    reply = await self._run(_exchange, names, words)
                return msgspec.convert(reply, bytes | None)
            except StoreUnavailable as error:
                log.info("an account's record is still to be replaced", reason=str(error))
                await asyncio.sleep(_AGAIN)

    async def account(self, box: int) -> bytes | None:
        """The account's record."""
        with unavailable():
            reply = await self._read("GET", keys.of(box, "account"))
        return msgspec.convert(reply, bytes | None)

    async def release(
        self, claim: Claim, wake: float | None, head: Mapping[str, Word] = MappingProxyType({})
    ) -> bool:
        """Give a mailbox back, to be due at `wake` (Unix seconds), with these fields of its head.

        False where updates arrived meanwhile: nothing is written, and the claim goes on.
        """
        return await self._release(claim, "" if wake is None else f"{wake:.6f}", head, unfinished=False)

    async def abandon(self, claim: Claim, wake: float) -> None:
        """Give a mailbox back in the middle of its work, to be due at `wake` (Unix seconds).

        Whoever can do that is alive: it doesn't count as a try of the first update.
        """
        await self._release(claim, f"{wake:.6f}", {}, unfinished=True)

    async def _release(self, claim: Claim, wake: str, head: Mapping[str, Word], *, unfinished: bool) -> bool:
        box = claim.mailbox
        good_until, claim.good_until = claim.good_until, 0.0
        claim.given_back, reply = True, None
        names = [keys.due(keys.shard_of(box)), keys.of(box, "head"), keys.of(box, "inbox")]
        gone, set_ = split(head)
        words: list[Word] = [claim.token, box, wake, keys.WAKE_CHANNEL, int(unfinished)]
        words += [len(gone), *gone, *set_]
        try:
            with unavailable():
                reply = await self._run(_release, names, words)
        finally:
            claim.given_back = reply == 1
        if reply == 0:
            raise ClaimLost(box)
        if reply == 2:
            claim.good_until = good_until
        return reply == 1

    async def rouse(self, box: int) -> bool:
        """Have a worker attend to a mailbox now; False where one does."""
        names = [keys.due(keys.shard_of(box)), keys.of(box, "head")]
        with unavailable():
            return await self._run(_rouse, names, [box, self._now(), keys.WAKE_CHANNEL]) == 1

    async def extend(self, claims: Iterable[Claim]) -> set[int]:
        """Heartbeat for claims; returns the mailboxes that another worker holds now.

        Those that are being given back meanwhile are not among them.
        """
        by_shard: dict[int, list[Claim]] = {}
        for claim in claims:
            by_shard.setdefault(keys.shard_of(claim.mailbox), []).append(claim)
        lost: set[int] = set()
        for shard, held in by_shard.items():
            words: list[Word] = [keys.shard_prefix(shard), self.lease, self._now()]
            for claim in held:
                words += [claim.mailbox, claim.token]
            good_until = steady() + self.lease
            with unavailable():
                reply = await self._run(_extend, [keys.due(shard)], words)
            gone = {int(box) for box in msgspec.convert(reply, list[bytes])}
            for claim in held:
                if claim.given_back:
                    gone.discard(claim.mailbox)
                else:
                    claim.good_until = 0.0 if claim.mailbox in gone else max(claim.good_until, good_until)
            lost |= gone
        return lost

    async def backlog(self) -> Backlog:
        """How much work waits in all shards together."""
        total = Backlog()
        for shard in keys.all_shards():
            with unavailable():
                reply = await self._run(_backlog, [keys.due(shard)], [self._now()])
            mailboxes, due, oldest = msgspec.convert(reply, tuple[int, int, bytes])
            total = Backlog(total.mailboxes + mailboxes, total.due + due, max(total.oldest, float(oldest)))
        return total

    async def updates(self, claim: Claim, batch: int = 50) -> list[bytes]:
        """The updates that wait in a held mailbox, oldest first."""
        with unavailable():
            reply = await self._read("LRANGE", keys.of(claim.mailbox, "inbox"), 0, batch - 1)
        return msgspec.convert(reply, list[bytes])

    async def outbox(self, claim: Claim, batch: int | None = 50) -> list[bytes]:
        """The deliveries that wait in a held mailbox, oldest first; all of them where `batch` is None."""
        last = -1 if batch is None else batch - 1
        with unavailable():
            reply = await self._read("LRANGE", keys.of(claim.mailbox, "outbox"), 0, last)
        return msgspec.convert(reply, list[bytes])


def split(head: Mapping[str, Word]) -> tuple[list[str], list[Word]]:
    """The fields that a head loses (what is at its default takes no room), and pairs of those it gets."""
    gone = [name for name, value in head.items() if not value]
    return gone, [word for name, value in head.items() if value for word in (name, value)]


def _pairs(flat: list[bytes]) -> dict[str, str]:
    words = [word.decode() for word in flat]
    return dict(zip(words[::2], words[1::2], strict=True))
