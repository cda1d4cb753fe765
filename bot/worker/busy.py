"""Showing that the bot is at work while hh.ru takes its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.log import logger
from bot.telegram.sender import DeliveryError, Sender

log = logger(__name__)

_SLOW, _SHOWN = 0.7, 4.5
"""Seconds after which a step is slow, and for which Telegram shows it (Bot API, sendChatAction)."""


@asynccontextmanager
async def busy(sender: Sender, user_id: int, thread: int = 0) -> AsyncIterator[None]:
    """The bot shows as typing, in the thread where the user waits, for as long as the block takes."""
    tasks: set[asyncio.Task[None]] = set()

    def show() -> None:
        tasks.add(asyncio.create_task(_type(sender, user_id, thread)))

    # Most steps end long before: a timer costs them less than a task.
    slow = asyncio.get_running_loop().call_later(_SLOW, show)
    try:
        yield
    finally:
        slow.cancel()
        for task in tasks:
            task.cancel()
            await asyncio.wait(tasks)


async def _type(sender: Sender, user_id: int, thread: int) -> None:
    try:
        while True:
            await sender.typing(user_id, thread)
            await asyncio.sleep(_SHOWN)
    except DeliveryError as error:
        # Only a decoration: what the user waits for comes all the same.
        log.info("not shown as typing", error=type(error).__name__)
