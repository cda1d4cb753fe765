"""One place with everything that a test kills, freezes and counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import msgspec
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.telegram.chats import ChatMessage
from bot.store import keys
from bot.worker.services import Timing
from tests.bridge.conftest import Bridge, worlds
from tests.chaos.processes import Nursery, Process
from tests.chaos.wires import RedisServer, Wire
from tests.plain import plain_http
from tests.ports import free_port

TIMING = Timing(settle=2.0, check=0.3, retry=0.3, stop=5.0, lease=30.0, poller=3.0, profile=3600)

WORK = {"hh_bridge_polls_total", "hh_bridge_updates_handled_total"}


@dataclass
class Premises:
    """Two worlds and processes between them, whatever Redis these share. What Telegram calls is `front`."""

    bridge: Bridge
    front: Wire
    nursery: Nursery
    home: Path
    timing: Timing = TIMING
    started: list[Process] = field(default_factory=list)
    fronts: dict[int, int] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        """Nothing runs yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill whatever runs."""
        for process in self.started:
            process.close()

    async def start(self, command: str, fail: str = "", *, timing: Timing | None = None) -> Process:
        """Start `hh-bridge {command}`; one that takes updates has taken its port when this returns."""
        port = free_port()
        ports = {"metrics_port" if command == "worker" else "http_port": port}
        settings = self.bridge.settings.model_copy(update={**ports, "log_level": "DEBUG"})
        log = self.home / f"{len(self.started)}-{command}.log"
        process = self.nursery.start(command, settings, log, timing=timing or self.timing, fail=fail)
        self.started.append(process)
        self.ports[process.pid] = port
        if command != "worker":
            self.fronts[process.pid] = port
            await self._answers(process, port)
            self.front.ends.append(port)
        return process

    def retire(self, process: Process) -> None:
        """Kill a process, if it lives; nothing is led to it any more."""
        process.kill()
        if (port := self.fronts.pop(process.pid, None)) is not None:
            self.front.ends.remove(port)

    def poll(self) -> None:
        """Telegram has no address to call."""
        redirect = f"{self.bridge.settings.public_url}/oauth/callback"
        private = {"public_url": None, "hh_redirect_uri": redirect}
        self.bridge.settings = self.bridge.settings.model_copy(update=private)

    async def confirmed(self, back: str) -> None:
        """Go on from where hh.ru leads after the user agreed."""
        async with plain_http() as browser:
            page = await browser.get(back)
        start = page.text.index("https://t.me/")
        await self.bridge.anna.open_link(page.text[start : page.text.index('"', start)])

    async def readiness(self, process: Process) -> dict[str, object]:
        """What `/readyz` of a process says."""
        async with plain_http() as browser:
            answer = await browser.get(f"http://127.0.0.1:{self.fronts[process.pid]}/readyz")
        said: dict[str, object] = answer.json()
        return said

    async def work(self, process: Process) -> float:
        """How much a process has done, looks at accounts and updates, by its own `/metrics`."""
        port = self.ports[process.pid]
        await self._answers(process, port)
        async with plain_http() as browser:
            answer = await browser.get(f"http://127.0.0.1:{port}/metrics")
        families = text_string_to_metric_families(answer.text)
        return sum(sample.value for family in families for sample in family.samples if sample.name in WORK)

    async def news(self, talk: Negotiation, text: str = "Здравствуйте!") -> ChatMessage:
        """The account is linked, and the employer's first message is there to reply to."""
        await self.bridge.link()
        self.bridge.hh.employers.invite(talk.id, text)
        return await self.bridge.anna.wait_for(text)

    async def _answers(self, process: Process, port: int) -> None:
        try:
            async with asyncio.timeout(30), plain_http() as browser:
                while process.alive:
                    try:
                        await browser.get(f"http://127.0.0.1:{port}/healthz")
                        return
                    except httpx.TransportError:
                        await asyncio.sleep(0.02)
        except TimeoutError:
            pass
        raise AssertionError(f"{process.command} does not answer\n{process.words()}")


@dataclass(kw_only=True)
class Site(Premises):
    """Premises with a Redis of their own that can be killed and frozen."""

    redis: RedisServer

    async def replaced(self, dead: Process) -> Process:
        """Wait for the end of a process and start another of its kind; its claims run out meanwhile."""
        await dead.ended()
        self.retire(dead)
        await self.claims_ran_out()
        return await self.start(dead.command)

    async def claims_ran_out(self) -> None:
        """What a lease's length of waiting would do to the claims of the dead."""
        async with self.redis.client() as client:
            for shard in keys.all_shards():
                for name in msgspec.convert(await client.zrange(keys.due(shard), 0, -1), list[bytes]):
                    if await client.hexists(keys.of(int(name), "head"), "claim"):
                        await client.zadd(keys.due(shard), {name: 0})


@asynccontextmanager
async def site_at(nursery: Nursery, home: Path) -> AsyncIterator[Site]:
    """A site whose files lie in `home`."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(RedisServer(home / "redis"))
        bridge = await stack.enter_async_context(worlds(redis.url, home))
        front = await stack.enter_async_context(Wire(port=bridge.settings.http_port))
        yield await stack.enter_async_context(Site(bridge, front, nursery, home, redis=redis))
