"""HTTP without certificates, to servers of this machine."""

from __future__ import annotations

import ssl

import httpx
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def plain_http(base_url: str = "", *, timeout: float = 30) -> httpx.AsyncClient:
    """A client that does not read the certificates of the world first: that takes as long as many a test."""
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, verify=_TRUSTS_NOBODY)


def plain_bot(url: str, token: str) -> ExtBot[None]:
    """The library's bot at the Bot API of this machine; it closes what it opens."""
    talk, updates = (HTTPXRequest(httpx_kwargs={"verify": _TRUSTS_NOBODY}) for _ in range(2))
    return ExtBot(token, base_url=f"{url}/bot", request=talk, get_updates_request=updates)
