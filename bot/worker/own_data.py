"""Everything that is stored about one user, read back for him to see."""

from __future__ import annotations

from collections.abc import Sized
from datetime import UTC, datetime
from enum import Enum
from typing import Final

import msgspec
from msgspec import Struct

from bot.chat.outgoing import Document, Outgoing, Subject
from bot.chat.screens.own_data import Holdings, export
from bot.chat.shown import Shown
from bot.chat.templates import Templates
from bot.chat.texts import Texts
from bot.store import keys
from bot.store.errors import unavailable
from bot.store.packing import unsqueezed
from bot.store.records import Account
from bot.store.scripts import Store
from bot.sync.book import Book
from bot.sync.roster import Roster
from bot.worker.later import Later
from bot.worker.subjects import noted
from bot.worker.waiting import Waiting

KINDS: Final[dict[str, object]] = {
    "account": Account,
    "templates": Templates,
    "book": Book,
    "shown": Shown,
    "sites": None,
    "language": None,
    "roster": Roster,
    "unseen": None,
    "applied": None,
    "map": Subject,
    "map-old": Subject,
    "sent": None,
    "intents": list[Waiting],
    "outbox": Outgoing,
    "later": Later,
    "inbox": None,
    "failed": None,
    "head": None,
}
"""What is packed under each key of a user, or in each entry of it; None: it is text."""


async def own_data(store: Store, user_id: int, t: Texts, now: float) -> Document:
    """The file with all of it, but for the secrets. `now` is Unix time in seconds."""
    made = datetime.fromtimestamp(now, UTC)
    stored = await _stored(store, user_id)
    file = {"telegram_user": user_id, "made": made.isoformat(timespec="seconds"), **stored}
    secret = t.label("encrypted, and not shown here")
    content = msgspec.json.format(msgspec.json.encode(_plain(file, secret)), indent=2)
    return export(t, content, _counted(stored), made)


async def holdings(store: Store, user_id: int) -> Holdings:
    """How much there is."""
    return _counted(await _stored(store, user_id))


async def _stored(store: Store, user_id: int) -> dict[str, object]:
    """What stands under each key; keys that are not there are left out."""
    found = {}
    for name, kind in KINDS.items():
        value = await _value(store, keys.of(user_id, name))
        if value is not None:
            found[name] = _unpacked(value, kind)
    return found


async def _value(store: Store, key: str) -> object:
    with unavailable():
        match await store.type(key):
            case b"string":
                return await store.get(key)
            case b"list":
                return await store.lrange(key, 0, -1)
            case b"set":
                return sorted(await store.smembers(key))
            case b"zset":
                scored = await store.zrange(key, 0, -1, withscores=True)
                return dict(msgspec.convert(scored, list[tuple[bytes, float]]))
            case b"hash":
                return await store.hgetall(key)
            case _:
                return None


def _unpacked(value: object, kind: object) -> object:
    match value:
        case bytes() if kind is None:
            return value.decode(errors="replace")
        case bytes() if kind is Subject:
            return noted(value)
        case bytes():
            return msgspec.msgpack.decode(unsqueezed(value), type=kind)
        case list():
            return [_unpacked(each, kind) for each in value]
        case dict():
            return {name.decode(): _unpacked(each, kind) for name, each in value.items()}
        case _:
            return value


def _plain(value: object, secret: str) -> object:
    """`value` as JSON can hold it, every field with its name; `secret` stands for the tokens."""
    match value:
        case Account():
            return {**_fields(value, secret), "tokens": secret}
        case Document():
            # Else each export would hold those that wait before it, and double in size.
            return {**_fields(value, secret), "content": f"{len(value.content)} bytes"}
        case Struct():
            return _fields(value, secret)
        case dict():
            return {str(name): _plain(each, secret) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each, secret) for each in value]
        case Enum():
            return value.value
        case bytes():
            return value.decode(errors="replace")
        case _:
            return value


def _fields(record: Struct, secret: str) -> dict[str, object]:
    tag = record.__struct_config__.tag
    named = {name: _plain(getattr(record, name), secret) for name in record.__struct_fields__}
    return {"type": type(record).__name__.lower(), **named} if tag else named


def _counted(stored: dict[str, object]) -> Holdings:
    def count(*names: str) -> int:
        found = (stored.get(name) for name in names)
        return sum(len(value) for value in found if isinstance(value, Sized))

    book, templates = stored.get("book"), stored.get("templates")
    return Holdings(
        account="account" in stored,
        conversations=len(book.known) if isinstance(book, Book) else 0,
        messages=count("map", "map-old"),
        templates=len(templates.items) if isinstance(templates, Templates) else 0,
        writes=count("intents"),
        undelivered=count("outbox", "later"),
        failed=count("failed"),
    )
