"""The way in: raw updates of Telegram, from the webhook or the poller, into their mailboxes.

What was put here is never lost, and only then may it be acknowledged to Telegram.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import metrics, trail
from bot.log import logger
from bot.store.mailbox import Incoming, Mailboxes
from bot.telegram.mending import mended
from bot.telegram.routing import UnreadableUpdate, route

log = logger(__name__)


class Intake:
    """Sorts raw updates into mailboxes, each byte for byte: what comes again is known by that.

    Only an update that holds what is no character is mended, alone.
    """

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    async def put(self, raw_updates: Sequence[bytes]) -> None:
        """Store all of them, in order; what can't be read is counted and left out.

        Raises `bot.store.errors.StoreUnavailable`: then some may be stored, and all can be put again.
        """
        for raw in raw_updates:
            if (incoming := read(raw)) is not None:
                await self.store(incoming)

    async def store(self, incoming: Incoming) -> None:
        """Store one of them; raises `bot.store.errors.StoreUnavailable`."""
        with trail.follow(trail.of_update(incoming.raw), "store update", first=True) as span:
            stored = await self._mailboxes.push([incoming]) == 1
            metrics.UPDATES.labels("stored" if stored else "repeated").inc()
            log.debug("an update was stored" if stored else "an update was stored before")
            if not stored:
                span.drop()  # there is one of this name already

    async def expect(self, mailbox: int, seconds: float) -> None:
        """A message that was refused comes again within so many seconds; presses wait for it.

        Raises `bot.store.errors.StoreUnavailable`.
        """
        await self._mailboxes.expect(mailbox, seconds)


def read(raw: bytes) -> Incoming | None:
    """What an update is, and whose; None, and counted, where it can't be read."""
    raw = mended(raw)
    try:
        routed = route(raw)
    except UnreadableUpdate as error:
        metrics.UPDATES.labels("unreadable").inc()
        log.warning("an update was left out", size=len(raw), reason=str(error))
        return None
    follows = not routed.written
    return Incoming(mailbox=routed.mailbox, update_id=routed.update_id, raw=raw, follows=follows)
