from __future__ import annotations

from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from msgspec.structs import replace
from pydantic import SecretStr

from bot.check.accounts import TRIES
from bot.hh.models import Tokens
from bot.sandbox.hh import faults, refusals
from bot.sandbox.hh.faults import Fault
from bot.sandbox.hh.objects import Applicant
from bot.sandbox.hh.tokens import Pair
from bot.store import keys
from bot.store.connection import Client, connected
from bot.store.embedded import EmbeddedRedis
from bot.store.packing import pack
from bot.store.records import Access, Account
from bot.store.token_key import kept_key
from bot.store.vault import Vault
from bot.worker.access import seal_tokens
from tests.check.operator import KEYS, Operator, failed


async def test_it_says_when_an_older_key_may_be_dropped(
    operator: Operator, redis: Client, redis_url: str
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    tokens = Tokens(access_token="a", refresh_token="b", expires_in=9)
    account = Account(hh_id="1", name="Анна", tokens=seal_tokens(Vault([old]), tokens))
    await redis.set(keys.of(7, "account"), pack(account))
    url, both = SecretStr(redis_url), (SecretStr(new), SecretStr(old))
    _, report = await operator.check(redis_url=url, token_keys=both)
    assert "1 of 1 accounts are sealed with an older one" in report
    passed, report = await operator.check(redis_url=url, token_keys=(SecretStr(new),))
    assert not passed
    assert "Keys" in failed(report)
    await redis.set(keys.of(7, "account"), pack(replace(account, tokens=seal_tokens(Vault([new]), tokens))))
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
    for token_keys in (KEYS, ()):
        passed, report = await operator.check(token_keys=token_keys)
        assert passed, report
        assert "Keys" not in report
    assert not (operator.settings.data_dir / "token.key").exists()


@dataclass
class Linked:
    """An operator with one account that is linked, and a Redis that knows it."""

    operator: Operator
    account: Applicant
    url: str
    store: Client

    async def check(self) -> tuple[bool, str]:
        return await self.operator.check_redis(self.url)

    async def link(self, user_id: int, access: Access = Access.LINKED) -> Pair:
        """Another link of the same account, by another user."""
        pair = self.operator.hh.link(self.account)
        tokens = Tokens(
            access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=1_209_600
        )
        sealed = seal_tokens(Vault([KEYS[0].get_secret_value()]), tokens)
        account = Account(hh_id=self.account.id, name="Анна", tokens=sealed, access=access)
        await self.store.set(keys.of(user_id, "account"), pack(account))
        return pair


@pytest.fixture
async def linked(operator: Operator, redis: Client, redis_url: str) -> Linked:
    linked = Linked(operator, operator.hh.world.add_applicant("Анна", "Смирнова"), redis_url, redis)
    await linked.link(7)
    return linked


async def test_access_is_told_by_an_account_that_is_linked(linked: Linked) -> None:
    _, report = await linked.check()
    assert "ok    Access: hh.ru lets it read an applicant's conversations" in report
    assert "Анна" not in report


async def test_access_that_the_application_lacks_is_named(linked: Linked) -> None:
    refusal = Fault("closed", refusals.forbidden())
    linked.operator.hh.faults.add(refusal, "GET /negotiations", times=None)
    _, report = await linked.check()
    assert "Access" in failed(report)
    assert "hh.ru does not let it read an applicant's conversations: Forbidden" in report
    assert "ask hh.ru for applicant access" in report


@pytest.mark.parametrize("reason", ["no_scope", "application_not_found"])
async def test_a_token_that_hh_refuses_for_the_application_is_named(linked: Linked, reason: str) -> None:
    linked.operator.hh.faults.add(faults.oauth(reason), "GET /negotiations", times=None)
    _, report = await linked.check()
    assert "Access" in failed(report)
    assert reason in report


async def test_no_token_is_refreshed_to_learn_of_access(linked: Linked) -> None:
    linked.operator.hh.tokens.expire(linked.account.id)
    pair = await linked.link(8, Access.LAPSED)
    _, report = await linked.check()
    assert "?     Access: the tokens of 1 accounts have expired or ended" in report
    linked.operator.hh.tokens.expire(linked.account.id)
    assert linked.operator.hh.tokens.refresh(pair.refresh_token).account is linked.account


async def test_one_account_that_is_refused_says_nothing_of_the_application(linked: Linked) -> None:
    linked.operator.hh.faults.add(Fault("closed", refusals.forbidden()), "GET /negotiations", times=1)
    await linked.link(8)
    _, report = await linked.check()
    assert "ok    Access" in report


async def test_few_accounts_are_asked_for_all(linked: Linked) -> None:
    closed = linked.operator.hh.faults.add(
        Fault("closed", refusals.forbidden()), "GET /negotiations", times=None
    )
    for user_id in range(20):
        await linked.link(user_id)
    _, report = await linked.check()
    assert "Access" in failed(report)
    assert closed.struck == TRIES


async def test_an_access_that_was_taken_back_says_nothing_of_the_application(linked: Linked) -> None:
    linked.operator.hh.tokens.end(linked.account.id)
    _, report = await linked.check()
    assert "?     Access: the tokens of 1 accounts have expired or ended" in report
    await linked.link(8)
    _, report = await linked.check()
    assert "ok    Access" in report


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (faults.captcha(), "hh.ru wants a captcha"),
        (faults.broken(502), "hh.ru could not be asked"),
    ],
)
async def test_access_is_left_open_where_hh_does_not_tell(linked: Linked, fault: Fault, says: str) -> None:
    linked.operator.hh.faults.add(fault, "GET /negotiations", times=None)
    _, report = await linked.check()
    assert f"?     Access: {says}" in report


async def test_access_is_left_open_without_an_account(operator: Operator, redis_url: str) -> None:
    for _, report in (await operator.check(), await operator.check_redis(redis_url)):
        assert "?     Access: whether hh.ru lets it read applicants' conversations shows only" in report
        assert "link yours with /start" in report


async def test_a_bridge_that_runs_with_a_key_of_its_own_is_asked_about_access_too(operator: Operator) -> None:
    home = operator.settings.data_dir
    kept = kept_key(home)
    async with EmbeddedRedis(home, fsync=False) as url, connected(url) as store:
        pair = operator.hh.link(operator.hh.world.add_applicant("Анна", "Смирнова"))
        tokens = Tokens(access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=1)
        account = Account(hh_id="1", name="Анна", tokens=seal_tokens(Vault([kept]), tokens))
        await store.set(keys.of(7, "account"), pack(account))
        passed, report = await operator.check()
    assert passed, report
    assert "ok    Access" in report
