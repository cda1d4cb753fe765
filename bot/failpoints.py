"""Named points at which a test kills or freezes this process, as a machine does at any instant.

`HH_BRIDGE_FAIL` is `name:action` or `name:action:nth`: at the nth time (the first by default) that the
process comes to the point, `kill` ends it with SIGKILL and `stop` freezes it with SIGSTOP. It is no
setting: a bridge whose hh.ru or Telegram is not on loopback refuses to start with it.

| point | lies between |
|---|---|
| `update-stored` | an update is in its mailbox; Telegram is told so (webhook 200, `getUpdates` offset) |
| `code-exchanged` | hh.ru has given the tokens of a new linking; what it offers is stored |
| `update-handled` | the effects of an update are known; they are written |
| `attempt-noted` | the attempt of a write is noted; its turn comes |
| `write-due` | the turn of a write has come; its request leaves |
| `write-accepted` | hh.ru has accepted a write; that is noted |
| `page-read` | a page of conversations is here; what it brings is written |
| `messages-read` | a conversation's messages are here; their news is written |
| `topic-made` | Telegram has made a topic; that is noted |
| `delivery-due` | an entry of the outbox is next; it goes to Telegram |
| `notified` | Telegram has taken a message; that is noted |
| `token-refreshed` | hh.ru has given new tokens; they are stored |
"""

from __future__ import annotations

import os
import signal
from typing import Final

VARIABLE: Final = "HH_BRIDGE_FAIL"
POINTS: Final = frozenset(
    {
        "update-stored",
        "code-exchanged",
        "update-handled",
        "attempt-noted",
        "write-due",
        "write-accepted",
        "page-read",
        "messages-read",
        "topic-made",
        "delivery-due",
        "notified",
        "token-refreshed",
    }
)
_SIGNALS: Final = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


class _Armed:
    point = ""
    signal = signal.SIGKILL
    left = 0


_armed = _Armed()


def arm(plan: str) -> None:
    """Follow `plan` from now on; raises ValueError where it can't be followed."""
    point, _, rest = plan.partition(":")
    action, _, nth = rest.partition(":")
    if point not in POINTS or action not in _SIGNALS or not (nth or "1").isdecimal():
        raise ValueError(f"{plan!r} is no point:action[:nth]")
    _armed.point, _armed.signal, _armed.left = point, _SIGNALS[action], int(nth or "1")


def reach(point: str) -> None:
    """The process has come to `point`."""
    if _armed.point == point:
        _strike()


def _strike() -> None:
    _armed.left -= 1
    if _armed.left == 0:  # pragma: no cover - ends the process, and with it what was measured
        os.kill(os.getpid(), _armed.signal)
