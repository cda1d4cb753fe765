from __future__ import annotations

import pytest

from bot.chat.html import Html
from bot.store.packing import pack, unpack


def test_marked_text_is_stored_as_text() -> None:
    assert unpack(pack([Html("<b>Ромашка</b>")]), list[str]) == ["<b>Ромашка</b>"]


def test_what_is_no_record_is_not_stored_by_accident() -> None:
    with pytest.raises(TypeError, match="object is not stored"):
        pack(object())
