"""The command `hh-bridge`: arguments, signals, exit codes.

0: done, or stopped by SIGTERM or SIGINT. 1: `check` found something, or the program has a fault, which is
in the log. 2: a setting is wrong, and starting again would not help. 3: it could not start, or go on, for
what may pass: a port that is taken, a full disk, a slow server. Lines on standard error say why.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot import failpoints, log
from bot.settings import Settings, SettingsError, likely_typos, load

if TYPE_CHECKING:
    from bot.worker.services import Timing

TRACES_TO = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""Where traces are sent (OpenTelemetry, "OTLP Exporter Configuration"); without one, none are made."""

CHECK_FAILED = 1
FAULT = 1
WRONG_SETTINGS = 2
CANT_START = 3


def main(arguments: Sequence[str] | None = None, *, timing: Timing | None = None) -> int:
    """Run one command; returns the exit code. `timing` is for tests."""
    given = _parser().parse_args(arguments)
    command: str = given.command
    try:
        if command == "sandbox":
            return _sandbox(given)
        settings = _settings()
        if command == "check":
            return _check(settings)
        _arm(settings)
        return _bridge(settings, web=command != "worker", worker=command != "web", timing=timing)
    except SettingsError as error:
        _complain(error.faults)
        return CHECK_FAILED if command == "check" else WRONG_SETTINGS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hh-bridge",
        description="Carries a job seeker's hh.ru conversations into Telegram and back.",
        epilog="Settings come from the environment and from .env; .env.example explains each of them.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in {
        "run": "the whole bridge in one process, with a Redis of its own if REDIS_URL is unset",
        "web": "only what comes in: Telegram's updates, OAuth callback, health, metrics; any number of them",
        "worker": "only the work: polls, sends, deliveries; any number of them",
        "check": "try the settings against the real services and say how to mend what is wrong",
    }.items():
        commands.add_parser(name, help=text, description=text)
    text = "the bridge with a local hh.ru and a local Telegram, in the browser, without credentials"
    sandbox = commands.add_parser("sandbox", help=text, description=text)
    sandbox.add_argument(
        "--host",
        default=os.environ.get("HTTP_HOST") or "127.0.0.1",
        help="where the page is served (%(default)s)",
    )
    sandbox.add_argument(
        "--port", type=_port, default=os.environ.get("HTTP_PORT") or "8080", help="its port (%(default)s)"
    )
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


def _settings() -> Settings:
    _complain(f"warning: {sentence}" for sentence in likely_typos())
    settings = load()
    log.set_up(settings.log_level, settings.log_format, secrets=settings.secrets)
    return settings


def _arm(settings: Settings) -> None:
    """Fail points are for tests: next to the real hh.ru or Telegram they are a fault of the settings."""
    plan = os.environ.get(failpoints.VARIABLE)
    if not plan:
        return
    outside = (settings.telegram_api_url, settings.hh_api_url, settings.hh_token_url)
    if not all(urlsplit(url).hostname == "127.0.0.1" for url in outside):
        raise SettingsError([f"{failpoints.VARIABLE}: is only for the bridge's own tests: take it away"])
    try:
        failpoints.arm(plan)
    except ValueError as error:
        raise SettingsError([f"{failpoints.VARIABLE}: {error}"]) from error


# What a command needs is imported when it is run: `--help` and a wrong setting answer at once.


def _bridge(settings: Settings, *, web: bool, worker: bool, timing: Timing | None) -> int:
    from bot.app import run
    from bot.collector import spare_the_collector

    name, number = "HTTP_PORT", settings.http_port
    if not web and settings.metrics_port is not None:
        name, number = "METRICS_PORT", settings.metrics_port
    spare_the_collector()
    with _traced():
        work = run(settings, web=web, worker=worker, timing=timing)
        return _run(work, port=(name, settings.http_host, number))


@contextmanager
def _traced() -> Iterator[None]:
    """Have traces sent, where the operator has named a place for them and the extra is installed."""
    with ExitStack() as stack:
        if any(os.environ.get(name) for name in TRACES_TO) and not _off(os.environ):
            try:
                from bot.tracing import exported
            except ImportError as error:
                log.logger(__name__).warning(
                    "no traces are sent: hh-bridge[tracing] is not installed", reason=str(error)
                )
            else:
                stack.enter_context(exported())
        yield


def _off(environment: Mapping[str, str]) -> bool:
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return disabled or environment.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"


def _sandbox(given: argparse.Namespace) -> int:
    from bot.sandbox.app import sandbox

    log.set_up("WARNING", "console")
    return _run(sandbox(host=given.host, port=given.port), port=("--port", given.host, given.port))


def _check(settings: Settings) -> int:
    from bot.check.report import check

    return 0 if asyncio.run(check(settings)) else CHECK_FAILED


def _run(work: Coroutine[object, object, None], *, port: tuple[str, str, int]) -> int:
    try:
        asyncio.run(_until_signal(work))
    except Exception as error:
        sentences = [_sentence(leaf, port) for leaf in _leaves(error)]
        if None in sentences:
            # In the log secrets are hidden; a traceback by itself would show them.
            logging.getLogger(__name__).critical("the bridge has a fault and ends", exc_info=error)
            return FAULT
        _complain(dict.fromkeys(sentence for sentence in sentences if sentence))
        return CANT_START
    return 0


async def _until_signal(work: Coroutine[object, object, None]) -> None:
    """Run `work`; SIGTERM and SIGINT cancel it, which is how it is asked to stop in order."""
    task = asyncio.ensure_future(work)
    asked = asyncio.Event()

    def stop() -> None:
        asked.set()
        task.cancel()

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log.unheard)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not asked.is_set():
            raise


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for part in error.exceptions for leaf in _leaves(part)]
    return [error]


def _sentence(error: BaseException, port: tuple[str, str, int]) -> str | None:
    """What the operator must mend; None where it is a fault of the program."""
    from bot.store.errors import StoreError, StoreUnavailable

    if isinstance(error, StoreUnavailable):
        return f"REDIS_URL: the server can't be used: {error}"
    if isinstance(error, StoreError):
        return str(error)
    name, host, number = port
    if isinstance(error, socket.gaierror):
        # The only name that is looked up before anything runs: others are asked again later.
        return f"HTTP_HOST: {host} is no address of this machine: {error.strerror}"
    if isinstance(error, OSError) and error.errno in _CANT_LISTEN:
        return f"{name}: can't listen on {host}:{number}: {os.strerror(error.errno or 0)}"
    return None


_CANT_LISTEN = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)


def _complain(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        print(f"hh-bridge: {sentence}", file=sys.stderr)
