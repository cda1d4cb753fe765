from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot import failpoints, log
from bot.cli import CANT_START, CHECK_FAILED, WRONG_SETTINGS, _run, _until_signal, main
from bot.settings import NAMES
from bot.store.embedded import EmbeddedRedis
from bot.store.errors import StoreUnavailable
from bot.store.token_key import kept_key
from tests.plain import plain_http
from tests.ports import free_port
from tests.secrecy import leaks

# A process of its own starts slowly where the machine is busy and its coverage is measured.
SECONDS = 100
pytestmark = pytest.mark.timeout(3 * SECONDS)

Shell = Callable[..., tuple[int, str]]
PROJECT = Path(__file__).parent.parent
SETTINGS = {
    "TELEGRAM_TOKEN": "123456789:AAE-it-is-a-token-of-nobody-00000000",
    "TELEGRAM_API_URL": "http://127.0.0.1:9",
    "HH_API_URL": "http://127.0.0.1:9",
    "HH_CLIENT_ID": "client",
    "HH_CLIENT_SECRET": "secret",
    "HH_USER_AGENT": "Bridge/1.0 (operator@bridge.test)",
}


@asynccontextmanager
async def hh_bridge(
    *arguments: str, home: Path, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=home,
        env={**inherited, "PYTHONPATH": str(PROJECT), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def outcome(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    async with asyncio.timeout(SECONDS):
        said, errors = await process.communicate()
    assert not leaks((said + errors).decode(), set())
    return process.returncode, errors.decode()


async def answers(port: int) -> None:
    async with asyncio.timeout(SECONDS), plain_http() as client:
        while True:
            try:
                (await client.get(f"http://127.0.0.1:{port}/healthz")).raise_for_status()
                return
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def shell(
    logging_as_before: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """`hh-bridge` in this process, from an empty directory and with no settings but those given.

    For what ends by itself: a process of its own takes seconds to start. Returns the exit code and what
    was said on standard error.
    """
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)

    def hh_bridge(*arguments: str, **settings: str) -> tuple[int, str]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        returned = main(arguments)
        said = capsys.readouterr()
        assert not leaks(said.out + said.err, set())
        return returned, said.err

    return hh_bridge


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in ("run", "web", "worker", "sandbox", "check"))


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["sandbox", "--port", "many"], ["sandbox", "--port", "70000"]]
)
def test_a_wrong_command_line_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: hh-bridge" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "code"), [("run", 2), ("web", 2), ("worker", 2), ("check", 1)])
def test_missing_settings_are_lines_and_no_traceback(
    command: str, code: int, tmp_path: Path, shell: Shell
) -> None:
    returned, errors = shell(command, HTTP_PORT="eighty")
    assert returned == code
    lines = errors.splitlines()
    assert all(line.startswith("hh-bridge: ") for line in lines)
    assert sorted(line.split(": ")[1] for line in lines) == [
        "HH_CLIENT_ID",
        "HH_CLIENT_SECRET",
        "HH_USER_AGENT",
        "HTTP_PORT",
        "TELEGRAM_TOKEN",
    ]
    assert not list(tmp_path.iterdir()), "nothing may be started or made before the settings are right"


def test_a_likely_typo_is_pointed_out(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / ".env").write_text("LOG_LEVLE=debug\n")
    _, errors = shell("run")
    assert "LOG_LEVLE: is no setting; was LOG_LEVEL meant?" in errors


