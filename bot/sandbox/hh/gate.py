"""The gate in front of every request: account, captcha, faults, error bodies, journal."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.utils import formatdate

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.sandbox.hh import refusals
from bot.sandbox.hh.answers import json_answer
from bot.sandbox.hh.faults import Answer, AskCaptcha, Cut, ExpireToken, Fault, Reset
from bot.sandbox.hh.local import Hh
from bot.sandbox.hh.objects import Account, Captcha
from bot.sandbox.hh.patterns import path_pattern
from bot.sandbox.hh.refusals import OauthRefusal, Refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_GZIP_FROM = 2_048


class _CutOff(Exception):
    """The connection is gone; nothing can be answered."""


def bearer(request: web.Request) -> str | None:
    """The access token of the Authorization header, None without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def gate(hh: Hh, prefix: str) -> Middleware:
    """The middleware of an application mounted at `prefix`."""

    @web.middleware
    async def pass_gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(prefix) or "/"
        account = _owner(hh, request)
        started = time.monotonic()
        status = 0
        try:
            response = await _answer(hh, request, path, account, handler)
            status = response.status
            return response
        except _CutOff:
            return web.Response(status=500)
        finally:
            hh.journal.request(
                request.method,
                path,
                request.query_string,
                status,
                account.id if account else None,
                time.monotonic() - started,
            )
            hh.world.changed("request", path)

    return pass_gate


def _owner(hh: Hh, request: web.Request) -> Account | None:
    token = bearer(request)
    return hh.tokens.owner(token) if token else None


async def _answer(
    hh: Hh, request: web.Request, path: str, account: Account | None, handler: Handler
) -> web.StreamResponse:
    if hh.faults.crowded():
        return _refusal(hh, Refusal(429, headers={"Retry-After": "1"}, description="Too Many Requests"))
    if hh.faults.rules:
        await _read_form(request)
    fault = hh.faults.take(request.method, path, account.id if account else None)
    if fault is None:
        return await _carry_out(hh, request, path, account, handler)
    if fault.after:
        response = await _carry_out(hh, request, path, account, handler)
        await asyncio.sleep(fault.delay)
        return await _spoil(hh, request, path, account, fault, response) or response
    await asyncio.sleep(fault.delay)
    spoilt = await _spoil(hh, request, path, account, fault, None)
    return spoilt or await _carry_out(hh, request, path, account, handler)


async def _read_form(request: web.Request) -> None:
    # Read before the fault strikes, so that a late effect still comes when the client has gone
    # meanwhile. What can't be read is refused later, by the handler.
    with suppress(ValueError, web.HTTPException):
        await request.post()


async def _carry_out(
    hh: Hh, request: web.Request, path: str, account: Account | None, handler: Handler
) -> web.StreamResponse:
    try:
        _check_captcha(hh, request, path, account)
        response = await handler(request)
    except Refusal as refusal:
        response = _refusal(hh, refusal)
    except web.HTTPNotFound:
        response = _refusal(hh, refusals.not_found())
    except web.HTTPException as refusal:
        response = _refusal(hh, Refusal(refusal.status, description=refusal.reason))
    if isinstance(response, web.Response):  # pragma: no branch - no page is streamed
        quirks = hh.views.quirks
        response.headers["Date"] = formatdate(time.time() + quirks.skew + quirks.date_skew, usegmt=True)
        if isinstance(response.body, bytes) and len(response.body) >= _GZIP_FROM:
            response.enable_compression()
    return response


def _check_captcha(hh: Hh, request: web.Request, path: str, account: Account | None) -> None:
    captcha = account.captcha if account else None
    if captcha is None:
        return
    method, pattern = captcha.on.split()
    if method in ("*", request.method) and path_pattern(pattern)(path):
        raise _captcha_refusal(hh, captcha)


def _captcha_refusal(hh: Hh, captcha: Captcha) -> Refusal:
    site = hh.views.site_url
    return refusals.captcha(
        f"{site}/account/captcha?state={captcha.state}" if captcha.captcha_url else None,
        f"{site}/auth/employer?captcha=true&state={captcha.state}" if captcha.fallback_url else None,
    )


async def _spoil(
    hh: Hh,
    request: web.Request,
    path: str,
    account: Account | None,
    fault: Fault,
    response: web.StreamResponse | None,
) -> web.StreamResponse | None:
    match fault.outcome:
        case None:
            return response
        case Answer(status, body, content_type, headers):
            return web.Response(status=status, text=body, content_type=content_type, headers=dict(headers))
        case Refusal() as refusal:
            return _refusal(hh, refusal)
        case Reset():
            _reset(request)
            raise _CutOff
        case Cut(hang_up):
            return await _cut(request, response, hang_up)
        case ExpireToken():
            if account is not None:
                hh.tokens.expire(account.id)
            return response
        case AskCaptcha(captcha_url, fallback_url):  # pragma: no branch - the last kind there is
            captcha = Captcha(
                secrets.token_urlsafe(12), f"{request.method} {path}", captcha_url, fallback_url
            )
            if account is not None:
                account.captcha = captcha
            return _refusal(hh, _captcha_refusal(hh, captcha))


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is None:  # pragma: no cover - the client has just gone by itself
        return
    # Lingering for zero seconds makes the kernel send RST, not FIN.
    linger = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


async def _cut(
    request: web.Request, response: web.StreamResponse | None, hang_up: bool
) -> web.StreamResponse:
    whole = response.body if isinstance(response, web.Response) else None
    body = whole if isinstance(whole, bytes) else b""
    status = response.status if response else 200
    half = body[: len(body) // 2]
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if not hang_up:
        return web.Response(status=status, body=half, headers=headers)
    promised = web.StreamResponse(status=status, headers=headers)
    promised.content_length = max(len(body), 1)
    await promised.prepare(request)
    if half:
        await promised.write(half)
    if request.transport is not None:  # pragma: no branch - None where the client has just gone by itself
        request.transport.close()
    raise _CutOff


def _refusal(hh: Hh, refusal: Refusal) -> web.Response:
    body: dict[str, object] = dict(refusal.body)
    headers = dict(refusal.headers)
    if not isinstance(refusal, OauthRefusal):
        body["request_id"] = headers["X-Request-ID"] = secrets.token_hex(8)
    return json_answer(body, status=refusal.status, headers=headers)
