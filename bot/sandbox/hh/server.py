"""The local hh.ru as a server: mounted in another application, or on a port of its own for tests."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, web

from bot.sandbox.hh.api import api_app
from bot.sandbox.hh.console import console_app
from bot.sandbox.hh.local import Hh, build
from bot.sandbox.hh.objects import Account
from bot.sandbox.hh.site import site_app
from bot.sandbox.hh.tokens import Application, Pair
from bot.sandbox.hh.world import World

API = "/hh/api"
SITE = "/hh"
CONSOLE = "/console/hh"


def mount(app: web.Application, hh: Hh, *, api: str = API, site: str = SITE, console: str = CONSOLE) -> None:
    """Add the three applications of a local hh.ru to `app`, each at its prefix."""
    app.add_subapp(api, api_app(hh, api))
    app.add_subapp(console, console_app(hh))
    app.add_subapp(site, site_app(hh, site))


class LocalHh:
    """A local hh.ru on a port of its own.

        async with LocalHh() as hh:
            applicant = hh.world.add_applicant("Анна", "Смирнова")

    State may be prepared before the start. `stop` and `start` make it unreachable and bring it back
    at the same port with the same state. `employers`, `faults`, `quirks`, `journal`, `tokens` and
    `world` are the parts of `hh`; `application.redirect_uri` may be changed at any time.
    """

    def __init__(
        self,
        *,
        world: World | None = None,
        now: Callable[[], float] = time.time,
        client_id: str = "local-client-id",
        client_secret: str = "local-client-secret",  # noqa: S107
        redirect_uri: str = "http://127.0.0.1/oauth/callback",
        expires_in: int = 1_209_600,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.host = host
        self.port = port
        self.application = Application(client_id, client_secret, redirect_uri)
        self.hh = build(
            api_url=self.url,
            site_url=self.site_url,
            application=self.application,
            world=world,
            now=now,
            expires_in=expires_in,
        )
        self.world = self.hh.world
        self.employers = self.hh.employers
        self.faults = self.hh.faults
        self.quirks = self.hh.views.quirks
        self.journal = self.hh.journal
        self.tokens = self.hh.tokens
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """The address of the server itself."""
        return f"http://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """What `HH_API_URL` should be."""
        return self.base_url + API

    @property
    def site_url(self) -> str:
        """What `HH_SITE_URL` should be."""
        return self.base_url + SITE

    @property
    def token_url(self) -> str:
        """What `HH_TOKEN_URL` should be: the new address, on the API's host."""
        return self.url + "/token"

    @property
    def old_token_url(self) -> str:
        """The deprecated address, on the site's host."""
        return self.site_url + "/oauth/token"

    @property
    def console_url(self) -> str:
        """Where the employers' console lies."""
        return self.base_url + CONSOLE

    def link(self, account: Account) -> Pair:
        """A pair of tokens without the way through the browser."""
        return self.tokens.issue(account)

    async def authorize(self, account: Account | str, authorize_url: str, *, allow: bool = True) -> str:
        """What a person does on the authorization page; the address that he is sent back to.

        Raises RuntimeError where the page itself refuses the request.
        """
        user = account if isinstance(account, str) else account.id
        decision = {"user": user, "decision": "allow" if allow else "refuse"}
        async with (
            ClientSession() as session,
            session.post(authorize_url, data=decision, allow_redirects=False) as answer,
        ):
            if answer.status != 302:
                raise RuntimeError(f"the authorization page answered {answer.status}: {await answer.text()}")
            return answer.headers["Location"]

    async def start(self) -> None:
        """Listen; port 0 becomes a free one, which is kept from then on."""
        listening = socket.create_server((self.host, self.port))
        self.port = listening.getsockname()[1]
        self.hh.views.api_url, self.hh.views.site_url = self.url, self.site_url
        app = web.Application()
        mount(app, self.hh)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def stop(self) -> None:
        """Close the port and all connections; harmless when it doesn't listen."""
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
