from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.linking import Linking
from bot.sandbox.hh.server import LocalHh
from bot.store.connection import Client
from bot.store.mailbox import Mailboxes
from bot.telegram.intake import Intake
from bot.web.app import build, serving
from bot.web.readiness import Readiness
from tests.attempts import REDIRECT, linking_at
from tests.plain import plain_http

SECRET = "the-secret"


class FixedSource:
    """Updates come in, or don't, as the test says."""

    def __init__(self) -> None:
        self.says: str | None = None

    async def trouble(self) -> str | None:
        return self.says


@pytest.fixture
async def hh() -> AsyncIterator[LocalHh]:
    async with LocalHh(redirect_uri=REDIRECT) as server:
        yield server


@pytest.fixture
async def linking(hh: LocalHh, redis: Client) -> AsyncIterator[Linking]:
    async with linking_at(hh, redis) as running:
        yield running


@pytest.fixture
def source() -> FixedSource:
    return FixedSource()


@pytest.fixture
async def web(redis: Client, linking: Linking, source: FixedSource) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running application."""
    mailboxes = Mailboxes(redis)
    app = build(
        linking=linking,
        intake=Intake(mailboxes),
        parts={"web": Readiness(redis, source, timeout=1.0)},
        webhook_secret=SECRET,
        username=lambda: "most_bot",
        backlog=mailboxes.backlog,
    )
    async with (
        serving(app, "127.0.0.1", 0) as port,
        plain_http(f"http://127.0.0.1:{port}") as client,
    ):
        yield client
