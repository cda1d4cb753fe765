from __future__ import annotations

from cryptography.fernet import Fernet
from msgspec.structs import replace
from pydantic import SecretStr

from bot.store import keys
from bot.store.connection import Client
from bot.store.embedded import EmbeddedRedis
from bot.store.packing import pack
from bot.store.records import Account
from bot.store.vault import Vault
from tests.check.operator import KEYS, Operator, failed


async def test_it_says_when_an_older_key_may_be_dropped(
    operator: Operator, redis: Client, redis_url: str
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    account = Account(hh_id="1", name="Анна", tokens=Vault([old]).seal(b"{}"))
    await redis.set(keys.of(7, "account"), pack(account))
    url, both = SecretStr(redis_url), (SecretStr(new), SecretStr(old))
    _, report = await operator.check(redis_url=url, token_keys=both)
    assert "1 of 1 accounts are sealed with an older one" in report
    passed, report = await operator.check(redis_url=url, token_keys=(SecretStr(new),))
    assert not passed
    assert "Keys" in failed(report)
    await redis.set(keys.of(7, "account"), pack(replace(account, tokens=Vault([new]).seal(b"{}"))))
    _, report = await operator.check(redis_url=url, token_keys=both)
    assert "the older ones may be dropped" in report


async def test_a_bridge_that_runs_with_a_server_of_its_own_is_asked_about_keys_too(
    operator: Operator,
) -> None:
    async with EmbeddedRedis(operator.settings.data_dir, fsync=False):
        _, report = await operator.check(token_keys=KEYS)
    assert "the first of TOKEN_KEYS seals all 0 accounts" in report


async def test_the_socket_of_a_bridge_that_is_gone_says_nothing_of_keys(operator: Operator) -> None:
    operator.settings.data_dir.mkdir()
    (operator.settings.data_dir / "redis.sock").touch()
    passed, report = await operator.check(token_keys=KEYS)
    assert passed, report
    assert "Keys" not in report
