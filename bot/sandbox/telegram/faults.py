"""Faults on command: what the next calls of a method, or the next updates, suffer."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass

from bot.sandbox.telegram.refusals import (
    BadRequest,
    Forbidden,
    NotFound,
    Refusal,
    ServerTrouble,
    TooManyRequests,
    Undocumented,
)

ANY = "*"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What one call suffers; delays in seconds. "before" and "after" mean the call's effect.

    `html_before` and `html_after` answer a page of that status, as a proxy on the way does; `code` is
    the `error_code` of a refusal that nobody has documented.
    `missing`: the server has no such method.
    """

    delay_before: float = 0
    delay_after: float = 0
    reset_before: bool = False
    reset_after: bool = False
    retry_after: int | None = None
    status: int | None = None
    html_before: int | None = None
    html_after: int | None = None
    code: int | None = None
    forbidden: str | None = None
    bad_request: str | None = None
    missing: bool = False
    chat_id: int | None = None

    @property
    def refusal(self) -> Refusal | None:
        """What is answered in place of the effect."""
        if self.retry_after is not None:
            return TooManyRequests(self.retry_after)
        if self.status is not None:
            return ServerTrouble(self.status)
        if self.code is not None:
            return Undocumented(self.code)
        if self.missing:
            return NotFound()
        if self.forbidden is not None:
            return Forbidden(self.forbidden)
        return BadRequest(self.bad_request) if self.bad_request is not None else None


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.duplicates = 0
        self.swaps = 0

    def next(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of `method` ("*": of any) suffer `fault`, after those already waiting."""
        self._waiting[method.lower()].extend([fault] * times)

    def duplicate_updates(self, times: int = 1) -> None:
        """The next `times` updates are delivered once more after they were taken."""
        self.duplicates += times

    def swap_updates(self, times: int = 1) -> None:
        """The next update is held back until the one after it has been delivered, `times` times."""
        self.swaps += times

    def clear(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()
        self.duplicates = self.swaps = 0

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault of this call, if one waits for it."""
        for name in (method.lower(), ANY):
            waiting = self._waiting[name]
            for fault in waiting:
                if fault.chat_id in {None, chat_id}:
                    waiting.remove(fault)
                    return fault
        return None

    @property
    def waiting(self) -> int:
        """How many calls will still suffer."""
        return sum(map(len, self._waiting.values()))
