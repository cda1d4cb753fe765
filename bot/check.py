"""`hh-bridge check`: tries the settings against the real services, without a user's account.

Each check gives one line; a failed one gets a second line that says how to mend it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import httpx

from bot.hh.client import Call, Client
from bot.hh.errors import HhError, LinkAgain, OutcomeUnknown, Refused, Throttled, Unavailable
from bot.hh.oauth import OAuth, pkce
from bot.settings import Settings
from bot.store.connection import Replicated, connect
from bot.store.embedded import OLDEST, find_server
from bot.store.errors import StoreError, unavailable
from bot.store.rotation import count
from bot.store.scripts import Store
from bot.store.vault import Vault
from bot.telegram.botapi import BadToken, Bot, BotApi, BotApiError, WebhookInfo
from bot.transport import open_client

# Seconds between the clocks: hh.ru's `expires_in` and Redis's expiries are counted from this machine's.
CLOCK_TOLERANCE = 60.0
TIMEOUT = 30.0


@dataclass(frozen=True)
class Finding:
    """What one check found; `mend` says what to do where it failed."""

    about: str
    verdict: Literal["ok", "FAIL", "?"]
    text: str
    mend: str = ""


async def check(settings: Settings, say: Callable[[str], None] = print) -> bool:
    """Make every check and say what it found; returns whether nothing failed."""
    say("ok    Settings: complete and well-formed")
    passed = True
    for part in (_redis, _telegram, _hh):
        for finding in await part(settings):
            passed = passed and finding.verdict != "FAIL"
            say(f"{finding.verdict:<5} {finding.about}: {finding.text}")
            if finding.mend:
                say(f"      -> {finding.mend}")
    return passed


async def _redis(settings: Settings) -> list[Finding]:
    if settings.redis_url is None:
        return [await _embedded(settings), *await _embedded_keys(settings)]
    return await _server(settings.redis_url.get_secret_value(), settings)


async def _server(url: str, settings: Settings) -> list[Finding]:
    store = connect(url)
    try:
        async with asyncio.timeout(TIMEOUT):
            with unavailable():
                facts = dict[str, object](await store.info())
            return [_judge_server(facts, store), *await _token_keys(store, settings)]
    except (StoreError, TimeoutError) as error:
        mend = "check REDIS_URL and that the server runs"
        return [Finding("Redis", "FAIL", f"can't be used: {error}", mend)]
    finally:
        await store.aclose()


async def _embedded_keys(settings: Settings) -> list[Finding]:
    """The same of a bridge that runs here now, with keys of its own; nothing where none does."""
    socket = settings.data_dir / "redis.sock"
    if not settings.token_keys or not socket.exists():
        return []
    store = connect(f"unix://{quote(str(socket.absolute()))}")
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _token_keys(store, settings)
    except (StoreError, TimeoutError):
        return []
    finally:
        await store.aclose()


async def _token_keys(store: Store, settings: Settings) -> list[Finding]:
    """Whether TOKEN_KEYS open every account, and whether the older ones may go."""
    vault = Vault([key.get_secret_value() for key in settings.token_keys])
    seals = await count(store, vault)
    accounts = f"{seals.first + seals.later + seals.lost} accounts"
    if seals.lost:
        text = f"no key opens {seals.lost} of {accounts}: their users have to link again"
        return [Finding("Keys", "FAIL", text, "put the key that is missing back into TOKEN_KEYS")]
    if seals.later:
        text = f"{seals.later} of {accounts} are sealed with an older one: keep it until the workers are done"
        return [Finding("Keys", "ok", text)]
    spare = ", the older ones may be dropped" if vault.rotating else ""
    return [Finding("Keys", "ok", f"the first of TOKEN_KEYS seals all {accounts}{spare}")]


def _judge_server(facts: Mapping[str, object], store: Store) -> Finding:
    name, version = "Valkey", facts.get("valkey_version")
    if version is None:
        name, version = "Redis", facts.get("redis_version", "0.0")
    numbers = tuple(int(part) for part in str(facts.get("redis_version", "0.0")).split(".")[:2])
    if numbers < OLDEST:
        return Finding(
            "Redis", "FAIL", f"{name} {version} is too old", "install Valkey, or Redis 6.2 or newer"
        )
    if not facts.get("aof_enabled"):
        mend = "set `appendonly yes` and `appendfsync always` on the server"
        return Finding("Redis", "FAIL", f"{name} {version} forgets what it holds when it is killed", mend)
    if facts.get("maxmemory_policy") != "noeviction":
        text = f"{name} {version} throws entries away when it is full"
        return Finding("Redis", "FAIL", text, "set `maxmemory-policy noeviction` on the server")
    wanted = store.replicas if isinstance(store, Replicated) else 0
    if int(str(facts.get("connected_slaves", 0))) < wanted:
        text = f"{name} {version} has fewer replicas than the {wanted} that are waited for"
        mend = "start them, or put another number after `?replicas=` in REDIS_URL"
        return Finding("Redis", "FAIL", text, mend)
    return Finding("Redis", "ok", f"{name} {version}, keeps what it is given")


async def _embedded(settings: Settings) -> Finding:
    try:
        binary = await find_server(settings.data_dir)
    except StoreError as error:
        return Finding("Redis", "FAIL", str(error), "install what it says, or set REDIS_URL")
    place = settings.data_dir.absolute()
    while not place.exists():
        place = place.parent
    if not os.access(place, os.W_OK | os.X_OK):
        return Finding(
            "Redis", "FAIL", f"{place} is not writable", "set DATA_DIR to a directory of this user"
        )
    return Finding("Redis", "ok", f"embedded ({binary}), in {settings.data_dir.absolute()}")


async def _telegram(settings: Settings) -> list[Finding]:
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
    if found.last_error_message:
        mend = (
            "check that PUBLIC_URL leads to HTTP_HOST and HTTP_PORT, with a certificate that Telegram accepts"
        )
        return Finding("Webhook", "FAIL", f"Telegram reports: {found.last_error_message}", mend)
    return Finding("Webhook", "ok", f"{found.url}, {found.pending_update_count} updates wait")


async def _hh(settings: Settings) -> list[Finding]:
    async with open_client(settings.hh_proxy_url) as http:
        client = Client(
            http, api_url=settings.hh_api_url, user_agent=settings.hh_user_agent, host=settings.hh_host
        )
        try:
            moment = (await client.request(Call("GET", "/dictionaries"))).moment
        except LinkAgain:
            return [Finding("hh.ru", "?", _GUARDED), await _application(settings, http)]
        except Refused as error:
            return [_refused(error)]
        except HhError as error:
            return [Finding("hh.ru", "FAIL", f"doesn't answer as it should: {error}", _FOREIGN)]
        found = [Finding("hh.ru", "ok", "answers, and accepts HH_USER_AGENT")]
        if moment is not None:
            found.append(_clock(time.time() - moment.timestamp()))
        return [*found, await _application(settings, http)]


def _refused(error: Refused) -> Finding:
    if error.value == "bad_user_agent":
        mend = "set HH_USER_AGENT to the name and mail of your application: MyBridge/1.0 (mail@my-site.org)"
        return Finding("hh.ru", "FAIL", "refuses HH_USER_AGENT", mend)
    return Finding("hh.ru", "FAIL", f"refuses: {error.description or error.value}", _FOREIGN)


def _clock(ahead: float) -> Finding:
    if abs(ahead) <= CLOCK_TOLERANCE:
        return Finding("Clock", "ok", "agrees with hh.ru's")
    text = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} hh.ru's"
    return Finding("Clock", "FAIL", text, "let the system's time service (NTP) set it")


_GUARDED = "answers only with an account, so HH_USER_AGENT and the clock are not checked"
_FOREIGN = "check HH_API_URL; hh.ru refuses some foreign addresses: set HH_PROXY_URL there"


async def _application(settings: Settings, http: httpx.AsyncClient) -> Finding:
    """Ask for tokens with a code that never was: the refusal tells what hh.ru thinks of the rest.

    OpenAPI, `authorize`: `invalid_client`, or `invalid_request` with "account not found", for a wrong id or
    secret; "bad redirect url"; and "code not found" where everything else is right.
    """
    oauth = OAuth(
        http,
        client_id=settings.hh_client_id,
        client_secret=settings.hh_client_secret.get_secret_value(),
        site_url=settings.hh_site_url,
        api_url=settings.hh_api_url,
        token_url=settings.hh_token_url,
        user_agent=settings.hh_user_agent,
    )
    verifier, _ = pkce()
    try:
        await oauth.exchange("hh-bridge-check", settings.redirect_uri, verifier)
    except (LinkAgain, Refused) as error:
        return _judge(str(error).strip(), settings)
    except (Throttled, Unavailable, OutcomeUnknown) as error:
        return Finding("Application", "FAIL", f"HH_TOKEN_URL doesn't answer as it should: {error}", _FOREIGN)
    return Finding("Application", "?", "HH_TOKEN_URL accepts any code, so it is not hh.ru's")


def _judge(reason: str, settings: Settings) -> Finding:
    mend = "compare with your application at https://dev.hh.ru/admin"
    match reason:
        case "client_id or client_secret not found" | "account not found" | "invalid_client" | "forbidden":
            return Finding(
                "Application",
                "FAIL",
                f"hh.ru doesn't know HH_CLIENT_ID with HH_CLIENT_SECRET ({reason})",
                mend,
            )
        case "bad redirect url":
            return Finding(
                "Application", "FAIL", f"the redirect address {settings.redirect_uri} is not registered", mend
            )
        case "code not found" | "bad token" | "code expired":
            text = f"known to hh.ru; its redirect address must be {settings.redirect_uri}"
            return Finding("Application", "ok", text)
        case _:
            return Finding("Application", "?", f"hh.ru answers {reason!r} to a code that never was")
