"""In which order updates of one user are handled: that in which he acted.

Telegram numbers updates in the order in which they happened, and getUpdates gives them so. Its webhook does
not quite. The server (github.com/tdlib/telegram-bot-api, Client.cpp, `webhook_queue_id`; WebhookActor.cpp)
keeps a queue for the messages and edits of each chat and another one for the presses of each user. It
delivers each queue one update at a time and holds it back behind an update that was refused; between the
queues there is no order. So an answer of 503 can let a press overtake the message before it, by as long
as Telegram waits before it repeats that one. `max_connections=1` would not mend this (which queue goes next
is decided by waiting time and number of the queue), only let one user's delivery hold up all others.

Hence two things. Of the updates that wait, the one with the lowest number is handled first (`in_order`). And
for a moment after a message was refused the web side keeps that user's presses back, while it comes again
(`Repetition`): the process that refused by itself, the others as soon as Redis takes its word for it. A press
that overtakes while no process listened at all, or one was killed over a message, can't be told; Telegram
drops it after 150 seconds (Client.cpp, `add_update` of callback queries).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from bot.store import keys
from bot.store.errors import StoreUnavailable
from bot.store.mailbox import Incoming
from bot.telegram.routing import update_id

WINDOW = 100_000
"""Numbers. A greater step back is no late update but a new count: ids start at random after a week without
updates (Bot API, Update)."""

REPEAT_SECONDS = 2
"""After so many whole seconds a refused update shall come again (Retry-After, which Telegram honours)."""

_LEEWAY = 0.5
_AGAIN, _LONGEST_PAUSE = 0.02, 0.2
"""Seconds after which a Redis that is away is asked again, at first and at most."""


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
    """The moment after a refusal, in which messages come again and presses of their mailbox wait.

    `clock` in seconds. `expect` has the other processes wait, too, for what was refused of a mailbox, so many
    seconds at most.
    """

    def __init__(self, clock: Callable[[], float], expect: Callable[[int, float], Awaitable[None]]) -> None:
        self._clock = clock
        self._expect = expect
        self._over_at: dict[int, float] = {}
        """By mailbox; whichever is over first stands first."""
        self._untold: dict[int, set[int]] = {}
        """By shard: the mailboxes of which the others are still to be told."""
        self._spreading: set[asyncio.Task[None]] = set()

    def begins(self, refused: Incoming) -> None:
        """An update was refused and will be repeated; for a press nobody waits."""
        self._forget()
        if refused.follows:
            return
        box, shard = refused.mailbox, keys.shard_of(refused.mailbox)
        self._over_at.pop(box, None)
        self._over_at[box] = self._clock() + REPEAT_SECONDS + _LEEWAY
        if shard in self._untold:
            self._untold[shard].add(box)
            return
        self._untold[shard] = {box}
        task = asyncio.create_task(self._spread(shard))
        self._spreading.add(task)
        task.add_done_callback(self._spreading.discard)

    async def close(self) -> None:
        """Spread no more words."""
        for task in self._spreading:
            task.cancel()
        await asyncio.gather(*self._spreading, return_exceptions=True)

    async def let_messages_first(self, update: Incoming) -> None:
        """Wait where it is no message and one before it may still be on its way."""
        self._forget()
        if update.follows and (over_at := self._over_at.get(update.mailbox)) is not None:
            await asyncio.sleep(over_at - self._clock())

    async def _spread(self, shard: int) -> None:
        """Let the others know as soon as Redis takes it: else they could be quicker.

        Each shard by itself, for of a cluster a part may be away; and one question at a time, however much
        is refused meanwhile.
        """
        untold, pause = self._untold[shard], _AGAIN
        try:
            while untold:
                box = untold.pop()
                left = self._over_at.get(box, 0) - self._clock()
                if left <= 0:
                    continue
                try:
                    await self._expect(box, left)
                    pause = _AGAIN
                except StoreUnavailable:
                    untold.add(box)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            del self._untold[shard]

    def _forget(self) -> None:
        """What is over by now takes no room."""
        now = self._clock()
        while self._over_at and self._over_at[box := next(iter(self._over_at))] <= now:
            del self._over_at[box]
