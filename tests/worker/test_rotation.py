"""Accounts that an older key sealed are roused until they are sealed anew, or for a few looks."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from cryptography.fernet import Fernet

from bot.store.vault import Vault
from bot.worker.rotation import finish_rotation
from bot.worker.services import Services
from tests.worker.conftest import Desk


def rotating(services: Services) -> Services:
    """The same with a new first key."""
    (old,) = services.settings.token_keys
    keys = [Fernet.generate_key().decode(), old.get_secret_value()]
    return replace(services, vault=Vault(keys))


async def test_it_ends_with_the_last_account(desk: Desk) -> None:
    desk.services = rotating(desk.services)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(finish_rotation(desk.services))
        await desk.access.reseal()
    assert desk.session.account is not None
    assert desk.services.vault.sealed_by_first(desk.session.account.tokens)


async def test_a_mailbox_that_is_held_all_the_while_is_left_after_a_few_looks(desk: Desk) -> None:
    async with asyncio.timeout(20):
        await finish_rotation(rotating(desk.services))
    assert desk.session.claim.held
