"""The bridge's HTTP: Telegram's webhook, hh.ru's callback, health and metrics."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot import trail
from bot.failpoints import reach
from bot.linking import Linking
from bot.log import logger
from bot.store.errors import StoreUnavailable
from bot.store.mailbox import Backlog
from bot.telegram.intake import Intake, read
from bot.telegram.order import REPEAT_SECONDS, Repetition
from bot.web.callback import Callback
from bot.web.readiness import Readiness
from bot.web.watching import Part, watch

log = logger(__name__)

LARGEST_UPDATE: Final = 1024 * 1024
"""Bytes. Telegram's updates are a few kilobytes."""

SHUTDOWN_TIMEOUT: Final = 5.0
"""Seconds for answers that are under way when it stops."""

_STORE_TIMEOUT: Final = 10.0
_RETRY_AFTER: Final = {"Retry-After": str(REPEAT_SECONDS)}


def build(
    *,
    linking: Linking,
    intake: Intake,
    parts: Mapping[Part, Readiness],
    webhook_secret: str,
    username: Callable[[], str | None],
    backlog: Callable[[], Awaitable[Backlog]],
    telegram_link_base: str = "https://t.me",
) -> web.Application:
    """The application; deep links are made of `telegram_link_base` and `username()`, None while unknown."""
    app = web.Application(client_max_size=LARGEST_UPDATE)
    callback = Callback(linking, telegram_link_base, username)
    # A HEAD, as link previews send it, would use up the state.
    app.router.add_get("/oauth/callback", callback.show, allow_head=False)
    repetition = Repetition(time.monotonic, intake.expect)
    app.on_cleanup.append(lambda _: repetition.close())
    app.router.add_post("/telegram/webhook", _webhook(intake, repetition, webhook_secret.encode()))
    return watch(app, parts, backlog)


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve `app`; gives the port, which the system chooses for 0. Raises OSError where it is taken.

    Nothing logs the addresses that are asked for: hh.ru's code is in one of them.
    """
    runner = web.AppRunner(
        app, access_log=None, logger=_Strangers(), handle_signals=False, shutdown_timeout=SHUTDOWN_TIMEOUT
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class _Strangers:
    """Where aiohttp tells of requests that are no HTTP: anybody can send those, with anything in them."""

    def debug(self, _message: str, *_: object, exc_info: object = None) -> None:
        """One quiet line, which quotes nothing."""
        log.debug("a request could not be read", error=type(exc_info).__name__)

    exception = debug


async def _body(request: web.Request) -> bytes:
    """What was sent; nothing where it can't be unpacked, which is no better than an update without sense."""
    try:
        return await request.read()
    except (web.RequestPayloadError, HttpProcessingError):
        return b""
    except ConnectionError as error:
        log.debug("an update was cut off on its way")
        raise web.HTTPBadRequest from error


def _webhook(intake: Intake, repetition: Repetition, secret: bytes) -> Handler:
    async def take(request: web.Request) -> web.Response:
        # Bot API, setWebhook, secret_token.
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), secret):
            raise web.HTTPUnauthorized
        update = read(await _body(request))
        if update is None:
            return web.Response()
        await repetition.let_messages_first(update)
        try:
            async with asyncio.timeout(_STORE_TIMEOUT):
                await intake.store(update)
                reach("update-stored")
        except (StoreUnavailable, TimeoutError) as error:
            repetition.begins(update)
            log.warning(
                "an update could not be stored, Telegram will send it again",
                trace_id=trail.of_update(update.raw),
                reason=str(error) or type(error).__name__,
            )
            raise web.HTTPServiceUnavailable(headers=_RETRY_AFTER) from error
        return web.Response()

    return take