def test_a_port_that_is_taken_is_one_line(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = str(listening.getsockname()[1])
        returned, errors = shell("run", **SETTINGS, HTTP_PORT=taken)
    assert returned == CANT_START
    assert f"hh-bridge: HTTP_PORT: can't listen on 127.0.0.1:{taken}: " in errors
    assert "Traceback" not in errors
    assert "Unclosed" not in errors


async def test_a_worker_apart_tells_its_figures_where_it_is_told_to(port: int, tmp_path: Path) -> None:
    async with hh_bridge("worker", home=tmp_path, **SETTINGS, METRICS_PORT=str(port)) as process:
        await answers(port)
        async with plain_http() as client:
            figures = await client.get(f"http://127.0.0.1:{port}/metrics")
            ready = await client.get(f"http://127.0.0.1:{port}/readyz")
        assert "hh_bridge_mailbox_wait_seconds_count" in figures.text
        assert re.findall(r"^hh_bridge_ready.*", figures.text, re.MULTILINE) == [
            'hh_bridge_ready{part="worker"} 0.0'
        ]
        assert (ready.status_code, ready.json()["redis"]) == (503, "ok")
        process.terminate()
        returned, errors = await outcome(process)
    assert returned == 0
    assert "Traceback" not in errors


def test_a_data_directory_in_use_is_one_line(tmp_path: Path, shell: Shell) -> None:
    kept_key(tmp_path / "data")
    with asyncio.Runner() as another:
        server = EmbeddedRedis(tmp_path / "data", fsync=False)
        another.run(server.__aenter__())
        returned, errors = shell("worker", **SETTINGS)
        another.run(server.__aexit__(None, None, None))
    assert returned == CANT_START
    assert "hh-bridge: DATA_DIR: " in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("place", ["file", "file/data"])
def test_a_data_directory_that_is_none_is_one_line(place: str, tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "file").touch()
    returned, errors = shell("run", **SETTINGS, DATA_DIR=str(tmp_path / place))
    assert returned == CANT_START
    assert errors.startswith("hh-bridge: DATA_DIR: ")
    assert len(errors.splitlines()) == 1


def test_an_address_to_listen_on_that_is_none_is_one_line(shell: Shell) -> None:
    returned, errors = shell("run", **SETTINGS, HTTP_HOST="256.1.1.1")
    assert returned == CANT_START
    assert "hh-bridge: HTTP_HOST: 256.1.1.1 " in errors
    assert "Traceback" not in errors


def test_a_check_that_finds_something_says_so_with_its_exit_code(shell: Shell) -> None:
    returned, _ = shell("check", **SETTINGS)
    assert returned == CHECK_FAILED


def test_a_fail_point_that_is_none_is_one_line(shell: Shell) -> None:
    plan = {"HH_TOKEN_URL": "http://127.0.0.1:9/token", failpoints.VARIABLE: "nowhere:kill"}
    returned, errors = shell("run", **SETTINGS, **plan)
    assert returned == WRONG_SETTINGS
    assert errors == f"hh-bridge: {failpoints.VARIABLE}: 'nowhere:kill' is no point:action[:nth]\n"


@pytest.mark.usefixtures("logging_as_before")
def test_a_redis_that_can_not_be_used_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    async def fails() -> None:
        raise StoreUnavailable("it is a replica")

    assert _run(fails(), port=("HTTP_PORT", "127.0.0.1", 8080)) == CANT_START
    assert capsys.readouterr().err == "hh-bridge: REDIS_URL: the server can't be used: it is a replica\n"


async def test_an_end_that_nobody_asked_for_is_no_stop_in_order() -> None:
    async def ends() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await _until_signal(ends())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_in_order(number: signal.Signals, port: int, tmp_path: Path) -> None:
    async with hh_bridge("run", home=tmp_path, **SETTINGS, HTTP_PORT=str(port)) as process:
        await answers(port)
        async with plain_http() as client:
            figures = await client.get(f"http://127.0.0.1:{port}/metrics")
        assert set(re.findall(r'^hh_bridge_ready\{part="(\w+)"', figures.text, re.MULTILINE)) == {
            "web",
            "worker",
        }
        process.send_signal(number)
        returned, errors = await outcome(process)
    assert returned == 0
    assert "Traceback" not in errors
    async with EmbeddedRedis(tmp_path / "data", fsync=False):
        assert True, "its server is gone too"


@pytest.mark.usefixtures("logging_as_before")
@pytest.mark.parametrize("grouped", [False, True])
def test_a_fault_of_the_program_is_logged_without_secrets(
    capsys: pytest.CaptureFixture[str], *, grouped: bool
) -> None:
    token = SETTINGS["TELEGRAM_TOKEN"]

    async def fails() -> None:
        error = RuntimeError(f"no answer of https://api.telegram.org/bot{token}/getMe")
        raise ExceptionGroup("tasks", [error]) if grouped else error

    log.set_up("INFO", "console")
    assert _run(fails(), port=("HTTP_PORT", "127.0.0.1", 8080)) == 1
    said = capsys.readouterr().err
    assert "RuntimeError" in said
    assert "in fails" in said
    assert token not in said
