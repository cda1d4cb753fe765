"""The page's server, with a local Telegram behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.page.server import page_routes
from bot.sandbox.telegram.server import LocalTelegram


@pytest.fixture
def telegram() -> LocalTelegram:
    return LocalTelegram()


@pytest.fixture
async def page(telegram: LocalTelegram) -> AsyncIterator[aiohttp.ClientSession]:
    """A client whose addresses are relative to the page's server."""
    application = web.Application()
    application.add_routes(page_routes(telegram))
    application.add_routes(telegram.routes("/telegram"))
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    telegram.url = f"{root}/telegram"
    async with aiohttp.ClientSession(root) as session:
        yield session
    await runner.cleanup()
