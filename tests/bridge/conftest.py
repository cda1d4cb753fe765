"""The whole bridge between a local hh.ru and a local Telegram, over real HTTP and a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.app import run
from bot.sandbox.hh.objects import Applicant, Resume
from bot.sandbox.hh.server import LocalHh
from bot.sandbox.telegram.people import LocalUser
from bot.sandbox.telegram.server import LocalTelegram
from bot.settings import Settings
from bot.worker.services import Timing
from tests.plain import plain_http
from tests.ports import free_port
from tests.waiting import PATIENCE

FAST = Timing(
    settle=1.0,
    check=0.2,
    retry=0.2,
    walk=6 * 3600,
    sweep=0.01,
    stop=2.0,
    profile=3600,
    topics=0.5,
    rotation=0.2,
    chat=0.05,
    unnamed=1.0,
    again=0.2,
    pause=0.3,
    repeat=0.3,
)


@dataclass
class Bridge:
    """The two worlds and the settings between them."""

    hh: LocalHh
    telegram: LocalTelegram
    settings: Settings
    anna: LocalUser
    applicant: Applicant
    resume: Resume
    timing: Timing = FAST

    @asynccontextmanager
    async def running(
        self, *, web: bool = True, worker: bool = True, clock: Callable[[], float] | None = None
    ) -> AsyncIterator[None]:
        """The bridge as one process, until the block ends."""
        ready = asyncio.Event()
        task = asyncio.create_task(
            run(
                self.settings,
                web=web,
                worker=worker,
                timing=self.timing,
                clock=clock,
                ready=ready if web else None,
            )
        )
        waiting = asyncio.create_task(ready.wait())
        if web:
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
        waiting.cancel()
        if task.done():
            task.result()
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.result()

    async def link(self, user: LocalUser | None = None, applicant: Applicant | None = None) -> None:
        """The way of a person from /start to the linked account."""
        user = user or self.anna
        started = await user.start()
        welcome = await user.wait_for(lambda m: any(b.url for b in m.buttons), after=started)
        address = next(button.url for button in welcome.buttons if button.url)
        back = await self.hh.authorize(applicant or self.applicant, address)
        async with plain_http() as browser:
            page = await browser.get(back)
        assert page.status_code == 200, page.text
        await user.open_link(_deep_link(page.text))
        await user.wait_for("✅", after=started)
        await user.wait_for(lambda m: "📚" in m.text or "Переписок пока нет" in m.text, after=started)


def _deep_link(page: str) -> str:
    start = page.index("https://t.me/")
    return page[start : page.index('"', start)]


@pytest.fixture
async def bridge(redis_url: str, tmp_path: Path) -> AsyncIterator[Bridge]:
    async with worlds(redis_url, tmp_path) as bridge:
        yield bridge


@asynccontextmanager
async def worlds(redis_url: str, data_dir: Path) -> AsyncIterator[Bridge]:
    """The two worlds, and settings for a bridge between them."""
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    async with (
        LocalHh(redirect_uri=f"{public}/oauth/callback") as hh,
        LocalTelegram() as telegram,
    ):
        applicant = hh.world.add_applicant("Анна", "Смирнова")
        resume = hh.world.add_resume(applicant, "Аналитик данных")
        settings = Settings(
            telegram_token=SecretStr(telegram.token),
            telegram_api_url=telegram.url,
            public_url=public,
            http_port=port,
            hh_client_id=hh.application.client_id,
            hh_client_secret=SecretStr(hh.application.client_secret),
            hh_user_agent="HhBridgeTests/1.0 (tests@hh-bridge.test)",
            hh_site_url=hh.site_url,
            hh_api_url=hh.url,
            hh_token_url=hh.token_url,
            hh_requests_per_second=200,
            redis_url=SecretStr(redis_url),
            token_keys=(SecretStr(Fernet.generate_key().decode()),),
            data_dir=data_dir,
            poll_min_interval=0.2,
            poll_max_interval=0.4,
        )
        yield Bridge(hh, telegram, settings, telegram.user(), applicant, resume)
