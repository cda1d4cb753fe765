from __future__ import annotations

import msgspec
import pytest

from bot.chat.html import Html
from bot.store.packing import pack, squeeze, unpack


def test_marked_text_is_stored_as_text() -> None:
    assert unpack(pack([Html("<b>Ромашка</b>")]), list[str]) == ["<b>Ромашка</b>"]


def test_what_is_no_record_is_not_stored_by_accident() -> None:
    with pytest.raises(TypeError, match="object is not stored"):
        pack(object())


@pytest.mark.parametrize("record", [["short"], ["long", *["again and again"] * 50]])
def test_what_is_squeezed_comes_back(record: list[str]) -> None:
    squeezed = squeeze(record)
    assert len(squeezed) <= len(pack(record))
    assert unpack(squeezed, list[str]) == record


def test_a_long_record_takes_less_room() -> None:
    record = ["again and again"] * 50
    assert len(squeeze(record)) < len(pack(record)) / 5


def test_what_is_spoiled_is_no_record() -> None:
    with pytest.raises(msgspec.DecodeError):
        unpack(squeeze(["again and again"] * 50)[:-9], list[str])
