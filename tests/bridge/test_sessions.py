"""What a fault of the bridge itself in one user's session costs him."""

from __future__ import annotations

import pytest

from bot.store import keys
from bot.store.connection import Client
from tests.bridge.conftest import Bridge
from tests.waiting import eventually


async def test_a_session_that_fails_gives_its_mailbox_back_and_its_user_is_still_answered(
    bridge: Bridge, redis: Client, caplog: pytest.LogCaptureFixture
) -> None:
    async with bridge.running():
        await bridge.link()

        async def failed() -> bool:
            # A look that is under way may write its book over this one.
            await redis.set(keys.of(bridge.anna.id, "book"), b"no book at all")
            return "a session failed" in caplog.text

        await eventually(failed)
        asked = await bridge.anna.send("/help")
        await bridge.anna.wait_for("Чем помочь", after=asked)
