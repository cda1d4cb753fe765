"""python-telegram-bot's way out, over the bridge's own kind of client."""

from __future__ import annotations

import json
from functools import lru_cache

import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.telegram.timed import Timed
from bot.transport import Direct, open_transport, timeouts

SENDS_AT_ONCE = 100


class Calls(BaseRequest):
    """Requests to the Bot API, timed. Telegram may take `answer` seconds for an answer.

    The library's own way writes forms, where httpx takes longer to quote Russian letters than all the rest of
    a request takes; and it ties every answer to its stream in a circle (httpx 0.28, `_client.py`,
    `_send_single_request`). These pile up until Python searches for garbage, and while it does, for tens of
    milliseconds, everybody waits.
    """

    def __init__(self, proxy_url: str | None, answer: float) -> None:
        self._proxy_url = proxy_url
        self._timeouts = timeouts(answer)
        self._client = self._opened()

    def _opened(self) -> Direct:
        transport = open_transport(self._proxy_url, connections=SENDS_AT_ONCE)
        return Direct(Timed(transport), self._timeouts)

    @property
    def read_timeout(self) -> float | None:
        """How long an answer may take, in seconds."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Open the client anew after a shutdown."""
        if self._client.is_closed:
            self._client = self._opened()

    async def shutdown(self) -> None:
        """Close the client."""
        await self._client.aclose()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of the answer; the time limits are those of all calls, whatever one asks for.

        Raises `TimedOut` and `NetworkError`, with httpx's own error as the cause.
        """
        try:
            response = await self._client.send(await self._request(method, url, request_data))
        except httpx.TimeoutException as error:
            raise TimedOut from error
        except httpx.HTTPError as error:
            raise NetworkError(type(error).__name__) from error
        return response.status_code, response.content

    async def _request(self, method: str, url: str, data: RequestData | None) -> httpx.Request:
        extensions = {"timeout": self._timeouts.as_dict()}
        if data is None or not data.contains_files:
            content = json.dumps(data.parameters if data else {})
            return httpx.Request(method, _address(url), headers=_JSON, content=content, extensions=extensions)
        request = httpx.Request(
            method,
            _address(url),
            headers=_PLAIN,
            data=data.json_parameters,
            files=data.multipart_data,
            extensions=extensions,
        )
        # As a whole, so that it goes out with its length.
        await request.aread()
        return request


_PLAIN = {"User-Agent": BaseRequest.USER_AGENT}
_JSON = {**_PLAIN, "Content-Type": "application/json"}

# One for each method: httpx takes long to put an address together.
_address = lru_cache(maxsize=64)(httpx.URL)
