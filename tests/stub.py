"""Outside services for tests: a server that answers as told, one that breaks mid-way; an account at hh.ru."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict, MultiDict

from bot.hh.errors import LinkAgain

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Seen:
    """A request as it arrived; `fields` are those of a form or of multipart/form-data."""

    method: str
    path: str
    raw_path: str
    query: MultiDict[str]
    headers: CIMultiDict[str]
    fields: dict[str, str]


@dataclass
class Stub:
    """Answers the queued `answers` in order, and the last one for ever."""

    url: str = ""
    answers: list[web.Response | Answering] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def say(self, status: int = 200, body: object = None, text: str | None = None, **headers: str) -> None:
        """Queue an answer: `body` as JSON, or `text` as HTML."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.Response:
            if text is not None:
                return web.Response(status=status, text=text, content_type="text/html", headers=names)
            data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
            return web.Response(status=status, body=data, content_type="application/json", headers=names)

        self.answers.append(answer)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request and give the next answer."""
        fields = {}
        if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
            fields = {name: str(value) for name, value in (await request.post()).items()}
        self.seen.append(
            Seen(
                method=request.method,
                path=request.path,
                raw_path=request.raw_path,
                query=MultiDict(request.query),
                headers=CIMultiDict(request.headers),
                fields=fields,
            )
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, web.Response) else await answer(request)


@asynccontextmanager
async def stub_server() -> AsyncIterator[Stub]:
    """A `Stub` on a free local port."""
    stub = Stub()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stub.handle)
    async with TestServer(app) as server:
        stub.url = str(server.make_url("")).rstrip("/")
        yield stub


@dataclass
class Breaking:
    """Reads a request, sends `answer` in full and ends the connection, with a reset where `reset`."""

    url: str = ""
    answer: bytes = b""
    reset: bool = False
    requests: list[bytes] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        writer.write(self.answer)
        await writer.drain()
        if self.reset:
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()


@asynccontextmanager
async def breaking_server() -> AsyncIterator[Breaking]:
    """A `Breaking` server on a free local port."""
    breaking = Breaking()
    server = await asyncio.start_server(breaking.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    breaking.url = f"http://127.0.0.1:{port}"
    async with server:
        yield breaking


@asynccontextmanager
async def closed_port() -> AsyncIterator[str]:
    """An address where nobody listens (the port is held, so nobody else can)."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@dataclass
class Keys:
    """An `Access` whose tokens are numbered."""

    renewals: list[str] = field(default_factory=list)
    ended: bool = False

    async def token(self) -> str:
        return "token-0"

    async def renew(self, expired: str) -> str:
        self.renewals.append(expired)
        if self.ended:
            raise LinkAgain("token deactivated")
        return f"token-{len(self.renewals)}"


@dataclass
class Steps:
    """A `Pace` that only counts."""

    steps: int = 0
    pauses: list[float | None] = field(default_factory=list)

    async def __call__(self) -> None:
        self.steps += 1

    async def throttled(self, seconds: float | None) -> None:
        self.pauses.append(seconds)
