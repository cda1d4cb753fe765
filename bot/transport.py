"""One HTTP client per outside service: httpx's interface over aiohttp's connections.

With 50 requests in flight httpx's own pool manages about 200 requests a second, aiohttp's about
1,200 (its pool is not scanned per request). `httpx-aiohttp` joins the two, but reports every broken
connection as `ConnectTimeout`, also one that broke after the request had gone out. Whoever writes to
an employer must know the difference, so it is restored here:

    ConnectError, ConnectTimeout, ProxyError   the request never left
    ReadTimeout, ReadError                     it may have been carried out

aiohttp also repeats a PUT or DELETE by itself when a kept connection turns out to be dead; here
nothing is repeated except by the caller. Its errors quote the address and what could not be read, words
of an employer among it; what is raised here names the host at most.

A request also leaves only while `bot.fence` lets it, asked when its bytes go to the kernel; and what
the kernel can't get through is dropped after `UNACKNOWLEDGED_SECONDS`. Linux would go on for a quarter
of an hour, even for a program that has long given up or was killed, and a message that was sent again
meanwhile would arrive twice.
"""

from __future__ import annotations

import socket
import sys
from functools import cache
from ssl import SSLContext
from urllib.parse import unquote, urlsplit

import aiohttp
import aiohttp_socks
import httpx
from aiohappyeyeballs import AddrInfoType
from httpx_aiohttp import AiohttpTransport

from bot.fence import may_leave

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
POOL_SECONDS = 30.0
UNACKNOWLEDGED_SECONDS = 7.0
"""How long the kernel tries to get what was sent through (tcp(7), TCP_USER_TIMEOUT). Only Linux can."""

KEEPALIVE_SECONDS = 15.0
"""Shorter than common servers keep a connection, so that few requests meet a dead one."""


def timeouts(answer: float = READ_SECONDS) -> httpx.Timeout:
    """How long to wait; `answer` is for each step of sending a request and reading its answer."""
    return httpx.Timeout(connect=CONNECT_SECONDS, read=answer, write=answer, pool=POOL_SECONDS)


TIMEOUT = timeouts()


def open_client(
    proxy_url: str | None = None, *, connections: int = 100, timeout: httpx.Timeout = TIMEOUT
) -> httpx.AsyncClient:
    """The shared client of one outside service; close it with `aclose`.

    It keeps no cookies (accounts share it), follows no redirects and reads no proxy from the
    environment. Raises ValueError for a proxy that is neither `http://` nor `socks5://`.
    """
    return Direct(open_transport(proxy_url, connections=connections), timeout)


class Direct(httpx.AsyncClient):
    """Hands requests to the transport as they are.

    What httpx does for cookies, redirects, logins and hooks is a quarter of what a request costs, and the
    bridge has none of them.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, timeout: httpx.Timeout) -> None:
        super().__init__(transport=transport, timeout=timeout, trust_env=False)
        self._wire = transport

    async def send(self, request: httpx.Request, *, stream: bool = False, **_: object) -> httpx.Response:
        """One request, its answer read unless it is to be a `stream`."""
        response = await self._wire.handle_async_request(request)
        if not stream:
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response


def open_transport(proxy_url: str | None = None, *, connections: int = 100) -> AiohttpTransport:
    """The transport of `open_client`, for clients that are made elsewhere (python-telegram-bot)."""
    context = _trust()
    socks_url, http_proxy = _proxy(proxy_url)

    def session() -> aiohttp.ClientSession:
        # Called inside the running loop, on the first request.
        return aiohttp.ClientSession(
            connector=_connector(socks_url, context, connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=[_tell_apart],
            trace_configs=[_fenced()],
        )

    return AiohttpTransport(verify=context, proxy=http_proxy, client=session)


async def _tell_apart(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    # A middleware stands inside aiohttp's own loop of repetitions: that loop knows none of httpx's
    # errors and so gives up.
    try:
        return await send(request)
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx.ConnectTimeout(type(error).__name__) from error
    except aiohttp.ClientHttpProxyError as error:
        raise httpx.ProxyError(f"the proxy answers {error.status}") from error
    except (
        aiohttp.ClientProxyConnectionError,
        aiohttp_socks.ProxyConnectionError,
        aiohttp_socks.ProxyTimeoutError,
        aiohttp_socks.ProxyError,
    ) as error:
        raise httpx.ProxyError(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx.ConnectError(str(error)) from error
    except TimeoutError as error:
        raise httpx.ReadTimeout(type(error).__name__) from error
    except (aiohttp.ClientError, OSError, EOFError) as error:
        raise httpx.ReadError(type(error).__name__) from error


class Fenced(httpx.ConnectError):
    """The request was not sent: the right to send it had ended (`bot.fence`)."""


def _fenced() -> aiohttp.TraceConfig:
    # aiohttp announces both right before it writes: the headers of a request without a body, else the body
    # with the headers before it. Where the second one is refused, aiohttp reports a broken connection.
    async def ask(*_: object) -> None:
        if not may_leave():
            raise Fenced("the right to send this has ended")

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(ask)
    trace.on_request_chunk_sent.append(ask)
    return trace


def _socket(address: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    opened = socket.socket(family, kind, protocol)
    if sys.platform == "linux":  # pragma: no branch - other systems have no such option
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNACKNOWLEDGED_SECONDS * 1000))
    return opened


@cache
def _trust() -> SSLContext:
    # Reading the certificates takes 50 ms; SSL_CERT_FILE and SSL_CERT_DIR are honoured.
    return httpx.create_ssl_context()


def _connector(socks_url: str | None, context: SSLContext, connections: int) -> aiohttp.BaseConnector:
    if socks_url is None:
        return aiohttp.TCPConnector(
            ssl=context, limit=connections, keepalive_timeout=KEEPALIVE_SECONDS, socket_factory=_socket
        )
    return aiohttp_socks.ProxyConnector.from_url(
        socks_url, ssl=context, limit=connections, keepalive_timeout=KEEPALIVE_SECONDS
    )


def _proxy(url: str | None) -> tuple[str | None, httpx.Proxy | None]:
    if not url:
        return None, None
    parts = urlsplit(url)
    if parts.hostname is None or parts.port is None:
        raise ValueError("a proxy is given as scheme://[user:password@]host:port")
    if parts.scheme in ("socks5", "socks5h"):
        return parts._replace(scheme="socks5").geturl(), None
    if parts.scheme != "http":
        raise ValueError(f"a proxy of the kind {parts.scheme}:// is not supported")
    # aiohttp moves this header to where the proxy reads it: to CONNECT for https, else to the request.
    headers = {}
    if parts.username:
        login = aiohttp.encode_basic_auth(unquote(parts.username), unquote(parts.password or ""))
        headers["Authorization"] = login
    return None, httpx.Proxy(f"http://{parts.netloc.rpartition('@')[2]}", headers=headers)
