"""Requests leave this process only while whoever makes them may still act.

A process can be frozen anywhere (SIGSTOP, a paused machine, a swap storm), also between its decision to
send something and the sending. When it goes on, another worker may long have done the same. So the
transport asks once more at the very last moment, when a request's bytes are handed to the kernel, and
the answer is by this process's own clock. Nothing waits between that question and the system call.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

_held: ContextVar[Callable[[], bool] | None] = ContextVar("held", default=None)


def fence(held: Callable[[], bool]) -> None:
    """From now on requests of this task, and of tasks that it starts, leave only while `held()`."""
    _held.set(held)


def may_leave() -> bool:
    """True where nothing forbids a request of the present task to leave now."""
    held = _held.get()
    return held is None or held()
