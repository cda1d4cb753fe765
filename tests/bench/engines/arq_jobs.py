"""arq, run by a Python that has it. Arguments: address, jobs, rounds. Prints JSON."""

import asyncio
import json
import sys
import time
from contextlib import suppress
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings
from arq.worker import Worker, func

URL, JOBS, ROUNDS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


async def main() -> None:
    """Fill, measure the memory, work, print."""
    left = JOBS * ROUNDS

    async def nothing(ctx: dict[str, Any], number: int, rounds: int) -> None:
        nonlocal left
        left -= 1
        if rounds > 1:
            await ctx["redis"].enqueue_job("nothing", number, rounds - 1)
        if left == 0:
            worker.main_task.cancel()

    pool = await create_pool(RedisSettings.from_dsn(URL))

    async def memory() -> int:
        return int((await pool.info("memory"))["used_memory_dataset"])

    async def server_cpu() -> float:
        facts = await pool.info("cpu")
        return float(facts["used_cpu_user"] + facts["used_cpu_sys"])

    before = await memory()
    for number in range(JOBS):
        await pool.enqueue_job("nothing", number, ROUNDS)
    stored = await memory() - before
    worker = Worker(
        [func(nothing, name="nothing")],
        redis_pool=pool,
        max_jobs=50,
        poll_delay=0.01,
        keep_result=0,
        handle_signals=False,
    )
    server, started, cpu = await server_cpu(), time.perf_counter(), time.process_time()
    with suppress(asyncio.CancelledError):
        await worker.async_run()
    took = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}
    print(json.dumps({**took, "server": await server_cpu() - server, "bytes": stored / JOBS}))


asyncio.run(main())
