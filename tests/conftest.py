"""What tests of several packages share: one real Redis for the whole run, emptied before each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.embedded import EmbeddedRedis


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a server that all tests share."""
    async with EmbeddedRedis(tmp_path_factory.mktemp("redis"), fsync=False) as url:
        yield url


@pytest.fixture
async def redis_url(redis_server: str) -> AsyncIterator[str]:
    """The address of an empty Redis; fails a test that leaves a key behind which would live for ever.

    A key must have an expiry, or an owner declared in `bot.store.keys`.
    """
    client = connect(redis_server)
    try:
        await client.flushall()
        yield redis_server
        forgotten = [
            key
            async for key in client.scan_iter(count=1000)
            if await client.ttl(key) == -1 and not _is_declared(key)
        ]
        assert not forgotten, "neither an expiry nor a declared owner"
    finally:
        await client.aclose()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Client]:
    """A client of an empty Redis."""
    client = connect(redis_url)
    yield client
    await client.aclose()


def _is_declared(key: bytes) -> bool:
    return keys.declared(key.decode(errors="replace"))
