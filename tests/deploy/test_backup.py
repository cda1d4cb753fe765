"""deploy/README.md, "Backup and restore": what stands there is done here, with real servers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import yaml
from redis.exceptions import RedisError

from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.embedded import find_server
from bot.store.mailbox import Incoming, Mailboxes
from tests.deploy.tools import DEPLOY
from tests.waiting import eventually

ANNA = 700


@asynccontextmanager
async def server(home: Path, *options: str) -> AsyncIterator[Client]:
    """A server of the operator's on `home`."""
    home.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(str(await find_server(home)), "--port", "0", "--unixsocket", "redis.sock", "--save", "", *options),
        cwd=home,
        stdout=asyncio.subprocess.DEVNULL,
    )
    client = connect(f"unix://{home}/redis.sock")
    try:

        async def answers() -> bool:
            with suppress(RedisError):
                return bool(await client.ping())
            return False

        await eventually(answers)
        yield client
    finally:
        await client.aclose()
        process.terminate()
        await process.wait()


async def done(client: Client, *begun: str) -> bool:
    """None of what was begun is under way any more."""
    facts = dict[str, object](await client.info("persistence"))
    return not any(facts[name] for name in begun)


async def test_a_snapshot_is_restored_as_the_page_says(tmp_path: Path) -> None:
    keeping = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["valkey"]["command"][1:]
    old, new = tmp_path / "old", tmp_path / "new"
    async with server(old, *keeping) as client:
        await Mailboxes(client).push([Incoming(ANNA, 1, b"an update")])
        await client.bgsave()
        await eventually(lambda: done(client, "rdb_bgsave_in_progress"))
    new.mkdir()
    shutil.copy(old / "dump.rdb", new)
    async with server(new, "--appendonly", "no") as client:
        await client.config_set("appendonly", "yes")
        await eventually(lambda: done(client, "aof_rewrite_in_progress", "aof_rewrite_scheduled"))
    async with server(new, *keeping) as client:
        assert await client.lrange(keys.of(ANNA, "inbox"), 0, -1) == [b"an update"]
        claimed = await Mailboxes(client).claim(keys.shard_of(ANNA), 1)
        assert [claim.mailbox for claim in claimed.claims] == [ANNA]
