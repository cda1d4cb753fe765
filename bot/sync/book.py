"""The book: what is known of each conversation, and what a look at hh.ru adds to it.

Pure functions of stored and fetched data. `updated_at` is only a hint (it moves without news, and
two changes can share its one second), `has_updates` too (it is reset by viewing); the record is the
set of message ids.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec import Struct, structs

from bot.hh.models import Message, Negotiation, PhoneCall
from bot.sync.events import Event, Kind

BASELINE_NOTICES = 8
"""How many unread conversations are pushed one by one after linking; the rest come as a list."""

_SETTLED_AFTER = 2
_SKEW = 600
"""Seconds by which the clocks behind hh.ru's moments may differ."""

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
    never read are old. `recheck`
    asks to read it at the next look whatever the list says, `read_at` is then when it was first read with
    this `updated_at`. `missed` are the calls that came to nothing and are told of, or were there at
    the baseline.

    `written` is how many messages hh.ru counted, `viewed` whether the employer had looked; None is
    unknown. `failing` is since when it can't be read, 0 where it can, `again` when to try next; `owed` is set
    while hh.ru had something unread there that the user was not told of. These moments are ours.
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
    read_at: int = 0
    failing: int = 0
    again: float = 0
    owed: bool = False


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


@dataclass(frozen=True)
class Moment:
    """When a look was taken: `there` by hh.ru's clock, `here` by ours in Unix seconds."""

    there: datetime
    here: float


def moved(known: Known | None, negotiation: Negotiation) -> bool:
    """True where the listed conversation tells of something that the book does not have."""
    if known is None or (negotiation.has_updates and not known.has_updates):
        return True
    return known.updated_at != _seconds(negotiation.updated_at) or known.mark != _mark(negotiation)


def due(known: Known, here: float) -> bool:
    """True where a conversation is to be read at `here`, by our clock, whatever the list says."""
    return known.again <= here if known.failing else known.recheck


def opened(negotiation: Negotiation, now: datetime, *, notify: bool) -> Known:
    """A conversation at the baseline: old, but to be read for what is unread where `notify`."""
    settled = _seconds(now) - _seconds(negotiation.updated_at) >= _SETTLED_AFTER
    seen = listed(unknown(0), negotiation)
    return structs.replace(
        seen,
        # What was written within the last second may be older than the list or younger.
        horizon=seen.updated_at if settled else seen.updated_at - 1,
        recheck=(negotiation.has_updates and notify) or not settled,
        missed=tuple(map(_number, _missed(negotiation))),
    )


def read(
    known: Known | None,
    negotiation: Negotiation,
    messages: Iterable[Message] | None,
    now: Moment,
    since: int,
) -> tuple[Known, list[Event]]:
    """The conversation after its messages were read, and the news in it, in the order it was written.

    `messages` is None where hh.ru does not show them. `now` is the moment of the reading, `since`
    that of the baseline by hh.ru's clock. A message is news once: where its id was not there before,
    whatever its date; in a conversation that was never read, where it is younger than the horizon, not
    viewed, or among those by which the listed count has grown.
    """
    before = known or unknown(since, negotiation)
    ordered = None if messages is None else sorted(messages, key=written)
    theirs = [message for message in ordered or [] if not message.mine]
    events = [Event(kind_of(m), negotiation, m) for m in _fresh(before, negotiation, ordered or [])]
    moved = _moved(before, negotiation)
    recent = before.state or _seconds(negotiation.updated_at) >= since - _SKEW
    told = {_mover(theirs, before), *(event.kind for event in events)}
    if recent and moved is not None and moved not in told:
        events.append(Event(moved, negotiation))
    calls, missed = _calls(before, negotiation, since)
    events += calls
    # What the employer wrote or decided says by itself that he has looked; the list may show it later.
    if not (events or theirs or before.messages) and _viewed(before, negotiation):
        events.append(Event(Kind.VIEW, negotiation))
    seen = before.messages
    if ordered is not None:
        seen = tuple(dict.fromkeys((*(before.messages or ()), *map(_number, theirs))))
    after = listed(before, negotiation)
    read_at = before.read_at if after.updated_at == before.updated_at else 0
    settled = _all_read(negotiation, ordered) or _settled(after, read_at, now)
    after = structs.replace(
        after,
        written=before.written if ordered is None else after.written,
        messages=seen,
        horizon=before.horizon if seen is None else 0,
        missed=missed,
        read_at=0 if settled else read_at or int(now.here) + 1,
        recheck=not settled,
        failing=0,
        again=0,
        owed=False,
    )
    return after, events


