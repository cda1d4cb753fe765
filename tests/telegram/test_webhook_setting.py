from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY

from bot.sandbox.telegram.server import LocalTelegram
from bot.telegram.botapi import BotApi
from bot.telegram.routing import ALLOWED_UPDATES
from bot.telegram.webhook import Identity, Webhook
from tests.plain import plain_http
from tests.waiting import eventually, running

URL = "http://127.0.0.1:9/telegram/webhook"


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(bot_username="most_bot") as server:
        yield server


@pytest.fixture
async def api(telegram: LocalTelegram) -> AsyncIterator[BotApi]:
    async with plain_http() as client:
        yield BotApi(client, telegram.url, telegram.token)


async def says(webhook: Webhook, text: str) -> bool:
    return text in str(await webhook.trouble())


async def test_the_webhook_is_set_with_its_secret_and_drops_nothing(
    telegram: LocalTelegram, api: BotApi
) -> None:
    webhook = Webhook(api, URL, "the-secret")
    assert await webhook.trouble() == "the webhook is not set yet"
    async with running(webhook.run()):
        await telegram.wait_until(lambda: bool(telegram.calls("setWebhook")))
        call = telegram.calls("setWebhook")[0].parameters
        assert call.text("url") == URL
        assert call.text("secret_token") == "the-secret"
        assert telegram.world.updates.allowed == ALLOWED_UPDATES
        assert not call.flag("drop_pending_updates")
        await eventually(lambda: says(webhook, "None"))


async def test_a_webhook_that_telegram_refuses_is_said_in_telegrams_words(api: BotApi) -> None:
    webhook = Webhook(api, "http://example.org/telegram/webhook", "the-secret")
    async with running(webhook.run()):
        await eventually(lambda: says(webhook, "HTTPS URL must be provided"))


async def test_the_webhook_is_set_again_where_somebody_removed_it(
    telegram: LocalTelegram, api: BotApi
) -> None:
    async with running(Webhook(api, URL, "the-secret", watch=0.05).run()):
        await telegram.wait_until(lambda: telegram.world.updates.webhook_set)
        await api.delete_webhook()
        await telegram.wait_until(lambda: telegram.world.updates.webhook_set)


async def test_what_telegram_could_not_deliver_is_logged_once(
    telegram: LocalTelegram, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(Webhook(api, URL, "the-secret", watch=0.02).run()):
        await telegram.wait_until(lambda: telegram.world.updates.webhook_set)
        await telegram.user(700).send("раз")
        await eventually(lambda: "could not deliver" in caplog.text)
        exported = REGISTRY.get_sample_value("hh_bridge_webhook_last_error_timestamp_seconds")
        assert exported == (await api.get_webhook_info()).last_error_date > 0
        seen = len(telegram.calls("getWebhookInfo"))
        await telegram.wait_until(lambda: len(telegram.calls("getWebhookInfo")) > seen + 2)
    assert caplog.text.count("could not deliver") == 1


async def test_trouble_that_has_passed_is_not_logged(
    telegram: LocalTelegram, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(Webhook(api, URL, "the-secret", watch=0.02).run()):
        await telegram.wait_until(lambda: telegram.world.updates.webhook_set)
        await telegram.user(700).send("раз")
        await eventually(lambda: "could not deliver" in caplog.text)
        caplog.clear()
        await api.delete_webhook()
        await telegram.wait_until(lambda: telegram.world.updates.webhook_set)
        seen = len(telegram.calls("getWebhookInfo"))
        await telegram.wait_until(lambda: len(telegram.calls("getWebhookInfo")) > seen + 2)
    assert "could not deliver: None" not in caplog.text


async def test_setting_the_webhook_is_tried_until_telegram_answers(
    telegram: LocalTelegram, api: BotApi
) -> None:
    telegram.fail_next("setWebhook", reset_before=True)
    async with running(Webhook(api, URL, "the-secret").run()):
        await telegram.wait_until(lambda: telegram.world.updates.webhook_set)


async def test_who_the_bot_is_is_asked_until_telegram_answers(telegram: LocalTelegram, api: BotApi) -> None:
    telegram.fail_next("getMe", status=502)
    identity = Identity(api)
    assert identity.bot is None
    await identity.run()
    assert identity.username() == "most_bot"
