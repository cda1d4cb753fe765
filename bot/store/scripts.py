"""Lua scripts beside the modules that call them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import resources

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError

Word = bytes | str | int | float
Store = Redis | RedisCluster


class Script:
    """A script of this package; loaded into Redis at its first call and after a failover."""

    def __init__(self, name: str) -> None:
        self._text = resources.files(__package__).joinpath(f"{name}.lua").read_text(encoding="utf-8")
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, store: Store, keys: Sequence[str], words: Sequence[Word]) -> object:
        """Run on the slot of `keys`; raises what redis-py raises."""
        try:
            return await store.evalsha(self._sha, len(keys), *keys, *words)
        except NoScriptError:
            return await store.eval(self._text, len(keys), *keys, *words)
