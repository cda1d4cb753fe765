"""python-telegram-bot's way out, over the bridge's own kind of client."""

from __future__ import annotations

import httpx
from telegram.request import HTTPXRequest

from bot.telegram.timed import Timed
from bot.transport import Direct, open_transport, timeouts

SENDS_AT_ONCE = 100


class Calls(HTTPXRequest):
    """Requests to the Bot API, timed. Telegram may take `answer` seconds for an answer.

    The library's own client ties every answer to its stream in a circle (httpx 0.28, `_client.py`,
    `_send_single_request`), and with it forty objects more. They pile up until Python searches for garbage,
    and while it does, for tens of milliseconds, everybody waits.
    """

    def __init__(self, proxy_url: str | None, answer: float) -> None:
        self._proxy_url = proxy_url
        self._timeouts = timeouts(answer)
        super().__init__()

    # python-telegram-bot 22, _httpxrequest.py: called for the first client, and for each after a shutdown.
    def _build_client(self) -> httpx.AsyncClient:
        transport = open_transport(self._proxy_url, connections=SENDS_AT_ONCE)
        return Direct(Timed(transport), self._timeouts)
