from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from msgspec.structs import replace
from pydantic import SecretStr

from bot.check import _judge_server, check
from bot.sandbox.hh import faults
from bot.sandbox.hh.faults import Answer, Fault
from bot.sandbox.hh.server import LocalHh
from bot.sandbox.telegram.server import LocalTelegram
from bot.settings import Settings
from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.embedded import EmbeddedRedis
from bot.store.packing import pack
from bot.store.records import Account
from bot.store.vault import Vault
from bot.telegram.botapi import BotApi
from bot.transport import open_client
from tests.ports import free_port
from tests.store.servers import binaries, server
from tests.waiting import PATIENCE

KEYS = (SecretStr(Fernet.generate_key().decode()),)


@dataclass
class Operator:
    settings: Settings
    hh: LocalHh
    telegram: LocalTelegram

    async def check(self, **changes: object) -> tuple[bool, str]:
        lines: list[str] = []
        settings = self.settings.model_copy(update=changes)
        return await check(settings, lines.append), "\n".join(lines)


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with LocalHh() as hh, LocalTelegram() as telegram:
        settings = Settings(
            telegram_token=SecretStr(telegram.token),
            telegram_api_url=telegram.url,
            hh_client_id=hh.application.client_id,
            hh_client_secret=SecretStr(hh.application.client_secret),
            hh_user_agent="Bridge/1.0 (operator@bridge.test)",
            hh_site_url=hh.site_url,
            hh_api_url=hh.url,
            hh_token_url=hh.token_url,
            hh_redirect_uri=hh.application.redirect_uri,
            data_dir=tmp_path / "data",
        )
        yield Operator(settings, hh, telegram)


def failed(report: str) -> list[str]:
    return [
        line.split(":")[0].removeprefix("FAIL  ") for line in report.splitlines() if line.startswith("FAIL")
    ]


async def test_settings_in_order_pass_and_touch_nothing(operator: Operator) -> None:
    passed, report = await operator.check()
    assert passed, report
    assert failed(report) == []
    assert "@hh_bridge_bot" in report
    assert "?" not in report
    assert not operator.settings.data_dir.exists()


async def test_a_wrong_bot_token_is_named(operator: Operator) -> None:
    passed, report = await operator.check(telegram_token=SecretStr("123456789:AAE-wrong-token-000000000000"))
    assert not passed
    assert failed(report) == ["Telegram"]
    assert "AAE-wrong" not in report
    assert "@BotFather" in report


async def test_an_unreachable_telegram_leads_to_the_proxy(operator: Operator) -> None:
    passed, report = await operator.check(telegram_api_url=f"http://127.0.0.1:{free_port()}")
    assert not passed
    assert "TELEGRAM_PROXY_URL" in report


async def test_an_unreachable_hh_leads_to_the_proxy(operator: Operator) -> None:
    await operator.hh.stop()
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["hh.ru"]
    assert "HH_PROXY_URL" in report


async def test_an_agent_that_hh_refuses_is_named(operator: Operator) -> None:
    passed, report = await operator.check(hh_user_agent="MyApp/1.0 (my-app-feedback@example.com)")
    assert not passed
    assert failed(report) == ["hh.ru"]
    assert "HH_USER_AGENT" in report


@pytest.mark.parametrize("changes", [{"hh_client_id": "wrong"}, {"hh_client_secret": SecretStr("wrong")}])
async def test_an_application_that_hh_does_not_know_is_named(
    operator: Operator, changes: dict[str, object]
) -> None:
    passed, report = await operator.check(**changes)
    assert not passed, report
    assert failed(report) == ["Application"]
    assert "HH_CLIENT_ID" in report


async def test_an_old_token_address_serves_as_well(operator: Operator) -> None:
    passed, report = await operator.check(hh_token_url=operator.hh.old_token_url)
    assert passed, report


@pytest.mark.parametrize(
    ("options", "mend"),
    [((), "appendonly yes"), (("--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"), "noeviction")],
)
async def test_a_redis_that_forgets_is_named(
    operator: Operator, options: tuple[str, ...], mend: str, tmp_path: Path
) -> None:
    port = free_port()
    async with server(next(iter(binaries().values())), tmp_path, port, *options):
        passed, report = await operator.check(
            redis_url=SecretStr(f"redis://127.0.0.1:{port}"), token_keys=KEYS
        )
    assert not passed
    assert failed(report) == ["Redis"]
    assert mend in report


@pytest.mark.parametrize("binary", binaries().values(), ids=binaries().keys())
async def test_a_redis_that_keeps_everything_passes(operator: Operator, binary: str, tmp_path: Path) -> None:
    port = free_port()
    async with server(binary, tmp_path, port, "--appendonly", "yes", "--appendfsync", "always"):
        passed, report = await operator.check(
            redis_url=SecretStr(f"redis://127.0.0.1:{port}"), token_keys=KEYS
        )
    assert passed, report


async def test_a_redis_with_too_few_replicas_is_named(operator: Operator, tmp_path: Path) -> None:
    port = free_port()
    async with server(next(iter(binaries().values())), tmp_path, port, "--appendonly", "yes"):
        url = SecretStr(f"redis://127.0.0.1:{port}?replicas=1")
        passed, report = await operator.check(redis_url=url, token_keys=KEYS)
    assert not passed
    assert "fewer replicas than the 1" in report


async def test_a_redis_that_is_away_is_named_without_its_password(operator: Operator) -> None:
    url = SecretStr(f"redis://:pass-of-redis@127.0.0.1:{free_port()}")
    passed, report = await operator.check(redis_url=url, token_keys=KEYS)
    assert not passed
    assert failed(report) == ["Redis"]
    assert "pass-of-redis" not in report


