"""What the local hh.ru demands of every request, before it looks at what is asked.

Sources: OpenAPI 2025-12, "Требования к запросам" (agent) and the parameters of each operation; the
sandbox refuses parameters and fields that the documents don't name, though hh.ru ignores them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.hh import refusals
from bot.sandbox.hh.refusals import Refusal

_AGENT = re.compile(r"[^\s/()][^/()]*/\S+ \([^()\s]+@[^()\s]+\)")
_SAMPLE_AGENTS = frozenset(
    {"MyApp/1.0 (my-app-feedback@example.com)", "App/1.0 (contact@example.org)"},
)
_HOSTS = frozenset(
    {"hh.ru", "rabota.by", "hh1.az", "hh.uz", "hh.kz", "headhunter.ge", "headhunter.kg"},
)
_COMMON = frozenset({"locale", "host"})
_DIGITS = re.compile(r"[0-9]{1,18}")
_PER_PAGE_LIMIT = 100


def check_agent(request: web.Request) -> None:
    """Demand an agent that names an application and a contact; HH-User-Agent outweighs User-Agent."""
    agent = request.headers.get("HH-User-Agent") or request.headers.get("User-Agent")
    if not agent:
        raise refusals.bad_user_agent(None)
    if agent in _SAMPLE_AGENTS or not _AGENT.fullmatch(agent):
        raise refusals.bad_user_agent("blacklisted")


@dataclass(frozen=True)
class Query:
    """The query of one request; reading it raises `Refusal` 400 bad_argument."""

    values: dict[str, str]

    def text(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of `allowed`."""
        value = self.values.get(name, default)
        if value not in allowed:
            raise refusals.bad_argument(name)
        return value

    def flag(self, name: str) -> bool:
        """`true` or `false`, default false."""
        return self.text(name, ("true", "false"), "false") == "true"

    def number(self, name: str, default: int, *, most: int = 10**9, least: int = 0) -> int:
        """A whole number in decimal digits."""
        value = self.values.get(name)
        if value is None:
            return default
        if not _DIGITS.fullmatch(value) or not least <= int(value) <= most:
            raise refusals.bad_argument(name)
        return int(value)

    def id(self, name: str) -> str | None:
        """An id in decimal digits."""
        value = self.values.get(name)
        if value is not None and not _DIGITS.fullmatch(value):
            raise refusals.bad_argument(name)
        return value

    def page(self) -> tuple[int, int]:
        """`page` (from 0) and `per_page` (1 to 100, default 20)."""
        return self.number("page", 0), self.number("per_page", 20, most=_PER_PAGE_LIMIT, least=1)


def query(request: web.Request, *allowed: str) -> Query:
    """The query, which may hold only `allowed`, `locale` and `host`, each once."""
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name not in _COMMON and name not in allowed:
            raise refusals.bad_argument(name)
        if name in values:
            raise refusals.bad_argument(name, "too_many_arguments")
        values[name] = value
    if values.get("host", "hh.ru") not in _HOSTS:
        raise refusals.bad_argument("host")
    if values.get("locale", "RU") not in ("RU", "EN"):
        raise refusals.bad_argument("locale")
    return Query(values)


def path_id(value: str) -> str:
    """An id from the path; anything but digits is not found."""
    if not _DIGITS.fullmatch(value):
        raise refusals.not_found()
    return value


async def form(request: web.Request, content_type: str, *allowed: str) -> dict[str, str]:
    """The fields of a form of exactly this content type, each of `allowed` at most once."""
    if request.content_type != content_type:
        raise refusals.bad_argument("Content-Type")
    try:
        posted = await request.post()
    except (ValueError, web.HTTPBadRequest):
        raise Refusal(400, [{"type": "bad_request"}], description="unreadable body") from None
    fields: dict[str, str] = {}
    for name, value in posted.items():
        if name not in allowed or not isinstance(value, str):
            raise refusals.bad_argument(name)
        if name in fields:
            raise refusals.bad_argument(name, "too_many_arguments")
        fields[name] = value
    return fields


def required(fields: dict[str, str], name: str) -> str:
    """A field that must be there; it may be empty."""
    if name not in fields:
        raise refusals.bad_argument(name)
    return fields[name]
