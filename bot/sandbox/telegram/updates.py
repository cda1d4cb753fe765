"""The queue of updates: numbered, kept until taken, given to `getUpdates` or to the webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from bot.sandbox.telegram.faults import Faults
from bot.sandbox.telegram.refusals import Conflict
from bot.sandbox.telegram.wire import Update

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MAX_POLL_SECONDS = 50


@dataclass(eq=False)
class Pending:
    """An update that nobody has confirmed yet. `order_id` is its queue: the order holds within it."""

    update: Update
    order_id: int
    sent: bool = False
    again: bool = False
    copies: int = 0
    failures: int = 0


class UpdateQueue:
    """Updates in the order of their delivery."""

    def __init__(self, faults: Faults, first_id: int, changed: Callable[[], None]) -> None:
        self.pending: list[Pending] = []
        self.webhook_set = False
        self.allowed: tuple[str, ...] = ()
        self._faults = faults
        self._next_id = first_id
        self._restarted = False
        self._held: Pending | None = None
        self._changed = changed
        self._poller: asyncio.Future[None] | None = None

    @property
    def polled(self) -> bool:
        """Whether a poller waits."""
        return self._poller is not None and not self._poller.done()

    @property
    def count(self) -> int:
        """How many updates nobody has confirmed yet."""
        return len(self.pending) + (self._held is not None)

    @property
    def next_id(self) -> int:
        """The id of the next update."""
        return self._next_id

    def restart_ids(self, first_id: int) -> None:
        """Number from `first_id` on: Telegram does so after a week without updates."""
        self._next_id = first_id
        self._restarted = True

    def put(self, order_id: int, update: Update, kind: str) -> int | None:
        """Number the update and queue it; None where the bot asked not to have this kind."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if not wanted:
            return None
        pending = Pending(replace(update, update_id=self._next_id), order_id, again=self._restarted)
        self._next_id += 1
        if self._faults.duplicates:
            self._faults.duplicates -= 1
            pending.copies = 1
        self._queue(pending)
        self.wake()
        return pending.update.update_id

    def _queue(self, pending: Pending) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.again = True
            self.pending += [pending, held]
        elif self._faults.swaps:
            self._faults.swaps -= 1
            self._held = pending
        else:
            self.pending.append(pending)

    def wake(self) -> None:
        """Let a waiting poller and the webhook look again."""
        self.release()
        self._changed()

    def drop(self) -> None:
        """Forget every update (`drop_pending_updates`)."""
        self.pending.clear()
        self._changed()

    def take(self, pending: Pending) -> None:
        """The update was confirmed; deliver it once more where a fault says so."""
        if pending not in self.pending:
            return
        self.pending.remove(pending)
        if pending.copies:
            copy = Pending(pending.update, pending.order_id, again=True, copies=pending.copies - 1)
            self.pending.insert(0, copy)
        self._changed()

    async def poll(self, offset: int, limit: int, seconds: float) -> Sequence[Update]:
        """`getUpdates`: confirm what lies before `offset`, answer what is there or wait for it.

        Raises:
            Conflict: a webhook is set, or a second poller came.
        """
        if self.webhook_set:
            raise Conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        self._confirm(offset)
        if not self.pending and seconds > 0:
            await self._wait(seconds)
        batch = self.pending[:limit]
        for pending in batch:
            pending.sent = True
        return [pending.update for pending in batch]

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
            return
        for pending in list(self.pending):
            if pending.update.update_id < offset and (pending.sent or not pending.again):
                self.take(pending)

    async def _wait(self, seconds: float) -> None:
        self.end_poll("other getUpdates request; make sure that only one bot instance is running")
        poller = self._poller = asyncio.get_running_loop().create_future()
        self._changed()
        try:
            async with asyncio.timeout(min(seconds, MAX_POLL_SECONDS)):
                await poller
        except TimeoutError:
            pass
        finally:
            if self._poller is poller:  # pragma: no branch - else an error is on its way, which is no branch
                self._poller = None

    def end_poll(self, by: str) -> None:
        """Refuse the poller that waits: something else takes over."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(Conflict(f"terminated by {by}"))
        self._poller = None

    def release(self) -> None:
        """Let a waiting poller go with what there is."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
