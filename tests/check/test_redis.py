from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from msgspec.structs import replace
from pydantic import SecretStr

from bot.check.redis import _judge_server
from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.embedded import EmbeddedRedis
from bot.store.packing import pack
from bot.store.records import Account
from bot.store.vault import Vault
from tests.check.operator import KEYS, Operator, failed
from tests.ports import free_port
from tests.store.servers import binaries, server


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


async def test_a_missing_server_is_a_line_of_the_report(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.path", [])
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["Redis"]
