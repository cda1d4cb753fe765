"""hh.ru and Telegram for load runs: they answer what the bridge asks and note when.

Not the sandbox, whose two servers keep every rule and take their time for it: here an answer takes some
hundredths of a millisecond, so that what is measured is the bridge. Account number `i` has the Telegram
user id `user_id(i)` and `per_account` conversations.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qs

FIRST_USER = 1_000_000_000
_FIRST_NEGOTIATION = 4_000_000_000
_FIRST_MESSAGE = 9_000_000_000
_MOST_CONVERSATIONS, _MOST_MESSAGES = 1000, 100
_SCATTER, _RANGE = 387_276_957, 2**30
"""Multiplied by an odd number modulo a power of two, numbers change places: hh.ru's ids are no sequence."""

_GATHER = pow(_SCATTER, -1, _RANGE)
_APPLIED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BOT = {"id": 424242, "is_bot": True, "first_name": "Bridge", "username": "bench_bot"}
BOT_TOKEN = "424242:AAEbenchbenchbenchbenchbenchbenchbe"


def user_id(account: int) -> int:
    """The Telegram user, and private chat, of an account."""
    return FIRST_USER + account


def negotiation_id(account: int, number: int) -> str:
    """One of the conversations of an account."""
    return str(_FIRST_NEGOTIATION + (account * _MOST_CONVERSATIONS + number) * _SCATTER % _RANGE)


def access_token(account: int) -> str:
    """The access token of an account, as long as hh.ru's."""
    return f"USER{account:010d}{sha256(str(account).encode()).hexdigest().upper()[:50]}"


def account_of(token: str) -> int:
    """Whose token it is."""
    return int(token[4:14] or 0)


@dataclass
class Request:
    """One request; moments are of `time.monotonic`. `answered` is when its answer was given to the kernel."""

    method: str
    path: str
    query: str
    token: str
    body: bytes
    arrived: float
    answered: float = 0.0


Handler = Callable[[Request], tuple[int, bytes]]


