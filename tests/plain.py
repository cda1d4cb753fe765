"""HTTP without certificates, to servers of this machine."""

from __future__ import annotations

import ssl

import httpx

_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def plain_http(base_url: str = "", *, timeout: float = 30) -> httpx.AsyncClient:
    """A client that does not read the certificates of the world first: that takes as long as many a test."""
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, verify=_TRUSTS_NOBODY)
