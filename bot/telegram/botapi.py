"""The few methods of the Bot API that ingress needs, on raw JSON.

    BotApiError
    ├── BotApiUnreachable   no answer, a 5xx, or no Bot API at that address: try again later
    ├── BotApiThrottled     429: try again after `retry_after`
    ├── BadToken            401 or 404: Telegram knows no bot with this token
    ├── OtherPoller         409: another program gets the updates of this bot
    ├── WebhookInTheWay     409: a webhook is set, so updates can't be polled
    └── BotApiRefused       any other refusal, with Telegram's own description

The bot's token is part of every address, so no error and no log line here quotes an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec
from msgspec import Struct

from bot.telegram.mending import mended

ANSWER_TIMEOUT: Final = 15.0
"""Seconds for an answer, beyond the time for which Telegram was asked to hold the request."""


class BotApiError(Exception):
    """Telegram did not do what it was asked."""


class BotApiUnreachable(BotApiError):
    """No usable answer."""


class BotApiThrottled(BotApiError):
    """Too many requests; `retry_after` in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"Telegram asks to wait {retry_after:.0f} s")
        self.retry_after = retry_after


class BadToken(BotApiError):
    """There is no bot with this token (any more)."""


class OtherPoller(BotApiError):
    """Another program polls the same bot."""


class WebhookInTheWay(BotApiError):
    """Updates go to a webhook now."""


class BotApiRefused(BotApiError):
    """Telegram refused, and says why."""


class Bot(Struct, frozen=True):
    """Who the bot is (Bot API, getMe)."""

    id: int
    username: str
    has_topics_enabled: bool = False
    allows_users_to_create_topics: bool = False


class WebhookInfo(Struct, frozen=True):
    """Where Telegram delivers updates now, "" for nowhere (Bot API, WebhookInfo).

    The last error is the most recent one (`last_error_date` in Unix time): it stays when all is well again.
    """

    url: str = ""
    pending_update_count: int = 0
    last_error_date: int = 0
    last_error_message: str = ""


_T = TypeVar("_T")


class _Parameters(Struct):
    retry_after: float | None = None


class _Answer(Struct):
    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"null")
    error_code: int = 0
    description: str = ""
    parameters: _Parameters | None = None


class BotApi:
    """One bot at one Bot API server. `url` is the base address; `client` is closed by its owner."""

    def __init__(self, client: httpx.AsyncClient, url: str, token: str) -> None:
        self._client = client
        self._base = f"{url.rstrip('/')}/bot{token}/"
        self._host = urlsplit(url).hostname

    async def get_me(self) -> Bot:
        """Who the bot is."""
        return _decode(await self._call("getMe", {}), Bot)

    async def set_webhook(
        self, url: str, secret: str, allowed_updates: Sequence[str], max_connections: int
    ) -> None:
        """Have updates delivered to `url`; those that wait at Telegram are kept."""
        await self._call(
            "setWebhook",
            {
                "url": url,
                "secret_token": secret,
                "allowed_updates": allowed_updates,
                "max_connections": max_connections,
            },
        )

    async def delete_webhook(self) -> None:
        """Have updates wait for `get_updates`; those that wait at Telegram are kept."""
        await self._call("deleteWebhook", {})

    async def get_webhook_info(self) -> WebhookInfo:
        """Where Telegram delivers updates now."""
        return _decode(await self._call("getWebhookInfo", {}), WebhookInfo)

    async def get_updates(self, offset: int | None, hold: int, allowed_updates: Sequence[str]) -> list[bytes]:
        """The updates that wait at Telegram, oldest first, each as it was written.

        `offset` confirms all earlier ones; None confirms nothing. `hold` is for how many seconds
        Telegram may hold the request while there are none.
        """
        parameters: dict[str, object] = {"timeout": hold, "allowed_updates": allowed_updates}
        if offset is not None:
            parameters["offset"] = offset
        result = await self._call("getUpdates", parameters, hold=hold)
        return [bytes(update) for update in _decode(result, list[msgspec.Raw])]

    async def _call(self, method: str, parameters: dict[str, object], hold: float = 0) -> bytes:
        try:
            response = await self._client.post(
                self._base + method,
                content=msgspec.json.encode(parameters),
                headers={"Content-Type": "application/json"},
                timeout=hold + ANSWER_TIMEOUT,
                follow_redirects=False,
            )
        except (httpx.HTTPError, httpx.StreamError) as error:
            reason = f"{self._host} can't be reached ({type(error).__name__})"
            raise BotApiUnreachable(reason) from None  # the cause may quote the address
        answer = self._read(response)
        if not answer.ok:
            raise _refusal(answer)
        return bytes(answer.result)

    def _read(self, response: httpx.Response) -> _Answer:
        try:
            return _answer(response.content)
        except (ValueError, RecursionError):
            reason = f"{self._host} answered {response.status_code} without the JSON of a Bot API"
            raise BotApiUnreachable(reason) from None


def _answer(content: bytes) -> _Answer:
    try:
        return msgspec.json.decode(content, type=_Answer)
    except ValueError:
        # Half a character in one update must not stop all the others.
        return msgspec.json.decode(mended(content), type=_Answer)


def _decode(result: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(result, type=kind)
    except ValueError:
        raise BotApiUnreachable(f"Telegram's answer is no {kind.__name__}") from None


def _refusal(answer: _Answer) -> BotApiError:
    match answer.error_code:
        case 401 | 404:
            return BadToken(f"Telegram knows no bot with this TELEGRAM_TOKEN ({answer.description})")
        case 409 if "webhook" in answer.description.lower():
            return WebhookInTheWay(answer.description)
        case 409:
            return OtherPoller(answer.description)
        case 429:
            seconds = answer.parameters.retry_after if answer.parameters else None
            return BotApiThrottled(seconds or 1.0)
        case code if code >= 500:
            return BotApiUnreachable(answer.description)
        case _:
            return BotApiRefused(answer.description)
