"""Real servers with settings of a test's own."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as NoConnection

from bot.store.connection import connect
from bot.store.embedded import PACKAGES
from tests.waiting import PATIENCE


def carried(package: str) -> str | None:
    """The path of the server that an installed package carries."""
    spec = find_spec(package)
    folders = (spec and spec.submodule_search_locations) or ()
    return next((str(path) for folder in folders for path in Path(folder).glob(PACKAGES[package])), None)


def binaries() -> dict[str, str]:
    """Every server that is installed, by a name for the test's report."""
    found = {name: shutil.which(name) for name in ("valkey-server", "redis-server")}
    found |= {package: carried(package) for package in PACKAGES}
    return {name: path for name, path in found.items() if path is not None}


@asynccontextmanager
async def server(
    binary: str, home: Path, port: int, *options: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A server on a port of loopback, ready, until the block ends."""
    home.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        binary,
        *options,
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(home), "--save", ""),
        stdout=asyncio.subprocess.DEVNULL,
        env={"PATH": os.defpath, "LC_ALL": "C"},
    )
    try:
        await _answers(port)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answers(port: int) -> None:
    client = connect(f"redis://127.0.0.1:{port}")
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await client.ping()
                    return
                except AuthenticationError:
                    return
                except NoConnection:
                    await asyncio.sleep(0.02)
    finally:
        await client.aclose()
