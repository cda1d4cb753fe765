"""Whether Redis keeps what it is given, and whether the keys open what is stored there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from urllib.parse import quote

from bot.check.finding import Finding
from bot.settings import Settings
from bot.store.connection import Replicated, connect
from bot.store.embedded import OLDEST, find_server
from bot.store.errors import StoreError, unavailable
from bot.store.rotation import count
from bot.store.scripts import Store
from bot.store.vault import Vault

TIMEOUT = 30.0


async def redis(settings: Settings) -> list[Finding]:
    """What of REDIS_URL, or of the embedded server."""
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