class _Connection(asyncio.Protocol):
    """As much of HTTP/1.1 as aiohttp's client speaks: kept connections, bodies of a known length."""

    def __init__(self, handle: Handler, delay: float, done: Callable[[Request], None]) -> None:
        self._handle = handle
        self._delay = delay
        self._done = done
        self._read = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        arrived = time.monotonic()
        self._read += data
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            return
        first, *lines = self._read[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        assert "transfer-encoding" not in headers, "bodies of unknown length are not understood"
        length = end + 4 + int(headers.get("content-length", 0))
        if len(self._read) < length:
            return
        body, self._read = self._read[end + 4 : length], self._read[length:]
        method, target, _ = first.split(" ")
        path, _, query = target.partition("?")
        token = headers.get("authorization", "").removeprefix("Bearer ")
        request = Request(method, path, query, token, body, arrived)
        answer = self._handle(request)
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._answer, request, *answer)
        else:
            self._answer(request, *answer)

    def _answer(self, request: Request, status: int, body: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n"
            f"Date: {_http_date()}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        request.answered = time.monotonic()
        self._done(request)


def _http_date() -> str:
    return datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


@dataclass
class _Talk:
    """What has come to a conversation since the account was linked.

    The employer sees what is written to him when he writes himself: `unseen` counts what he has not seen.
    """

    moved: datetime
    unread: bool = True
    unseen: int = 0
    texts: list[str] = field(default_factory=list)
    mine: list[dict[str, object]] = field(default_factory=list)


class Hh:
    """hh.ru for accounts with so many conversations each, or as many as `others` says of some."""

    def __init__(self, per_account: int, others: Mapping[int, int] | None = None) -> None:
        self.per_account = per_account
        self._others = others or {}
        self._talks: dict[int, dict[int, _Talk]] = {}
        self._pages: dict[int, dict[str, bytes]] = {}
        self._sent = 0
        self.quiet = json.dumps({"items": [], "found": 0, "page": 0, "pages": 0, "per_page": 100}).encode()

    def size(self, account: int) -> int:
        """How many conversations an account has."""
        return self._others.get(account, self.per_account)

    def write(self, account: int, number: int, text: str) -> None:
        """The employer writes."""
        self._pages.pop(account, None)
        talks = self._talks.setdefault(account, {})
        talk = talks.pop(number, None) or _Talk(datetime.now(UTC))
        talk.moved, talk.unread, talk.unseen = datetime.now(UTC), True, 0
        talk.texts.append(text)
        talks[number] = talk

    def answer(self, request: Request) -> tuple[int, bytes]:
        """What hh.ru answers."""
        account = account_of(request.token)
        parts = request.path.strip("/").split("/")
        if parts == ["negotiations"]:
            pages = self._pages.setdefault(account, {})
            if request.query not in pages:
                pages[request.query] = self.page(account, request.query)
            return 200, pages[request.query]
        if len(parts) == 3 and parts[2] == "messages":
            place = (int(parts[1]) - _FIRST_NEGOTIATION) * _GATHER % _RANGE
            number = place - account * _MOST_CONVERSATIONS
            if request.method == "POST":
                return 201, self._take(account, number, request.body)
            return 200, self._messages(account, number)
        return 404, b'{"errors":[{"type":"not_found"}]}'

    def page(self, account: int, query: str) -> bytes:
        """A page of the conversations, the latest change first."""
        asked = parse_qs(query)
        if "status" in asked:
            return self.quiet
        per_page, number = int(asked.get("per_page", ["20"])[0]), int(asked.get("page", ["0"])[0])
        talks = self._talks.get(account, {})
        size = self.size(account)
        order = [*reversed(talks), *(n for n in range(size) if n not in talks)]
        some = order[number * per_page : (number + 1) * per_page]
        items = ",".join(self._item(account, n, talks.get(n)) for n in some)
        pages = -(-size // per_page)
        return (
            f'{{"items":[{items}],"found":{size},"page":{number},"pages":{pages},"per_page":{per_page}}}'
        ).encode()

    def _item(self, account: int, number: int, talk: _Talk | None) -> str:
        moved = talk.moved if talk else _APPLIED
        count = 1 + (len(talk.texts) + len(talk.mine) if talk else 0)
        return _ITEM % {
            "nid": negotiation_id(account, number),
            "applied": f"{_APPLIED:%Y-%m-%dT%H:%M:%S}+0000",
            "moved": f"{moved:%Y-%m-%dT%H:%M:%S}+0000",
            "unread": "true" if talk and talk.unread else "false",
            "seen": "false" if talk and talk.unseen else "true",
            "unseen": talk.unseen if talk else 0,
            "count": count,
            "vacancy": 120_000_000 + number,
            "employer": 1_000_000 + number,
        }

    def _messages(self, account: int, number: int) -> bytes:
        talk = self._talks.get(account, {}).get(number)
        texts = ["Здравствуйте! Спасибо за отклик, мы его посмотрим.", *(talk.texts if talk else ())]
        if talk and talk.unread:
            talk.unread = False
            self._pages.pop(account, None)
        first = (account * _MOST_CONVERSATIONS + number) * _MOST_MESSAGES
        # The first one is older than the linking.
        moments = [_APPLIED, *([talk.moved] * len(talk.texts) if talk else ())]
        items = [
            _message(_FIRST_MESSAGE + (first + n) * _SCATTER % _RANGE, text, at, viewed=not n)
            for n, (text, at) in enumerate(zip(texts, moments, strict=True))
        ]
        items += talk.mine if talk else []
        return json.dumps(
            {"items": items, "found": len(items), "page": 0, "pages": 1, "per_page": 100}
        ).encode()

    def _take(self, account: int, number: int, body: bytes) -> bytes:
        self._sent += 1
        text = parse_qs(body.decode()).get("message", [""])[0]
        self._pages.pop(account, None)
        talks = self._talks.setdefault(account, {})
        talk = talks.pop(number, None) or _Talk(datetime.now(UTC), unread=False)
        talk.moved, talk.unseen = datetime.now(UTC), talk.unseen + 1
        message = _message(8_000_000_000 + self._sent, text, talk.moved)
        talk.mine.append(message | {"author": {"participant_type": "applicant"}})
        talks[number] = talk
        return json.dumps(talk.mine[-1]).encode()


def _message(mid: int, text: str, at: datetime, *, viewed: bool = True) -> dict[str, object]:
    return {
        "id": str(mid),
        "created_at": f"{at:%Y-%m-%dT%H:%M:%S}+0000",
        "text": text,
        "state": {"id": "text", "name": "Сообщение"},
        "author": {"participant_type": "employer"},
        "editable": False,
        "viewed_by_me": viewed,
        "viewed_by_opponent": True,
        "read": viewed,
        "address": None,
    }


class Telegram:
    """The Bot API, as far as the bridge asks it."""

    def __init__(self) -> None:
        self.last_message = 1000
        self.webhook = ""

    def answer(self, request: Request) -> tuple[int, bytes]:
        """What Telegram answers."""
        method = request.path.rpartition("/")[2]
        result: object = True
        match method:
            case "getMe":
                result = BOT
            case "setWebhook":
                self.webhook = json.loads(request.body)["url"]
            case "getWebhookInfo":
                result = {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": 0}
            case "getMyCommands" | "getUpdates":
                result = []
            case "getMyName":
                result = {"name": ""}
            case "getMyDescription":
                result = {"description": ""}
            case "getMyShortDescription":
                result = {"short_description": ""}
            case "sendMessage":
                self.last_message += 1
                chat = {"id": chat_of(request), "type": "private"}
                result = {
                    "message_id": self.last_message,
                    "date": int(time.time()),
                    "chat": chat,
                    "text": ".",
                }
        return 200, json.dumps({"ok": True, "result": result}).encode()


def chat_of(request: Request) -> int:
    """The chat that a request to Telegram is about."""
    return int(json.loads(request.body)["chat_id"])


@dataclass
class Outside:
    """Both servers, in this process. `seen` is told of each request that was answered."""

    hh: Hh
    telegram: Telegram = field(default_factory=Telegram)
    hh_url: str = ""
    telegram_url: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    seen: Callable[[str, Request], None] = lambda world, request: None

    @asynccontextmanager
    async def running(self, *, hh_delay: float = 0.0, telegram_delay: float = 0.0) -> AsyncIterator[Outside]:
        """Both listening on loopback; each answer is held for its delay (s), as the real ones take time."""
        loop = asyncio.get_running_loop()

        def serving(world: str, handle: Handler, delay: float) -> Callable[[], asyncio.Protocol]:
            def done(request: Request) -> None:
                self.counts[world] += 1
                self.seen(world, request)

            return lambda: _Connection(handle, delay, done)

        hh = await loop.create_server(serving("hh", self.hh.answer, hh_delay), "127.0.0.1", 0, backlog=1000)
        telegram = await loop.create_server(
            serving("telegram", self.telegram.answer, telegram_delay), "127.0.0.1", 0, backlog=1000
        )
        async with hh, telegram:
            self.hh_url = f"http://127.0.0.1:{hh.sockets[0].getsockname()[1]}"
            self.telegram_url = f"http://127.0.0.1:{telegram.sockets[0].getsockname()[1]}"
            yield self


_ITEM = json.dumps(
    {
        "id": "%(nid)s",
        "state": {"id": "response", "name": "Отклик"},
        "created_at": "%(applied)s",
        "updated_at": "%(moved)s",
        "has_updates": "UNREAD",
        "viewed_by_opponent": "SEEN",
        "messaging_status": "ok",
        "decline_allowed": False,
        "hidden": False,
        "source": "NEGOTIATION",
        "counters": {"messages": "COUNT", "unread_messages": "UNSEEN"},
        "phone_calls": {"items": [], "picked_up_phone_by_opponent": False},
        "tags": [],
        "applicant_question_state": False,
        "url": "https://api.hh.ru/negotiations/%(nid)s",
        "messages_url": "https://api.hh.ru/negotiations/%(nid)s/messages",
        "resume": {
            "id": "7e5c12b610b1250046f18ec65a4eb98eea881b",
            "title": "Аналитик данных",
            "url": "https://api.hh.ru/resumes/7e5c12b610b1250046f18ec65a4eb98eea881b",
            "alternate_url": "https://hh.ru/resume/7e5c12b610b1250046f18ec65a4eb98eea881b",
            "created_at": "2026-01-12T10:59:17+0300",
            "updated_at": "2026-02-12T10:59:17+0300",
        },
        "vacancy": {
            "id": "%(vacancy)s",
            "name": "Аналитик данных (продуктовая команда)",
            "premium": False,
            "department": None,
            "has_test": False,
            "response_letter_required": False,
            "response_url": None,
            "area": {"id": "1", "name": "Москва", "url": "https://api.hh.ru/areas/1"},
            "salary": None,
            "salary_range": None,
            "type": {"id": "open", "name": "Открытая"},
            "address": None,
            "created_at": "2026-02-24T02:59:19+0300",
            "published_at": "2026-02-24T02:59:19+0300",
            "archived": False,
            "show_contacts": False,
            "url": "https://api.hh.ru/vacancies/%(vacancy)s",
            "alternate_url": "https://hh.ru/vacancy/%(vacancy)s",
            "apply_alternate_url": "https://hh.ru/applicant/vacancy_response?vacancyId=%(vacancy)s",
            "employer": {
                "id": "%(employer)s",
                "name": "Ромашка и партнёры",
                "url": "https://api.hh.ru/employers/%(employer)s",
                "alternate_url": "https://hh.ru/employer/%(employer)s",
                "vacancies_url": "https://api.hh.ru/vacancies?employer_id=%(employer)s",
                "logo_urls": None,
                "trusted": True,
                "accredited_it_employer": False,
            },
            "professional_roles": [{"id": "10", "name": "Аналитик"}],
        },
    },
    ensure_ascii=False,
)
_ITEM = _ITEM.replace('"UNREAD"', "%(unread)s").replace('"COUNT"', "%(count)d")
_ITEM = _ITEM.replace('"SEEN"', "%(seen)s").replace('"UNSEEN"', "%(unseen)d")
