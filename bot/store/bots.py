"""The bots that have used this Redis: what is known of a chat's messages is true of one bot's chat only.

Each has a small number, so that an account can say whose chat it has for a few bytes, and for none at all
where there was never another bot. Shards number them by themselves: only numbers of one mailbox are ever
compared, and no part of a cluster waits for another one.
"""

from __future__ import annotations

from bot.store import keys
from bot.store.errors import unavailable
from bot.store.scripts import Runner, Script, Store

_bots = Script("bots")


async def number_of(store: Store, shard: int, bot_id: int) -> int:
    """The number of a bot in a shard, 0 for the first that came there; raises `StoreUnavailable`."""
    with unavailable():
        return int(str(await Runner(store)(_bots, [keys.bots(shard)], [bot_id])))
