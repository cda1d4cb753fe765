"""The bridge's mailboxes. Arguments: address, items, rounds, items per mailbox. Prints JSON.

In the first round the items lie in mailboxes and each is committed by itself, in order; in further rounds the
mailboxes wake themselves, as polls do.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.mailbox import Claim, Incoming, Mailboxes
from bot.worker.worker import CLAIM_LIMIT

AT_ONCE = 50
UPDATE = b'{"update_id":1,"message":{"text":"nothing"}}'


async def main(url: str, items: int, rounds: int, together: int) -> None:
    """Fill, measure the memory, work, print."""
    client = connect(url)
    mailboxes = Mailboxes(client)
    await mailboxes.claim(0, 1)
    before = await _memory(client)
    updates = (Incoming(number // together + 1, number, UPDATE) for number in range(items))
    await mailboxes.push(updates)
    stored = await _memory(client) - before
    server, started, cpu = await _server_cpu(client), time.perf_counter(), time.process_time()
    await _work(mailboxes, items, rounds)
    took = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}
    print(json.dumps({**took, "server": await _server_cpu(client) - server, "bytes": stored / items}))
    await client.aclose()


async def _work(mailboxes: Mailboxes, items: int, rounds: int) -> None:
    left = items * rounds
    wakings: dict[int, int] = {}

    async def attend(claim: Claim) -> None:
        nonlocal left
        for _ in claim.updates:
            await mailboxes.commit(claim, [("LPOP", keys.of(claim.mailbox, "inbox"))])
        left -= len(claim.updates) or 1
        to_come = wakings[claim.mailbox] = wakings.get(claim.mailbox, rounds) - 1
        await mailboxes.release(claim, mailboxes.now() if to_come > 0 else None)

    running: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as group:
        while left > 0:
            for shard in keys.all_shards():
                claimed = await mailboxes.claim(shard, CLAIM_LIMIT)
                running.update(group.create_task(attend(claim)) for claim in claimed.claims)
                while len(running) > AT_ONCE:
                    _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)


async def _memory(client: Client) -> int:
    return int(str(dict[str, object](await client.info("memory"))["used_memory_dataset"]))


async def _server_cpu(client: Client) -> float:
    facts = dict[str, object](await client.info("cpu"))
    return float(str(facts["used_cpu_user"])) + float(str(facts["used_cpu_sys"]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
