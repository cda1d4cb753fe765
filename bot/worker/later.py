"""News that waits for the end of the quiet hours or for the digest, as it is stored; pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from pydantic import TypeAdapter

from bot.sync.events import Event

_events = TypeAdapter(Event)


class Later(Struct, frozen=True, array_like=True):
    """One piece of news; `at` is when it came, in Unix seconds, `digest` whether it waits for the digest.

    `packed` is the event as JSON: it is put into words only when it is told, as the user then likes it.
    `trace_id` names the trail of the poll that found it (`bot.trail`).
    """

    at: float
    digest: bool
    packed: bytes
    trace_id: str = ""

    @property
    def event(self) -> Event:
        """The news."""
        return _events.validate_json(self.packed)


def later(event: Event, at: float, *, digest: bool, trace_id: str = "") -> Later:
    """News to be told later."""
    return Later(at, digest, _events.dump_json(event), trace_id)


def firsts(waiting: Iterable[Later], held: float = 0, digest: float = 0) -> dict[str, float]:
    """When the first of what is held, and of the digest, came; `held` and `digest` came before; 0 is none."""
    for entry in waiting:
        if entry.digest:
            digest = digest or entry.at
        else:
            held = held or entry.at
    return {"held": held, "digest": digest}
