"""The pages of the local hh.ru's site; what comes from outside is escaped by the templates."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
}


def page(template: str, status: int = 200, **values: object) -> web.Response:
    """A page made from a template of this folder."""
    text = _TEMPLATES.get_template(template).render(values)
    return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)


def trouble(status: int, title: str, reason: str) -> web.Response:
    """A page that says what is wrong."""
    return page("trouble.html", status, title=title, reason=reason)
