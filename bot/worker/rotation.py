"""After a new first key in `TOKEN_KEYS`: no account stays behind with an older one.

Every session seals its account anew before it does anything else (see `SessionAccess.reseal`). Accounts
that are polled have one by themselves; the others, lapsed or of users who blocked the bot, are roused here.
"""

from __future__ import annotations

import asyncio

from bot.log import logger
from bot.store import rotation
from bot.store.errors import StoreUnavailable
from bot.worker.services import Services

log = logger(__name__)

_LOOKS = 3
"""What is held by somebody else during a look is looked at again."""


async def finish_rotation(services: Services) -> None:
    """Rouse every account that a later key opens; nothing where there is only one key."""
    if not services.vault.rotating:
        return
    looks = 0
    while looks < _LOOKS:
        try:
            roused = 0
            async for user_id in rotation.behind(services.store, services.vault):
                await services.mailboxes.rouse(user_id)
                roused += 1
        except StoreUnavailable as error:
            log.warning("Redis is away", reason=str(error))
        else:
            if not roused:
                break
            log.info("accounts are being sealed with the first of TOKEN_KEYS", accounts=roused)
            looks += 1
        await asyncio.sleep(services.timing.rotation)
