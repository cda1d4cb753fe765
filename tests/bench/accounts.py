"""Linked accounts past their baseline, written as the bridge itself writes them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace

from bot.hh.models import Tokens
from bot.hh.negotiations import ListedPage
from bot.store import keys
from bot.store.limiter import limiter_of
from bot.store.mailbox import Mailboxes
from bot.store.records import Account
from bot.store.scripts import Store
from bot.store.vault import Vault
from bot.sync.book import Book, opened
from bot.worker.access import seal_tokens
from bot.worker.change import Change
from bot.worker.session import Session

_LATER = 3600.0


def baseline(page: ListedPage) -> Change:
    """What looks at `page` have left: its conversations are known, and nothing of them is to be read."""
    now = time.time()
    assert page.server_time is not None
    known = {talk.id: opened(talk, page.server_time, notify=False) for talk in page.negotiations.items}
    head: dict[str, float | str] = {"page": page.digest.hex(), "walked": now, "poll": now}
    return Change(book=Book(since=int(now), known=known), head=head)


def token(user: int) -> str:
    """The access token of a user, as long as hh.ru's."""
    return f"USER{user:060d}"


async def link(store: Store, vault: Vault, users: Sequence[int], looked: Change) -> None:
    """An account for each of `users`, of whom `looked` is known; all are due afterwards."""
    mailboxes, telegram = Mailboxes(store), limiter_of(store, "telegram", rate=1e6, burst=1)
    for user in users:
        await mailboxes.rouse(user)
    for shard in keys.all_shards():
        while (claimed := await mailboxes.claim(shard, 100)).claims:
            for claim in claimed.claims:
                linked = partial(_linked, account(vault, claim.mailbox))
                await Session(claim, mailboxes, store, telegram).commit(replace(looked, account=linked))
                await mailboxes.release(claim, mailboxes.now() + _LATER)
    for user in users:
        await mailboxes.rouse(user)


def account(vault: Vault, user: int) -> Account:
    """A linked account with sealed tokens."""
    tokens = Tokens(access_token=token(user), refresh_token=f"REFRESH{user:057d}")
    return Account(
        hh_id=str(user),
        name="Анна Смирнова",
        tokens=seal_tokens(vault, tokens),
        linked_at=time.time(),
    )


def _linked(linked: Account, _before: Account | None) -> Account:
    return linked
