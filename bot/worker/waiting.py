"""Intents that wait for hh.ru: which may go next, and what a failure makes of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from bot.chat.intents import Apply, EditMessage, HideAll, Intent, SendMessage, StopHiding, Wish

CONSENT_SECONDS = 3600.0
"""What waited longer is sent only after the user says so again."""

_BACKGROUND = "background"
_LONGEST_PAUSE = 60.0


class Waiting(Struct, frozen=True, array_like=True, omit_defaults=True):
    """One intent in the queue. Moments are Unix seconds.

    `attempted_at` is set before the request leaves and cleared when it surely had no effect: while it
    is set the outcome is unknown. `over_at` is set once that request can't leave any more, 0 while it
    may be on its way. `told` is set once the user knows that it waits. `trace_id` names the trail that it
    belongs to (`bot.trail`).
    """

    intent: Intent
    since: float
    not_before: float = 0
    tries: int = 0
    attempted_at: float = 0
    told: bool = False
    over_at: float = 0
    trace_id: str = ""

    def parked(self, now: float, seconds: float | None = None, *, first: float = 1.0) -> Waiting:
        """Wait for `seconds`, or else longer with every try, `first` seconds at first."""
        pause = min(first * 2.0**self.tries, _LONGEST_PAUSE) if seconds is None else seconds
        return structs.replace(self, not_before=now + pause, tries=self.tries + 1)

    @property
    def lane(self) -> str:
        """What must stay in order: the intents of one conversation or of one vacancy."""
        match self.intent:
            case Apply(vacancy_id=vacancy_id):
                return f"v{vacancy_id}"
            case HideAll():
                return _BACKGROUND
            case intent:
                return _lane(intent.nid)

    @property
    def background(self) -> bool:
        """True for what takes long and goes on beside all else."""
        return isinstance(self.intent, HideAll)


def queued(
    queue: Sequence[Waiting], intents: Iterable[Wish], now: float, trace_id: str = ""
) -> list[Waiting]:
    """The queue with new intents of a trail; an edit of what has not left yet changes it in place."""
    result = list(queue)
    for intent in intents:
        if isinstance(intent, StopHiding):
            result = [_stopped(waiting, now) for waiting in result]
            continue
        if not any(waiting.intent == intent for waiting in result):
            result.append(Waiting(intent, since=now, trace_id=trace_id))
    return _edited(result)


def to_hide(queue: Iterable[Waiting]) -> tuple[Waiting, HideAll] | None:
    """What is hidden beside all else, the conversation first whose turn it is; None where there is none.

    Those come later in which something that was asked for before still waits.
    """
    held: set[str] = set()
    for waiting in queue:
        intent = waiting.intent
        if isinstance(intent, HideAll):
            nids = tuple(sorted(intent.nids, key=lambda nid: _lane(nid) in held))
            ready = intent.stopped or _lane(nids[0]) not in held
            return (waiting, structs.replace(intent, nids=nids)) if ready else None
        held.add(waiting.lane)
    return None


def runnable(queue: Iterable[Waiting], now: float) -> Waiting | None:
    """The first intent that may go now; one that waits holds back only its own lane."""
    held: set[str] = set()
    for waiting in queue:
        if waiting.background:
            continue
        if waiting.lane in held:
            continue
        if waiting.not_before <= now:
            return waiting
        held.add(waiting.lane)
    return None


def next_at(queue: Sequence[Waiting]) -> float | None:
    """When the next intent may go."""
    firsts: dict[str, float] = {}
    hiding = to_hide(queue)
    for waiting in queue:
        if not waiting.background or (hiding and waiting is hiding[0]):
            firsts.setdefault(waiting.lane, waiting.not_before)
    return min(firsts.values(), default=None)


def replaced(queue: Iterable[Waiting], old: Waiting, new: Waiting | None) -> list[Waiting]:
    """The queue with one entry changed or, with None, gone; edits of what surely has not left change it."""
    result: list[Waiting] = []
    for waiting in queue:
        if waiting is old:
            if new is not None:
                result.append(new)
        else:
            result.append(waiting)
    return _edited(result)


def _lane(nid: str) -> str:
    return f"n{nid}"


def _stopped(waiting: Waiting, now: float) -> Waiting:
    if not isinstance(waiting.intent, HideAll):
        return waiting
    return structs.replace(waiting, intent=structs.replace(waiting.intent, stopped=True), not_before=now)


def _edited(queue: Iterable[Waiting]) -> list[Waiting]:
    """The queue without the edits of messages that have not left yet: those have the new text."""
    result: list[Waiting] = []
    for waiting in queue:
        if not (isinstance(waiting.intent, EditMessage) and _changed_unsent(result, waiting.intent)):
            result.append(waiting)
    return result


def _changed_unsent(queue: list[Waiting], edit: EditMessage) -> bool:
    """Change the text of the message that has not left yet; False where it has, or may have."""
    for place, waiting in enumerate(queue):
        intent = waiting.intent
        if not isinstance(intent, SendMessage) or waiting.attempted_at:
            continue
        if edit.chat_message_id and (intent.nid, intent.chat_message_id) == (edit.nid, edit.chat_message_id):
            queue[place] = structs.replace(waiting, intent=structs.replace(intent, text=edit.text))
            return True
    return False
