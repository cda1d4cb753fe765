from __future__ import annotations

import httpx
import pytest

from bot.hh.client import Client
from tests.stub import Stub

AGENT = "Bridge/1.0 (operator@example.org)"


@pytest.fixture
def client(http: httpx.AsyncClient, stub: Stub) -> Client:
    return Client(http, api_url=stub.url, user_agent=AGENT)
