from __future__ import annotations

import pytest
from msgspec.msgpack import Decoder

from bot.chat.outgoing import Conversation, Draft, Subject
from bot.store import keys
from bot.worker.change import MAP_SIZE, After, Change, Writing

NOTHING = After(queue=None, account=None, shown=None, later=None)


@pytest.mark.parametrize(
    "subject",
    [Conversation("77"), Conversation("77", "5", "digest"), Conversation("77", card=True), Draft("Да", 1)],
)
def test_what_a_message_is_about_is_read_as_it_was_written(subject: Subject) -> None:
    commands = [*Writing(1, 0).commands(Change(mapped={5: subject}), NOTHING)]
    name, key, message_id, packed = commands[0]
    assert (name, key, message_id) == ("HSET", keys.of(1, "map"), 5)
    assert isinstance(packed, bytes)
    assert Decoder[Subject](Subject).decode(packed) == subject


def test_a_full_map_is_put_aside_for_the_next_one() -> None:
    change = Change(mapped={5: Conversation("77")})
    first, *_ = Writing(1, MAP_SIZE).commands(change, NOTHING)
    assert first == ("RENAME", keys.of(1, "map"), keys.of(1, "map-old"))
    assert "RENAME" not in [command[0] for command in Writing(1, MAP_SIZE - 1).commands(change, NOTHING)]
