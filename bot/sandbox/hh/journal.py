"""What reached the local hh.ru and what it accepted, so that tests can count lost and doubled."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.hh.patterns import path_pattern

_KEPT = 100_000


@dataclass(frozen=True)
class Request:
    """A request, without its token; `status` 0 is a connection that was cut before an answer.

    `path` has no mount prefix, `at` is in unix seconds, `taken` in seconds.
    """

    at: float
    method: str
    path: str
    query: str
    status: int
    account_id: str | None
    taken: float


@dataclass(frozen=True)
class Effect:
    """A write that hh.ru accepted: `kind` is apply, send, edit or hide.

    `text` is None where nothing was written to the employer.
    """

    at: float
    kind: str
    account_id: str
    nid: str
    mid: str | None
    text: str | None


class Journal:
    """All accepted effects and the latest requests."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self.requests: deque[Request] = deque(maxlen=_KEPT)
        self.effects: list[Effect] = []

    def request(
        self, method: str, path: str, query: str, status: int, account_id: str | None, taken: float
    ) -> None:
        """Note an answered (or cut) request."""
        self.requests.append(Request(self._now(), method, path, query, status, account_id, taken))

    def effect(self, kind: str, account_id: str, nid: str, mid: str | None, text: str | None) -> None:
        """Note an accepted write."""
        self.effects.append(Effect(self._now(), kind, account_id, nid, mid, text))

    def texts(self, nid: str, kind: str = "send") -> list[str]:
        """The texts that the applicant got through to one conversation, in order."""
        return [
            effect.text
            for effect in self.effects
            if effect.nid == nid and effect.kind == kind and effect.text is not None
        ]

    def count(self, method: str = "*", path: str = "**", status: int | None = None) -> int:
        """How many requests match; `*` in `path` is one segment, `**` any number of them."""
        matches = path_pattern(path)
        return sum(
            method in ("*", request.method) and matches(request.path) and status in (None, request.status)
            for request in self.requests
        )

    def clear(self) -> None:
        """Forget everything noted so far."""
        self.requests.clear()
        self.effects.clear()
