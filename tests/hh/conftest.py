from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.hh.client import Client
from bot.hh.transport import open_client
from tests.hh.stub import Breaking, Stub, breaking_server, stub_server

AGENT = "Bridge/1.0 (operator@example.org)"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_client() as client:
        yield client


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with stub_server() as server:
        yield server


@pytest.fixture
async def breaking() -> AsyncIterator[Breaking]:
    async with breaking_server() as server:
        yield server


@pytest.fixture
def client(http: httpx.AsyncClient, stub: Stub) -> Client:
    return Client(http, api_url=stub.url, user_agent=AGENT)
