"""Conversations that can't be read: what is kept of them, and when they are told."""

from __future__ import annotations

import pytest

from bot.hh.models import Negotiation
from bot.sync.book import Known, opened
from bot.sync.events import Event, Kind
from bot.sync.unreadable import unread
from tests.sync.conversations import SINCE, at, changed, look, message, moment, moment_of, negotiation, texts


def failed(
    known: Known | None, listed: Negotiation, seconds: int, *, tell: bool = False
) -> tuple[Known, list[Event]]:
    return unread(known, listed, moment_of(at(seconds)), SINCE, tell=tell)


def test_what_cant_be_read_is_tried_again_ever_later_and_at_once_when_it_moves() -> None:
    known, events = failed(opened(negotiation(0), at(100), notify=False), negotiation(50), 100)
    assert events == []
    assert changed(known, negotiation(50), at(100))
    known, _ = failed(known, negotiation(50), 110)
    assert not changed(known, negotiation(50), at(119))
    assert changed(known, negotiation(50), at(120))
    assert changed(known, negotiation(51), at(119))
    known, _ = failed(known, negotiation(50), 90_000)
    assert not changed(known, negotiation(50), at(93_599))
    assert changed(known, negotiation(50), at(93_600))


@pytest.mark.parametrize("new", [True, False])
def test_nothing_of_what_could_not_be_read_is_taken_as_seen(new: bool) -> None:
    known = None if new else opened(negotiation(0), at(100), notify=False)
    listed = negotiation(50, "invitation", created_at=moment(0), has_updates=True)
    for seconds in (100, 110, 130):
        known, events = failed(known, listed, seconds)
        assert events == []
    known, events = look(known, listed, [message(7, 50, state="invitation")], at(9000))
    assert [(event.kind, event.message is not None) for event in events] == [(Kind.INVITATION, True)]
    assert not changed(known, listed)


def test_the_user_is_told_once_of_what_stays_unreadable_and_of_its_words_later() -> None:
    listed = negotiation(50, has_updates=True)
    known, _ = failed(opened(negotiation(0), at(100), notify=False), listed, 100)
    known, events = failed(known, listed, 500, tell=True)
    assert [(event.kind, event.message) for event in events] == [(Kind.MESSAGE, None)]
    known, events = failed(known, listed, 900, tell=True)
    assert events == []
    _, events = look(known, listed, [message(7, 50)])
    assert texts(events) == ["7"]


def test_an_invitation_whose_words_cant_be_read_is_told_by_its_state() -> None:
    listed = negotiation(50, "invitation", has_updates=True)
    known, events = failed(opened(negotiation(0), at(100), notify=False), listed, 100, tell=True)
    assert [(event.kind, event.message) for event in events] == [(Kind.INVITATION, None)]
    _, events = failed(known, listed, 900, tell=True)
    assert events == []


def test_what_can_be_read_beside_an_unreadable_message_is_told_once() -> None:
    before = opened(negotiation(0), at(100), notify=False)
    listed, now = negotiation(50, has_updates=True), moment_of(at(100))
    partly = look(before, listed, [message(7, 50)])
    known, events = unread(before, listed, now, SINCE, tell=False, partly=partly)
    assert texts(events) == ["7"]
    assert changed(known, listed)
    _, events = look(known, listed, [message(7, 50), message(8, 50)])
    assert texts(events) == ["8"]
