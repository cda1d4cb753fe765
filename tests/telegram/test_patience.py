"""What is tried again and again is complained about once."""

from __future__ import annotations

import logging

import pytest

from bot.telegram.botapi import BotApiThrottled, BotApiUnreachable
from bot.telegram.patience import Patience


async def test_the_same_trouble_is_logged_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    patience = Patience("asking", first=0.001, longest=0.002)
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            await patience.failed(BotApiUnreachable("nobody there"))
        assert isinstance(patience.trouble, BotApiUnreachable)
        patience.succeeded()
        patience.succeeded()
    assert patience.trouble is None
    fails, works = caplog.text.splitlines()
    assert "it fails" in fails
    assert "it works again" in works
    assert "what=asking" in fails
    assert "what=asking" in works
    assert "nobody there" in fails


async def test_as_long_as_telegram_says_is_waited() -> None:
    patience = Patience("asking", first=100, longest=100)
    await patience.failed(BotApiThrottled(0.01))
    assert isinstance(patience.trouble, BotApiThrottled)
