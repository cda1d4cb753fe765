"""Starts bridges quickly: imports them once and forks a process for each `hh-bridge` that is asked for.

A start costs two seconds of imports, and a kill needs a start. Each line on standard input is the JSON
of an `Order`; the answer is the process's id. When standard input ends, all of them are killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

import msgspec

# What every bridge needs, before the first fork.
import bot.app
import bot.cli
from bot.collector import spare_the_collector
from bot.transport import open_transport
from bot.worker.services import Timing

PR_SET_PDEATHSIG = 1  # prctl(2)


class Order(msgspec.Struct):
    """`hh-bridge {command}` with these settings; what it says is appended to the file `log`."""

    command: str
    environment: dict[str, str]
    log: str
    timing: Timing


def serve() -> None:
    """Follow orders until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    open_transport()  # reads the certificates
    spare_the_collector()
    for line in sys.stdin.buffer:
        pid = os.fork()
        if pid == 0:
            _become(msgspec.json.decode(line, type=Order))
        print(pid, flush=True)


def _become(order: Order) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in enumerate((nothing, output, output)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(Path(order.log).parent)
    sys.exit(bot.cli.main([order.command], timing=order.timing))


if __name__ == "__main__":
    assert bot.app
    serve()
