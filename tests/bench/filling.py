"""Linked accounts for load runs, written by the product's own records and commands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography.fernet import Fernet

from bot.chat.outgoing import Conversation
from bot.hh.models import Negotiations, Tokens
from bot.store import keys
from bot.store.connection import Client
from bot.store.records import Account
from bot.store.vault import Vault
from bot.sync.book import Book, opened
from bot.worker.access import seal_tokens
from bot.worker.change import After, Change, Writing
from tests.bench.outside import Hh, access_token, negotiation_id, user_id

KEY = Fernet.generate_key().decode()
FIRST_NOTICE = 100
"""The Telegram message that told of an account's first conversation; those of the others follow."""


def linked(account: int, now: float) -> Account:
    """A linked account as it is stored."""
    tokens = Tokens(access_token=access_token(account), refresh_token=access_token(account)[::-1])
    return Account(
        hh_id=str(100_000_000 + account),
        name="Анна Смирнова",
        tokens=seal_tokens(Vault([KEY]), tokens),
        linked_at=now,
    )


def taken(hh: Hh, account: int, now: float) -> Book:
    """The book after the first look at an account."""
    listed = Negotiations.model_validate_json(hh.page(account, f"per_page={hh.per_account}"))
    moment = datetime.fromtimestamp(now, UTC)
    return Book(int(now), {n.id: opened(n, moment, notify=False) for n in listed.items})


async def fill(store: Client, hh: Hh, due: dict[int, float], now: float) -> None:
    """Store the accounts that are keys of `due`, to be polled then (Unix seconds)."""
    for some in _by(500, due.items()):
        pipeline = store.pipeline(transaction=False)
        for account, at in some:
            told = {FIRST_NOTICE + n: Conversation(negotiation_id(account, n)) for n in range(hh.per_account)}
            change = Change(
                book=taken(hh, account, now),
                mapped=told,
                head={"poll": at, "news": now - 3600, "walked": now},
            )
            after = After(queue=None, account=linked(account, now), shown=None, later=None)
            for command in Writing(user_id(account), 0).commands(change, after):
                pipeline.execute_command(*command)
            pipeline.zadd(keys.due(keys.shard_of(user_id(account))), {str(user_id(account)): at})
        await pipeline.execute()


def _by(size: int, items: Iterable[tuple[int, float]]) -> Iterable[list[tuple[int, float]]]:
    listed = list(items)
    return (listed[start : start + size] for start in range(0, len(listed), size))
