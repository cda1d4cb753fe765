"""JSON answers as hh.ru sends them: UTF-8, not escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aiohttp import web


def json_answer(
    document: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON answer."""
    return web.json_response(
        text=json.dumps(document, ensure_ascii=False), status=status, headers=dict(headers or {})
    )
