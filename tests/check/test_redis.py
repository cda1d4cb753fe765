from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.check.server import Server, ask, clocks, keeps
from bot.store.connection import Client
from tests.chaos.wires import RedisServer
from tests.check.operator import KEYS, Operator, failed
from tests.ports import free_port
from tests.store.servers import binaries, server
from tests.waiting import eventually


@pytest.mark.parametrize(
    ("options", "mend"),
    [((), "appendonly yes"), (("--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"), "noeviction")],
)
async def test_a_redis_that_forgets_is_named(
    operator: Operator, options: tuple[str, ...], mend: str, tmp_path: Path
) -> None:
    port = free_port()
    async with server(next(iter(binaries().values())), tmp_path, port, *options):
        passed, report = await operator.check_redis(f"redis://127.0.0.1:{port}")
    assert not passed
    assert failed(report) == ["Redis"]
    assert mend in report


@pytest.mark.parametrize("binary", binaries().values(), ids=binaries().keys())
async def test_a_redis_that_keeps_everything_passes(operator: Operator, binary: str, tmp_path: Path) -> None:
    port = free_port()
    async with server(binary, tmp_path, port, "--appendonly", "yes", "--appendfsync", "always"):
        passed, report = await operator.check_redis(f"redis://127.0.0.1:{port}")
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
    assert "?     Keys: can't be tried" in report
    assert "pass-of-redis" not in report


def test_a_server_that_is_too_old_is_named() -> None:
    (found,) = keeps(Server("old", {"redis_version": "5.0.7"}))
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
    # It imports something when it is first called, and then nothing can be found any more.
    httpx.create_ssl_context()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.path", [])
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["Redis"]


async def test_a_redis_that_syncs_every_second_passes_with_a_word(operator: Operator, tmp_path: Path) -> None:
    async with RedisServer(tmp_path, options={"appendfsync": "everysec"}) as server:
        passed, report = await operator.check_redis(server.url)
    assert passed, report
    assert "with `appendfsync everysec` a power failure can take the last second" in report


async def test_a_redis_that_never_syncs_is_named(operator: Operator, tmp_path: Path) -> None:
    async with RedisServer(tmp_path, options={"appendfsync": "no"}) as server:
        passed, report = await operator.check_redis(server.url)
    assert not passed
    assert failed(report) == ["Redis"]
    assert "set `appendfsync always`" in report


async def test_a_redis_in_order_takes_one_line(operator: Operator, tmp_path: Path) -> None:
    async with RedisServer(tmp_path) as server:
        _, report = await operator.check_redis(server.url)
    assert report.count("Redis") == 1
    assert report.count("Clock") == 1


async def test_a_redis_whose_settings_cannot_be_read_is_doubted(operator: Operator, tmp_path: Path) -> None:
    port = free_port()
    options = ("--appendonly", "yes", "--rename-command", "CONFIG", "hidden")
    async with server(next(iter(binaries().values())), tmp_path, port, *options):
        passed, report = await operator.check_redis(f"redis://127.0.0.1:{port}")
    assert passed, report
    assert "doesn't let its `appendfsync` be read" in report
    assert "ask whoever runs it whether that is `always`" in report


async def test_a_redis_that_tells_its_user_nothing_is_doubted(operator: Operator, tmp_path: Path) -> None:
    async with RedisServer(tmp_path) as server:
        async with server.client() as client:
            await client.execute_command("ACL", "SETUSER", "bridge", "on", ">s3cret", "~*", "+@all", "-info")
        passed, report = await operator.check_redis(server.url.replace("//", "//bridge:s3cret@"))
    assert passed, report
    assert "?     Redis: doesn't say what it keeps" in report
    assert "seals all 0 accounts" in report


async def test_a_snapshot_that_failed_is_a_fault_only_where_it_stops_writes(
    operator: Operator, tmp_path: Path
) -> None:
    (tmp_path / "dump.rdb" / "in-its-way").mkdir(parents=True)
    async with RedisServer(tmp_path) as server, server.client() as client:
        await client.bgsave()

        async def tried() -> bool:
            facts = await client.info("persistence")
            return bool(facts["rdb_last_bgsave_status"] == "err")

        await eventually(tried)
        passed, report = await operator.check_redis(server.url)
        assert passed, report
        assert "the last snapshot of" in report
        await client.config_set("save", "3600 1")
        passed, report = await operator.check_redis(server.url)
    assert not passed
    assert "unable to persist" in report


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"aof_last_write_status": "err"}, "can't write its append-only file"),
        ({"loading": 1}, "still reads what it holds"),
    ],
)
def test_a_server_in_trouble_is_named(facts: dict[str, object], says: str) -> None:
    well = {"aof_enabled": 1, "aof_last_write_status": "ok", "maxmemory_policy": "noeviction"}
    fine: dict[str, object] = {"redis_version": "7.2.4", **well}
    settings = {"appendfsync": "always"}
    assert not list(keeps(Server("fine", fine, settings)))
    (found,) = keeps(Server("ill", fine | facts, settings))
    assert found.verdict == "FAIL"
    assert says in found.text


async def test_the_clock_of_a_server_is_compared_with_the_own(redis: Client) -> None:
    server = await ask(redis, "one", now=lambda: time.time() + 60)
    assert server.ahead == pytest.approx(-60, abs=5)


def test_a_clock_that_is_off_is_told_and_no_fault() -> None:
    def told(*ahead: float) -> list[str]:
        found = list(clocks([Server("each", {}, ahead=seconds) for seconds in ahead]))
        assert all(finding.verdict == "ok" for finding in found)
        return [finding.text for finding in found]

    assert told(1.0, -1.0) == []
    (off,) = told(-60.0)
    assert off.startswith("Redis's is 60 s behind this machine's, which does no harm")
    (off,) = told(60.0, 60.5)
    assert "ahead of" in off
    (differ,) = told(4.0, -4.0)
    assert differ.startswith("those of Redis's servers differ by 8 s")
