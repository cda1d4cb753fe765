"""What is news, and that it is news once."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hh.models import Negotiation
from bot.store.packing import pack, unpack
from bot.sync.book import Book, Known, Moment, due, glimpsed, opened, read, seen_on_the_site
from bot.sync.events import Kind
from tests.sync.conversations import (
    NOON,
    SINCE,
    at,
    changed,
    look,
    message,
    moment,
    negotiation,
    texts,
)


def test_an_employers_message_is_news_once() -> None:
    known, events = look(opened(negotiation(0), at(100), notify=False), negotiation(50), [message(7, 50)])
    assert [(event.kind, event.message and event.message.id) for event in events] == [(Kind.MESSAGE, "7")]
    _, again = look(known, negotiation(60), [message(7, 50)])
    assert again == []


def test_the_users_own_messages_are_no_news() -> None:
    _, events = look(
        opened(negotiation(0), at(100), notify=False), negotiation(50), [message(7, 50, mine=True)]
    )
    assert events == []


def test_news_comes_in_the_order_it_was_written_whatever_the_order_of_the_list() -> None:
    messages = [message(n, n) for n in range(1, 12)]
    shuffled = random.Random(3).sample(messages, len(messages))  # noqa: S311, an order and no secret
    _, events = look(opened(negotiation(0), at(100), notify=False), negotiation(50), shuffled)
    assert texts(events) == [str(n) for n in range(1, 12)]


def test_of_messages_of_one_second_the_lower_number_is_first() -> None:
    _, events = look(
        opened(negotiation(0), at(100), notify=False), negotiation(50), [message(10, 50), message(9, 50)]
    )
    assert texts(events) == ["9", "10"]


def test_a_message_that_appears_late_with_an_old_date_is_still_news() -> None:
    known, _ = look(opened(negotiation(0), at(100), notify=False), negotiation(50), [message(7, 50)])
    _, events = look(known, negotiation(60), [message(6, 10), message(7, 50)])
    assert texts(events) == ["6"]


def test_what_was_read_on_the_site_meanwhile_is_news_all_the_same() -> None:
    _, events = look(
        opened(negotiation(0), at(100), notify=False), negotiation(50), [message(7, 50, viewed_by_me=True)]
    )
    assert texts(events) == ["7"]


def test_years_of_history_are_no_news_when_an_old_conversation_moves() -> None:
    history = [message(n, n - 200) for n in range(100)]
    _, events = look(
        opened(negotiation(0), at(100), notify=False), negotiation(50), [*history, message(500, 50)]
    )
    assert texts(events) == ["500"]


def test_what_was_unread_at_the_baseline_is_pushed() -> None:
    listed = negotiation(0, has_updates=True)
    known = opened(listed, at(100), notify=True)
    assert known.recheck
    _, events = look(known, listed, [message(1, -50), message(2, 0, viewed_by_me=False)])
    assert texts(events) == ["2"]


def test_unread_at_the_baseline_is_pushed_even_if_reading_marked_it_viewed() -> None:
    listed = negotiation(0, has_updates=True)
    _, events = look(opened(listed, at(100), notify=True), listed, [message(1, -50), message(2, 0)])
    assert texts(events) == ["2"]


def test_a_refusal_without_a_message_is_news() -> None:
    _, events = look(opened(negotiation(0), at(100), notify=False), negotiation(50, "discard"), [])
    assert [(event.kind, event.message) for event in events] == [(Kind.REFUSAL, None)]


def test_an_invitation_with_its_message_is_one_piece_of_news() -> None:
    _, events = look(
        opened(negotiation(0), at(100), notify=False),
        negotiation(50, "invitation"),
        [message(7, 50, state="invitation")],
    )
    assert [event.kind for event in events] == [Kind.INVITATION]


def test_a_state_nobody_has_heard_of_is_progress() -> None:
    _, events = look(opened(negotiation(0), at(100), notify=False), negotiation(50, "probation"), [])
    assert [event.kind for event in events] == [Kind.PROGRESS]


def test_a_message_without_a_state_does_not_move_the_conversation() -> None:
    _, events = look(
        opened(negotiation(0), at(100), notify=False), negotiation(50), [message(7, 50, state=None)]
    )
    assert [event.kind for event in events] == [Kind.MESSAGE]


def test_a_new_conversation_after_the_baseline_is_read_whole() -> None:
    assert changed(None, negotiation(50, "invitation"))
    _, events = look(None, negotiation(50, "invitation"), [message(7, 50, state="invitation")])
    assert [event.kind for event in events] == [Kind.INVITATION]


def test_an_old_conversation_that_reappears_brings_no_history() -> None:
    old = negotiation(-9000, "discard", created_at=moment(-99000))
    _, events = look(None, old, [message(7, -9000, state="discard")])
    assert events == []


def test_updated_at_alone_makes_a_look_but_no_news() -> None:
    known, _ = look(opened(negotiation(0), at(100), notify=False), negotiation(50), [message(7, 50)])
    assert changed(known, negotiation(60))
    after, events = look(known, negotiation(60), [message(7, 50)], at(9000))
    assert events == []
    assert not changed(after, negotiation(60))


def test_has_updates_makes_a_look_even_if_updated_at_stands_still() -> None:
    known, _ = look(None, negotiation(0), [])
    assert changed(known, negotiation(0, has_updates=True))


def test_a_hint_that_hh_never_resets_does_not_make_a_look_each_time() -> None:
    known, _ = look(None, negotiation(0, has_updates=True), [message(1)], at(9000))
    assert not changed(known, negotiation(0, has_updates=True))
    assert not changed(known, negotiation(0, has_updates=False))


def test_a_hint_that_went_and_came_back_makes_a_look() -> None:
    known, _ = look(None, negotiation(0, has_updates=True), [message(1)], at(9000))
    gone = seen_on_the_site(known, negotiation(0, has_updates=False))
    assert gone is not None
    assert seen_on_the_site(gone, negotiation(0, has_updates=False)) is None
    assert changed(gone, negotiation(0, has_updates=True))


def test_a_conversation_read_within_its_second_is_read_again() -> None:
    known, _ = look(None, negotiation(100), [message(1, 100)], at(100))
    assert changed(known, negotiation(100))
    settled, events = look(known, negotiation(100), [message(1, 100), message(2, 100)], at(130))
    assert texts(events) == ["2"]
    assert not changed(settled, negotiation(100))


def test_who_has_read_all_that_is_counted_need_not_read_again() -> None:
    known, _ = look(None, negotiation(100, counters={"messages": 1}), [message(1, 100)], at(100))
    assert not changed(known, negotiation(100, counters={"messages": 1}))
    assert changed(known, negotiation(100, counters={"messages": 2})), "another one within that second"
    assert changed(known, negotiation(100, "discard", counters={"messages": 1}))


@pytest.mark.parametrize("counted", [0, 2, None])
def test_a_count_that_is_not_that_of_the_messages_is_not_believed(counted: int | None) -> None:
    listed = negotiation(100, counters={"messages": counted})
    known, _ = look(None, listed, [message(1, 100)], at(100))
    assert changed(known, listed)
    closed, _ = look(None, listed, None, at(100))
    assert changed(closed, listed)


def test_where_hh_shows_no_messages_the_state_is_told_and_nothing_is_forgotten() -> None:
    first, _ = look(opened(negotiation(0), at(100), notify=False), negotiation(50), [message(7, 50)])
    closed, events = look(first, negotiation(60, "discard"), None)
    assert [event.kind for event in events] == [Kind.REFUSAL]
    _, later = look(closed, negotiation(70, "discard"), [message(7, 50), message(8, 70)])
    assert texts(later) == ["8"]


def test_the_book_survives_packing() -> None:
    known, _ = look(None, negotiation(50), [message("not-a-number", 50), message(12, 51)])
    book = Book(since=5).put("1", known)
    assert unpack(pack(book), Book) == book


def calls(*given: tuple[int, str, int]) -> dict[str, Any]:
    """Calls by id, status and the second they began."""
    items = [
        {"id": number, "status": status, "creation_time": moment(began)} for number, status, began in given
    ]
    return {"phone_calls": {"items": items, "picked_up_phone_by_opponent": False}}


def test_a_call_that_came_to_nothing_is_news_once() -> None:
    before = opened(negotiation(0), at(100), notify=False)
    known, events = look(before, negotiation(50, **calls((1, "calling", 49))), [])
    assert events == []
    known, events = look(known, negotiation(60, **calls((1, "did_not_connect", 49))), [])
    assert [(event.kind, event.call and event.call.id) for event in events] == [(Kind.CALL, "1")]
    later = negotiation(90, **calls((1, "did_not_connect", 49), (2, "call_error", 80), (3, "call_ended", 85)))
    _, again = look(known, later, [])
    assert [event.call and event.call.id for event in again] == ["2"]


def test_calls_from_before_the_baseline_are_no_news() -> None:
    old = calls((1, "did_not_connect", -300))
    _, events = look(opened(negotiation(0, **old), at(100), notify=False), negotiation(50, **old), [])
    assert events == []
    _, events = look(None, negotiation(50, **calls((1, "did_not_connect", -1000))), [])
    assert events == []


@pytest.mark.parametrize("skew", [-300, 300])
def test_a_conversation_is_read_again_by_our_clock_however_far_hh_is_from_it(skew: int) -> None:
    listed = negotiation(100)
    first, _ = read(None, listed, [message(1, 100)], Moment(at(100 + skew), 1000.0), SINCE)
    assert due(first, 1000.4)
    again, _ = read(first, listed, [message(1, 100)], Moment(at(101 + skew), 1000.9), SINCE)
    assert due(again, 1001.3)
    last, events = read(again, listed, [message(1, 100), message(2, 100)], Moment(at(104), 1003.5), SINCE)
    assert texts(events) == ["2"]
    assert not due(last, 1004.0)


@pytest.mark.parametrize("viewed", [True, False])
@pytest.mark.parametrize("skew", [-400, 0, 400])
def test_a_conversation_that_an_employer_begins_is_news_whatever_the_clocks(skew: int, viewed: bool) -> None:
    listed = negotiation(SINCE - NOON + skew, "invitation", created_at=moment(SINCE - NOON + skew))
    told = message(7, SINCE - NOON + skew, state="invitation", viewed_by_me=viewed)
    _, events = look(None, listed, [told])
    assert [event.kind for event in events] == [Kind.INVITATION]
    _, events = look(None, listed, [])
    assert [event.kind for event in events] == [Kind.INVITATION]


def test_a_conversation_that_comes_back_brings_what_is_unread_in_it() -> None:
    old = negotiation(-9000, created_at=moment(-99000), has_updates=True)
    _, events = look(None, old, [message(6, -9900), message(7, -9000)])
    assert texts(events) == ["7"]


def test_a_message_that_is_dated_too_early_and_seen_is_news_by_the_count() -> None:
    known = opened(negotiation(0, counters={"messages": 2}), at(100), notify=False)
    listed = negotiation(50, counters={"messages": 4})
    messages = [message(1, -90), message(2, -80), message(3, -5), message(4, -4, mine=True)]
    _, events = look(known, listed, messages)
    assert texts(events) == ["3"]


def test_a_refusal_that_was_read_before_the_list_showed_it_is_told_once() -> None:
    known = opened(negotiation(0), at(100), notify=False)
    refusal = message(7, 51, state="discard")
    known, events = look(known, negotiation(50), [refusal])
    assert [event.kind for event in events] == [Kind.REFUSAL]
    _, events = look(known, negotiation(51, "discard"), [refusal])
    assert events == []


def test_a_second_invitation_without_words_is_told_though_an_old_one_is_known() -> None:
    invited = message(7, 10, state="invitation")
    known, _ = look(opened(negotiation(0), at(100), notify=False), negotiation(10, "invitation"), [invited])
    known, _ = look(known, negotiation(20, "response"), [invited])
    _, events = look(known, negotiation(30, "invitation"), [invited])
    assert [event.kind for event in events] == [Kind.INVITATION]


def test_two_moves_between_two_looks_are_both_told() -> None:
    known = opened(negotiation(0), at(100), notify=False)
    moves = [message(7, 10, state="invitation"), message(8, 20, state="discard")]
    _, events = look(known, negotiation(20, "discard"), moves)
    assert [event.kind for event in events] == [Kind.INVITATION, Kind.REFUSAL]


def test_a_state_that_hh_leaves_out_for_a_while_is_no_move() -> None:
    known = opened(negotiation(0, "invitation"), at(100), notify=False)
    known, events = look(known, negotiation(10, ""), [])
    assert events == []
    _, events = look(known, negotiation(20, "invitation"), [])
    assert events == []


histories = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 400), st.booleans()), unique_by=lambda m: m[0], max_size=12
)


@given(histories, st.lists(st.integers(0, 12), max_size=6), st.randoms(use_true_random=False))
def test_every_message_is_told_once_however_the_looks_fall(
    history: list[tuple[int, int, bool]], looks: list[int], shuffle: random.Random
) -> None:
    """Growing prefixes of a conversation, in any order within each look."""
    messages = [message(mid, seconds, mine=mine) for mid, seconds, mine in history]
    known: Known | None = opened(negotiation(0), at(500), notify=False)
    told: list[str | None] = []
    for stop in [*sorted(looks), len(messages)]:
        seen = messages[:stop]
        shuffle.shuffle(seen)
        known, events = look(known, negotiation(stop), seen, at(500))
        told += texts(events)
    assert sorted(told, key=str) == sorted((m.id for m in messages if not m.mine), key=str)


@given(histories)
def test_one_look_tells_in_order(history: list[tuple[int, int, bool]]) -> None:
    messages = [message(mid, seconds, mine=mine) for mid, seconds, mine in history]
    _, events = look(opened(negotiation(0), at(500), notify=False), negotiation(400), messages, at(500))
    written = [event.message for event in events if event.message]
    assert all((a.created_at, int(a.id)) < (b.created_at, int(b.id)) for a, b in pairwise(written))


def test_a_view_is_news_once_and_only_while_nothing_else_says_so() -> None:
    unseen = opened(negotiation(0), at(100), notify=False)
    seen = negotiation(50, viewed_by_opponent=True)
    known, events = look(unseen, seen, [])
    assert [event.kind for event in events] == [Kind.VIEW]
    assert look(known, negotiation(60, viewed_by_opponent=True), [])[1] == []
    _, refused = look(unseen, negotiation(50, "discard", viewed_by_opponent=True), [])
    assert [event.kind for event in refused] == [Kind.REFUSAL]


def test_who_has_written_is_not_said_to_have_looked_as_well() -> None:
    unseen = opened(negotiation(0), at(100), notify=False)
    known, events = look(unseen, negotiation(50), [message(7, 50)])
    assert [event.kind for event in events] == [Kind.MESSAGE]
    later = negotiation(50, viewed_by_opponent=True)
    assert look(known, later, [message(7, 50)])[1] == []
    assert look(known, later, None)[1] == []


def test_what_was_viewed_before_the_account_was_linked_is_no_news() -> None:
    known = opened(negotiation(0, viewed_by_opponent=True), at(100), notify=False)
    assert look(known, negotiation(50, viewed_by_opponent=True), [])[1] == []


def unread(seconds: int, written: int | None, state: str = "response") -> Negotiation:
    counters = None if written is None else {"messages": written}
    return negotiation(seconds, state, has_updates=True, counters=counters)


def test_an_unopened_message_is_told_once_without_its_text() -> None:
    read_up, _ = look(opened(negotiation(0), at(100), notify=False), negotiation(40), [message(7, 40)])
    known, events = glimpsed(read_up, unread(50, 2), SINCE)
    assert [(event.kind, event.message, event.unopened) for event in events] == [(Kind.MESSAGE, None, True)]
    again, nothing = glimpsed(known, unread(60, 2), SINCE)
    assert nothing == []
    _, more = glimpsed(again, unread(70, 3), SINCE)
    assert len(more) == 1


def test_an_unopened_invitation_is_told_as_an_invitation() -> None:
    known, events = glimpsed(
        opened(negotiation(0), at(100), notify=False), unread(50, 2, "invitation"), SINCE
    )
    assert [event.kind for event in events] == [Kind.INVITATION]
    assert glimpsed(known, unread(60, 2, "invitation"), SINCE)[1] == []


def test_without_counters_a_later_change_of_what_is_unread_is_news() -> None:
    known, _ = glimpsed(opened(negotiation(0), at(100), notify=False), unread(50, None), SINCE)
    assert glimpsed(known, unread(50, None), SINCE)[1] == []
    assert len(glimpsed(known, unread(60, None), SINCE)[1]) == 1


def test_what_the_user_wrote_himself_is_not_announced_as_unread() -> None:
    known, _ = glimpsed(opened(negotiation(0), at(100), notify=False), unread(50, 2), SINCE)
    book = Book(since=SINCE, known={"1": known}).answered("1")
    assert book is not None
    assert glimpsed(book.known["1"], unread(60, 3), SINCE)[1] == []
    assert Book().answered("1") is None


def test_what_was_announced_and_opened_is_not_told_again() -> None:
    known, _ = glimpsed(opened(negotiation(0), at(100), notify=False), unread(50, 1), SINCE)
    _, events = look(known, negotiation(60), [message(7, 50)])
    assert events == []


def test_what_came_after_the_announcement_is_told_even_if_it_was_read_on_the_site() -> None:
    known, _ = glimpsed(opened(negotiation(0), at(100), notify=False), unread(50, 1), SINCE)
    _, events = look(known, negotiation(60), [message(7, 50), message(8, 60)])
    assert texts(events) == ["8"]


def test_what_was_announced_comes_whole_where_the_user_wants_texts_at_once_again() -> None:
    known, _ = glimpsed(opened(negotiation(0), at(100), notify=False), unread(50, 1), SINCE)
    _, events = look(known, unread(60, 2), [message(7, 50, viewed_by_me=False), message(8, 60)])
    assert texts(events) == ["7", "8"]


def test_unread_conversations_of_the_baseline_are_announced_where_they_are_to_be() -> None:
    known = opened(unread(0, 3), at(100), notify=True)
    assert len(glimpsed(known, unread(0, 3), SINCE)[1]) == 1
