"""What is stored about accounts: whether the keys open it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from bot.check.finding import Finding
from bot.settings import Settings
from bot.store.connection import connected
from bot.store.errors import StoreError
from bot.store.rotation import count
from bot.store.scripts import Store
from bot.store.vault import Vault

TIMEOUT = 30.0


async def keys(settings: Settings) -> list[Finding]:
    """Whether TOKEN_KEYS open every account, and whether the older ones may go.

    Of the embedded server that is asked where a bridge runs here now with keys of its own.
    """
    if not settings.token_keys:
        return []
    vault = Vault([key.get_secret_value() for key in settings.token_keys])
    try:
        async with asyncio.timeout(TIMEOUT), _stored(settings) as store:
            return [] if store is None else [await _token_keys(store, vault)]
    except (StoreError, TimeoutError):
        if settings.redis_url is None:
            return []
        return [Finding("Keys", "?", "can't be tried on the accounts while Redis can't be used")]


@asynccontextmanager
async def _stored(settings: Settings) -> AsyncIterator[Store | None]:
    """Where accounts are stored; None where only a bridge that doesn't run could tell."""
    socket = settings.data_dir / "redis.sock"
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
    elif socket.exists():
        url = f"unix://{quote(str(socket.absolute()))}"
    else:
        yield None
        return
    async with connected(url) as store:
        yield store


async def _token_keys(store: Store, vault: Vault) -> Finding:
    seals = await count(store, vault)
    accounts = f"{seals.first + seals.later + seals.lost} accounts"
    if seals.lost:
        text = f"no key opens {seals.lost} of {accounts}: their users have to link again"
        return Finding("Keys", "FAIL", text, "put the key that is missing back into TOKEN_KEYS")
    if seals.later:
        text = f"{seals.later} of {accounts} are sealed with an older one: keep it until the workers are done"
        return Finding("Keys", "ok", text)
    spare = ", the older ones may be dropped" if vault.rotating else ""
    return Finding("Keys", "ok", f"the first of TOKEN_KEYS seals all {accounts}{spare}")
