"""The way in: raw updates of Telegram, from the webhook or the poller, into their mailboxes.

What was put here is never lost, and only then may it be acknowledged to Telegram.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from bot import metrics
from bot.store.mailbox import Incoming, Mailboxes
from bot.telegram.routing import UnreadableUpdate, route

log = logging.getLogger(__name__)


class Intake:
    """Sorts raw updates into mailboxes."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    async def put(self, raw_updates: Sequence[bytes]) -> None:
        """Store all of them, in order; what can't be read is counted and left out.

        Raises `bot.store.errors.StoreUnavailable`: then some may be stored, and all can be put again.
        """
        incoming = list(_readable(raw_updates))
        new = await self._mailboxes.push(incoming)
        metrics.UPDATES.labels("stored").inc(new)
        metrics.UPDATES.labels("repeated").inc(len(incoming) - new)


def _readable(raw_updates: Sequence[bytes]) -> Iterator[Incoming]:
    for raw in raw_updates:
        try:
            routed = route(raw)
        except UnreadableUpdate as error:
            metrics.UPDATES.labels("unreadable").inc()
            log.warning("an update of %d bytes was left out: %s", len(raw), error)
        else:
            yield Incoming(mailbox=routed.mailbox, update_id=routed.update_id, raw=raw)
