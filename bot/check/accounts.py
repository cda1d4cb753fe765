"""What the stored accounts tell: whether the keys open them, and what hh.ru lets the application do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from urllib.parse import quote

from redis.exceptions import ResponseError

from bot.check.finding import Finding
from bot.hh.application import client_of
from bot.hh.client import Call, Client
from bot.hh.errors import CaptchaRequired, HhError, LinkAgain, Refused, TokenExpired
from bot.settings import Settings
from bot.store.connection import connected
from bot.store.errors import StoreError
from bot.store.records import Access
from bot.store.rotation import accounts, count
from bot.store.scripts import Store
from bot.store.token_key import kept_key
from bot.store.vault import Vault, VaultError
from bot.transport import open_client
from bot.worker.access import open_tokens

TIMEOUT = 30.0

# Accounts that hh.ru is asked for at most, until it answers for one.
TRIES = 5


async def keys(settings: Settings) -> list[Finding]:
    """Whether TOKEN_KEYS open every account, and whether the older ones may go.

    Of the embedded server that is asked where a bridge runs here now with keys of its own.
    """
    if not settings.token_keys:
        return []
    vault = Vault([key.get_secret_value() for key in settings.token_keys])
    try:
        async with asyncio.timeout(TIMEOUT), _stored(settings) as store:
            return [] if store is None else [await _token_keys(store, vault)]
    except (StoreError, ResponseError, TimeoutError):
        if settings.redis_url is None:
            return []
        return [Finding("Keys", "?", "can't be tried on the accounts while Redis can't be used")]


async def access(settings: Settings) -> list[Finding]:
    """Whether hh.ru lets the application read applicants' conversations, tried on accounts that are linked.

    No token is refreshed: that works once, and is for the workers to do.
    """
    try:
        async with asyncio.timeout(TIMEOUT), _stored(settings) as store:
            tokens = [] if store is None else await _tokens(store, settings)
    except (StoreError, ResponseError, TimeoutError):
        return [Finding("Access", "?", "can't be tried on the accounts while Redis can't be asked for them")]
    if not tokens:
        text = "whether hh.ru lets it read applicants' conversations shows only with a linked account"
        return [Finding("Access", "?", text, "link yours with /start, then check again")]
    async with open_client(settings.hh_proxy_url) as http:
        client = client_of(settings, http)
        found = [await _allowed(client, token) for token in tokens]
    told = [finding for finding in found if finding is not None]
    if not told:
        text = f"the tokens of {len(tokens)} accounts have expired or ended, so hh.ru does not say"
        return [Finding("Access", "?", text, "let the bridge run, which renews them, then check again")]
    # What hh.ru allows for one account it does not refuse to the application.
    return [next((finding for finding in told if finding.verdict == "ok"), told[0])]


async def _tokens(store: Store, settings: Settings) -> list[str]:
    """The access tokens of some linked accounts."""
    secrets = [key.get_secret_value() for key in settings.token_keys]
    if not secrets and not (settings.data_dir / "token.key").exists():
        return []
    vault = Vault(secrets or [kept_key(settings.data_dir)])
    found: list[str] = []
    async with aclosing(accounts(store)) as stored:
        async for _, account in stored:
            if account.access is Access.LINKED:
                with suppress(VaultError):
                    found.append(open_tokens(vault, account.tokens).access_token)
            if len(found) == TRIES:
                break
    return found


async def _allowed(client: Client, token: str) -> Finding | None:
    """What hh.ru says of the application; None where it only says that the token is over."""
    try:
        await client.request(Call("GET", "/negotiations", {"per_page": 1}), token=token)
    except TokenExpired:
        return None
    except LinkAgain as error:
        return _no_access(error.reason) if error.reason in _OF_THE_APPLICATION else None
    except CaptchaRequired:
        return Finding("Access", "?", "hh.ru wants a captcha of the account that was tried")
    except Refused as error:
        return _no_access(error.description or error.value)
    except HhError as error:
        return Finding("Access", "?", f"hh.ru could not be asked: {error}")
    return Finding("Access", "ok", "hh.ru lets it read an applicant's conversations")


def _no_access(reason: str) -> Finding:
    text = f"hh.ru does not let it read an applicant's conversations: {reason}"
    mend = "ask hh.ru for applicant access; since 15 December 2025 that takes an agreement"
    return Finding("Access", "FAIL", text, mend)


_OF_THE_APPLICATION = ("application_not_found", "no_scope")


@asynccontextmanager
async def _stored(settings: Settings) -> AsyncIterator[Store | None]:
    """Where accounts are stored; None where only a bridge that doesn't run could tell."""
    socket = settings.data_dir / "redis.sock"
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
    elif socket.exists():
        url = f"unix://{quote(str(socket.absolute()))}"
    else:
        yield None
        return
    async with connected(url) as store:
        yield store


async def _token_keys(store: Store, vault: Vault) -> Finding:
    seals = await count(store, vault)
    accounts = f"{seals.first + seals.later + seals.lost} accounts"
    if seals.lost:
        text = f"no key opens {seals.lost} of {accounts}: their users have to link again"
        return Finding("Keys", "FAIL", text, "put the key that is missing back into TOKEN_KEYS")
    if seals.later:
        text = f"{seals.later} of {accounts} are sealed with an older one: keep it until the workers are done"
        return Finding("Keys", "ok", text)
    spare = ", the older ones may be dropped" if vault.rotating else ""
    return Finding("Keys", "ok", f"the first of TOKEN_KEYS seals all {accounts}{spare}")
