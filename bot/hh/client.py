"""The API of hh.ru for one application: addresses, headers, and every outcome sorted.

A write is whatever isn't a GET; where a read raises `Unavailable`, a write that may have been carried
out raises `OutcomeUnknown` (see `bot.hh.errors`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

import httpx

from bot.hh import refusals
from bot.hh.errors import NotFound
from bot.hh.wire import DEADLINE_SECONDS, Answer, ask

Value = str | int | bool | None

_NO_BODY = httpx.ByteStream(b"")


@dataclass(frozen=True)
class Call:
    """A request in hh.ru's terms; `params` that are None are left out, `host` names a sister site."""

    method: str
    path: str
    params: Mapping[str, Value] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    multipart: Mapping[str, str] = field(default_factory=dict)
    host: str | None = None
    expected: range = range(200, 300)

    @property
    def write(self) -> bool:
        """True where it changes something at hh.ru."""
        return self.method != "GET"


class Client:
    """Speaks for one application of hh.ru; the account is whoever `token` belongs to.

    `user_agent` is `Name/1.0 (mail)`; it goes out as `User-Agent` and, because some proxies rewrite
    that, as `HH-User-Agent` (OpenAPI, info, "request-requirements"). `host` is the site of the group
    that is asked, None leaves it to hh.ru. `captcha_backurl` is where a passed captcha leads back to.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        api_url: str,
        user_agent: str,
        host: str | None = None,
        captcha_backurl: str = "https://t.me/",
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._http = http
        self._api_url = api_url.rstrip("/")
        headers = http.headers.copy()
        headers.update({"User-Agent": user_agent, "HH-User-Agent": user_agent})
        self._headers = headers.raw
        self._timeouts = http.timeout.as_dict()
        self._host = host
        self._backurl = captcha_backurl
        self._deadline = deadline

    async def request(self, call: Call, *, token: str | None = None) -> Answer:
        """One request, never repeated and never redirected.

        Returns an answer whose status is `call.expected`; raises `HhError` for every other outcome.
        """
        headers = list(self._headers)
        if token:
            headers.append((b"Authorization", f"Bearer {token}".encode()))
        request = self._request(call, headers)
        await request.aread()
        answer = await ask(self._http, request, write=call.write, deadline=self._deadline)
        if answer.status not in call.expected:
            raise refusals.sort(answer, write=call.write, backurl=self._backurl)
        return answer

    def _request(self, call: Call, headers: list[tuple[bytes, bytes]]) -> httpx.Request:
        # Not the client's `build_request`: it merges headers that are always the same, one by one.
        query = {"host": call.host or self._host, **call.params}
        url = _address(self._api_url + call.path, tuple(query.items()))
        extensions = {"timeout": self._timeouts}
        if not call.write:
            # Told that there is no body, httpx does not look for one.
            return httpx.Request(call.method, url, headers=headers, stream=_NO_BODY, extensions=extensions)
        files = {name: (None, value) for name, value in call.multipart.items()} or None
        return httpx.Request(
            call.method, url, data=call.form, files=files, headers=headers, extensions=extensions
        )


@lru_cache(maxsize=256)
def _address(url: str, query: tuple[tuple[str, Value], ...]) -> httpx.URL:
    # Every look at every account asks for the same address, and httpx takes long to put one together.
    return httpx.URL(url, params={name: value for name, value in query if value is not None})


def segment(identifier: str) -> str:
    """An id as one segment of a path; an id that can't be one is `NotFound` without asking."""
    if identifier in ("", ".", ".."):
        raise NotFound("not_found", status=404)
    return quote(identifier, safe="")
