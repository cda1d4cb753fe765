"""Conversations for tests of the book."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.hh.models import Message, Negotiation
from bot.sync.book import Known, Moment, due, moved, read
from bot.sync.events import Event

NOON = 1_700_000_000
SINCE = NOON - 500


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(NOON + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(NOON + seconds, UTC)


def negotiation(seconds: int = 0, state: str = "response", nid: str = "1", **fields: Any) -> Negotiation:
    return Negotiation.model_validate(
        {
            "id": nid,
            "state": {"id": state, "name": state},
            "created_at": moment(-1000),
            "updated_at": moment(seconds),
            "has_updates": False,
            "viewed_by_opponent": False,
            "messaging_status": "ok",
            "hidden": False,
            "decline_allowed": False,
            **fields,
        }
    )


def message(
    mid: int | str, seconds: int = 0, *, mine: bool = False, state: str | None = "text", **fields: Any
) -> Message:
    return Message.model_validate(
        {
            "id": str(mid),
            "created_at": moment(seconds),
            "text": f"text {mid}",
            "state": {"id": state, "name": state} if state else None,
            "author": {"participant_type": "applicant" if mine else "employer"},
            "viewed_by_me": True,
            "viewed_by_opponent": True,
            "editable": False,
            "address": None,
            **fields,
        }
    )


def look(
    known: Known | None, listed: Negotiation, messages: list[Message] | None, now: datetime | None = None
) -> tuple[Known, list[Event]]:
    return read(known, listed, messages, moment_of(now or at(100)), SINCE)


def moment_of(now: datetime) -> Moment:
    return Moment(now, now.timestamp())


def changed(known: Known | None, listed: Negotiation, now: datetime | None = None) -> bool:
    return moved(known, listed) or known is None or due(known, (now or at(100)).timestamp())


def texts(events: list[Event]) -> list[str | None]:
    return [event.message.id if event.message else None for event in events]
