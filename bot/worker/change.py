"""What one step changes, as data; and the Redis commands that write it down together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from msgspec import Struct, convert, structs

from bot.chat.outgoing import Outgoing, Subject
from bot.chat.shown import Shown
from bot.chat.templates import Templates
from bot.store import keys
from bot.store.mailbox import CLAIM_FIELDS, Command, split
from bot.store.packets import Word
from bot.store.packing import pack, squeeze
from bot.store.records import Account
from bot.sync.applications import DAY_SECONDS
from bot.sync.book import Book
from bot.sync.roster import Roster
from bot.worker.later import Later
from bot.worker.subjects import note
from bot.worker.waiting import Waiting, replaced

MAP_SECONDS = 400 * 24 * 3600
MAP_SIZE = 4000
"""The map is renewed in two generations, so that the last 4,000 messages at least are known."""

ERASED = (
    *("account", "book", "shown", "intents", "outbox", "map", "map-old", "failed", "sent", "sites"),
    *("templates", "language", "later", "roster", "unseen", "applied"),
)
"""The keys that go with the user (and that he may see: `bot.worker.own_data`)."""

_AT_ONCE = 500
"""Lua unpacks a command onto its stack, which takes some thousands of words."""

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
    was last handled, `begun` how often the handling of the first one was begun. `failing` is since when
    looks at the list fail, `refused` when the user was told that hh.ru does not show it. `turn` is when
    the look comes for which a place in the line of all looks is taken. `sites` is 1 where some
    conversations are of sister sites. `turns`, `messages` and `requests` are until when what the user
    did, was sent and asked of hh.ru stands (`bot.worker.pace`). `bot` is the number of the bot whose chat
    it is (`bot.store.bots`).
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
    failing: float = 0
    refused: float = 0
    turn: float = 0
    sites: int = 0
    turns: float = 0
    messages: float = 0
    requests: float = 0
    bot: int = 0

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> Head:
        """From the fields in Redis."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        return convert(known, cls, strict=False)


class Superseded(Exception):
    """Another lane changed what the step was based on; nothing was written."""


class Change(Struct, frozen=True, kw_only=True):
    """What one step changes; everything unset stays as it is.

    The `handled` update leaves the inbox. `delivered` is the first entry of the outbox and leaves it;
    `retried` replaces it. `later` is news to be told some other time, `told` what of it is told now.
    `queue`, `account` and `shown` are computed from what is there at the moment
    of writing. `hh_id` is the account that the step was made for. `reset` forgets the conversations,
    `erase` the user. `new_chat` is what is left of the outbox for a chat with another bot: what was known of
    the messages in the old one is forgotten. `unseen` conversations have news, `seen` ones the user has
    looked into. `roster` is kept for minutes; where conversations have `moved` (as in `book`) it is
    forgotten. `applied` are applications by their moment, kept for a day.
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
    new_chat: Sequence[Outgoing] | None = None
    book: Book | None = None
    shown: Callable[[Shown], Shown] | None = None
    mapped: Mapping[int, Subject] = {}
    sent: str | None = None
    sites: Mapping[str, str] = {}
    applied: Mapping[str, float] = {}
    templates: Templates | None = None
    roster: Roster | None = None
    unseen: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    moved: bool = False
    failed: bytes | None = None
    language: str | None = None
    head: Mapping[str, float | str] = {}


@dataclass(frozen=True)
class After:
    """What a change makes of the state; None where it stays as it is, or isn't in memory."""

    queue: list[Waiting] | None
    account: Account | None
    shown: Shown | None
    later: list[Later] | None


@dataclass(frozen=True)
class Writing:
    """How changes of one user are written; `mapped` is the size of his message map before.

    `head` are the fields of his head when it was claimed, whatever version wrote them.
    """

    user_id: int
    mapped: int
    head: Iterable[str] = ()

    def commands(self, change: Change, after: After) -> Iterator[Command]:
        """Everything that belongs together, for one script."""
        if change.erase:
            for name in ERASED:
                yield ("DEL", self._key(name))
            yield ("HDEL", self._key("head"), *({*Head.__dataclass_fields__, *self.head} - CLAIM_FIELDS))
        if change.new_chat is not None:
            for name in ("map", "map-old", "shown", "outbox"):
                yield ("DEL", self._key(name))
            yield from self._pushes("outbox", change.new_chat)
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
            yield ("SET", self._key("book"), squeeze(change.book))
        if after.shown is not None and after.shown.spots:
            yield ("SET", self._key("shown"), squeeze(after.shown))
        elif after.shown is not None:
            yield ("DEL", self._key("shown"))
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
        gone, set_ = split(change.head)
        if gone:
            yield ("HDEL", self._key("head"), *gone)
        if set_:
            yield ("HSET", self._key("head"), *set_)

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

    def _pushes(self, name: str, records: Iterable[object]) -> Iterator[Command]:
        yield from self._many("RPUSH", name, ((pack(record),) for record in records))

    def _many(self, command: str, name: str, entries: Iterable[Iterable[Word]]) -> Iterator[Command]:
        """A command with so many entries, each of some words, in parts."""
        rest = iter(entries)
        while some := list(islice(rest, _AT_ONCE)):
            yield (command, self._key(name), *chain.from_iterable(some))

    def _map(self, change: Change) -> Iterator[Command]:
        name = self._key("map")
        if change.mapped:
            if self.mapped and self.mapped + len(change.mapped) > MAP_SIZE:
                yield ("RENAME", name, self._key("map-old"))
            packed = ((message_id, note(subject)) for message_id, subject in change.mapped.items())
            yield from self._many("HSET", "map", packed)
            yield ("EXPIRE", name, MAP_SECONDS)
        if change.sent is not None:
            yield ("SADD", self._key("sent"), change.sent)
            yield ("EXPIRE", self._key("sent"), SENT_SECONDS)
        yield from self._many("HSET", "sites", change.sites.items())

    def _overview(self, change: Change) -> Iterator[Command]:
        if change.applied:
            pairs = ((at, nid) for nid, at in change.applied.items())
            oldest = max(change.applied.values()) - DAY_SECONDS
            yield from self._many("ZADD", "applied", pairs)
            yield ("ZREMRANGEBYSCORE", self._key("applied"), "-inf", oldest)
            yield ("EXPIRE", self._key("applied"), DAY_SECONDS)
        yield from self._many("SADD", "unseen", ((nid,) for nid in change.unseen))
        yield from self._many("SREM", "unseen", ((nid,) for nid in change.seen))
        if change.roster is not None:
            yield ("SET", self._key("roster"), squeeze(change.roster), "EX", ROSTER_SECONDS)
        elif moved(change):
            yield ("DEL", self._key("roster"))

    def _key(self, name: str) -> str:
        return keys.of(self.user_id, name)


def exchanged(old: Waiting, new: Waiting | None) -> Callable[[list[Waiting]], list[Waiting]]:
    """For `Change.queue`: one entry changed or, with None, gone; `Superseded` where it is not there."""

    def queue(queue: list[Waiting]) -> list[Waiting]:
        if not any(waiting is old for waiting in queue):
            raise Superseded("the intent was changed meanwhile")
        return replaced(queue, old, new)

    return queue


def moved(change: Change) -> bool:
    """True where a kept roster is old after the change."""
    return change.moved or change.reset or change.erase or change.book is not None


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
