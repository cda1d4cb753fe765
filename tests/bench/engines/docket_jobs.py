"""pydocket, run by a Python that has it. Arguments: address, jobs, rounds. Prints JSON."""

import asyncio
import json
import sys
import time
from datetime import timedelta

from docket import Docket, Worker

URL, JOBS, ROUNDS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SOON = timedelta(milliseconds=10)

docket = Docket(name="bench", url=URL, execution_ttl=timedelta(0))


async def nothing(number: int, rounds: int) -> None:
    """Does nothing, so many times."""
    if rounds > 1:
        await docket.add(nothing)(number, rounds - 1)


async def main() -> None:
    """Fill, measure the memory, work, print."""
    async with (
        docket,
        Worker(docket, concurrency=50, minimum_check_interval=SOON) as worker,
        docket.redis() as redis,
    ):

        async def memory() -> int:
            return int((await redis.info("memory"))["used_memory_dataset"])

        async def server_cpu() -> float:
            facts = await redis.info("cpu")
            return float(facts["used_cpu_user"] + facts["used_cpu_sys"])

        before = await memory()
        for number in range(JOBS):
            await docket.add(nothing)(number, ROUNDS)
        stored = await memory() - before
        server, started, cpu = await server_cpu(), time.perf_counter(), time.process_time()
        await worker.run_until_finished()
        took = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}
        print(json.dumps({**took, "server": await server_cpu() - server, "bytes": stored / JOBS}))


asyncio.run(main())
