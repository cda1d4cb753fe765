"""In which order updates of one user are handled: that in which he acted.

Telegram numbers updates in the order in which they happened, and getUpdates gives them so. Its webhook does
not quite. The server (github.com/tdlib/telegram-bot-api, Client.cpp, `webhook_queue_id`; WebhookActor.cpp)
keeps a queue for the messages and edits of each chat and another one for the presses of each user. It
delivers each queue one update at a time and holds it back behind an update that was refused; between the
queues there is no order. So an answer of 503 can let a press overtake the message before it, by as long
as Telegram waits before it repeats that one. `max_connections=1` would not mend this (which queue goes next
is decided by waiting time and number of the queue), only let one user's delivery hold up all others.

Hence two things. Of the updates that wait, the one with the lowest number is handled first (`in_order`). And
for a moment after a refusal the web side keeps presses back, while refused messages come again
(`Repetition`). A press that overtakes while no process listened at all can't be told; Telegram drops it
after 150 seconds (Client.cpp, `add_update` of callback queries).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from bot.telegram.routing import update_id

WINDOW = 100_000
"""Numbers. A greater step back is no late update but a new count: ids start at random after a week without
updates (Bot API, Update)."""

REPEAT_SECONDS = 2
"""After so many whole seconds a refused update shall come again (Retry-After, which Telegram honours)."""

_LEEWAY = 0.5


def in_order(raw_updates: Iterable[bytes]) -> list[bytes]:
    """Waiting updates by their numbers; across a new count of ids, in the order of their arrival."""
    ordered: list[tuple[int | None, bytes]] = []
    for raw in raw_updates:
        number, place = update_id(raw), len(ordered)
        while place and _late(number, ordered[place - 1][0]):
            place -= 1
        ordered.insert(place, (number, raw))
    return [raw for _, raw in ordered]


def _late(number: int | None, before: int | None) -> bool:
    return number is not None and before is not None and 0 < before - number <= WINDOW


class Repetition:
    """The moment after a refusal, in which messages come again and presses wait. `clock` in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._over_at = float("-inf")

    def begins(self) -> None:
        """An update was refused and will be repeated."""
        self._over_at = self._clock() + REPEAT_SECONDS + _LEEWAY

    async def let_messages_first(self, raw: bytes) -> None:
        """Wait where `raw` is no message and one before it may still be on its way."""
        pause = self._over_at - self._clock()
        if pause > 0 and not _is_message(raw):
            await asyncio.sleep(pause)


class _Kind(msgspec.Struct):
    message: msgspec.Raw | None = None
    edited_message: msgspec.Raw | None = None


def _is_message(raw: bytes) -> bool:
    try:
        kind = msgspec.json.decode(raw, type=_Kind)
    except (ValueError, RecursionError):
        return True  # nothing that could overtake
    return kind.message is not None or kind.edited_message is not None
