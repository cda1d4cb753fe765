"""Delivery to the webhook: in the order of each queue, several queues at a time, until 2xx.

As Telegram's own `WebhookActor.cpp`: a refused update is tried again, later and later, and holds
back what follows it in its queue; `Retry-After` is honoured; the secret travels in a header.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

import aiohttp
import msgspec

from bot.sandbox.telegram.changes import Changes
from bot.sandbox.telegram.clock import Clock
from bot.sandbox.telegram.updates import Pending, UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MAX_RETRY_AFTER = 3600.0
ANSWER_TIMEOUT = 60.0


@dataclass(frozen=True)
class Webhook:
    """Where updates go."""

    url: str
    secret: str = ""
    max_connections: int = 40


class WebhookDelivery:
    """Sends what is pending while a webhook is set. Delays between tries are seconds."""

    def __init__(
        self,
        queue: UpdateQueue,
        clock: Clock,
        changes: Changes,
        *,
        first_delay: float = 0.25,
        max_delay: float = 60,
    ) -> None:
        self.webhook: Webhook | None = None
        self.last_error_date: int | None = None
        self.last_error: str | None = None
        self.first_delay = first_delay
        self.max_delay = max_delay
        self._queue = queue
        self._clock = clock
        self._changes = changes
        self._wake = asyncio.Event()
        self._busy: dict[int, asyncio.Task[None]] = {}

    def set(self, webhook: Webhook | None) -> None:
        """Deliver to `webhook` from now on; None: to nobody."""
        self.webhook = webhook
        self.last_error = self.last_error_date = None
        self._queue.webhook_set = webhook is not None
        for task in self._busy.values():
            task.cancel()
        self.wake()

    def wake(self) -> None:
        """Look at the queue again."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever."""
        self.wake()
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWER_TIMEOUT), connector=aiohttp.TCPConnector(limit=0)
            ) as session,
            asyncio.TaskGroup() as group,
        ):
            while True:
                await self._wake.wait()
                self._wake.clear()
                self._start(session, group)

    def _start(self, session: aiohttp.ClientSession, group: asyncio.TaskGroup) -> None:
        if self.webhook is None:
            return
        for order_id in dict.fromkeys(pending.order_id for pending in self._queue.pending):
            if order_id not in self._busy and len(self._busy) < self.webhook.max_connections:
                task = group.create_task(self._chat(session, order_id, self.webhook))
                self._busy[order_id] = task
                task.add_done_callback(partial(self._done, order_id))

    def _done(self, order_id: int, _: asyncio.Task[None]) -> None:
        self._busy.pop(order_id, None)
        self.wake()

    async def _chat(self, session: aiohttp.ClientSession, order_id: int, webhook: Webhook) -> None:
        delay = self.first_delay
        while True:  # until there is another webhook, which cancels this
            pending = next((each for each in self._queue.pending if each.order_id == order_id), None)
            if pending is None:
                return
            retry_after = await self._post(session, pending, webhook)
            if retry_after is None:
                self._queue.take(pending)
                delay = self.first_delay
                continue
            pending.failures += 1
            await asyncio.sleep(retry_after or delay)
            delay = delay if retry_after else min(delay * 2, self.max_delay)

    async def _post(self, session: aiohttp.ClientSession, pending: Pending, webhook: Webhook) -> float | None:
        """Send one update; None: taken, otherwise the delay the receiver asked for, or 0."""
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers[SECRET_HEADER] = webhook.secret
        pending.sent = True
        body = msgspec.json.encode(pending.update)
        try:
            async with session.post(
                webhook.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0.0
        if 200 <= response.status <= 299:
            return None
        self._failed(f"Wrong response from the webhook: {response.status} {response.reason}")
        asked = response.headers.get("Retry-After", "")
        return min(float(asked), MAX_RETRY_AFTER) if asked.isdigit() else 0.0

    def _failed(self, why: str) -> None:
        self.last_error_date = int(self._clock.now())
        self.last_error = why
        self._changes.notify()
