"""The bridge as a process of its own, as `hh-bridge` starts it, and what it takes of the machine."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.bench.filling import KEY
from tests.bench.outside import BOT_TOKEN, Outside
from tests.ports import free_port

DEPLOYED = Path(sys.prefix) / "bench" / "deployed" / "bin" / "python"
"""Without the packages that only the development needs, some of which libraries import where they are."""

SECRET = "of-the-measurement"
_START_SECONDS = 30.0


class Running:
    """A bridge that runs; `started` is how long it took until it was ready (s).

    `waited` is for how much of that it had no processor, because others had them all.
    """

    def __init__(self, pid: int, url: str, started: float) -> None:
        self.pid = pid
        self.url = url
        self.started = started
        # The second figure, in nanoseconds (Linux, Documentation/scheduler/sched-stats.rst).
        self.waited = int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far, of the process and not of its Redis (proc(5), stat)."""
        words = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Resident MB, of the process and not of its Redis."""
        return _resident(self.pid)

    @property
    def peak(self) -> float:
        """The most MB that were resident so far, of the process and not of its Redis (proc(5), status)."""
        return _megabytes(Path(f"/proc/{self.pid}/status"), "VmHWM:")

    @property
    def redis_memory(self) -> float:
        """Resident MB of the Redis that the process has started."""
        started = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        return sum(map(_resident, map(int, started)))


def _resident(pid: int) -> float:
    """MB (proc(5), smaps_rollup)."""
    return _megabytes(Path(f"/proc/{pid}/smaps_rollup"), "Rss:")


def _megabytes(table: Path, name: str) -> float:
    """A line of `table` in units of 10^6 bytes; it counts in units of 1024."""
    for line in table.read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(name)


@asynccontextmanager
async def running(
    outside: Outside,
    data_dir: Path,
    *,
    command: str = "run",
    program: str = "bot",
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Running]:
    """`hh-bridge run` (or web, or worker) between the stand-ins, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ},
        "TELEGRAM_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": outside.telegram_url,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "PUBLIC_URL": url,
        "HTTP_PORT": str(port),
        "METRICS_PORT": str(port),
        "HH_CLIENT_ID": "bench",
        "HH_CLIENT_SECRET": "bench",
        "HH_USER_AGENT": "Bench/1.0 (bench@hh-bridge.test)",
        "HH_API_URL": outside.hh_url,
        "HH_SITE_URL": outside.hh_url,
        "HH_TOKEN_URL": f"{outside.hh_url}/token",
        "HH_REQUESTS_PER_SECOND": "10000",
        "TOKEN_KEYS": KEY,
        "DATA_DIR": str(data_dir),
        "LOG_LEVEL": "WARNING",
        **(settings or {}),
    }
    began = time.monotonic()
    python = str(DEPLOYED) if DEPLOYED.exists() else sys.executable
    process = await asyncio.create_subprocess_exec(*(python, "-m", program, command), env=environment)
    try:
        await _ready(f"{url}/{'healthz' if command == 'worker' else 'readyz'}", process)
        yield Running(process.pid, url, time.monotonic() - began)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(address: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_START_SECONDS), httpx.AsyncClient(trust_env=False) as client:
        while True:
            assert process.returncode is None, "the bridge has ended"
            try:
                if (await client.get(address)).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.01)
