"""Keys that nobody would ever delete."""

from __future__ import annotations

from bot.store import keys
from bot.store.connection import Client


async def forgotten(client: Client) -> list[bytes]:
    """Keys with neither an expiry nor an owner declared in `bot.store.keys`."""
    return [
        key
        async for key in client.scan_iter(count=1000)
        if await client.ttl(key) == -1 and not keys.declared(key.decode(errors="replace"))
    ]
