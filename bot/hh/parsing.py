"""hh.ru's JSON as models; what can't be read is left out as narrowly as it can be.

A field that hh.ru need not give takes its default, an item of a list that lacks what it must have is
missing from the list; only an answer of which nothing is left is no answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.hh.errors import HhError, MalformedAnswer, OutcomeUnknown
from bot.hh.models import Negotiation, Negotiations, Page
from bot.hh.wire import Answer
from bot.log import logger

log = logger(__name__)

M = TypeVar("M", bound=BaseModel)
_Place = tuple[int | str, ...]

_ROUNDS = 12
"""Deeper than any object of hh.ru is nested: what is left out lies one level higher each time."""

_GONE = object()


def parse(model: type[M], answer: Answer, *, write: bool = False) -> M:
    """The body of a success as `model`; `unreadable` of a page counts the items that it lacks.

    Raises `MalformedAnswer`, or `OutcomeUnknown` after a `write`. Neither they nor the log quote the
    body: it holds what people wrote to each other.
    """
    if answer.body is None:
        raise _unreadable("the answer is too long", write=write)
    try:
        return model.model_validate_json(answer.body)
    except ValidationError as error:
        found = _mended(model, answer.body)
        if found is None:
            raise _unreadable(f"{model.__name__}: {_named(error)[0]}", write=write) from None
        return found


def _mended(model: type[M], body: bytes) -> M | None:
    """The readable part of `body`, None where there is none."""
    try:
        document = _complete(model, _loaded(body))
    except (ValueError, RecursionError):
        return None
    before = _count(document)
    faults: list[str] = []
    for _ in range(_ROUNDS):
        try:
            found = model.model_validate(document)
        except ValidationError as error:
            faults = faults or _named(error)
            places = [_place(fault["loc"], missing=fault["type"] == "missing") for fault in error.errors()]
            if not all(places):
                return None
            document = _complete(model, _without(document, places))
        else:
            lost = before - _count(document)
            if faults:
                tell = log.warning if lost else log.info
                tell(
                    "an answer of hh.ru is left out in part",
                    model=model.__name__,
                    items=lost,
                    faults=", ".join(faults[:3]),
                )
            if isinstance(found, Page):
                return found.model_copy(update={"unreadable": found.unreadable + lost})
            return found
    return None


def _loaded(body: bytes) -> object:
    """JSON with broken characters and lone surrogates replaced."""
    loose = json.loads(body.decode(errors="replace"))
    parsed: object = json.loads(json.dumps(loose, ensure_ascii=False).encode(errors="replace"))
    return parsed


def _complete(model: type[M], document: object) -> object:
    """With what hh.ru may leave out, and without nulls in lists."""
    document = _dense(document)
    if model is Negotiation:
        return _with_moments(document)
    if not issubclass(model, Page) or not isinstance(document, dict):
        return document
    page = _with_items(document)
    if model is Negotiations and isinstance(page["items"], list):
        page = {**page, "items": list(map(_with_moments, page["items"]))}
    return page


def _dense(value: object) -> object:
    # Models drop nulls from lists, and pydantic's numbering of items is that of what is left.
    if isinstance(value, dict):
        return {key: _dense(inner) for key, inner in value.items()}
    return [_dense(item) for item in value if item is not None] if isinstance(value, list) else value


def _with_items(page: dict[str, object]) -> dict[str, object]:
    """An empty list may be left out; anything else without items tells nothing."""
    if page.get("items") is not None:
        return page
    nothing = page.get("found", 0 if "items" in page else None) == 0
    return {**page, "items": [], "unreadable": int(not nothing)}


def _with_moments(item: object) -> object:
    """Better a conversation with one of its moments than none."""
    if not isinstance(item, dict) or (item.get("created_at") and item.get("updated_at")):
        return item
    either = item.get("updated_at") or item.get("created_at")
    return {**item, "created_at": either, "updated_at": either} if either else item


def _place(where: _Place, *, missing: bool) -> _Place:
    """What is to be left out: the field that is wrong, or the object that lacks a field."""
    return where[:-1] if missing else where


def _without(document: object, places: Iterable[_Place]) -> object:
    for place in places:
        holder: object = document
        for part in place[:-1]:
            holder = _inner(holder, part)
        last = place[-1]
        if isinstance(holder, dict):
            holder.pop(last, None)
        elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            holder[last] = _GONE
    return _closed(document)


def _inner(holder: object, part: int | str) -> object:
    if isinstance(holder, dict):
        return holder.get(part)
    found = isinstance(holder, list) and isinstance(part, int) and part < len(holder)
    return holder[part] if isinstance(holder, list) and isinstance(part, int) and found else None


def _closed(value: object) -> object:
    """The gaps in lists closed."""
    if isinstance(value, dict):
        return {key: _closed(inner) for key, inner in value.items()}
    return [_closed(item) for item in value if item is not _GONE] if isinstance(value, list) else value


def _count(document: object) -> int:
    items = document.get("items") if isinstance(document, dict) else None
    return len(items) if isinstance(items, list) else 0


def _named(error: ValidationError) -> list[str]:
    return list(dict.fromkeys(_names(error)))


def _names(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join("*" if isinstance(part, int) else str(part) for part in fault["loc"])
        yield f"{where}: {fault['type']}"


def _unreadable(reason: str, *, write: bool) -> HhError:
    return OutcomeUnknown(reason) if write else MalformedAnswer(reason)
