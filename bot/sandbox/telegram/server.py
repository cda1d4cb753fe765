"""The local Bot API as a server: `{url}/bot{token}/{method}`, and files at `{url}/file/bot{token}/…`."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web

from bot.sandbox.telegram import parameters, wire
from bot.sandbox.telegram.changes import PATIENCE
from bot.sandbox.telegram.faults import Fault, Faults
from bot.sandbox.telegram.methods import METHODS, Method
from bot.sandbox.telegram.pace import Limits
from bot.sandbox.telegram.people import LocalGroup, LocalUser
from bot.sandbox.telegram.refusals import NotFound, Refusal, Unauthorized
from bot.sandbox.telegram.world import Call, World

DEFAULT_TOKEN = "7000000001:AAF-local-sandbox-token-of-the-bridge00"  # noqa: S105 - belongs to nobody
FIRST_GROUP_ID = -4_000_000_001
MAX_BODY = 64 * 1024 * 1024


class _Failure(msgspec.Struct, omit_defaults=True):
    ok: bool
    error_code: int
    description: str
    parameters: dict[str, int] | None = None


class LocalTelegram:
    """A Bot API server on loopback and the people who use it; an async context manager.

    Tests start it alone on a free port; the sandbox mounts `routes()` into its one application and
    runs `deliver()` beside it.
    """

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        bot_username: str = "hh_bridge_bot",
        bot_name: str = "hh-bridge",
        topics: bool = False,
        webhook_retry: float = 0.25,
    ) -> None:
        self.token = token
        bot = wire.User(id=int(token.split(":")[0]), is_bot=True, first_name=bot_name, username=bot_username)
        self.world = World(bot, topics=topics)
        self.world.webhooks.first_delay = webhook_retry
        self.users: dict[int, LocalUser] = {}
        self.groups: dict[int, LocalGroup] = {}
        self.url = ""
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._delivery: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen on loopback: on a free port at first, on the same one after a stop."""
        listening = socket.create_server(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        application = web.Application(client_max_size=MAX_BODY)
        application.add_routes(self.routes())
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        self._delivery = asyncio.create_task(self.deliver())

    async def stop(self) -> None:
        """Become unreachable; chats and updates stay. Harmless when it doesn't listen."""
        self.world.updates.release()
        delivery, self._delivery = self._delivery, None
        if delivery is not None:
            delivery.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await delivery
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        await self.stop()

    async def deliver(self) -> None:
        """Deliver updates to the webhook for ever (a no-op while none is set)."""
        await self.world.webhooks.run()

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        """The routes, to be mounted under `prefix`; the bot's `TELEGRAM_API_URL` then ends with it."""
        return [
            web.route("*", f"{prefix}/bot{{token:[^/]+}}/{{method}}", self._handle),
            web.get(f"{prefix}/file/bot{{token:[^/]+}}/{{path:.+}}", self._download),
        ]

    @property
    def bot_username(self) -> str:
        """The bot's username, without @."""
        return self.world.bot.username or ""

    @property
    def faults(self) -> Faults:
        """Faults on command."""
        return self.world.faults

    @property
    def limits(self) -> Limits | None:
        """The pace the server insists on; None (the default): any."""
        return self.world.pace.limits

    @limits.setter
    def limits(self, limits: Limits | None) -> None:
        self.world.pace.limits = limits

    def user(
        self,
        id: int = 100_001,
        first_name: str = "Анна",
        last_name: str | None = None,
        username: str | None = None,
        language_code: str = "ru",
    ) -> LocalUser:
        """The person with that id, made at the first call."""
        if id not in self.users:
            user = wire.User(
                id=id,
                is_bot=False,
                first_name=first_name,
                last_name=last_name,
                username=username,
                language_code=language_code,
            )
            self.users[id] = LocalUser(self.world, user)
        return self.users[id]

    def group(self, title: str = "Группа", id: int | None = None) -> LocalGroup:
        """A group, at first without the bot."""
        chat_id = id or FIRST_GROUP_ID - len(self.groups)
        if chat_id not in self.groups:
            self.groups[chat_id] = LocalGroup(self.world, self.world.add_group(chat_id, title))
        return self.groups[chat_id]

    def calls(self, *methods: str) -> list[Call]:
        """The accepted calls of these methods (of all without names), oldest first."""
        return self.world.calls_of(methods)

    @property
    def refused(self) -> list[Call]:
        """The refused calls, oldest first."""
        return [call for call in self.world.calls if call.refusal]

    def fail_next(self, method: str = "*", times: int = 1, **fault: float | str | bool | None) -> None:
        """Shorthand: the next `times` calls of `method` suffer `Fault(**fault)`."""
        self.faults.next(method, msgspec.convert(fault, Fault), times)

    def restart_update_ids(self, first_id: int = 1) -> None:
        """Number updates from `first_id` on, as Telegram does after a quiet week."""
        self.world.updates.restart_ids(first_id)

    async def wait_until(self, condition: Callable[[], bool], within: float = PATIENCE) -> None:
        """Wait until `condition()` holds; it is asked after every change and every call.

        Raises:
            AssertionError: it didn't in that many seconds.
        """
        await self.world.changes.until(
            lambda: True if condition() else None,
            within,
            lambda: f"never held; calls: {self.world.calls[-20:]}",
        )

    async def settled(self, within: float = PATIENCE) -> None:
        """Wait until the bot has taken every update."""
        await self.wait_until(lambda: self.world.updates.count == 0, within)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            if request.match_info["token"] != self.token:
                raise Unauthorized
            known = METHODS.get(request.match_info["method"].lower())
            if known is None:
                raise NotFound
            return await self._call(request, *known)
        except Refusal as refusal:
            return _failed(refusal)

    async def _call(self, request: web.Request, name: str, method: Method) -> web.StreamResponse:
        given = await parameters.read(request)
        fault = self.faults.take(name, given.integer("chat_id") or None) or NO_FAULT
        await asyncio.sleep(fault.delay_before)
        if fault.reset_before:
            return _reset(request)
        if fault.html_before is not None:
            return _page(fault.html_before)
        try:
            if fault.refusal is not None:
                raise fault.refusal
            result = await method(self.world, given)
        except Refusal as refusal:
            self._record(Call(name, given, self.world.clock.now(), refusal.description, refusal.code))
            return _failed(refusal)
        if name != "getUpdates":
            message_id = result.message_id if isinstance(result, wire.Message) else None
            self._record(Call(name, given, self.world.clock.now(), message_id=message_id))
        await asyncio.sleep(fault.delay_after)
        if fault.reset_after:
            return _reset(request)
        if fault.html_after is not None:
            return _page(fault.html_after)
        return _json({"ok": True, "result": result})

    def _record(self, call: Call) -> None:
        self.world.calls.append(call)
        self.world.changes.notify(call.chat_id or 0)

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return _failed(Unauthorized())
        for path, content in self.world.files.values():
            if path == request.match_info["path"]:
                return web.Response(body=content)
        return _failed(NotFound())


NO_FAULT = Fault()


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


def _page(status: int) -> web.Response:
    """What something on the way to Telegram shows in its place."""
    text = f"<html><head><title>{status}</title></head><body>proxy</body></html>"
    return web.Response(text=text, status=status, content_type="text/html")


def _failed(refusal: Refusal) -> web.Response:
    after = {"retry_after": refusal.retry_after} if refusal.retry_after is not None else None
    return _json(_Failure(False, refusal.code, refusal.description, after), refusal.code)


def _reset(request: web.Request) -> web.Response:
    """Cut the connection with a TCP reset, as a broken network does."""
    transport = request.transport
    if transport is not None:  # pragma: no branch - None where the client has just gone by itself
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    return web.Response()
