"""Templates: cover letters and answers that the user wrote once and sends often. Pure.

In a text, `{name}`, `{vacancy}` and `{company}` (or `{имя}`, `{вакансия}`, `{компания}`) stand for
what is known when it is sent; whatever else is in braces stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from msgspec import Struct, structs

from bot.chat.html import blank, shorten

MOST: Final = 20
"""Templates of one kind, at most: what a keyboard shows."""

TITLE: Final = 40
"""UTF-16 units of a title, at most: what a button shows."""

_PLACEHOLDER = re.compile(r"\{\s*([^\W\d_]{1,20})\s*\}")
_NAMES: Final[Mapping[str, str]] = {
    "name": "name",
    "имя": "name",
    "vacancy": "vacancy",
    "вакансия": "vacancy",
    "company": "company",
    "компания": "company",
}


class Kind(StrEnum):
    """What a template is for."""

    LETTER = "letter"
    REPLY = "reply"


class Template(Struct, frozen=True, array_like=True):
    """A text with a title; `id` is never given twice to one user."""

    id: int
    kind: Kind
    title: str
    text: str


class Templates(Struct, frozen=True, array_like=True):
    """All templates of one user, in the order they were made."""

    last_id: int = 0
    items: tuple[Template, ...] = ()

    def of(self, kind: Kind) -> tuple[Template, ...]:
        """Those of one kind."""
        return tuple(item for item in self.items if item.kind is kind)

    def get(self, template_id: int) -> Template | None:
        """One of them, None where it was deleted."""
        return next((item for item in self.items if item.id == template_id), None)

    def full(self, kind: Kind) -> bool:
        """True where no more of this kind fit."""
        return len(self.of(kind)) >= MOST

    def added(self, kind: Kind, text: str) -> Templates:
        """With one more, called by the beginning of its text."""
        template = Template(self.last_id + 1, kind, called(text), text.strip())
        return Templates(template.id, (*self.items, template))

    def renamed(self, template_id: int, title: str) -> Templates:
        """With another title for one of them."""
        return self._changed(template_id, title=called(title))

    def rewritten(self, template_id: int, text: str) -> Templates:
        """With another text for one of them; a title that was its beginning follows."""
        known = self.get(template_id)
        by_text = known is not None and known.title == called(known.text)
        title = {"title": called(text)} if by_text else {}
        return self._changed(template_id, text=text.strip(), **title)

    def without(self, template_id: int) -> Templates:
        """Without one of them."""
        return structs.replace(self, items=tuple(item for item in self.items if item.id != template_id))

    def _changed(self, template_id: int, **fields: str) -> Templates:
        items = (structs.replace(i, **fields) if i.id == template_id else i for i in self.items)
        return structs.replace(self, items=tuple(items))


def called(text: str) -> str:
    """A title out of `text`: its beginning, on one line."""
    title = shorten(text, TITLE)
    return "…" if blank(title) else title


@dataclass(frozen=True)
class Values:
    """What the placeholders stand for; "" where it is not known."""

    name: str = ""
    vacancy: str = ""
    company: str = ""


def fill(text: str, values: Values) -> str:
    """`text` with its placeholders filled in, in one pass; what is unknown stays as it is."""

    def value(match: re.Match[str]) -> str:
        field = _NAMES.get(match[1].casefold())
        return (getattr(values, field) if field else "") or match[0]

    return _PLACEHOLDER.sub(value, text)


def unfilled(text: str) -> list[str]:
    """The placeholders that are still in `text`, each once."""
    found = (match[0] for match in _PLACEHOLDER.finditer(text) if match[1].casefold() in _NAMES)
    return list(dict.fromkeys(found))
