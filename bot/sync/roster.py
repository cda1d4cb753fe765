"""The roster: all conversations of an account as a list shows them, by tab, by search, unread first. Pure.

It is read from hh.ru as a whole and kept for minutes, so that turning pages asks hh.ru for nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from bot.hh.models import IdName, Negotiation

_NAME = 100


class Tab(StrEnum):
    """A part of the roster. Their names are statuses of hh.ru, which sorts much alike."""

    ACTIVE = "active"
    INVITATIONS = "invitations"
    RESPONSE = "response"
    DISCARD = "discard"
    ARCHIVED = "archived"
    ALL = "all"


class Entry(Struct, frozen=True, array_like=True, omit_defaults=True):
    """One conversation; `company` and `vacancy` are "" where hh.ru gives none, `moved_at` is Unix time."""

    nid: str
    company: str
    vacancy: str
    state: str
    state_name: str
    moved_at: int
    archived: bool = False

    @property
    def moved(self) -> datetime:
        """When it changed last."""
        return datetime.fromtimestamp(self.moved_at, UTC)

    @property
    def named_state(self) -> IdName:
        """Its state with hh.ru's name for it."""
        return IdName(id=self.state, name=self.state_name)


class Roster(Struct, frozen=True, array_like=True):
    """All conversations, the latest change first; `found` is how many hh.ru has."""

    entries: tuple[Entry, ...] = ()
    found: int = 0


def entry(negotiation: Negotiation) -> Entry:
    """A conversation in the roster."""
    vacancy = negotiation.vacancy
    return Entry(
        nid=negotiation.id,
        company=_short(negotiation.company),
        vacancy=_short(vacancy.name) if vacancy else "",
        state=negotiation.state.id,
        state_name="" if negotiation.state.id in _KNOWN else _short(negotiation.state.name),
        moved_at=int(negotiation.updated_at.timestamp()),
        archived=negotiation.messaging_status == "archived" or bool(vacancy and vacancy.archived),
    )


_KNOWN: Final = frozenset({"response", "invitation", "discard", "hidden", "interview", "offer", "hired"})

_BELONGS: Final[dict[Tab, Callable[[Entry], bool]]] = {
    Tab.ACTIVE: lambda e: not e.archived and e.state not in ("discard", "hidden"),
    Tab.INVITATIONS: lambda e: not e.archived and e.state not in ("discard", "hidden", "response"),
    Tab.RESPONSE: lambda e: not e.archived and e.state == "response",
    Tab.DISCARD: lambda e: e.state == "discard",
    Tab.ARCHIVED: lambda e: e.archived,
    Tab.ALL: lambda e: True,
}


def belongs(entry: Entry, tab: Tab) -> bool:
    """True where a conversation has its place in a tab."""
    return _BELONGS[tab](entry)


def in_tab(roster: Roster, tab: Tab, unseen: Collection[str]) -> list[Entry]:
    """The conversations of a tab, what the user has not seen yet first."""
    return _ordered((e for e in roster.entries if belongs(e, tab)), unseen)


def matching(roster: Roster, query: str, unseen: Collection[str]) -> list[Entry]:
    """The conversations whose company or vacancy has every word of `query`; "ё" counts as "е"."""
    words = _plain(query).split()
    found = (e for e in roster.entries if all(word in _plain(f"{e.company} {e.vacancy}") for word in words))
    return _ordered(found, unseen) if words else []


def to_hide(roster: Roster, tab: Tab, unseen: Collection[str]) -> list[str]:
    """What hiding a whole tab hides: never what the user has not seen yet."""
    return [e.nid for e in roster.entries if belongs(e, tab) and e.nid not in unseen]


def seal_of(nids: Iterable[str]) -> str:
    """Eight hexadecimal digits for a set of conversations: hides only what the question was about."""
    return f"{zlib.crc32(' '.join(sorted(nids)).encode()):08x}"


def _ordered(entries: Iterable[Entry], unseen: Collection[str]) -> list[Entry]:
    return sorted(entries, key=lambda e: (e.nid not in unseen, -e.moved_at))


def _short(name: str) -> str:
    return " ".join(name[: 2 * _NAME].split())[:_NAME]


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")
