from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.mending import mended

TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS, st.booleans())
def test_what_is_all_right_stays_byte_for_byte(text: str, escaped: bool) -> None:
    raw = json.dumps({"text": text}, ensure_ascii=escaped).encode()
    assert mended(raw) == raw


@given(TEXTS, TEXTS, st.sampled_from([b"\xff", b"\xd0", b"\\ud83d", b"\\uDE00", b"\\ude00\\ud83d"]))
def test_what_is_no_character_is_replaced_and_nothing_beside_it(before: str, after: str, odd: bytes) -> None:
    head, tail = json.dumps(before)[:-1].encode(), json.dumps(after)[1:].encode()
    text = json.loads(mended(head + b" " + odd + b" " + tail))
    assert text.encode()
    assert text.startswith(before)
    assert text.endswith(after)
    assert set(text[len(before) : len(text) - len(after)]) <= {" ", "?", "\ufffd"}


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b'"\\\\ud800"', b'"\\ud83d\\ude00"'])
def test_what_needs_no_mending_is_left_alone(raw: bytes) -> None:
    assert mended(raw) == raw
