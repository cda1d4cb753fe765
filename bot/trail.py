"""The trail of what comes in: one id from an update or a poll to its last effect.

The id of an update is made of its content, so that whoever stores it and whoever handles it agree on it
without writing it down; that of a poll is random. What waits carries it: held news, intents, entries of
the outbox. Every line that is logged on the way shows it as `trace_id`, and where tracing is on
(`bot.tracing`) it is the id of the trace, too: 16 bytes as 32 hexadecimal digits (W3C Trace Context,
section 3.2.2.3).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, Token
from hashlib import blake2b
from types import TracebackType
from typing import Protocol

BYTES = 16

Value = str | int | float | bool


class Span(Protocol):
    """One step of a trail, as tracing shows it; nothing of a user may stand in it."""

    def note(self, **attributes: Value) -> None:
        """Add what became of the step."""

    def drop(self) -> None:
        """Show nothing of the step."""


class Tracer(Protocol):
    """What shows steps to somebody."""

    def begin(self, trace_id: str, step: str, *, first: bool) -> AbstractContextManager[Span]:
        """A step that continues a trail, maybe another process's; or its `first` one."""

    def within(self, step: str, attributes: Mapping[str, Value]) -> AbstractContextManager[Span]:
        """A part of the present step; one that asks somebody else names him as `server`."""


class _Unseen:
    """A step that nobody looks at."""

    def __enter__(self) -> Span:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def note(self, **attributes: Value) -> None:
        pass

    def drop(self) -> None:
        pass


_UNSEEN = _Unseen()
_current: ContextVar[str] = ContextVar("trail", default="")
_tracer: Tracer | None = None


def of_update(raw: bytes) -> str:
    """The id of an update of Telegram."""
    return blake2b(raw, digest_size=BYTES).hexdigest()


def new() -> str:
    """An id of its own."""
    return secrets.token_hex(BYTES)


def current() -> str:
    """The id of what is being worked on; "" where it is nothing that came in."""
    return _current.get()


class follow:
    """What happens in the block is a `step` on a trail; gives its span.

    `first` where the trail begins here. What waits since before there were trails has none: "" is given
    a new one. An error that leaves the block names the trail in its traceback.
    """

    __slots__ = ("_first", "_span", "_step", "_token", "_trace_id")

    _token: Token[str]

    def __init__(self, trace_id: str, step: str, *, first: bool = False) -> None:
        self._trace_id = trace_id or new()
        self._first = first or not trace_id
        self._step = step
        self._span: AbstractContextManager[Span] | None = None

    def __enter__(self) -> Span:
        self._token = _current.set(self._trace_id)
        if _tracer is None:
            return _UNSEEN
        self._span = _tracer.begin(self._trace_id, self._step, first=self._first)
        return self._span.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._span is not None:
            self._span.__exit__(kind, error, traceback)
        _current.reset(self._token)
        if isinstance(error, Exception):
            error.add_note(f"trace_id: {self._trace_id}")


def part(step: str, **attributes: Value) -> AbstractContextManager[Span]:
    """What happens in the block is a part of the present step; gives its span."""
    if _tracer is None or not _current.get():
        return _UNSEEN
    return _tracer.within(step, attributes)


@contextmanager
def shown_by(tracer: Tracer) -> Iterator[None]:
    """Within the block every step of this process is shown to `tracer`."""
    global _tracer
    before, _tracer = _tracer, tracer
    try:
        yield
    finally:
        _tracer = before
