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
(`Repetition`): the process that refused by itself, the others as soon as Redis takes its word for it. A press
that overtakes while no process listened at all, or one was killed over a message, can't be told; Telegram
drops it after 150 seconds (Client.cpp, `add_update` of callback queries).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from bot.store.errors import StoreUnavailable
from bot.telegram.routing import update_id

WINDOW = 100_000
"""Numbers. A greater step back is no late update but a new count: ids start at random after a week without
updates (Bot API, Update)."""

REPEAT_SECONDS = 2
"""After so many whole seconds a refused update shall come again (Retry-After, which Telegram honours)."""

_LEEWAY, _AGAIN = 0.5, 0.02


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
    """The moment after a refusal, in which messages come again and presses wait. `clock` in seconds.

    `expect` has the other processes wait, too, for what was refused, so many seconds at most.
    """

    def __init__(self, clock: Callable[[], float], expect: Callable[[bytes, float], Awaitable[None]]) -> None:
        self._clock = clock
        self._expect = expect
        self._over_at = float("-inf")
        self._spreading: set[asyncio.Task[None]] = set()

    def begins(self, raw: bytes) -> None:
        """An update was refused and will be repeated."""
        self._over_at = self._clock() + REPEAT_SECONDS + _LEEWAY
        task = asyncio.create_task(self._spread(raw, self._over_at))
        self._spreading.add(task)
        task.add_done_callback(self._spreading.discard)

    @property
    def spreading(self) -> bool:
        """True while others are still to be told."""
        return bool(self._spreading)

    async def close(self) -> None:
        """Spread no more words."""
        for task in self._spreading:
            task.cancel()
        await asyncio.gather(*self._spreading, return_exceptions=True)

    async def _spread(self, raw: bytes, over_at: float) -> None:
        """Let the others know, the very moment Redis takes it: else they could be quicker."""
        while (left := over_at - self._clock()) > 0:
            try:
                await self._expect(raw, left)
                return
            except StoreUnavailable:
                await asyncio.sleep(_AGAIN)

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
