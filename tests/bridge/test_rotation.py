"""A new first key in TOKEN_KEYS: every account comes under it by itself, and nothing is lost meanwhile."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.sandbox.hh.objects import Negotiation
from bot.store.connection import Client
from bot.store.rotation import Seals, count
from bot.store.vault import Vault
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation, written_to
from tests.waiting import eventually

NEW = Fernet.generate_key().decode()


def old_key(bridge: Bridge) -> str:
    return bridge.settings.token_keys[0].get_secret_value()


def with_keys(bridge: Bridge, *token_keys: str) -> None:
    """What the operator does, with a restart."""
    secret = tuple(SecretStr(key) for key in token_keys)
    bridge.settings = bridge.settings.model_copy(update={"token_keys": secret})


async def sealed_anew(bridge: Bridge, redis: Client, old: str) -> None:
    """Wait until no account needs the old key."""
    vault = Vault([NEW, old])

    async def done() -> bool:
        return (await count(redis, vault)).later == 0

    await eventually(done)


@pytest.fixture
def talk(bridge: Bridge) -> Negotiation:
    # A claim that was not given back in order runs out well within the wait.
    bridge.timing = replace(bridge.timing, lease=5.0)
    return conversation(bridge)


async def test_accounts_are_sealed_anew_while_messages_go_both_ways(
    bridge: Bridge, redis: Client, talk: Negotiation
) -> None:
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Здравствуйте!")
        news = await bridge.anna.wait_for("Здравствуйте!")
    old = old_key(bridge)
    before = await bridge.anna.send("Приду!", reply_to=news.id)
    with_keys(bridge, NEW, old)
    async with bridge.running():
        during = await bridge.anna.send("Точно приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(before, "👌")
        await bridge.anna.wait_for_reaction(during, "👌")
        await sealed_anew(bridge, redis, old)
    with_keys(bridge, NEW)
    async with bridge.running():
        bridge.hh.employers.write(talk.id, "Ждём!")
        await bridge.anna.wait_for("Ждём!")
        after = await bridge.anna.send("Уже еду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(after, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!", "Точно приду!", "Уже еду!"]
    assert not any("войд" in message.text.lower() for message in bridge.anna.from_bot[2:])


async def test_workers_of_both_orders_of_the_keys_share_accounts_and_refresh_their_tokens(
    bridge: Bridge, redis: Client, talk: Negotiation
) -> None:
    """As while the new setting is rolled out: what one has sealed, the other opens, and nobody lapses."""
    old, applicant = old_key(bridge), bridge.applicant.id
    with_keys(bridge, old, NEW)
    async with bridge.running(web=True, worker=False), AsyncExitStack() as before:
        await before.enter_async_context(bridge.running(web=False))
        with_keys(bridge, NEW, old)
        async with bridge.running(web=False):
            news = await written_to(bridge, talk)
            for number in range(3):
                refreshed = bridge.hh.journal.count("POST", "/token")
                bridge.hh.tokens.expire(applicant)
                reply = await bridge.anna.send(f"Ответ {number}", reply_to=news.id)
                await bridge.anna.wait_for_reaction(reply, "👌")
                bridge.hh.employers.write(talk.id, f"Слушаем {number}")
                await bridge.anna.wait_for(f"Слушаем {number}")
                assert bridge.hh.journal.count("POST", "/token") == refreshed + 1
            await before.aclose()
            await sealed_anew(bridge, redis, old)
    assert await count(redis, Vault([NEW])) == Seals(first=1)
    assert bridge.hh.journal.texts(talk.id) == [f"Ответ {number}" for number in range(3)]
    assert not any("войти заново" in message.text for message in bridge.anna.from_bot)


async def test_an_account_that_nobody_polls_comes_under_the_new_key_too(
    bridge: Bridge, redis: Client, talk: Negotiation
) -> None:
    """Its user blocked the bot; when he returns, the old key is gone."""
    async with bridge.running():
        await bridge.link()
        await bridge.anna.block()
        await bridge.telegram.settled()
        bridge.hh.employers.invite(talk.id, "Здравствуйте!")
    old = old_key(bridge)
    assert await count(redis, Vault([NEW, old])) == Seals(later=1)
    with_keys(bridge, NEW, old)
    async with bridge.running():
        await sealed_anew(bridge, redis, old)
    assert await count(redis, Vault([NEW])) == Seals(first=1)
    with_keys(bridge, NEW)
    async with bridge.running():
        await bridge.anna.unblock()
        await bridge.anna.wait_for("Здравствуйте!")


async def test_without_its_key_an_account_is_counted_as_lost(bridge: Bridge, redis: Client) -> None:
    async with bridge.running():
        await bridge.link()
    assert await count(redis, Vault([NEW])) == Seals(lost=1)
