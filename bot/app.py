"""The bridge put together: which part gets what, in which order it starts and stops.

`web` takes updates in and shows the callback pages, `worker` does the work; one process may be both.
Everything they share is Redis.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import NoReturn

from aiohttp.web import Application
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.chat.buttons import button_key
from bot.handlers.context import Bridge
from bot.handlers.registry import application
from bot.hh.application import client_of, oauth_of
from bot.hh.ceiling import Ceiling
from bot.hh.client import Call, Client
from bot.hh.models import Me
from bot.hh.oauth import OAuth
from bot.hh.pace import paced
from bot.hh.parsing import parse
from bot.linking import Linking
from bot.log import logger
from bot.settings import Settings
from bot.store import keys
from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis
from bot.store.limiter import Limiter, limiter_of, line_of
from bot.store.mailbox import Mailboxes
from bot.store.scripts import Store
from bot.store.token_key import kept_key
from bot.store.vault import Vault
from bot.telegram.botapi import BotApi
from bot.telegram.calls import Calls
from bot.telegram.intake import Intake
from bot.telegram.lease import Lease
from bot.telegram.poller import Poller
from bot.telegram.profile import introduce
from bot.telegram.sender import Sender
from bot.telegram.topics import TopicMode
from bot.telegram.webhook import Identity, Webhook
from bot.transport import open_client, timeouts
from bot.web.app import build, serving
from bot.web.readiness import Readiness, Start
from bot.web.watching import Part, watch
from bot.worker.rotation import finish_rotation
from bot.worker.services import Services, Timing
from bot.worker.worker import Worker

log = logger(__name__)

TELEGRAM_BURST = 30
"""Messages to all chats at once; more are spaced by `Timing.message`."""

HH_BURST = 5
POLL_SHARE = 0.9
"""What looks at accounts may take of the ceiling; the rest is for what users do, and for reading news."""

ACCESS_WAITS = 15.0
"""Seconds that a request for tokens may wait for its turn: somebody looks at a page meanwhile."""

_AGAIN_SECONDS = 2.0


@dataclass(frozen=True)
class Shared:
    """What web and worker both use."""

    store: Store
    mailboxes: Mailboxes
    vault: Vault
    oauth: OAuth
    hh: Client
    hh_limit: Limiter
    linking: Linking
    telegram: BotApi
    identity: Identity
    start: Start


async def run(
    settings: Settings,
    *,
    web: bool = True,
    worker: bool = True,
    telegram_link_base: str = "https://t.me",
    timing: Timing | None = None,
    clock: Callable[[], float] | None = None,
    ready: asyncio.Event | None = None,
) -> None:
    """Run until cancelled; then stop in order. `ready` is set once updates can come in, `clock` replaces
    Redis's time in tests.

    Raises `bot.store.errors.EmbeddedServerError` and OSError (the port is taken) at the start.
    """
    timing = timing or Timing()
    async with sharing(settings, timing, clock) as shared, asyncio.TaskGroup() as tasks:
        if web:
            tasks.create_task(_web(settings, shared, timing, telegram_link_base, ready, works=worker))
        if worker:
            tasks.create_task(_work(settings, shared, timing))
        if worker and not web and settings.metrics_port is not None:
            tasks.create_task(_watched(settings.http_host, settings.metrics_port, shared))
        await shared.identity.run()


@asynccontextmanager
async def sharing(
    settings: Settings, timing: Timing, clock: Callable[[], float] | None
) -> AsyncIterator[Shared]:
    """Connections to Redis, hh.ru and Telegram, and what stands on them. Raises `EmbeddedServerError`."""
    # Before the server starts: a lost key must not be replaced by a new one unnoticed.
    secrets = [key.get_secret_value() for key in settings.token_keys] or [kept_key(settings.data_dir)]
    async with AsyncExitStack() as stack:
        if settings.redis_url is not None:
            url = settings.redis_url.get_secret_value()
        else:
            url = await stack.enter_async_context(EmbeddedRedis(settings.data_dir))
        store = connect(url)
        stack.push_async_callback(store.aclose)
        vault = Vault(secrets)
        hh_http = await stack.enter_async_context(
            open_client(settings.hh_proxy_url, timeout=timeouts(timing.answer))
        )
        telegram_http = await stack.enter_async_context(open_client(settings.telegram_proxy_url))
        hh_limit = limiter_of(store, "hh", rate=settings.hh_requests_per_second, burst=HH_BURST)
        # Also without Redis: an access that nobody will use must be given back.
        ceiling = Ceiling(hh_limit, ACCESS_WAITS, timing.unnamed, unless_away=True)
        oauth = oauth_of(settings, hh_http, ceiling)
        hh = client_of(settings, hh_http)
        telegram = BotApi(
            telegram_http, settings.telegram_api_url, settings.telegram_token.get_secret_value()
        )

        async def whose(token: str) -> Me:
            return parse(Me, await paced(ceiling, lambda: hh.request(Call("GET", "/me"), token=token)))

        identity = Identity(telegram)
        linking = Linking(store, oauth, vault, whose=whose, redirect_uri=settings.redirect_uri)
        yield Shared(
            store=store,
            mailboxes=Mailboxes(store, lease=timing.lease, clock=clock),
            vault=vault,
            oauth=oauth,
            hh=hh,
            hh_limit=hh_limit,
            linking=linking,
            telegram=telegram,
            identity=identity,
            start=Start(identity),
        )


async def _web(
    settings: Settings,
    shared: Shared,
    timing: Timing,
    telegram_link_base: str,
    ready: asyncio.Event | None,
    *,
    works: bool,
) -> None:
    """Ingress: the HTTP server, and the webhook or the poller. `works`: the process is a worker, too."""
    intake = Intake(shared.mailboxes)
    source: Webhook | Poller
    if settings.webhook_url is not None:
        source = Webhook(shared.telegram, settings.webhook_url, settings.webhook_secret)
    else:
        source = Poller(
            shared.telegram, intake, Lease(shared.store, keys.poller_lease(), seconds=timing.poller)
        )
    parts: dict[Part, Readiness] = {"web": Readiness(shared.store, source)}
    if works:
        parts["worker"] = Readiness(shared.store, shared.start)
    app = build(
        linking=shared.linking,
        intake=intake,
        parts=parts,
        webhook_secret=settings.webhook_secret,
        backlog=shared.mailboxes.backlog,
        username=shared.identity.username,
        telegram_link_base=telegram_link_base,
    )
    async with serving(app, settings.http_host, settings.http_port) as port:
        log.info("listening", url=f"http://{settings.http_host}:{port}")
        if ready is not None:
            ready.set()
        await source.run()


async def _watched(host: str, port: int, shared: Shared) -> NoReturn:
    """Health and figures of a worker that runs apart from web."""
    parts: dict[Part, Readiness] = {"worker": Readiness(shared.store, shared.start)}
    async with serving(watch(Application(), parts, shared.mailboxes.backlog), host, port):
        await asyncio.Event().wait()
        raise AssertionError("runs until it is cancelled")  # pragma: no cover - cannot happen


async def _work(settings: Settings, shared: Shared, timing: Timing) -> None:
    """The work, once Telegram has said who the bot is."""
    async with working(settings, shared, timing) as services, asyncio.TaskGroup() as tasks:
        tasks.create_task(introduce(services.application.bot, after=timing.profile))
        tasks.create_task(services.topic_mode.run())
        tasks.create_task(Worker(services).run())
        tasks.create_task(finish_rotation(services))
        tasks.create_task(shared.linking.run())


@asynccontextmanager
async def working(settings: Settings, shared: Shared, timing: Timing) -> AsyncIterator[Services]:
    """What the work needs, once Telegram has said who the bot is."""
    async with _bot(settings, timing) as bridge:
        topic_mode = TopicMode(shared.telegram, timing.topics)
        await topic_mode.look()
        rate = settings.hh_requests_per_second
        services = Services(
            settings=settings,
            store=shared.store,
            mailboxes=shared.mailboxes,
            vault=shared.vault,
            oauth=shared.oauth,
            hh=shared.hh,
            hh_limit=shared.hh_limit,
            poll_line=line_of(shared.store, "hh", shared.hh_limit, rate=POLL_SHARE * rate, burst=HH_BURST),
            telegram_limit=limiter_of(
                shared.store, "telegram", rate=1 / timing.message, burst=TELEGRAM_BURST
            ),
            sender=Sender(bridge.bot, button_key(settings.telegram_token.get_secret_value())),
            topic_mode=topic_mode,
            application=bridge,
            linking=shared.linking,
            bot_username=bridge.bot.username,
            clock=shared.mailboxes.now,
            timing=timing,
        )
        log.info("this process works", bot=bridge.bot.username)
        shared.start.over = True
        yield services


@asynccontextmanager
async def _bot(settings: Settings, timing: Timing) -> AsyncIterator[Bridge]:
    """The bot library over the same kind of connections as hh.ru's client, initialized."""

    requests = [Calls(settings.telegram_proxy_url, timing.answer) for _ in range(2)]
    bot = ExtBot[None](
        settings.telegram_token.get_secret_value(),
        base_url=f"{settings.telegram_api_url}/bot",
        request=requests[0],
        get_updates_request=requests[1],
    )
    bridge = application(bot)
    try:
        while True:
            try:
                await bridge.initialize()
                break
            except TelegramError as error:
                log.warning("Telegram does not answer yet", error=type(error).__name__)
                await asyncio.sleep(_AGAIN_SECONDS)
        yield bridge
    finally:
        await bridge.shutdown()
        # The library leaves them open where it did not come to know who the bot is.
        for opened in requests:
            await opened.shutdown()
