"""What a fault of the bridge itself in one user's session costs him."""

from __future__ import annotations

import pytest

from bot.store import keys
from bot.store.connection import Client
from tests.bridge.conftest import Bridge
from tests.bridge.steps import at_rest, conversation
from tests.waiting import eventually


async def test_a_session_that_fails_gives_its_mailbox_back_and_its_user_is_still_answered(
    bridge: Bridge, redis: Client, caplog: pytest.LogCaptureFixture
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        # A look under way could write its book over this one, and one that finds nothing new needs none.
        await at_rest(redis, bridge)
        await redis.set(keys.of(bridge.anna.id, "book"), b"no book at all")
        bridge.hh.employers.invite(talk.id, "Приходите")
        await eventually(lambda: "a session failed" in caplog.text)
        asked = await bridge.anna.send("/help")
        await bridge.anna.wait_for("Чем помочь", after=asked)
