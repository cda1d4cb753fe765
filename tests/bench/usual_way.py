"""The usual way to poll for many users: a repeating job of python-telegram-bot's JobQueue for each.

Run by a Python of its own (requirements/bench/jobqueue.txt). Arguments: address of the stand-in hh.ru,
accounts, seconds between two looks at one, seconds. Prints what `tests.bench.looks` prints.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time

import httpx
from telegram.ext import ApplicationBuilder, CallbackContext, ExtBot

AGENT = "Bench/1.0 (bench@bench.invalid)"
QUERY = {"host": "hh.ru", "order_by": "updated_at", "order": "desc", "page": "0", "per_page": "20"}
WARM_UP = 3.0

Context = CallbackContext[ExtBot[None], dict[int, object], dict[int, object], dict[int, object]]


async def main(hh: str, accounts: int, interval: float, seconds: float) -> None:
    """Poll for everybody, and count."""
    known: dict[int, dict[str, str]] = {}
    looks = 0
    client = httpx.AsyncClient(timeout=15)

    async def look(context: Context) -> None:
        nonlocal looks
        assert context.job is not None
        user = context.job.user_id
        assert user is not None
        headers = {"User-Agent": AGENT, "HH-User-Agent": AGENT, "Authorization": f"Bearer USER{user:060d}"}
        answer = await client.get(f"{hh}/negotiations", params=QUERY, headers=headers)
        states = {item["id"]: item["updated_at"] for item in answer.json()["items"]}
        if known.setdefault(user, states) != states:
            raise AssertionError("nothing changes here")
        looks += 1

    application = ApplicationBuilder().token("1:bench").base_url(f"{hh}/bot").build()
    queue = application.job_queue
    assert queue is not None
    async with client, application:
        await application.start()
        for user in range(1, accounts + 1):
            queue.run_repeating(look, interval, first=user * interval / accounts, user_id=user)
        await asyncio.sleep(WARM_UP)
        before, started, cpu = looks, time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        took = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}
        print(json.dumps({"looks": looks - before, **took}), flush=True)
        os._exit(0)  # what waits for its turn is not waited for


if __name__ == "__main__":
    logging.disable()
    hh, accounts, interval, seconds = sys.argv[1:]
    asyncio.run(main(hh, int(accounts), float(interval), float(seconds)))
