"""The sandbox: the bridge itself between a local hh.ru and a local Telegram, with a page for both.

The bridge is the same code as `hh-bridge run`; only the addresses differ. The page, hh.ru and
Telegram share one port, the bridge listens on another one. Everything is on loopback and forgotten
at the end.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from bot.app import run
from bot.sandbox.hh.local import Hh, build
from bot.sandbox.hh.seed import seed
from bot.sandbox.hh.server import mount
from bot.sandbox.hh.tokens import Application
from bot.sandbox.page.server import page_routes
from bot.sandbox.telegram.server import MAX_BODY, LocalTelegram
from bot.settings import Settings
from bot.worker.services import Timing

POLL_SECONDS = 1.0
REQUESTS_PER_SECOND = 50.0


async def sandbox(*, host: str, port: int, ready: asyncio.Event | None = None) -> None:
    """Serve the page on `host` and `port` until cancelled; `ready` is set once the bridge runs, too."""
    telegram = LocalTelegram(topics=True)
    telegram.user(100_001, "Анна", "Смирнова")
    telegram.user(100_002, "Тимур", "Ахметов")
    # A browser on this machine reaches every address that is listened on at 127.0.0.1.
    own = "127.0.0.1" if host in ("0.0.0.0", "localhost", "::") else host  # noqa: S104, compared only
    with socket.create_server((host, port)) as listening, tempfile.TemporaryDirectory() as data_dir:
        base = f"http://{own}:{listening.getsockname()[1]}"
        bridge_port = _free_port()
        public = f"http://127.0.0.1:{bridge_port}"
        hh = build(
            api_url=f"{base}/hh/api",
            site_url=f"{base}/hh",
            application=Application("sandbox", "sandbox-secret", f"{public}/oauth/callback"),
        )
        seed(hh.world)
        settings = _settings(base, public, bridge_port, telegram.token, Path(data_dir))
        async with _serving(telegram, hh, listening), asyncio.TaskGroup() as tasks:
            tasks.create_task(telegram.deliver())
            tasks.create_task(
                run(
                    settings,
                    telegram_link_base=f"{base}/t.me",
                    ready=ready,
                    timing=Timing(profile=0, topics=POLL_SECONDS),
                )
            )
            print(f"The sandbox is at {base}  (Ctrl-C ends it)", flush=True)


@asynccontextmanager
async def _serving(telegram: LocalTelegram, hh: Hh, listening: socket.socket) -> AsyncIterator[None]:
    app = web.Application(client_max_size=MAX_BODY)
    mount(app, hh)
    app.add_routes(page_routes(telegram))
    app.add_routes(telegram.routes("/telegram"))
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        telegram.world.updates.release()
        await runner.cleanup()


def _settings(base: str, public: str, bridge_port: int, token: str, data_dir: Path) -> Settings:
    return Settings(
        telegram_token=SecretStr(token),
        telegram_api_url=f"{base}/telegram",
        public_url=public,
        http_port=bridge_port,
        hh_client_id="sandbox",
        hh_client_secret=SecretStr("sandbox-secret"),
        hh_user_agent="HhBridgeSandbox/1.0 (sandbox@hh-bridge.test)",
        hh_site_url=f"{base}/hh",
        hh_api_url=f"{base}/hh/api",
        hh_token_url=f"{base}/hh/api/token",
        hh_requests_per_second=REQUESTS_PER_SECOND,
        data_dir=data_dir,
        poll_min_interval=POLL_SECONDS,
        poll_max_interval=POLL_SECONDS,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
