"""Whatever hh.ru lists at one look and at the next: each message is told once, and nothing twice."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.hh.models import Message, Negotiation
from bot.sync.book import Known, Moment, moved, opened, read
from bot.sync.events import Event
from tests.sync.conversations import NOON, at, message, moment, negotiation

SINCE = NOON - 5000
LATE = Moment(at(90_000), NOON + 90_000.0)
STATES = ("response", "invitation", "discard", "hidden", "interview", "offer", "hired", "unheard_of")
CALLS = ("did_not_connect", "calling", "call_error", "call_ended", "pick_successful", "unheard_of")

written = st.lists(
    st.builds(
        message,
        st.integers(1, 30),
        st.integers(0, 500),
        mine=st.booleans(),
        state=st.sampled_from((*STATES, "text", None)),
        viewed_by_me=st.booleans(),
    ),
    unique_by=lambda each: each.id,
    max_size=8,
)


@st.composite
def listed(draw: st.DrawFn) -> Negotiation:
    calls = draw(st.dictionaries(st.integers(1, 3), st.sampled_from(CALLS), max_size=2))
    items = [{"id": n, "status": status, "creation_time": moment(10)} for n, status in calls.items()]
    fields: dict[str, Any] = {
        "has_updates": draw(st.booleans()),
        "viewed_by_opponent": draw(st.booleans()),
        "counters": draw(st.none() | st.builds(lambda n: {"messages": n}, st.integers(0, 20))),
        "phone_calls": {"items": items, "picked_up_phone_by_opponent": False} if items else None,
    }
    return negotiation(draw(st.integers(0, 500)), draw(st.sampled_from(STATES)), **fields)


def known_after(first: Negotiation, messages: list[Message]) -> Known:
    """The book's entry after a first look."""
    return read(opened(first, at(0), notify=False), first, messages, LATE, SINCE)[0]


def told(events: list[Event]) -> list[str]:
    return [event.message.id for event in events if event.message]


@given(listed(), written, listed(), written)
def test_each_message_is_told_once_and_none_again(
    first: Negotiation, before: list[Message], second: Negotiation, after: list[Message]
) -> None:
    known = known_after(first, before)
    later, events = read(known, second, after, LATE, SINCE)
    seen = {each.id for each in before if not each.mine}
    assert sorted(told(events)) == sorted(each.id for each in after if not each.mine and each.id not in seen)
    assert set(later.messages or ()) >= set(known.messages or ())


@given(listed(), written, listed(), written)
def test_the_same_state_again_is_no_news(
    first: Negotiation, before: list[Message], second: Negotiation, after: list[Message]
) -> None:
    later, _ = read(known_after(first, before), second, after, LATE, SINCE)
    assert not moved(later, second)
    again, events = read(later, second, after, LATE, SINCE)
    assert events == []
    assert again.messages == later.messages


@given(listed(), written, listed())
def test_a_change_of_the_list_alone_tells_of_no_message(
    first: Negotiation, before: list[Message], second: Negotiation
) -> None:
    _, events = read(known_after(first, before), second, before, LATE, SINCE)
    assert told(events) == []
    kinds = [event.kind for event in events if event.call is None]
    assert len(kinds) <= 1, "one move of the state, or one view"


@given(listed(), written, listed())
def test_where_messages_are_not_shown_none_is_forgotten_or_made_up(
    first: Negotiation, before: list[Message], second: Negotiation
) -> None:
    known = known_after(first, before)
    hidden, events = read(known, second, None, LATE, SINCE)
    assert told(events) == []
    assert hidden.messages == known.messages
    _, events = read(hidden, second, before, LATE, SINCE)
    assert told(events) == []
