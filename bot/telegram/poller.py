"""Long polling: the one holder of the lease brings updates in, each stored before it is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from bot.failpoints import reach
from bot.log import logger
from bot.store.errors import StoreUnavailable
from bot.telegram.botapi import (
    BadToken,
    BotApi,
    BotApiError,
    BotApiRefused,
    BotApiUnreachable,
    OtherPoller,
    WebhookInTheWay,
)
from bot.telegram.intake import Intake
from bot.telegram.lease import Lease, LeaseLost
from bot.telegram.patience import Patience
from bot.telegram.routing import ALLOWED_UPDATES, update_id

log = logger(__name__)

HOLD = 25
"""Seconds for which Telegram holds a request while there are no updates."""

# These don't pass by waiting: somebody must look.
_LASTING = (BadToken, OtherPoller, WebhookInTheWay, BotApiRefused)


class Poller:
    """Polls while this process holds the lease, and tries to get the lease while it doesn't."""

    def __init__(self, api: BotApi, intake: Intake, lease: Lease, *, hold: int = HOLD) -> None:
        self._api = api
        self._intake = intake
        self._lease = lease
        self._hold = hold
        self._patience = Patience("getting updates from Telegram")

    async def run(self) -> NoReturn:
        """Poll until cancelled; the lease is then free for another process at once."""
        while True:
            with suppress(StoreUnavailable):
                if await self._lease.acquire():
                    await self._poll_while_held()
            await asyncio.sleep(self._lease.seconds / 3)

    @property
    def polls(self) -> bool:
        """True while this process is the one that polls."""
        return self._lease.held

    async def trouble(self) -> str | None:
        """Why no updates can come in, None where they can; raises StoreUnavailable."""
        if isinstance(self._patience.trouble, _LASTING):
            return str(self._patience.trouble)
        return None if await self._lease.taken() else "no process polls Telegram"

    async def _poll_while_held(self) -> None:
        log.info("this process polls Telegram now")
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._lease.keep())
                tasks.create_task(self._poll())
        except* LeaseLost:
            log.warning("the lease for polling Telegram is lost")
        finally:
            self._patience.trouble = None
            await self._lease.release()

    async def _poll(self) -> NoReturn:
        webhook_may_be_set = True
        # None after a poll that brought nothing: ids can start again below those confirmed (Bot API, Update).
        offset: int | None = None
        while True:
            if not self._lease.held:  # pragma: no cover - only after the process was frozen
                raise LeaseLost
            try:
                if webhook_may_be_set:
                    await self._api.delete_webhook()
                    webhook_may_be_set = False
                updates = await self._api.get_updates(offset, self._hold, ALLOWED_UPDATES)
                following = _following(updates)
                await self._intake.put(updates)
                if updates:
                    reach("update-stored")
            except (BotApiError, StoreUnavailable) as error:
                webhook_may_be_set |= isinstance(error, WebhookInTheWay)
                await self._patience.failed(error)
            else:
                offset = following
                self._patience.succeeded()


def _following(updates: Sequence[bytes]) -> int | None:
    """The offset that confirms `updates`."""
    for raw in reversed(updates):
        if (number := update_id(raw)) is not None:
            return number + 1
    if updates:
        raise BotApiUnreachable("Telegram sent updates without an update_id")
    return None
