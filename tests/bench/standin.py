"""An hh.ru and a Telegram that cost next to nothing: every request gets an answer that lies ready.

Run as a program of its own, it prints its port. `GET /negotiations` is a page of 20 conversations, the same
for every token; `GET /cpu` tells how many seconds of processor time the program has used.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.sandbox.hh.crowd import crowd
from bot.sandbox.hh.local import build
from bot.sandbox.hh.seed import ago, seed
from bot.sandbox.hh.tokens import Application

CONVERSATIONS = 20
_DAY = 24 * 3600.0
_END = b"\r\n\r\n"

_BOT = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_TELEGRAM: dict[str, object] = {
    "getMe": _BOT,
    "getMyCommands": [],
    "getMyDescription": {"description": ""},
    "getMyShortDescription": {"short_description": ""},
    "getMyName": {"name": ""},
}


def listing() -> bytes:
    """A page of conversations as hh.ru writes it, of yesterday."""
    application = Application(client_id="bench", client_secret="bench", redirect_uri="http://127.0.0.1/")
    hh = build(api_url="https://api.hh.ru", site_url="https://hh.ru", application=application)
    people = seed(hh.world)
    with ago(hh.world, _DAY):
        talks = crowd(hh.world, people.olga, CONVERSATIONS)
    newest_first = sorted(talks, key=lambda talk: -talk.updated_at)
    items = [hh.views.negotiation(talk) for talk in newest_first]
    paging = {"found": len(items), "page": 0, "pages": 1, "per_page": CONVERSATIONS}
    return json.dumps({"items": items, **paging}, ensure_ascii=False).encode()


def _answer(body: bytes) -> bytes:
    head = (
        "HTTP/1.1 200 OK\r\nServer: ddos-guard\r\nDate: Mon, 05 Jan 2026 10:00:00 GMT\r\n"
        f"Content-Type: application/json; charset=UTF-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: max-age=0, private, must-revalidate\r\nVary: Accept-Encoding\r\n"
        "X-Request-ID: 1767607200000000000000000000000000000\r\nConnection: keep-alive\r\n\r\n"
    )
    return head.encode() + body


class _Speaker(asyncio.Protocol):
    def __init__(self, page: bytes) -> None:
        self._page = page
        self._unread = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._unread.find(_END)) >= 0:
            head = self._unread[:end]
            length = _length(head)
            if len(self._unread) < end + len(_END) + length:
                return
            self._unread = self._unread[end + len(_END) + length :]
            if self._transport is not None:
                self._transport.write(self._to(head))

    def _to(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/negotiations"):
            return self._page
        if path == b"/cpu":
            return _answer(json.dumps(time.process_time()).encode())
        method = path.decode().rpartition("/")[2]
        return _answer(json.dumps({"ok": True, "result": _TELEGRAM.get(method, True)}).encode())


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


@asynccontextmanager
async def standin() -> AsyncIterator[str]:
    """Its address, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.standin"), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.terminate()
        await process.wait()


async def _serve() -> None:
    page = _answer(listing())
    server = await asyncio.get_running_loop().create_server(lambda: _Speaker(page), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
