"""Which key the stored tokens are sealed with, while `TOKEN_KEYS` is being changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from bot.store import keys
from bot.store.errors import unavailable
from bot.store.packing import unpack
from bot.store.records import Account
from bot.store.scripts import Store
from bot.store.vault import Vault, VaultError


@dataclass
class Seals:
    """How many accounts are sealed with the first key, with a later one, and with none of them."""

    first: int = 0
    later: int = 0
    lost: int = 0


async def count(store: Store, vault: Vault) -> Seals:
    """Look at every account; raises `StoreUnavailable`."""
    seals = Seals()
    async for _, account in accounts(store):
        if vault.sealed_by_first(account.tokens):
            seals.first += 1
        elif _opens(vault, account):
            seals.later += 1
        else:
            seals.lost += 1
    return seals


async def behind(store: Store, vault: Vault) -> AsyncIterator[int]:
    """The users whose tokens a later key opens; raises `StoreUnavailable`."""
    async for user_id, account in accounts(store):
        if not vault.sealed_by_first(account.tokens) and _opens(vault, account):
            yield user_id


async def accounts(store: Store) -> AsyncGenerator[tuple[int, Account], None]:
    """Every account with its user; raises `StoreUnavailable`."""
    with unavailable():
        async for key in store.scan_iter(match=f"{keys.PREFIX}:*:account:*", count=1000):
            packed = await store.get(key)
            if isinstance(packed, bytes):
                yield int(key.rpartition(b":")[2]), unpack(packed, Account)


def _opens(vault: Vault, account: Account) -> bool:
    try:
        vault.open(account.tokens)
    except VaultError:
        return False
    return True
