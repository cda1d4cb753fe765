"""Real processes of the bridge, and the signals that machines send them."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from pydantic import SecretStr

from bot.failpoints import VARIABLE
from bot.sandbox.telegram.changes import PATIENCE
from bot.settings import Settings
from bot.worker.services import Timing

PROJECT = Path(__file__).parents[2]


class Process:
    """One `hh-bridge`, until it is killed or stopped."""

    def __init__(self, pid: int, command: str, log: Path) -> None:
        self.pid = pid
        self.command = command
        self.log = log
        # It names this very process also after its number was given to another one.
        self._handle = os.pidfd_open(pid)

    @property
    def alive(self) -> bool:
        """False once it has ended."""
        return not select.select([self._handle], [], [], 0)[0]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; one that comes too late is no error."""
        if self.alive:
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End it where it stands."""
        self.signal(signal.SIGKILL)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It stands still during the block."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    async def stopped(self, within: float = PATIENCE) -> None:
        """Ask it to stop in order, and wait until it has."""
        self.signal(signal.SIGTERM)
        await self.ended(within)

    async def ended(self, within: float = PATIENCE) -> None:
        """Wait for its end; raises AssertionError where it lives on."""
        try:
            async with asyncio.timeout(within):
                while self.alive:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{self.command} lives on\n{self.words()}") from None

    async def standing(self, within: float = PATIENCE) -> None:
        """Wait until SIGSTOP has reached it; raises AssertionError where it never does."""
        status = Path(f"/proc/{self.pid}/stat")
        try:
            async with asyncio.timeout(within):
                while status.read_text().rpartition(")")[2].split()[0] != "T":
                    await asyncio.sleep(0.01)
        except (TimeoutError, OSError):
            raise AssertionError(f"{self.command} does not stand still\n{self.words()}") from None

    def words(self) -> str:
        """What it has said."""
        return self.log.read_text() if self.log.exists() else ""

    def close(self) -> None:
        """Kill it and forget it."""
        self.kill()
        os.close(self._handle)


@dataclass
class Nursery:
    """A process that has imported the bridge and forks new ones (`tests.chaos.nursery`)."""

    _server: subprocess.Popen[bytes]

    @classmethod
    def open(cls) -> Self:
        """Start it; whoever opens it closes it."""
        return cls(
            subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery"],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )

    def start(
        self, command: str, settings: Settings, log: Path, *, timing: Timing, fail: str = ""
    ) -> Process:
        """Start `hh-bridge {command}`; `fail` is a plan of `bot.failpoints`."""
        given = {**environment(settings), **({VARIABLE: fail} if fail else {})}
        order = {"command": command, "environment": given, "log": str(log), "timing": timing}
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(msgspec.json.encode(order) + b"\n")
        self._server.stdin.flush()
        return Process(int(self._server.stdout.readline()), command, log)

    def __enter__(self) -> Self:
        """It is ready when it answers the first order."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and with it all that it has started."""
        self._server.communicate()


def environment(settings: Settings) -> Mapping[str, str]:
    """Settings as a process gets them."""
    return {"PATH": os.defpath} | {
        name.upper(): _text(value) for name, value in settings if value is not None and value != ()
    }


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple | frozenset):
        return ",".join(map(_text, value))
    return str(value)
