"""Lua scripts beside the modules that call them, and single commands: all that goes to Redis often."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import resources

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError

from bot.store.connection import Replicated
from bot.store.packets import Ask, Word, packets_to

Store = Redis | RedisCluster


class Script:
    """A script of this package; loaded into Redis at its first call and after a failover."""

    def __init__(self, name: str) -> None:
        self.text = resources.files(__package__).joinpath(f"{name}.lua").read_text(encoding="utf-8")
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Runner:
    """Runs scripts; what is asked of a single server while it is busy goes to it in one packet.

    What a script has written to a `Replicated` server is answered once the replicas have it.
    """

    def __init__(self, store: Store) -> None:
        self._ask = writing(store)

    async def __call__(self, script: Script, keys: Sequence[str], words: Sequence[Word]) -> object:
        """Run on the slot of `keys`; raises what redis-py raises."""
        try:
            return await self._ask("EVALSHA", script.sha, len(keys), *keys, *words)
        except NoScriptError:
            return await self._ask("EVAL", script.text, len(keys), *keys, *words)


def writing(store: Store) -> Ask:
    """What asks for a change; a `Replicated` server answers once the replicas have it, too."""
    if isinstance(store, RedisCluster):
        # Its packets would span nodes, and one that is away take the answers of the others with it.
        return store.execute_command
    return packets_to(store, store.replicas if isinstance(store, Replicated) else 0)


def reading(store: Store) -> Ask:
    """What asks for a value as it is stored; it waits for no replicas."""
    return store.execute_command if isinstance(store, RedisCluster | Replicated) else packets_to(store)
