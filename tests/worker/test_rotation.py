"""Accounts that an older key sealed are roused until they are sealed anew, or for a few looks."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.packing import pack
from bot.store.records import Account
from bot.store.rotation import behind
from bot.store.vault import Vault
from bot.worker.rotation import finish_rotation
from bot.worker.services import Services
from tests.ports import free_port
from tests.waiting import PATIENCE, eventually, running
from tests.worker.conftest import Desk


def rotating(services: Services) -> Services:
    """The same with a new first key."""
    (old,) = services.settings.token_keys
    keys = [Fernet.generate_key().decode(), old.get_secret_value()]
    return replace(services, vault=Vault(keys))


async def test_it_ends_with_the_last_account(desk: Desk) -> None:
    desk.services = rotating(desk.services)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        tasks.create_task(finish_rotation(desk.services))
        await desk.access.reseal()
    assert desk.session.account is not None
    assert desk.services.vault.sealed_by_first(desk.session.account.tokens)


async def test_a_mailbox_that_is_held_all_the_while_is_left_after_a_few_looks(desk: Desk) -> None:
    async with asyncio.timeout(PATIENCE):
        await finish_rotation(rotating(desk.services))
    assert desk.session.claim.held


async def test_it_waits_for_a_redis_that_is_away(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    away = connect(f"redis://127.0.0.1:{free_port()}")
    async with away, running(finish_rotation(replace(rotating(desk.services), store=away))):
        await eventually(lambda: "Redis is away" in caplog.text)


async def test_an_account_that_goes_during_a_look_is_passed_over(redis: Client) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    account = Account(hh_id="1", name="Анна", tokens=Vault([old]).seal(b"{}"))
    for user_id in range(1, 4):
        await redis.set(keys.of(user_id, "account"), pack(account), ex=60)
    found = []
    async for user_id in behind(redis, Vault([new, old])):
        found.append(user_id)
        for other in {1, 2, 3} - {user_id}:
            await redis.delete(keys.of(other, "account"))
    assert len(found) == 1
