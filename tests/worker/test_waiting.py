"""Which intents may go, and what an edit does to one that has not left."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.intents import Apply, EditMessage, Hide, HideAll, SendMessage, StopHiding
from bot.store.packing import pack, unpack
from bot.worker.waiting import Waiting, next_at, queued, replaced, runnable, to_hide


def send(nid: str = "1", text: str = "hello", message: int = 10) -> SendMessage:
    return SendMessage(nid=nid, text=text, chat_message_id=message)


def test_intents_go_in_order() -> None:
    queue = queued([], [send(message=1), send(message=2)], now=0)
    first = runnable(queue, now=0)
    assert first is queue[0]
    assert runnable(replaced(queue, queue[0], None), now=0) is queue[1]


def test_one_that_waits_holds_back_its_own_conversation_only() -> None:
    queue = queued([], [send("1", message=1), send("1", message=2), send("2", message=3)], now=0)
    queue = replaced(queue, queue[0], queue[0].parked(now=0, seconds=50))
    ready = runnable(queue, now=10)
    assert ready is not None
    assert ready.intent == send("2", message=3)
    assert next_at(queue) == 0
    assert next_at(replaced(queue, ready, None)) == 50


def test_the_pause_grows_with_every_try_and_ends_at_a_minute() -> None:
    waiting, pauses = Waiting(send(), since=0), []
    for _ in range(8):
        waiting = waiting.parked(now=0)
        pauses.append(waiting.not_before)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_an_edit_of_a_message_that_has_not_left_changes_it_in_place() -> None:
    queue = queued([], [send(text="helo", message=5)], now=0)
    queue = queued(queue, [EditMessage(nid="1", text="hello", chat_message_id=5)], now=1)
    assert [waiting.intent for waiting in queue] == [send(text="hello", message=5)]


def test_an_edit_of_a_message_that_may_have_left_waits_behind_it() -> None:
    queue = [Waiting(send(text="helo", message=5), since=0, attempted_at=1)]
    edit = EditMessage(nid="1", text="hello", chat_message_id=5)
    assert [waiting.intent for waiting in queued(queue, [edit], now=1)] == [
        send(text="helo", message=5),
        edit,
    ]


def test_an_edit_changes_nothing_but_its_own_message() -> None:
    """Without numbers, as after another bot took over, nothing tells which one was meant."""
    for message, nid in ((0, "1"), (0, "2"), (5, "2")):
        edit = EditMessage(nid=nid, text="hello", chat_message_id=message)
        queue = queued(queued([], [send(message=message)], now=0), [edit], now=1)
        assert [waiting.intent for waiting in queue] == [send(message=message), edit]


def test_once_a_try_surely_came_to_nothing_the_message_has_its_latest_text() -> None:
    tried = Waiting(send(text="helo", message=5), since=0, attempted_at=1)
    edits = [EditMessage(nid="1", text=text, chat_message_id=5) for text in ("hell", "hello")]
    queue = queued([tried], [edits[0], send(message=6), edits[1]], now=1)
    queue = replaced(queue, tried, Waiting(send(text="helo", message=5), since=0))
    assert [waiting.intent for waiting in queue] == [send(text="hello", message=5), send(message=6)]


def test_the_same_intent_twice_is_one() -> None:
    hide = Hide(nid="1", decline=False, card_id=3)
    assert len(queued([], [hide, hide], now=0)) == 1


def test_applications_to_one_vacancy_stay_in_order() -> None:
    one = Apply(vacancy_id="1", resume_id="a", letter="", chat_message_id=0, card_id=1)
    queue = [Waiting(one, since=0, not_before=9), Waiting(send("1"), since=0)]
    ready = runnable(queue, now=0)
    assert ready is not None
    assert isinstance(ready.intent, SendMessage)


intents = st.builds(send, st.sampled_from("123"), st.just("x"), st.integers(1, 99))
queues = st.lists(st.builds(Waiting, intents, st.just(0.0), st.floats(0, 100)), max_size=8)


@given(queues, st.floats(0, 100))
def test_what_may_go_is_the_first_of_its_lane_and_is_due(queue: list[Waiting], now: float) -> None:
    ready = runnable(queue, now)
    first_of_lane = {waiting.lane: waiting for waiting in reversed(queue)}
    due = [waiting for waiting in first_of_lane.values() if waiting.not_before <= now]
    assert (ready is None) == (not due)
    if ready is not None:
        assert any(ready is waiting for waiting in due)


@given(queues)
def test_queues_survive_packing(queue: list[Waiting]) -> None:
    assert unpack(pack(queue), list[Waiting]) == queue


def test_stopping_stops_what_goes_on_in_the_background_and_nothing_else() -> None:
    sweep = HideAll(tab="discard", nids=("1", "2"), total=2, card_id=500)
    queue = queued(
        [Waiting(send(), since=0, not_before=50), Waiting(sweep, since=0, not_before=50)], [StopHiding()], 9
    )
    assert queue[0] == Waiting(send(), since=0, not_before=50)
    assert queue[1].not_before == 9
    assert isinstance(queue[1].intent, HideAll)
    assert queue[1].intent.stopped


def test_an_edit_changes_the_message_that_it_edits_and_no_other() -> None:
    queue = queued([], [send(message=10), send(message=11)], now=0)
    edit = EditMessage(nid="1", text="changed", chat_message_id=11)
    changed = queued(queue, [edit], now=1)
    assert [waiting.intent for waiting in changed] == [send(message=10), send(text="changed", message=11)]


def hide_all(*nids: str, stopped: bool = False) -> HideAll:
    return HideAll(tab="discard", nids=nids, total=len(nids), card_id=500, stopped=stopped)


def test_of_many_the_conversations_are_hidden_first_where_nothing_from_before_waits() -> None:
    queue = [Waiting(send("1"), since=0, not_before=50), Waiting(hide_all("1", "2", "3"), since=0)]
    hiding = to_hide(queue)
    assert hiding is not None
    assert hiding == (queue[1], hide_all("2", "3", "1"))
    assert next_at(queue) == 0


def test_where_something_from_before_waits_in_all_of_them_nothing_is_hidden_until_then() -> None:
    queue = [Waiting(send("1"), since=0, not_before=50), Waiting(hide_all("1"), since=0)]
    assert to_hide(queue) is None
    assert next_at(queue) == 50
    assert to_hide(queue[1:]) == (queue[1], hide_all("1"))


def test_what_is_asked_for_after_hiding_many_does_not_hold_it_up() -> None:
    queue = [Waiting(hide_all("1"), since=0), Waiting(send("1"), since=0, not_before=50)]
    assert to_hide(queue) == (queue[0], hide_all("1"))


def test_hiding_that_was_stopped_waits_for_nothing() -> None:
    queue = [Waiting(send("1"), since=0, not_before=50), Waiting(hide_all("1", stopped=True), since=0)]
    assert to_hide(queue) == (queue[1], hide_all("1", stopped=True))
