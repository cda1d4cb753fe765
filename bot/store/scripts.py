"""Lua scripts beside the modules that call them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError, ResponseError

from bot.store.connection import Replicated
from bot.together import Together

Word = bytes | str | int | float
Store = Redis | RedisCluster


# Seconds for replicas to take over what was written.
REPLICAS_TIMEOUT = 2.0


class Script:
    """A script of this package; loaded into Redis at its first call and after a failover."""

    def __init__(self, name: str) -> None:
        self.text = resources.files(__package__).joinpath(f"{name}.lua").read_text(encoding="utf-8")
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class _Call(NamedTuple):
    script: Script
    keys: Sequence[str]
    words: Sequence[Word]


class Runner:
    """Runs scripts; what is asked for in the same turn of the event loop goes to Redis in one packet.

    Most of what a call costs is redis-py's work around it, and that is done once per packet. The scripts of
    a packet succeed or fail each for itself; where the connection breaks, the fate of all is unknown. So it
    is, with an error NOREPLICAS, where the replicas of a `Replicated` server do not take it over.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._replicas = store.replicas if isinstance(store, Replicated) else 0
        self._packets = Together(self._all)

    async def __call__(self, script: Script, keys: Sequence[str], words: Sequence[Word]) -> object:
        """Run on the slot of `keys`; raises what redis-py raises."""
        call = _Call(script, keys, words)
        if isinstance(self._store, RedisCluster):
            # Its packets would span nodes, and one that is away take the answers of the others with it.
            return await self._one(call)
        return await self._packets(call)

    async def _one(self, call: _Call) -> object:
        script, keys, words = call
        try:
            return await self._store.evalsha(script.sha, len(keys), *keys, *words)
        except NoScriptError:
            return await self._store.eval(script.text, len(keys), *keys, *words)

    async def _all(self, calls: Sequence[_Call]) -> Sequence[object]:
        if len(calls) == 1 and not self._replicas:
            return [await self._one(calls[0])]
        replies = await self._packet(calls, known=True)
        unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if unknown:
            again = await self._packet([calls[at] for at in unknown], known=False)
            for at, reply in zip(unknown, again, strict=True):
                replies[at] = reply
        return replies

    async def _packet(self, calls: Sequence[_Call], *, known: bool) -> list[object]:
        async with self._store.pipeline(transaction=False) as packet:
            for script, keys, words in calls:
                if known:
                    packet.evalsha(script.sha, len(keys), *keys, *words)
                else:
                    packet.eval(script.text, len(keys), *keys, *words)
            if self._replicas:
                # On the same connection: it waits for what was written there (Redis commands, WAIT).
                packet.execute_command("WAIT", self._replicas, round(REPLICAS_TIMEOUT * 1000))
            replies: list[object] = await packet.execute(raise_on_error=False)
        if self._replicas and (unsafe := _unsafe(replies.pop(), self._replicas)):
            return [reply if isinstance(reply, Exception) else unsafe for reply in replies]
        return replies


def _unsafe(copies: object, wanted: int) -> Exception | None:
    """What is wrong where all is written here, but a failover may take it back."""
    if isinstance(copies, Exception):
        return copies
    if int(str(copies)) < wanted:
        return ResponseError(f"NOREPLICAS Only {copies} of {wanted} replicas have it")
    return None
