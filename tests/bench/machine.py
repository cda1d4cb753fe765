"""On what was measured: nothing that names the machine."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from bot.store.connection import connect
from tests.bench.server import empty_server


async def machine() -> str:
    """The processor, Python and the server, for the page's first lines."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{cores} cores of {_processor()}, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, {await _server()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


async def _server() -> str:
    async with empty_server() as url:
        client = connect(url)
        facts = dict[str, object](await client.info("server"))
        await client.aclose()
    if "valkey_version" in facts:
        return f"Valkey {facts['valkey_version']}"
    return f"Redis {facts['redis_version']}"
