from __future__ import annotations

from pydantic import SecretStr

from bot.check.telegram import STILL_FAILING
from bot.telegram.botapi import BotApi
from bot.transport import open_client
from tests.check.operator import Operator, failed
from tests.ports import free_port
from tests.stub import Stub


async def test_a_wrong_bot_token_is_named(operator: Operator) -> None:
    passed, report = await operator.check(telegram_token=SecretStr("123456789:AAE-wrong-token-000000000000"))
    assert not passed
    assert failed(report) == ["Telegram"]
    assert "AAE-wrong" not in report
    assert "@BotFather" in report


async def test_an_unreachable_telegram_leads_to_the_proxy(operator: Operator) -> None:
    passed, report = await operator.check(telegram_api_url=f"http://127.0.0.1:{free_port()}")
    assert not passed
    assert "TELEGRAM_PROXY_URL" in report


async def fails_to_deliver(operator: Operator, public: str) -> None:
    """Somebody writes, and the bridge that should be at `public` does not take it."""
    async with open_client() as http:
        api = BotApi(http, operator.telegram.url, operator.telegram.token)
        await api.set_webhook(f"{public}/telegram/webhook", "secret", ["message"], 1)
    await operator.telegram.user().send("привет")
    await operator.telegram.wait_until(lambda: operator.telegram.world.webhooks.last_error is not None)


async def test_a_webhook_that_telegram_cannot_deliver_to_is_named(operator: Operator) -> None:
    public = f"http://127.0.0.1:{free_port()}"
    passed, report = await operator.check(public_url=public)
    assert passed, report
    assert f"will be set to {public}/telegram/webhook" in report

    await fails_to_deliver(operator, public)
    passed, report = await operator.check(public_url=public)
    assert not passed
    assert failed(report) == ["Webhook"]
    assert "PUBLIC_URL" in report


async def test_a_delivery_that_failed_at_first_is_told_and_no_fault(operator: Operator, stub: Stub) -> None:
    stub.say(502)
    stub.say(200)
    await fails_to_deliver(operator, stub.url)
    await operator.telegram.settled()
    passed, report = await operator.check(public_url=stub.url)
    assert passed, report
    assert "0 updates wait; the last delivery that failed was on" in report
    assert "502 Bad Gateway" in report


async def test_a_delivery_that_failed_long_ago_is_no_fault_of_what_waits_now(operator: Operator) -> None:
    public = f"http://127.0.0.1:{free_port()}"
    operator.telegram.world.clock.advance(-STILL_FAILING - 60)
    await fails_to_deliver(operator, public)
    passed, report = await operator.check(public_url=public)
    assert passed, report
    assert "1 updates wait; the last delivery that failed was on" in report


async def test_a_webhook_that_will_go_is_told(operator: Operator) -> None:
    async with open_client() as http:
        api = BotApi(http, operator.telegram.url, operator.telegram.token)
        await api.set_webhook(f"http://127.0.0.1:{free_port()}/x", "secret", ["message"], 1)
    passed, report = await operator.check()
    assert passed
    assert "will be removed at the start" in report


async def test_topics_are_told_with_what_their_owner_should_know(operator: Operator) -> None:
    operator.telegram.world.topics_enabled = True
    _, report = await operator.check()
    assert "on: each employer gets a topic" in report
    assert "forbid" not in report
    operator.telegram.world.topics_by_users = True
    _, report = await operator.check()
    assert "let @BotFather forbid users to make topics" in report


async def test_a_webhook_that_works_is_told(operator: Operator) -> None:
    public = f"http://127.0.0.1:{free_port()}"
    async with open_client() as http:
        api = BotApi(http, operator.telegram.url, operator.telegram.token)
        await api.set_webhook(f"{public}/telegram/webhook", "secret", ["message"], 1)
    passed, report = await operator.check(public_url=public)
    assert passed, report
    assert "0 updates wait" in report
