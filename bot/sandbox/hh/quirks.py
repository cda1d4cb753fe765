"""Oddities that hh.ru's contract allows and that a client must survive; all off by default."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from bot.sandbox.hh.objects import Message

Json = dict[str, object]

# Fields that may be null: `kind.field`, or `kind.object.field` inside an object.
NULLABLE = frozenset(
    {
        "negotiation.resume",
        "negotiation.vacancy",
        "negotiation.phone_calls",
        "negotiation.resume.title",
        "negotiation.vacancy.employer",
        "negotiation.vacancy.employer.id",
        "negotiation.vacancy.employer.alternate_url",
        "negotiation.vacancy.url",
        "negotiation.vacancy.alternate_url",
        "negotiation.vacancy.salary",
        "negotiation.vacancy.address",
        "message.text",
        "message.state",
        "message.address",
        "message.address.lat",
        "message.address.lng",
        "message.address.metro",
        "vacancy.employer",
        "vacancy.employer.id",
        "vacancy.employer.alternate_url",
        "vacancy.salary",
        "vacancy.salary_range",
        "vacancy.address",
        "vacancy.experience",
        "vacancy.employment",
        "vacancy.employment_form",
        "vacancy.work_format",
        "vacancy.response_url",
        "vacancy.closed_for_applicants",
        "resume.title",
        "resume.salary",
        "resume.area",
        "me.middle_name",
        "me.email",
        "me.phone",
    }
)


@dataclass
class Quirks:
    """`skew` shifts every date and the Date header, `date_skew` the header alone, in seconds; `nulls` is
    a subset of `NULLABLE`.

    The conversations and messages whose ids are in `unreadable` lack what every document has; with
    `strange` everything has fields and values of tomorrow. Of a list of conversations only `depth` are
    shown, pages beyond are refused. Conversations come without counters where `uncounted`. With
    `moving_lists` each page of conversations that is read makes the first conversation of the next page
    the newest. With `shuffled_messages` messages come in no order, the same each time.
    """

    skew: float = 0.0
    nulls: frozenset[str] = frozenset()
    moving_lists: bool = False
    shuffled_messages: bool = False
    date_skew: float = 0.0
    unreadable: frozenset[str] = frozenset()
    strange: bool = False
    depth: int | None = None
    uncounted: bool = False

    def blank(self, kind: str, document: Json) -> Json:
        """The document with the fields of `nulls` set to null."""
        for name in self.nulls:
            head, *path, last = name.split(".")
            if head == kind:
                _blank(document, path, last)
        if self.uncounted:
            document.pop("counters", None)
        if self.strange:
            document |= {"tomorrow": {"id": None}, "tags": [{"id": 1}]}
        if kind in ("negotiation", "message") and document["id"] in self.unreadable:
            document |= {"created_at": None, "updated_at": "when it was"}
        return document

    def order(self, messages: Iterable[Message]) -> list[Message]:
        """The messages as a reader gets them: oldest first, or shuffled."""
        if self.shuffled_messages:
            return sorted(messages, key=lambda message: hashlib.sha256(message.id.encode()).digest())
        return list(messages)


def _blank(document: Json, path: list[str], last: str) -> None:
    inner: object = document
    for key in path:
        inner = inner.get(key) if isinstance(inner, dict) else None
    if isinstance(inner, dict) and last in inner:
        inner[last] = None
