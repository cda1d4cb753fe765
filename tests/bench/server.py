"""A Redis of the bench's own, empty, that appends nothing: what is measured is not the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.exceptions import RedisError

from bot.store.connection import Client, connect
from bot.store.embedded import find_server
from tests.ports import free_port


@asynccontextmanager
async def empty_server() -> AsyncIterator[str]:
    """The address of a server on loopback; it speaks TCP, as every rival can."""
    port = free_port()
    with TemporaryDirectory() as home:
        process = await asyncio.create_subprocess_exec(
            *(str(await find_server(Path(home))), "--port", str(port), "--save", "", "--appendonly", "no"),
            cwd=home,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            url = f"redis://127.0.0.1:{port}/0"
            client = connect(url)
            async with asyncio.timeout(10):
                while not await _answers(client):
                    await asyncio.sleep(0.02)
            await client.aclose()
            yield url
        finally:
            process.terminate()
            await process.wait()


async def memory(client: Client) -> int:
    """Bytes of the server's data, without what the empty server uses."""
    facts = dict[str, object](await client.info("memory"))
    return int(str(facts["used_memory_dataset"]))


async def _answers(client: Client) -> bool:
    with suppress(RedisError):
        return bool(await client.ping())
    return False
