"""The book: what is known of each conversation, and what a look at hh.ru adds to it.

Pure functions of stored and fetched data. `updated_at` is only a hint (it moves without news, and
two changes can share its one second), `has_updates` too (it is reset by viewing); the record is the
set of message ids.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from msgspec import Struct, structs

from bot.hh.models import Message, Negotiation, PhoneCall
from bot.sync.events import Event, Kind

BASELINE_NOTICES = 20
"""How many unread conversations are pushed one by one after linking; the rest come as a list."""

_SETTLED_AFTER = 2
_LONGEST_RINGING = 120
_STATES = {
    "invitation": Kind.INVITATION,
    "discard": Kind.REFUSAL,
    **dict.fromkeys(("response", "hidden", "text", ""), Kind.MESSAGE),
}


class Known(Struct, frozen=True, array_like=True, omit_defaults=True):
    """One conversation as last seen.

    `mark` sums up the listed fields, `messages` are the employer's message ids once they were read
    (None before), `horizon` is the Unix time up to which unread messages of a conversation that was
    never read are old. `recheck` asks to read it at the next look whatever the list says. `missed` are
    the calls that came to nothing and are told of, or were there at the baseline. `written` is how many
    messages hh.ru counted, `viewed` whether the employer had looked; None is unknown.
    """

    updated_at: int
    mark: int
    state: str
    has_updates: bool
    horizon: int = 0
    messages: tuple[int, ...] | None = None
    recheck: bool = False
    missed: tuple[int, ...] = ()
    written: int | None = None
    viewed: bool | None = None


class Book(Struct, frozen=True, array_like=True, omit_defaults=True):
    """All conversations of one account; `since` is the baseline by hh.ru's clock, 0 before it is taken."""

    since: int = 0
    known: dict[str, Known] = {}

    def put(self, nid: str, known: Known) -> Book:
        """The book with one conversation replaced."""
        return structs.replace(self, known={**self.known, nid: known})

    def answered(self, nid: str) -> Book | None:
        """The book after the user wrote into a conversation; None where it doesn't count its messages."""
        known = self.known.get(nid)
        if known is None or known.written is None:
            return None
        return self.put(nid, structs.replace(known, written=known.written + 1))


def changed(known: Known | None, negotiation: Negotiation) -> bool:
    """True where the listed conversation tells of something that the book does not have."""
    if known is None or known.recheck:
        return True
    if negotiation.has_updates and not known.has_updates:
        return True
    return known.updated_at != _seconds(negotiation.updated_at) or known.mark != _mark(negotiation)


def opened(negotiation: Negotiation, now: datetime, *, notify: bool) -> Known:
    """A conversation at the baseline: old, but to be read for what is unread where `notify`."""
    updated_at = _seconds(negotiation.updated_at)
    return Known(
        updated_at=updated_at,
        mark=_mark(negotiation),
        state=negotiation.state.id,
        has_updates=negotiation.has_updates,
        horizon=updated_at,
        recheck=(negotiation.has_updates and notify) or not _settled(negotiation, now),
        missed=tuple(map(_number, _missed(negotiation))),
        written=_written(negotiation),
        viewed=negotiation.viewed_by_opponent,
    )


def read(
    known: Known | None,
    negotiation: Negotiation,
    messages: Iterable[Message] | None,
    now: datetime,
    since: int,
) -> tuple[Known, list[Event]]:
    """The conversation after its messages were read, and the news in it, in the order it was written.

    `messages` is None where hh.ru does not show them. `now` is hh.ru's time of the reading, `since`
    that of the baseline. A message is news once: where its id was not there before, whatever its
    date; in a conversation that was never read, where it is younger than the horizon or not viewed.
    """
    before = known or Known(updated_at=0, mark=0, state="", has_updates=False, horizon=since - 1)
    theirs = None if messages is None else sorted((m for m in messages if not m.mine), key=written)
    events = [Event(kind_of(m), negotiation, m) for m in _fresh(before, negotiation, theirs or [])]
    moved = _moved(before, negotiation)
    recent = known is not None or _seconds(negotiation.updated_at) >= since
    if recent and moved is not None and moved not in {event.kind for event in events}:
        events.append(Event(moved, negotiation))
    calls, missed = _calls(before, negotiation, since)
    events += calls
    # What the employer wrote or decided says by itself that he has looked.
    if not events and _viewed(before, negotiation):
        events.append(Event(Kind.VIEW, negotiation))
    seen = before.messages
    if theirs is not None:
        seen = tuple(dict.fromkeys((*(before.messages or ()), *map(_number, theirs))))
    after = Known(
        updated_at=_seconds(negotiation.updated_at),
        mark=_mark(negotiation),
        state=negotiation.state.id,
        has_updates=negotiation.has_updates,
        horizon=before.horizon,
        messages=seen,
        recheck=not _settled(negotiation, now),
        missed=missed,
        written=_written(negotiation),
        viewed=negotiation.viewed_by_opponent,
    )
    return after, events


