"""saq, run by a Python that has it. Arguments: address, jobs, rounds. Prints JSON."""

import asyncio
import json
import sys
import time
from typing import Any

from saq import Queue, Worker

URL, JOBS, ROUNDS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


async def main() -> None:
    """Fill, measure the memory, work, print. A ttl of -1 keeps nothing of a job that is done."""
    left, done = JOBS * ROUNDS, asyncio.Event()
    queue: Any = Queue.from_url(URL)

    async def nothing(ctx: dict[str, Any], *, rounds: int) -> None:
        nonlocal left
        left -= 1
        if rounds > 1:
            await queue.enqueue("nothing", rounds=rounds - 1, ttl=-1)
        if left == 0:
            done.set()

    async def memory() -> int:
        return int((await queue.redis.info("memory"))["used_memory_dataset"])

    async def server_cpu() -> float:
        facts = await queue.redis.info("cpu")
        return float(facts["used_cpu_user"] + facts["used_cpu_sys"])

    await queue.connect()
    before = await memory()
    for _ in range(JOBS):
        await queue.enqueue("nothing", rounds=ROUNDS, ttl=-1)
    stored = await memory() - before
    worker: Any = Worker(queue, functions=[("nothing", nothing)], concurrency=50)
    server, started, cpu = await server_cpu(), time.perf_counter(), time.process_time()
    task = asyncio.create_task(worker.start())
    await done.wait()
    took = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}
    print(json.dumps({**took, "server": await server_cpu() - server, "bytes": stored / JOBS}))
    await worker.stop()
    task.cancel()


asyncio.run(main())
