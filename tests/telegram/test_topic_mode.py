from __future__ import annotations

from bot.sandbox.telegram.server import LocalTelegram
from bot.telegram.botapi import BotApi
from bot.telegram.topics import TopicMode
from tests.plain import plain_http


async def test_topics_follow_what_telegram_says_and_stay_while_it_is_silent() -> None:
    async with LocalTelegram(topics=True) as telegram, plain_http() as client:
        mode = TopicMode(BotApi(client, telegram.url, telegram.token), watch=60)
        assert not mode.on
        await mode.look()
        assert mode.on
        telegram.world.topics_enabled = False
        telegram.fail_next("getMe", status=502)
        await mode.look()
        assert mode.on
        await mode.look()
        assert not mode.on
