"""A conversation that can't be read, for now: nothing in it counts as seen, and none of its news is lost."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from bot.hh.models import Negotiation
from bot.sync.book import Known, Moment, listed, moved, read, unknown
from bot.sync.events import Event, Kind

LONGEST_AGAIN = 3600.0
"""Seconds at most between two tries to read a conversation that can't be read."""


def unread(
    known: Known | None,
    negotiation: Negotiation,
    now: Moment,
    since: int,
    *,
    tell: bool,
    partly: tuple[Known, list[Event]] | None = None,
) -> tuple[Known, list[Event]]:
    """The conversation after its messages could not be read: none of them is taken as seen.

    With `tell` the news is what the list alone says. `partly` is what `read` made of those messages
    that could be read.
    """
    before = known or unknown(since, negotiation)
    untold = structs.replace(
        listed(before, negotiation), state=before.state, written=before.written, viewed=before.viewed
    )
    after, events = partly or (untold, [])
    owed = before.owed or (negotiation.has_updates and moved(known, negotiation))
    owed = owed and _only_views(events)
    if tell and partly is None:
        after, events = read(known, negotiation, None, now, since)
    if tell and owed and _only_views(events):
        events = [Event(Kind.MESSAGE, negotiation)]
    failed = put_off(structs.replace(after, failing=before.failing), now.here)
    return structs.replace(failed, owed=owed and not tell), events


def put_off(known: Known, here: float) -> Known:
    """A conversation that can't be read at `here`: again after as long as that has been so."""
    failing = known.failing or int(here)
    return structs.replace(known, failing=failing, again=here + min(here - failing, LONGEST_AGAIN))


def forgotten(known: Known) -> Known:
    """A conversation that hh.ru does not have any more: not looked for, but read once it is listed again."""
    return structs.replace(known, mark=0, recheck=False, failing=0, again=0)


def _only_views(events: Iterable[Event]) -> bool:
    return all(event.kind is Kind.VIEW for event in events)