async def test_a_webhook_that_telegram_cannot_deliver_to_is_named(operator: Operator) -> None:
    public = f"http://127.0.0.1:{free_port()}"
    passed, report = await operator.check(public_url=public)
    assert passed, report
    assert f"will be set to {public}/telegram/webhook" in report

    async with open_client() as http:
        api = BotApi(http, operator.telegram.url, operator.telegram.token)
        await api.set_webhook(f"{public}/telegram/webhook", "secret", ["message"], 1)
    await operator.telegram.user().send("привет")
    async with asyncio.timeout(PATIENCE):
        while operator.telegram.world.webhooks.last_error is None:
            await asyncio.sleep(0.02)
    passed, report = await operator.check(public_url=public)
    assert not passed
    assert failed(report) == ["Webhook"]
    assert "PUBLIC_URL" in report


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


async def test_a_clock_that_hh_does_not_tell_is_not_judged(operator: Operator) -> None:
    vague = Answer(200, "{}", "application/json", (("Date", "today"),))
    operator.hh.faults.add(Fault("vague", vague), "GET /dictionaries")
    passed, report = await operator.check()
    assert passed, report
    assert "answers, and accepts HH_USER_AGENT" in report
    assert "Clock" not in report


def test_a_server_that_is_too_old_is_named() -> None:
    found = _judge_server({"redis_version": "5.0.7"}, connect("redis://127.0.0.1:9"))
    assert (found.verdict, found.text) == ("FAIL", "Redis 5.0.7 is too old")


async def test_a_server_without_a_binary_is_explained(operator: Operator, tmp_path: Path) -> None:
    """A data directory that a newer server wrote needs that server."""
    home = tmp_path / "locked"
    home.mkdir()
    (home / "file").touch()
    passed, report = await operator.check(data_dir=home / "file" / "data")
    assert not passed
    assert failed(report) == ["Redis"]
    assert "DATA_DIR" in report


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (faults.refused("resource_policy_violation"), "refuses: "),
        (faults.broken(502), "doesn't answer as it should"),
        (faults.shield(), "doesn't answer as it should"),
    ],
)
async def test_what_hh_answers_instead_is_told(operator: Operator, fault: Fault, says: str) -> None:
    operator.hh.faults.add(fault, "GET /dictionaries", times=None)
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["hh.ru"]
    assert says in report


async def test_an_hh_that_wants_an_account_even_for_its_dictionaries_is_reached(operator: Operator) -> None:
    operator.hh.faults.add(faults.oauth("bad_authorization"), "GET /dictionaries", times=None)
    passed, report = await operator.check()
    assert passed, report
    assert "HH_USER_AGENT and the clock are not checked" in report
    assert "accepts HH_USER_AGENT" not in report


async def test_a_token_address_that_does_not_answer_is_told_from_a_wrong_secret(operator: Operator) -> None:
    operator.hh.faults.add(faults.broken(502), "POST /token", times=None)
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["Application"]
    assert "HH_TOKEN_URL doesn't answer" in report


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ('{"access_token": "a", "refresh_token": "b", "expires_in": 9}', "accepts any code"),
        ('{"error": "invalid_grant", "error_description": "moon"}', "answers 'moon'"),
    ],
)
async def test_a_token_address_that_behaves_strangely_is_doubted(
    operator: Operator, said: str, says: str
) -> None:
    status = 200 if "access" in said else 400
    strange = Fault("strange", Answer(status, said, "application/json"))
    operator.hh.faults.add(strange, "POST /token", times=None)
    passed, report = await operator.check()
    assert passed
    assert says in report


@pytest.mark.parametrize(("behind", "says"), [(3600, "behind hh.ru's"), (-3600, "ahead of hh.ru's")])
async def test_a_clock_that_is_wrong_is_named(operator: Operator, behind: float, says: str) -> None:
    dated = (("Date", formatdate(time.time() + behind, usegmt=True)),)
    operator.hh.faults.add(Fault("dated", Answer(200, "{}", "application/json", dated)), "GET /dictionaries")
    passed, report = await operator.check()
    assert not passed
    assert "Clock" in failed(report)
    assert says in report


async def test_a_webhook_that_will_go_is_told(operator: Operator) -> None:
    async with open_client() as http:
        api = BotApi(http, operator.telegram.url, operator.telegram.token)
        await api.set_webhook(f"http://127.0.0.1:{free_port()}/x", "secret", ["message"], 1)
    passed, report = await operator.check()
    assert passed
    assert "will be removed at the start" in report


async def test_topics_are_told_with_what_their_owner_should_know(operator: Operator) -> None:
    operator.telegram.world.topics_enabled = True
    _, report = await operator.check()
    assert "on: each employer gets a topic" in report
    assert "forbid" not in report
    operator.telegram.world.topics_by_users = True
    _, report = await operator.check()
    assert "let @BotFather forbid users to make topics" in report


async def test_a_webhook_that_works_is_told(operator: Operator) -> None:
    public = f"http://127.0.0.1:{free_port()}"
    async with open_client() as http:
        api = BotApi(http, operator.telegram.url, operator.telegram.token)
        await api.set_webhook(f"{public}/telegram/webhook", "secret", ["message"], 1)
    passed, report = await operator.check(public_url=public)
    assert passed, report
    assert "0 updates wait" in report


async def test_a_missing_server_is_a_line_of_the_report(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.path", [])
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["Redis"]


async def test_a_redirect_address_that_is_not_registered_is_named(operator: Operator) -> None:
    operator.hh.faults.add(faults.no_tokens("invalid_request", "bad redirect url"), "POST /token", times=None)
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["Application"]
    assert "is not registered" in report
