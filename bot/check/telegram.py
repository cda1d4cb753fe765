"""Whether Telegram knows the bot, and can deliver its updates."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from bot.check.finding import Finding
from bot.settings import Settings
from bot.telegram.botapi import BadToken, Bot, BotApi, BotApiError, WebhookInfo
from bot.transport import open_client

# Seconds. What can't be delivered is tried again every minute at least (tdlib/telegram-bot-api,
# WebhookActor.h), so an older error is over, whatever waits.
STILL_FAILING = 300.0


async def telegram(settings: Settings) -> list[Finding]:
    """The bot, its topics and its webhook."""
    async with open_client(settings.telegram_proxy_url) as http:
        api = BotApi(http, settings.telegram_api_url, settings.telegram_token.get_secret_value())
        try:
            bot = await api.get_me()
            webhook = await api.get_webhook_info()
        except BadToken as error:
            return [Finding("Telegram", "FAIL", str(error), "copy TELEGRAM_TOKEN from @BotFather again")]
        except BotApiError as error:
            mend = "check TELEGRAM_API_URL; where Telegram is blocked, set TELEGRAM_PROXY_URL"
            return [Finding("Telegram", "FAIL", str(error), mend)]
    return [
        Finding("Telegram", "ok", f"the bot is @{bot.username}"),
        _topics(bot),
        _webhook(settings.webhook_url, webhook),
    ]


def _topics(bot: Bot) -> Finding:
    if not bot.has_topics_enabled:
        way = "Threaded Mode in the settings of the bot at @BotFather gives each employer a topic"
        return Finding("Topics", "ok", f"off, so all employers share one chat; {way}")
    if bot.allows_users_to_create_topics:
        advice = "let @BotFather forbid users to make topics: Telegram makes one for each of their messages"
        return Finding("Topics", "ok", f"on: each employer gets a topic; {advice}")
    return Finding("Topics", "ok", "on: each employer gets a topic")


def _webhook(wanted: str | None, found: WebhookInfo) -> Finding:
    if wanted is None:
        change = "; the webhook that is set now will be removed at the start" if found.url else ""
        return Finding("Webhook", "ok", f"no PUBLIC_URL, so updates are polled{change}")
    if found.url != wanted:
        return Finding("Webhook", "ok", f"will be set to {wanted} at the start")
    text = f"{found.url}, {found.pending_update_count} updates wait"
    if not found.last_error_message:
        return Finding("Webhook", "ok", text)
    if found.pending_update_count and time.time() - found.last_error_date <= STILL_FAILING:
        mend = (
            "check that PUBLIC_URL leads to HTTP_HOST and HTTP_PORT, with a certificate that Telegram accepts"
        )
        return Finding("Webhook", "FAIL", f"Telegram reports: {found.last_error_message}", mend)
    when = datetime.fromtimestamp(found.last_error_date, UTC)
    over = f"the last delivery that failed was on {when:%d %B %Y, %H:%M} UTC"
    return Finding("Webhook", "ok", f"{text}; {over}: {found.last_error_message}")
