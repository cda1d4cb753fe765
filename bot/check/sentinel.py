"""Whether Sentinel can name another master in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from redis.asyncio import Redis
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.exceptions import RedisError

from bot.check.finding import Finding
from bot.check.server import Server


async def sentinel(pool: SentinelConnectionPool, master: Server, replicas: int) -> list[Finding]:
    """What the Sentinels of REDIS_URL say; `replicas` is how many the bridge waits for."""
    service, watchers = pool.service_name, pool.sentinel_manager.sentinels
    states = await asyncio.gather(*(_state(watcher, service) for watcher in watchers))
    known = [(watcher, state) for watcher, state in zip(watchers, states, strict=True) if state is not None]
    silent = [_name(watcher) for watcher, state in zip(watchers, states, strict=True) if state is None]
    found = []
    # One speaks for all: whether there are enough of them, it finds out by asking the others.
    for watcher, state in known[:1]:
        found += [await _quorum(watcher, service), *_patience(state, master, replicas)]
    if silent:
        text = f"{', '.join(silent)} can't be asked; {len(known)} of {len(watchers)} can"
        found.append(Finding("Sentinel", "ok", text))
    if not replicas:
        text = "with `?replicas=0` the last writes may be lost together with the master that had them"
        found.append(Finding("Sentinel", "ok", text))
    return found


async def _state(watcher: Redis, service: str) -> Mapping[str, object] | None:
    try:
        state = await watcher.sentinel_master(service)
    except RedisError:
        return None
    return state if isinstance(state, dict) else None


async def _quorum(watcher: Redis, service: str) -> Finding:
    try:
        await watcher.sentinel_ckquorum(service)
    except RedisError as error:
        if "NOQUORUM" in str(error):
            mend = "start the Sentinels that are missing, and let each reach the others"
            return Finding("Sentinel", "FAIL", f"can't name another master: {error}", mend)
        return Finding("Sentinel", "?", f"doesn't say whether it could name another master: {error}")
    return Finding("Sentinel", "ok", "enough of them answer each other to name another master")


def _patience(state: Mapping[str, object], master: Server, replicas: int) -> Iterator[Finding]:
    """A master that was cut off must have stopped by the time that another one is named."""
    lag = master.config.get("min-replicas-max-lag")
    down_after = int(str(state.get("down-after-milliseconds", 0)))
    if not replicas or "min_slaves_good_slaves" not in master.info:
        return
    if lag is None:
        text = f"{master.product} doesn't let its `min-replicas-max-lag` be read (CONFIG GET)"
        mend = f"ask whoever runs it whether that is shorter than {down_after / 1000:g} s"
        yield Finding("Sentinel", "?", text, mend)
    elif int(lag) * 1000 >= down_after:
        text = f"names another master after {down_after / 1000:g} s; one that is cut off goes on for {lag} s"
        mend = "set `min-replicas-max-lag` shorter than `down-after-milliseconds`"
        yield Finding("Sentinel", "FAIL", text, mend)


def _name(watcher: Redis) -> str:
    where = watcher.connection_pool.connection_kwargs
    return f"{where['host']}:{where['port']}"