def glimpsed(known: Known | None, negotiation: Negotiation, since: int) -> tuple[Known, list[Event]]:
    """A conversation with something unread, as the list alone tells of it, and the news in that.

    Afterwards it counts as never read: what is written up to now is old once it was viewed.
    """
    before = known or Known(updated_at=0, mark=0, state="", has_updates=False, horizon=since - 1)
    events = []
    moved = _moved(before, negotiation)
    if moved is not None:
        events.append(Event(moved, negotiation, unopened=True))
    elif _more_unread(before, negotiation):
        events.append(Event(Kind.MESSAGE, negotiation, unopened=True))
    calls, missed = _calls(before, negotiation, since)
    updated_at = _seconds(negotiation.updated_at)
    after = Known(
        updated_at=updated_at,
        mark=_mark(negotiation),
        state=negotiation.state.id,
        has_updates=True,
        horizon=updated_at,
        missed=missed,
        written=_written(negotiation),
        viewed=negotiation.viewed_by_opponent,
    )
    return after, [*events, *calls]


def written(message: Message) -> tuple[datetime, int, str]:
    """Sorts messages: hh.ru promises no order (contract, "Behaviour")."""
    return message.created_at, int(message.id) if message.id.isdecimal() else 0, message.id


def after_known(known: Known | None, messages: Sequence[Message]) -> Sequence[Message]:
    """Of messages in the order they were written, those after the employer's last known one.

    None of them where nothing of the employer is known.
    """
    seen = set(known.messages or ()) if known else set()
    places = [place for place, message in enumerate(messages) if _number(message) in seen]
    return messages[places[-1] + 1 :] if places else ()


def kind_of(message: Message) -> Kind:
    """What a message of the employer is; a state of `text` or none does not move the conversation."""
    return _STATES.get(message.state.id if message.state else "", Kind.PROGRESS)


def _fresh(before: Known, negotiation: Negotiation, theirs: list[Message]) -> list[Message]:
    if before.messages is not None:
        seen = set(before.messages)
        return [message for message in theirs if _number(message) not in seen]
    fresh = [m for m in theirs if _seconds(m.created_at) > before.horizon or not m.viewed_by_me]
    # hh.ru said that something is unread, but reading has already marked it viewed.
    if not fresh and before.has_updates and negotiation.has_updates:
        return theirs[-1:]
    return fresh


def _calls(before: Known, negotiation: Negotiation, since: int) -> tuple[list[Event], tuple[int, ...]]:
    """News of calls that came to nothing, and all such calls that are known then."""
    missed = [call for call in _missed(negotiation) if _number(call) not in before.missed]
    events = [Event(Kind.CALL, negotiation, call=call) for call in missed if _within_reach(call, since)]
    return events, (*before.missed, *map(_number, missed))


def _missed(negotiation: Negotiation) -> list[PhoneCall]:
    calls = negotiation.phone_calls.items if negotiation.phone_calls else []
    return sorted((call for call in calls if call.missed), key=lambda call: call.creation_time)


def _within_reach(call: PhoneCall, since: int) -> bool:
    # A call from before the account was linked may have ended after it, but not much.
    return _seconds(call.creation_time) >= since - _LONGEST_RINGING


def _moved(before: Known, negotiation: Negotiation) -> Kind | None:
    """The news in the state of the conversation, None where it is the old one or says nothing."""
    if negotiation.state.id == before.state:
        return None
    moved = _STATES.get(negotiation.state.id, Kind.PROGRESS)
    return None if moved is Kind.MESSAGE else moved


def _viewed(before: Known, negotiation: Negotiation) -> bool:
    # Of an invitation the other side is the applicant himself (OpenAPI 2025-12, `viewed_by_opponent`).
    return before.viewed is False and negotiation.viewed_by_opponent and negotiation.state.id == "response"


def _more_unread(before: Known, negotiation: Negotiation) -> bool:
    """True where more is unread than the user was told of, as far as counters tell."""
    if not before.has_updates or (before.messages is None and before.recheck):
        return True
    written = _written(negotiation)
    if written is None or before.written is None:
        return before.updated_at != _seconds(negotiation.updated_at)
    return written > before.written


def _written(negotiation: Negotiation) -> int | None:
    return negotiation.counters.messages if negotiation.counters else None


def _settled(negotiation: Negotiation, now: datetime) -> bool:
    # Within the second of `updated_at` one more change could come that no field would show.
    return _seconds(now) - _seconds(negotiation.updated_at) >= _SETTLED_AFTER


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


def _number(of: Message | PhoneCall) -> int:
    if of.id.isdecimal() and len(of.id) < 19:
        return int(of.id)
    return int.from_bytes(hashlib.blake2b(of.id.encode(), digest_size=8).digest(), "big")


def _mark(negotiation: Negotiation) -> int:
    calls = negotiation.phone_calls.items if negotiation.phone_calls else []
    parts = (
        negotiation.state.id,
        negotiation.messaging_status,
        str(negotiation.viewed_by_opponent),
        str(negotiation.decline_allowed),
        str(negotiation.counters.messages if negotiation.counters else None),
        *(f"{call.id}={call.status}" for call in calls),
    )
    return zlib.crc32("\x1f".join(parts).encode())
