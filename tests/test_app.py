"""The bridge as it is put together."""

from __future__ import annotations

from pathlib import Path

from bot.app import sharing, working
from tests.bridge.conftest import worlds


async def test_the_work_begins_as_soon_as_telegram_says_who_the_bot_is(
    redis_url: str, tmp_path: Path
) -> None:
    async with worlds(redis_url, tmp_path) as bridge, sharing(bridge.settings, bridge.timing, None) as shared:
        bridge.telegram.fail_next("getMe", status=502)
        async with working(bridge.settings, shared, bridge.timing) as services:
            assert services.bot_username == bridge.telegram.bot_username
        assert not bridge.telegram.faults.waiting


async def test_a_worker_is_ready_when_its_work_begins_and_not_before(redis_url: str, tmp_path: Path) -> None:
    async with worlds(redis_url, tmp_path) as bridge, sharing(bridge.settings, bridge.timing, None) as shared:
        assert await shared.start.trouble() == "Telegram has not said yet who the bot is"
        await shared.identity.run()
        assert await shared.start.trouble() == "the work has not begun yet"
        async with working(bridge.settings, shared, bridge.timing):
            assert await shared.start.trouble() is None