def glimpsed(known: Known | None, negotiation: Negotiation, since: int) -> tuple[Known, list[Event]]:
    """A conversation with something unread, as the list alone tells of it, and the news in that.

    Afterwards it counts as never read: what is written up to now is old once it was viewed.
    """
    before = known or unknown(since, negotiation)
    events = []
    moved = _moved(before, negotiation)
    if moved is not None:
        events.append(Event(moved, negotiation, unopened=True))
    elif _more_unread(before, negotiation):
        events.append(Event(Kind.MESSAGE, negotiation, unopened=True))
    calls, missed = _calls(before, negotiation, since)
    after = structs.replace(
        listed(before, negotiation),
        horizon=_seconds(negotiation.updated_at),
        messages=None,
        recheck=False,
        missed=missed,
        failing=0,
        again=0,
        owed=False,
    )
    return after, [*events, *calls]


def seen_on_the_site(known: Known, negotiation: Negotiation) -> Known | None:
    """The conversation where only its hint of something unread is gone; None where nothing changed."""
    gone = known.has_updates and not negotiation.has_updates
    return structs.replace(known, has_updates=False) if gone else None


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
    return _kind(message.state.id if message.state else "")


def unknown(since: int, negotiation: Negotiation | None = None) -> Known:
    """A conversation that is not in the book: new since the baseline, or an old one that comes back."""
    new = negotiation is not None and _seconds(negotiation.created_at) >= since - _SKEW
    return Known(
        updated_at=0, mark=0, state="", has_updates=False, horizon=0 if new else max(0, since - _SKEW)
    )


def listed(before: Known, negotiation: Negotiation) -> Known:
    """What the list says of a conversation, the rest as before."""
    return structs.replace(
        before,
        updated_at=_seconds(negotiation.updated_at),
        mark=_mark(negotiation),
        state=negotiation.state.id or before.state,
        has_updates=negotiation.has_updates,
        written=_written(negotiation),
        viewed=negotiation.viewed_by_opponent,
    )


def _fresh(before: Known, negotiation: Negotiation, ordered: list[Message]) -> list[Message]:
    theirs = [message for message in ordered if not message.mine]
    if before.messages is not None:
        seen = set(before.messages)
        return [message for message in theirs if _number(message) not in seen]
    counted = _written(negotiation)
    more = 0 if counted is None or before.written is None else max(0, counted - before.written)
    grown = {message.id for message in ordered[len(ordered) - min(more, len(ordered)) :]}
    fresh = [
        message
        for message in theirs
        if _seconds(message.created_at) > before.horizon or not message.viewed_by_me or message.id in grown
    ]
    # hh.ru said that something is unread, but reading has already marked it viewed.
    hinted = negotiation.has_updates or before.owed
    return fresh or (theirs[-1:] if hinted else [])


def _kind(state: str) -> Kind:
    return _STATES.get(state, Kind.PROGRESS)


def _moved(before: Known, negotiation: Negotiation) -> Kind | None:
    """The news in the state of the conversation, None where it is the old one or says nothing."""
    if negotiation.state.id == before.state:
        return None
    kind = _kind(negotiation.state.id)
    return None if kind is Kind.MESSAGE else kind


def _mover(theirs: list[Message], before: Known) -> Kind | None:
    """What the last message that moved the conversation did, if that was after the look before.

    It may have been read, and told, before the list showed the new state.
    """
    movers = [message for message in theirs if kind_of(message) is not Kind.MESSAGE]
    late = movers and _seconds(movers[-1].created_at) >= before.updated_at
    return kind_of(movers[-1]) if late else None


def _viewed(before: Known, negotiation: Negotiation) -> bool:
    # Of an invitation the other side is the applicant himself (OpenAPI 2025-12, `viewed_by_opponent`).
    return before.viewed is False and negotiation.viewed_by_opponent and negotiation.state.id == "response"


def _more_unread(before: Known, negotiation: Negotiation) -> bool:
    """True where more is unread than the user was told of, as far as counters tell."""
    if not before.has_updates or (before.messages is None and before.recheck):
        return True
    counted = _written(negotiation)
    if counted is None or before.written is None:
        return before.updated_at != _seconds(negotiation.updated_at)
    return counted > before.written


def _written(negotiation: Negotiation) -> int | None:
    return negotiation.counters.messages if negotiation.counters else None


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


def _all_read(negotiation: Negotiation, ordered: Sequence[Message] | None) -> bool:
    """True where one message more would show in the list, also within the second of `updated_at`.

    `counters.messages` counts them all (OpenAPI 2025-12); it is believed where it does.
    """
    return ordered is not None and _written(negotiation) == len(ordered)


def _settled(after: Known, read_at: int, now: Moment) -> bool:
    # Within the second of `updated_at` one more message could come that no field shows. The clocks
    # behind hh.ru's moments may differ, so the time is taken by ours, from the first reading on.
    if read_at and now.here - read_at >= _SETTLED_AFTER:
        return True
    return _seconds(now.there) - after.updated_at >= _SKEW


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
