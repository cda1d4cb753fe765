"""What of an answer is read where not all of it can be: never more is lost than must be."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, create_model

from bot.hh.errors import MalformedAnswer, OutcomeUnknown
from bot.hh.models import Message, Messages, Negotiation, Negotiations, Resumes, Tokens
from bot.hh.parsing import parse
from bot.hh.wire import Answer

NEGOTIATION = {
    "id": "1",
    "state": {"id": "invitation", "name": "Приглашение"},
    "created_at": "2026-11-20T10:00:00+0300",
    "updated_at": "2026-11-23T10:00:00+0300",
    "has_updates": True,
    "viewed_by_opponent": False,
    "messaging_status": "ok",
    "hidden": False,
    "decline_allowed": False,
    "vacancy": {"id": "7", "name": "Аналитик", "employer": {"id": "8", "name": "Ромашка"}},
}
MESSAGE = {
    "id": "5",
    "created_at": "2026-11-23T10:00:00+0300",
    "text": "Здравствуйте!",
    "state": {"id": "text", "name": "Текст"},
    "author": {"participant_type": "employer"},
    "viewed_by_me": False,
}
TEN = datetime(2026, 11, 23, 7, tzinfo=UTC)


def answer(body: object) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return Answer(200, httpx.Headers(), text.encode())


def listed(*items: object, **counts: object) -> Answer:
    return answer({"items": items, "found": len(items), "page": 0, "pages": 1, "per_page": 20, **counts})


@pytest.mark.parametrize(
    "broken",
    [{"id": None}, {"id": "2", "created_at": "вчера", "updated_at": None}, {}, "text", 17, [NEGOTIATION]],
    ids=str,
)
def test_a_conversation_that_cant_be_read_costs_only_itself(broken: object) -> None:
    found = parse(Negotiations, listed(NEGOTIATION, broken, {**NEGOTIATION, "id": 3}))
    assert [one.id for one in found.items] == ["1", "3"]
    assert found.unreadable == 1


def test_a_null_among_the_items_moves_no_blame_to_its_neighbour() -> None:
    found = parse(Negotiations, listed(None, {"id": "2"}, NEGOTIATION))
    assert [one.id for one in found.items] == ["1"]
    assert found.unreadable == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", None),
        ("state", "invitation"),
        ("has_updates", None),
        ("has_updates", "perhaps"),
        ("viewed_by_opponent", None),
        ("messaging_status", None),
        ("hidden", []),
        ("decline_allowed", None),
        ("counters", "many"),
        ("phone_calls", [1, 2]),
        ("phone_calls", {"items": [{"id": 1}, {"id": 2, "status": None, "creation_time": "now"}]}),
        ("resume", {"id": None}),
        ("vacancy", "removed"),
        ("vacancy", {"id": "7", "employer": {"id": {}, "name": ["Ромашка"]}}),
        ("vacancy", {"id": "7", "archived": None, "name": 17}),
        ("source", 5),
        ("url", {}),
        ("created_at", None),
        ("created_at", "soon"),
        ("updated_at", None),
    ],
    ids=str,
)
@pytest.mark.parametrize("absent", [False, True])
def test_a_field_that_cant_be_read_or_is_absent_costs_only_itself(
    field: str, value: object, absent: bool
) -> None:
    item: dict[str, Any] = {**NEGOTIATION, field: value}
    if absent:
        del item[field]
    found = parse(Negotiations, listed(item))
    assert found.unreadable == 0
    assert found.items[0].id == "1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", 17),
        ("state", 5),
        ("author", None),
        ("author", {"participant_type": None}),
        ("editable", None),
        ("viewed_by_me", None),
        ("viewed_by_opponent", "?"),
        ("address", "Москва"),
        ("address", {"lat": "north", "lng": None, "metro": "Динамо", "metro_stations": [None, 3]}),
        ("assessments", None),
        ("assessments", [{"name": "Тест"}, {"id": 9, "actions": [{"id": 1}, {"enabled": None}, 7]}]),
    ],
    ids=str,
)
def test_of_a_message_everything_but_its_id_and_moment_may_be_strange(field: str, value: object) -> None:
    found = parse(Messages, listed({**MESSAGE, field: value}))
    assert (found.items[0].id, found.items[0].created_at, found.unreadable) == ("5", TEN, 0)
    assert not found.items[0].mine


@pytest.mark.parametrize("gone", ["id", "created_at"])
def test_a_message_without_id_or_moment_is_counted_as_unreadable(gone: str) -> None:
    found = parse(Messages, listed({k: v for k, v in MESSAGE.items() if k != gone}, MESSAGE))
    assert [one.id for one in found.items] == ["5"]
    assert found.unreadable == 1


def test_a_message_that_lacks_one_thing_and_has_another_wrong_goes_once() -> None:
    broken = {k: v for k, v in MESSAGE.items() if k != "id"} | {"created_at": "soon", "text": 17}
    found = parse(Messages, listed(broken, MESSAGE))
    assert ([one.id for one in found.items], found.unreadable) == (["5"], 1)


def test_what_shows_ever_deeper_faults_is_given_up() -> None:
    kinds: list[type[BaseModel]] = [create_model("Deepest", id=(int, ...))]
    document: object = {"id": "none"}
    for _ in range(20):
        kinds.append(create_model("Deep", inner=(kinds[-1], ...)))
        document = {"inner": document}
    with pytest.raises(MalformedAnswer):
        parse(kinds[-1], answer(document))


def test_of_one_object_too_only_what_is_wrong_is_left_out() -> None:
    assert parse(Message, answer({**MESSAGE, "text": 17})).id == "5"


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-23T10:00:00+0300",
        "2026-11-23T10:00:00+03:00",
        "2026-11-23T07:00:00Z",
        "2026-11-23T07:00:00.000000Z",
        "2026-11-23T07:00:00",
        "2026-11-23 07:00:00+00:00",
        int(TEN.timestamp()),
    ],
)
def test_moments_are_read_in_every_form(moment: object) -> None:
    assert parse(Message, answer({**MESSAGE, "created_at": moment})).created_at == TEN


@pytest.mark.parametrize(
    ("body", "unreadable"),
    [
        ({"items": []}, 0),
        ({"items": None, "found": 0}, 0),
        ({"items": None}, 0),
        ({"found": 0}, 0),
        ({"items": None, "found": 3}, 1),
        ({"items": "none", "found": 3}, 1),
        ({}, 1),
        ({"error": "?"}, 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("model", [Negotiations, Messages, Resumes])
def test_only_what_says_so_is_an_empty_list(
    model: type[Negotiations | Messages | Resumes], body: dict[str, object], unreadable: int
) -> None:
    found = parse(model, answer(body))
    assert (len(found.items), found.unreadable) == (0, unreadable)


def test_counts_may_contradict_each_other() -> None:
    assert not parse(Messages, listed(MESSAGE, found="1", pages=None)).more(0, 1)
    assert parse(Messages, listed(MESSAGE, found=2, pages=1)).more(0, 1)
    assert parse(Messages, listed(MESSAGE, found=0, pages=2)).more(0, 1)
    assert not parse(Messages, listed(MESSAGE, found=1, pages=0)).more(0, 1)


def test_half_a_character_breaks_no_page() -> None:
    item = json.dumps({**MESSAGE, "text": "Ждём"})[:-1] + r', "extra": "\ud83d"}'
    found = parse(Messages, answer(f'{{"items": [{item}], "found": 1}}'))
    assert found.items[0].text == "Ждём"


@pytest.mark.parametrize("body", ["", "<html>", '{"items": [', "[]", "null", "17", "[" * 100_000])
def test_what_is_no_answer_is_none(body: str) -> None:
    with pytest.raises(MalformedAnswer):
        parse(Negotiations, answer(body))
    with pytest.raises(OutcomeUnknown):
        parse(Message, answer(body), write=True)


def test_one_object_without_what_it_must_have_is_none() -> None:
    with pytest.raises(MalformedAnswer, match="created_at"):
        parse(Negotiation, answer({"id": "1"}))
    with pytest.raises(OutcomeUnknown, match="refresh_token"):
        parse(Tokens, answer({"access_token": "A"}), write=True)


def test_what_is_left_out_is_logged_by_its_place_and_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot.hh.parsing")
    parse(Messages, listed({**MESSAGE, "created_at": "тайна"}, {**MESSAGE, "state": "тайна"}))
    assert "items.*.created_at" in caplog.text
    assert "тайна" not in caplog.text


def test_what_may_be_missing_is_put_right_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.hh.parsing")
    one_moment = {name: value for name, value in NEGOTIATION.items() if name != "updated_at"}
    found = parse(Negotiations, listed(one_moment, None))
    assert [item.updated_at for item in found.items] == [datetime(2026, 11, 20, 7, tzinfo=UTC)]
    assert parse(Negotiation, answer(one_moment)) == found.items[0]
    assert parse(Messages, answer({"items": None})).items == []
    assert not caplog.records
