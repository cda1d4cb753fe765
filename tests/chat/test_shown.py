from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.outgoing import Key, Press, Topic
from bot.chat.shown import MOST, Sent, Shown, Spot, face
from bot.hh.models import Counters, Negotiation
from bot.store.packing import pack, unpack
from tests.chat.samples import NOW, message, negotiation

SECOND = int(NOW.timestamp())
DAISY, LILY = Topic("1", "Ромашка — Аналитик"), Topic("2", "Лютик — Инженер")


def listed(unread: int | None, *, viewed: bool = False, age: int = 0) -> Negotiation:
    """A conversation in the list, with so many messages that its employer has not read."""
    counters = None if unread is None else Counters(unread_messages=unread)
    moment = NOW - timedelta(seconds=age)
    return negotiation("1").model_copy(
        update={"counters": counters, "viewed_by_opponent": viewed, "updated_at": moment}
    )


def waiting(*mids: str) -> Spot:
    """The user's messages 11, 12, ... that hh.ru knows by these ids, none of them read."""
    return Spot(unread=tuple(Sent(chat_id, mid, SECOND) for chat_id, mid in enumerate(mids, 11)))


def test_a_topic_is_found_by_its_thread() -> None:
    shown = Shown().opened(DAISY, 70).opened(LILY, 80)
    assert [shown.conversation_in(thread) for thread in (70, 80, 90, 0)] == ["1", "2", None, None]


def test_what_is_written_in_a_former_topic_still_belongs_to_its_conversation() -> None:
    shown = Shown().opened(DAISY, 70).opened(DAISY, 71)
    assert shown.of("1").thread == 71
    assert shown.conversation_in(70) == shown.conversation_in(71) == "1"


def test_a_topic_that_is_gone_is_made_anew() -> None:
    shown = Shown().opened(DAISY, 70).heard("1", 70, 70).gone("1")
    assert shown.of("1") == Spot(former=(70,))
    assert shown.opened(DAISY, 71).conversation_in(71) == "1"


def test_former_topics_do_not_pile_up() -> None:
    shown = Shown()
    for thread in range(70, 90):
        shown = shown.opened(DAISY, thread)
    assert len(shown.of("1").former) == 3
    assert shown.conversation_in(88) == "1"


def test_a_conversation_without_anything_in_the_chat_takes_no_room() -> None:
    assert Shown().awaiting("1", Sent(11, "5")).read("1", [11]) == Shown()


def test_the_conversations_touched_last_stay() -> None:
    shown = Shown()
    for number in range(MOST):
        shown = shown.opened(Topic(str(number), "x"), 1000 + number)
    shown = shown.renamed(Topic("0", "y")).opened(Topic("new", "x"), 5)
    assert len(shown.spots) == MOST
    assert (shown.of("0").thread, shown.of("1").thread, shown.of("new").thread) == (1000, 0, 5)


def test_it_is_stored_and_read_back() -> None:
    shown = Shown().opened(DAISY, 70).carded("1", 71, 70, 5).awaiting("1", Sent(11, "5", SECOND))
    assert unpack(pack(shown), Shown) == shown


@pytest.mark.parametrize(
    ("unread", "read"),
    [(0, [11, 12, 13]), (1, [11, 12]), (2, [11]), (3, []), (9, []), (None, [])],
)
def test_the_list_tells_how_many_the_employer_has_not_read(unread: int | None, read: list[int]) -> None:
    assert waiting("5", "6", "7").read(listed(unread)) == read


def test_a_list_from_before_the_last_message_tells_nothing_of_it() -> None:
    assert waiting("5").read(listed(0, age=1)) == []


def test_messages_that_were_fetched_tell_it_each_for_itself() -> None:
    mine = message("6", "Спасибо", mine=True).model_copy(update={"viewed_by_opponent": True})
    assert waiting("5", "6").read(listed(2), [mine]) == [12]


def test_a_letter_is_read_with_the_application() -> None:
    spot = Spot(unread=(Sent(11, ""),))
    assert spot.read(listed(None)) == []
    assert spot.read(listed(None, viewed=True)) == [11]


def test_a_message_sent_again_waits_once() -> None:
    shown = Shown().awaiting("1", Sent(11, "5", 1)).awaiting("1", Sent(11, "6", 2))
    assert shown.of("1").unread == (Sent(11, "6", 2),)


def test_a_card_has_another_face_with_other_words_or_buttons() -> None:
    key = Key("Ответить", press=Press("reply", ("1",)))
    faces = {face("a", ()), face("b", ()), face("a", ((key,),))}
    assert len(faces) == 3


def test_a_topic_is_gone_where_telegram_stops_naming_it() -> None:
    shown = Shown().opened(DAISY, 70).heard("1", 70, 70)
    assert shown.heard("1", 70, 70) is shown
    assert shown.heard("1", 70, 0).of("1") == Spot(former=(70,))


def test_a_server_that_never_names_threads_costs_no_topic() -> None:
    shown = Shown().opened(DAISY, 70)
    assert shown.heard("1", 70, 0) is shown


def test_what_is_heard_of_another_topic_changes_nothing() -> None:
    shown = Shown().opened(DAISY, 70).heard("1", 70, 70).opened(DAISY, 71)
    assert shown.heard("1", 70, 0) is shown


def test_what_stands_as_it_stood_needs_no_writing() -> None:
    shown = Shown().opened(DAISY, 70)
    assert shown.put("1", shown.of("1")) is shown
