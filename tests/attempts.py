"""Linking as it runs, between a real Redis and the local hh.ru."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

from cryptography.fernet import Fernet

from bot.hh.client import Call
from bot.hh.client import Client as HhClient
from bot.hh.models import Me
from bot.hh.oauth import OAuth
from bot.hh.pace import Pace
from bot.hh.parsing import parse
from bot.linking import Linking
from bot.sandbox.hh.server import LocalHh
from bot.store.connection import Client
from bot.store.vault import Vault
from bot.transport import open_client

REDIRECT = "https://bridge.example.org/oauth/callback"
AGENT = "Bridge/1.0 (operator@bridge.example.org)"
KEY = Fernet.generate_key().decode()


@asynccontextmanager
async def linking_at(
    hh: LocalHh,
    redis: Client,
    *,
    lifetime: float = 600,
    key: str = KEY,
    clock: Callable[[], float] | None = None,
    pace: Pace | None = None,
) -> AsyncIterator[Linking]:
    """Linking to accounts of `hh`; its vault has the one `key`."""
    async with open_client() as http:
        client = HhClient(http, api_url=hh.url, user_agent=AGENT)

        async def whose(token: str) -> Me:
            return parse(Me, await client.request(Call("GET", "/me"), token=token))

        oauth = OAuth(
            http,
            client_id=hh.application.client_id,
            client_secret=hh.application.client_secret,
            site_url=hh.site_url,
            api_url=hh.url,
            token_url=hh.token_url,
            user_agent=AGENT,
            pace=pace,
        )
        yield Linking(
            redis, oauth, Vault([key]), whose=whose, redirect_uri=REDIRECT, lifetime=lifetime, clock=clock
        )


def query_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(address).query))
