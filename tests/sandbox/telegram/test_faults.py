from __future__ import annotations

import time
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import Forbidden, NetworkError, RetryAfter, TimedOut

from bot.sandbox.telegram.server import LocalTelegram


async def test_a_fault_meets_only_its_method_and_only_so_often(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    telegram.fail_next("sendMessage", times=2, retry_after=7)
    await bot.get_me()
    for _ in range(2):
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(user.id, "x")
    assert refused.value.retry_after == timedelta(seconds=7)
    await bot.send_message(user.id, "x")
    assert telegram.faults.waiting == 0


async def test_a_fault_may_meet_one_chat(telegram: LocalTelegram, bot: Bot) -> None:
    anna, boris = telegram.user(), telegram.user(2, "Борис")
    await anna.start()
    await boris.start()
    telegram.fail_next("sendMessage", forbidden="bot was blocked by the user", chat_id=anna.id)
    await bot.send_message(boris.id, "x")
    with pytest.raises(Forbidden):
        await bot.send_message(anna.id, "x")


@pytest.mark.parametrize("status", [500, 502])
async def test_telegram_may_be_out_of_order(telegram: LocalTelegram, bot: Bot, status: int) -> None:
    user = telegram.user()
    await user.start()
    telegram.fail_next(status=status)
    with pytest.raises(NetworkError):
        await bot.send_message(user.id, "x")
    assert user.from_bot == []


async def test_a_reset_before_leaves_nothing_and_one_after_leaves_the_message(
    telegram: LocalTelegram, bot: Bot
) -> None:
    user = telegram.user()
    await user.start()
    telegram.fail_next("sendMessage", reset_before=True)
    with pytest.raises(NetworkError):
        await bot.send_message(user.id, "до")
    telegram.fail_next("sendMessage", reset_after=True)
    with pytest.raises(NetworkError):
        await bot.send_message(user.id, "после")
    assert [message.text for message in user.from_bot] == ["после"]


async def test_a_delay_after_the_effect_is_a_timeout_with_the_message_there(
    telegram: LocalTelegram, bot: Bot
) -> None:
    user = telegram.user()
    await user.start()
    telegram.fail_next("sendMessage", delay_after=20)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        await bot.send_message(user.id, "x", read_timeout=0.1)
    assert time.monotonic() - started < 20
    assert [message.text for message in user.from_bot] == ["x"]


async def test_after_a_stop_everything_is_still_there_at_the_same_address(
    telegram: LocalTelegram, bot: Bot
) -> None:
    user = telegram.user()
    await user.start()
    await bot.send_message(user.id, "до")
    url = telegram.url
    await telegram.stop()
    with pytest.raises(NetworkError):
        await bot.send_message(user.id, "мимо")
    await telegram.start()
    assert telegram.url == url
    await bot.send_message(user.id, "после")
    assert [message.text for message in user.from_bot] == ["до", "после"]
