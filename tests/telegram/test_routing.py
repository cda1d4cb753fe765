from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.routing import Routed, UnreadableUpdate, route, update_id

PRIVATE = {"id": 700, "type": "private", "first_name": "Анна"}
GROUP = {"id": -100200, "type": "group", "title": "Чат"}
ANNA = {"id": 700, "is_bot": False, "first_name": "Анна"}


def raw(**update: object) -> bytes:
    return json.dumps({"update_id": 5, **update}).encode()


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 1, "from": ANNA, "chat": PRIVATE, "text": "привет 👋"}},
        {"edited_message": {"message_id": 1, "from": ANNA, "chat": PRIVATE, "text": "привет"}},
        {"callback_query": {"id": "1", "from": ANNA, "message": {"message_id": 1, "chat": PRIVATE}}},
        {"callback_query": {"id": "1", "from": ANNA, "inline_message_id": "x"}},
        {"callback_query": {"id": "1", "from": ANNA, "message": None}},
        {"my_chat_member": {"from": ANNA, "chat": PRIVATE, "date": 1}},
    ],
)
def test_what_happens_in_a_private_chat_goes_to_the_mailbox_of_its_user(update: dict[str, object]) -> None:
    written = bool({"message", "edited_message"} & set(update))
    assert route(raw(**update)) == Routed(5, 700, written)


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 1, "from": ANNA, "chat": GROUP, "text": "/start"}},
        {"my_chat_member": {"from": ANNA, "chat": GROUP, "date": 1}},
        {"callback_query": {"id": "1", "from": ANNA, "message": {"message_id": 1, "chat": GROUP}}},
    ],
)
def test_what_happens_in_a_group_goes_to_the_mailbox_of_the_group(update: dict[str, object]) -> None:
    assert route(raw(**update)) == Routed(5, -100200, "message" in update)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"update_id": 1}',
        b'{"message": {"chat": {"id": 1}}}',
        b'{"update_id": "1", "message": {"chat": {"id": 1}}}',
        b'{"update_id": 1, "message": {"chat": {"id": 99999999999999999999}}}',
        b'{"update_id": 1, "poll": {"id": "1"}}',
        b'{"update_id": 1, "channel_post": {"chat": {"id": -1}}}',
        b'{"update_id": 1, "edited_channel_post": {"message_id": 1, "chat": {"id": -1}}}',
        b'{"update_id": 1, "business_message": {"message_id": 1, "chat": {"id": 700}, "from": {"id": 700}}}',
        b'{"update_id": 1, "inline_query": {"id": "1", "from": {"id": 700}, "query": "", "offset": ""}}',
        b'{"update_id": 1, "of_tomorrow": {"from": {"id": 700}, "chat": {"id": 700}}}',
        b'{"update_id": 1, "message": {"chat": {"id": 1}, "text": "\xff"}}',
        b'{"update_id": 1, "message": {"chat": {"id": 1}, "text": "\\ud800"}}',
        b'{"update_id": 1, "message": {"chat": {"id": 1}}} and more',
        b'{"update_id": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_usable_update_is_refused(given: bytes) -> None:
    with pytest.raises(UnreadableUpdate):
        route(given)


def test_a_refusal_does_not_quote_the_update() -> None:
    with pytest.raises(UnreadableUpdate) as caught:
        route(b'{"update_id": 1, "message": {"chat": {"id": "my secret"}}}')
    assert "secret" not in str(caught.value)


@given(st.binary())
def test_any_bytes_are_either_routed_or_refused(given: bytes) -> None:
    with pytest.raises(UnreadableUpdate):
        route(given)


def test_an_update_of_another_kind_still_has_its_number() -> None:
    assert update_id(raw(poll={"id": "1"})) == 5
    assert update_id(b"[]") is None
    assert update_id(b'{"update_id": 1, "x": ' + b"[" * 100_000) is None
