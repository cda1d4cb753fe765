"""What lies between processes: a Redis server that can be killed, and wires that can be cut."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from redis.exceptions import RedisError

from bot.store.connection import Client, connect
from tests.ports import free_port
from tests.store.servers import binaries


class RedisServer:
    """A server that appends every write to a file before it answers, on one port through all its lives."""

    def __init__(
        self, home: Path, *, binary: str = "", port: int = 0, options: Mapping[str, str] | None = None
    ) -> None:
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._home = home
        self._binary = binary or next(iter(binaries().values()))
        self._more = options or {}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it with what its file holds, and wait until it answers."""
        self._home.mkdir(exist_ok=True)
        options = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self._home), "save": ""}
        options |= {"appendonly": "yes", "appendfsync": "always", **self._more}
        self._process = await asyncio.create_subprocess_exec(
            self._binary,
            *(word for name, value in options.items() for word in (f"--{name}", value)),
            stdout=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )
        async with asyncio.timeout(20), self.client() as client:
            while True:
                with suppress(RedisError):
                    await client.ping()
                    return
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it where it stands."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """It takes connections and answers nobody during the block."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """A connection of the test's own."""
        client = connect(self.url)
        try:
            yield client
        finally:
            await client.aclose()

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill it."""
        await self.kill()


class Wire:
    """A port of loopback that leads to the first of `ends` (ports or paths of sockets) that answers.

    `cut_after` closes a connection after so many bytes towards the end, None never. Of the next `mute`
    answers none arrives: their connections are closed instead. Answers are `late` by so many seconds.
    """

    def __init__(self, *ends: int | str, port: int = 0) -> None:
        self.ends = list(ends)
        self.port = port
        self.cut_after: int | None = None
        self.mute = 0
        self.late = 0.0
        self.cuts = 0
        self._server: asyncio.Server | None = None
        self._turn = 0
        self._carried: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def lead(self, *ends: int | str) -> None:
        """From now on it leads there, and nothing of what is open goes on."""
        self.ends = list(ends)
        for stream in self._carried:
            stream.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end = await self._open()
        if end is None:
            writer.close()
            return
        self._carried |= {writer, end[1]}
        towards = asyncio.create_task(self._copy(reader, end[1], counted=True))
        back = asyncio.create_task(self._copy(end[0], writer, counted=False))
        try:
            await asyncio.wait({towards, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (towards, back):
                task.cancel()
            self._carried -= {writer, end[1]}
            for stream in (writer, end[1]):
                stream.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self._turn += 1
        for number in range(len(self.ends)):
            end = self.ends[(self._turn + number) % len(self.ends)]
            with suppress(OSError):
                if isinstance(end, str):
                    return await asyncio.open_unix_connection(end)
                return await asyncio.open_connection("127.0.0.1", end)
        return None

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        left = self.cut_after
        with suppress(OSError):
            while data := await reader.read(65536):
                if not counted and self.mute:
                    self.mute -= 1
                    return
                if not counted:
                    await asyncio.sleep(self.late)
                if counted and left is not None and self.cut_after is not None:
                    data, left = data[:left], left - len(data)
                writer.write(data)
                await writer.drain()
                if left is not None and left <= 0 and self.cut_after is not None:
                    self.cuts += 1
                    return
