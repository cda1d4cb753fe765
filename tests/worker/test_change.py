from __future__ import annotations

from bot.chat.outgoing import Conversation
from bot.store import keys
from bot.worker.change import MAP_SIZE, After, Change, Writing
from bot.worker.subjects import note

NOTHING = After(queue=None, account=None, shown=None, later=None)


def test_what_a_message_is_about_is_noted_in_the_map() -> None:
    name, key, message_id, noted, *_ = next(
        Writing(1, 0).commands(Change(mapped={5: Conversation("77")}), NOTHING)
    )
    assert (name, key, message_id, noted) == ("HSET", keys.of(1, "map"), 5, note(Conversation("77")))


def test_a_full_map_is_put_aside_for_the_next_one() -> None:
    change = Change(mapped={5: Conversation("77")})
    first, *_ = Writing(1, MAP_SIZE).commands(change, NOTHING)
    assert first == ("RENAME", keys.of(1, "map"), keys.of(1, "map-old"))
    assert "RENAME" not in [command[0] for command in Writing(1, MAP_SIZE - 1).commands(change, NOTHING)]
