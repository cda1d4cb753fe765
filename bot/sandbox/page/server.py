"""The page and what it asks for: assets, the phones as JSON, a stream of changes, deep links."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import msgspec
from aiohttp import web
from msgspec import Struct

from bot.sandbox.page import views
from bot.sandbox.page.actions import ACTIONS
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.pace import Limits
from bot.sandbox.telegram.server import LocalTelegram

ASSETS = Path(__file__).parent / "assets"
CONSOLE = "/console/telegram"
KEEP_ALIVE_SECONDS = 15.0
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FIRST_NEW_PERSON = 100_101

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class NewPerson(Struct, frozen=True):
    """Somebody with a phone of his own."""

    first_name: str
    language_code: str = "ru"


class FaultOrder(Struct, frozen=True):
    """The next `times` calls of `method` suffer this."""

    fault: Fault
    method: str = "*"
    times: int = 1


class Switches(Struct, frozen=True):
    """What isn't given stays. `duplicates` and `swaps` are counts of coming updates."""

    limits: bool | None = None
    topics: bool | None = None
    duplicates: int | None = None
    swaps: int | None = None


def page_routes(telegram: LocalTelegram) -> list[web.RouteDef]:
    """The routes of the page, to be mounted at the root.

    `/` is the page, `/t.me/<bot>` a deep link, `/console/telegram/…` the phones. The console of the
    employers is expected at `/console/hh`.
    """
    page = _Page(telegram)
    return [
        web.get("/", page.index),
        web.get("/t.me/{bot}", page.deep_link),
        web.get("/assets/{name:[a-z/_-]+\\.[a-z]+}", page.asset),
        web.get(f"{CONSOLE}/state", page.state),
        web.get(f"{CONSOLE}/events", page.events),
        web.get(f"{CONSOLE}/files/{{file_id}}", page.file),
        web.post(f"{CONSOLE}/users", _json_only(page.add_person)),
        web.get(f"{CONSOLE}/users/{{id:\\d+}}", page.phone),
        web.post(f"{CONSOLE}/users/{{id:\\d+}}/{{action}}", _json_only(page.act)),
        web.post(f"{CONSOLE}/faults", _json_only(page.add_fault)),
        web.delete(f"{CONSOLE}/faults", page.clear_faults),
        web.put(f"{CONSOLE}/switches", _json_only(page.switch)),
    ]


def _json_only(handler: Handler) -> Handler:
    """A form of a foreign page can't send JSON without being asked first."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            return _wrong(415, "application/json expected")
        try:
            return await handler(request)
        except msgspec.DecodeError as error:
            return _wrong(400, str(error))
        except (ValueError, LookupError) as error:
            return _wrong(400, str(error.args[0]) if error.args else type(error).__name__)

    return guarded


def _json(body: Struct | None) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _wrong(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)


class _Page:
    """One method per address."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram

    async def index(self, request: web.Request) -> web.StreamResponse:
        return _file("index.html")

    async def deep_link(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["bot"].lower() != self._telegram.bot_username.lower():
            raise web.HTTPNotFound
        return _file("link.html")

    async def asset(self, request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["name"])

    async def state(self, request: web.Request) -> web.StreamResponse:
        return _json(views.state(self._telegram))

    async def phone(self, request: web.Request) -> web.StreamResponse:
        user = self._telegram.users.get(int(request.match_info["id"]))
        return _json(views.phone(self._telegram, user)) if user else _wrong(404, "nobody has this id")

    async def file(self, request: web.Request) -> web.StreamResponse:
        stored = self._telegram.world.files.get(request.match_info["file_id"])
        if stored is None:
            return _wrong(404, "no such file")
        path, content = stored
        answer = web.Response(body=content, content_type="application/octet-stream")
        name = quote(path.rsplit("/", 1)[-1])
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return answer

    async def add_person(self, request: web.Request) -> web.StreamResponse:
        order = msgspec.json.decode(await request.read(), type=NewPerson)
        if not order.first_name.strip():
            raise ValueError("a person has a name")
        id_ = max([FIRST_NEW_PERSON - 1, *self._telegram.users]) + 1
        user = self._telegram.user(id_, order.first_name.strip()[:64], language_code=order.language_code)
        return _json(views.phone(self._telegram, user))

    async def act(self, request: web.Request) -> web.StreamResponse:
        user = self._telegram.users.get(int(request.match_info["id"]))
        action = ACTIONS.get(request.match_info["action"])
        if user is None or action is None:
            return _wrong(404, "no such person or action")
        return _json(await action(user, await request.read()))

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        order = msgspec.json.decode(await request.read(), type=FaultOrder)
        self._telegram.faults.next(order.method, order.fault, order.times)
        self._telegram.world.changes.notify()
        return await self.state(request)

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        self._telegram.faults.clear()
        self._telegram.world.changes.notify()
        return await self.state(request)

    async def switch(self, request: web.Request) -> web.StreamResponse:
        order = msgspec.json.decode(await request.read(), type=Switches)
        if order.limits is not None:
            self._telegram.limits = Limits() if order.limits else None
        if order.topics is not None:
            self._telegram.world.topics_enabled = order.topics
        self._telegram.faults.duplicate_updates(order.duplicates or 0)
        self._telegram.faults.swap_updates(order.swaps or 0)
        self._telegram.world.changes.notify()
        return await self.state(request)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the ids of chats that changed, 0 for what concerns all."""
        answer = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await answer.prepare(request)
        await answer.write(b"retry: 1000\ndata: [0]\n\n")
        try:
            async with self._telegram.world.changes.subscribe() as queue:
                while True:
                    await answer.write(await _next_event(queue))
        except ConnectionError:
            return answer


async def _next_event(queue: asyncio.Queue[int]) -> bytes:
    """All that has changed since the last one, in one event; a comment where nothing did."""
    try:
        async with asyncio.timeout(KEEP_ALIVE_SECONDS):
            chats = {await queue.get()}
    except TimeoutError:
        return b": still here\n\n"
    while not queue.empty():
        chats.add(queue.get_nowait())
    return b"data: " + msgspec.json.encode(sorted(chats)) + b"\n\n"


def _file(name: str) -> web.StreamResponse:
    path = (ASSETS / name).resolve()
    if not path.is_relative_to(ASSETS) or not path.is_file() or path.suffix not in TYPES:
        raise web.HTTPNotFound
    return web.Response(
        body=path.read_bytes(),
        content_type=TYPES[path.suffix],
        charset="utf-8",
        headers={
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
        },
    )
