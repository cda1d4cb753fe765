"""How long news and answers take inside the bridge, at 50 events a second.

python -m tests.bench.latency
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs

import aiohttp

from bot.store.connection import connect
from bot.store.embedded import EmbeddedRedis
from tests.bench.bridge import SECRET, Running, running
from tests.bench.filling import FIRST_NOTICE, fill
from tests.bench.outside import Hh, Outside, Request, account_of, chat_of, negotiation_id, user_id
from tests.bench.report import QUICK, Curve, Goal, Plot, Section
from tests.bench.server import empty_server

RATE = 50
"""Events a second."""

SECONDS, WARM_UP = (2.0, 1.0) if QUICK else (20.0, 5.0)
ROUNDS = 1 if QUICK else 3
"""How often everything is measured, in turn: another tenant of the same machine may slow one round down."""

ACCOUNTS = 200 if QUICK else 1000
CONVERSATIONS = 20
POLL_EVERY = 3.0 if QUICK else 12.0
GOAL = 0.015
_UNTIL_READY = 8.0
"""Seconds for the filling and the start: polls that were due before would come all at once, every time."""

_RESENT_AFTER = 1.0
"""Seconds after which Telegram sends an update again that was not taken."""

_LATEST = 120.0
"""Seconds after which an event counts as lost, on a machine however busy."""

_STRIDE = 7919
"""A prime: whose turn it is has nothing to do with who is polled next."""


@dataclass
class Answers:
    """From a webhook call with a user's answer to the request that writes it to hh.ru."""

    outside: Outside
    url: str
    begun: dict[str, float] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def seen(self, world: str, request: Request) -> None:
        """A request of the bridge was answered."""
        if world == "hh" and request.method == "POST":
            text = parse_qs(request.body.decode())["message"][0]
            self.shares.append(request.arrived - self.begun.pop(text))

    async def begin(self, session: aiohttp.ClientSession, account: int) -> None:
        """A user answers an employer."""
        number = next(self.numbers)
        text = f"Спасибо, буду в среду к десяти. {number}"
        chat = {"id": user_id(account), "type": "private", "first_name": "Анна"}
        original = {
            "message_id": FIRST_NOTICE + number % CONVERSATIONS,
            "date": int(time.time()) - 60,
            "chat": chat,
            "text": "💬 Ромашка и партнёры: Когда вам удобно прийти?",
        }
        message = {
            "message_id": 5000 + number,
            "date": int(time.time()),
            "chat": chat,
            "from": {"id": user_id(account), "is_bot": False, "first_name": "Анна", "language_code": "ru"},
            "text": text,
            "reply_to_message": original,
        }
        update = json.dumps({"update_id": 7_000_000 + number, "message": message}).encode()
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
        self.begun[text] = time.monotonic()
        address = f"{self.url}/telegram/webhook"
        while True:
            async with session.post(address, data=update, headers=headers) as answer:
                if answer.status == 200:
                    return
                assert answer.status == 503, answer.status
            # Its Redis was too slow: Telegram sends such an update again, and so the answer took longer.
            await asyncio.sleep(_RESENT_AFTER)


@dataclass
class _News:
    """One message of an employer: `shown` is when hh.ru first gave an answer with it, `elsewhere` how long
    the bridge waited for hh.ru from then on."""

    negotiation: str
    written: float = field(default_factory=time.monotonic)
    shown: float = 0.0
    elsewhere: float = 0.0

    def answered(self, request: Request) -> None:
        """hh.ru has answered. The stand-in makes up an answer when its request comes, and holds it."""
        if self.shown:
            self.elsewhere += request.answered - request.arrived
        elif request.arrived >= self.written and self._tells(request):
            self.shown = request.answered

    def _tells(self, request: Request) -> bool:
        # A poll before may still have to read the very conversation, once more.
        return request.path in ("/negotiations", f"/negotiations/{self.negotiation}/messages")


@dataclass
class News:
    """From hh.ru's answer that shows a change to the `sendMessage` that tells of it."""

    outside: Outside
    url: str
    waiting: dict[int, _News] = field(default_factory=dict)
    shares: list[float] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def seen(self, world: str, request: Request) -> None:
        """A request of the bridge was answered."""
        if world == "hh":
            if news := self.waiting.get(user_id(account_of(request.token))):
                news.answered(request)
        elif request.path.endswith("/sendMessage"):
            news = self.waiting.pop(chat_of(request), None)
            if news is not None:
                self.shares.append(request.arrived - news.shown - news.elsewhere)

    async def begin(self, session: aiohttp.ClientSession, account: int) -> None:
        """An employer writes."""
        number = next(self.numbers) % CONVERSATIONS
        self.waiting[user_id(account)] = _News(negotiation_id(account, number))
        text = "Здравствуйте! Когда вам было бы удобно прийти на собеседование?"
        self.outside.hh.write(account, number, text)


Kind = Callable[[Outside, str], Answers | News]


@dataclass
class _Result:
    """`shares` are sorted, `cpu` is per event, with the polls beside it; all in seconds."""

    way: str
    place: _Place
    shares: list[float]
    cpu: float


@dataclass(frozen=True)
class _Place:
    """How the bridge runs: in one process, or as web and so many `workers`; with its own Redis or another."""

    name: str
    embedded: bool = False
    workers: int = 0


_PLACES = (
    _Place("one process, Redis without a disk"),
    _Place("web and two workers, Redis without a disk", workers=2),
    _Place("one process, Redis embedded, on disk first", embedded=True),
)


_METHOD = f"""
The bridge with {ACCOUNTS:,} accounts of {CONVERSATIONS} conversations, in one process (`hh-bridge run`) and
as `compose.scale.yaml` deploys it. Every account is looked at every {POLL_EVERY:.0f} s meanwhile; the CPU
of these looks is in the last column. hh.ru and Telegram are stand-ins in another process, which answer after
50 ms and note when requests come; they, Redis and the bridge share the processors. *Answer*: from the begin
of Telegram's webhook call to the arrival of the request that writes to hh.ru. *News*: from hh.ru's first
answer that shows the change to the arrival of `sendMessage`, without the time that hh.ru took meanwhile for
the messages themselves. Waiting for the next look is not in it. Everything is measured {ROUNDS} times, in
turn, and each line shows the round whose p99 is in the middle. The ceilings of hh.ru (8 requests a second
unless agreed otherwise) and Telegram (30 messages a second) are lifted, else only they would be measured. The
disk below the embedded Redis is not the bridge's own, but its users wait for it, too.
""".strip()


async def load(kind: Kind, outside: Outside, bridge: Sequence[Running]) -> tuple[list[float], float]:
    """Begin events evenly, each with another account; gives the shares (s) and the bridge's load.

    Of a bridge in several processes the first one takes updates in.
    """

    def used() -> float:
        return sum(process.cpu for process in bridge)

    events = kind(outside, bridge[0].url)
    outside.seen = events.seen
    turns = deque(_STRIDE * n % ACCOUNTS for n in range(ACCOUNTS))
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        start, cpu, from_here = loop.time(), 0.0, 0
        for number in range(int(RATE * (WARM_UP + SECONDS))):
            await asyncio.sleep(start + number / RATE - loop.time())
            if number == int(RATE * WARM_UP):
                cpu, from_here = used(), len(events.shares)
            while isinstance(events, News) and user_id(turns[0]) in events.waiting:
                turns.rotate(-1)
            group.create_task(events.begin(session, turns[0]))
            turns.rotate(-1)
        at_work = (used() - cpu) / SECONDS
    wanted = int(RATE * (WARM_UP + SECONDS))
    try:
        async with asyncio.timeout(_LATEST):
            while len(events.shares) < wanted:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"only {len(events.shares)} of {wanted} events came out") from None
    outside.seen = lambda world, request: None
    return events.shares[from_here:], at_work


@asynccontextmanager
async def bridge_in(place: _Place) -> AsyncIterator[tuple[Outside, list[Running]]]:
    """A bridge that serves the accounts."""
    outside = Outside(Hh(CONVERSATIONS))
    settings = {"POLL_MIN_INTERVAL": str(POLL_EVERY), "POLL_MAX_INTERVAL": str(POLL_EVERY)}
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        await stack.enter_async_context(outside.running(hh_delay=0.05, telegram_delay=0.05))
        if place.embedded:
            async with EmbeddedRedis(home, fsync=False) as url:
                looked = await _fill(url, outside.hh)
        else:
            settings["REDIS_URL"] = await stack.enter_async_context(empty_server())
            looked = await _fill(settings["REDIS_URL"], outside.hh)
        commands = ["web", *["worker"] * place.workers] if place.workers else ["run"]
        bridge = [
            await stack.enter_async_context(
                running(outside, home, command=command, program="tests.bench.unthrottled", settings=settings)
            )
            for command in commands
        ]
        await asyncio.sleep(looked - time.time())
        yield outside, bridge


async def _fill(url: str, hh: Hh) -> float:
    """Store the accounts; gives the moment from which on everybody has been looked at (Unix seconds)."""
    store, now = connect(url), time.time()
    first = now + _UNTIL_READY
    due = {account: first + POLL_EVERY * account / ACCOUNTS for account in range(ACCOUNTS)}
    await fill(store, hh, due, now)
    await store.aclose()
    return first + POLL_EVERY


async def measure() -> Section:
    """Both ways, wherever the bridge runs."""
    rounds = [await _round() for _ in range(ROUNDS)]
    results = [_middle(results) for results in zip(*rounds, strict=True)]
    rows = [
        [f"{r.way}: {r.place.name}", *(_ms(_at(r.shares, part)) for part in (0.5, 0.9, 0.99)), _ms(r.cpu)]
        for r in results
    ]
    goals = [
        Goal(
            f"p99 of the bridge's own share, {r.way}: {r.place.name}",
            f"under {_ms(GOAL)}",
            _ms(_at(r.shares, 0.99)),
            _at(r.shares, 0.99) < GOAL,
        )
        for r in results
        if not r.place.embedded
    ]
    curves = [
        Curve(
            f"{r.way}: {r.place.name}",
            [1000 * _at(r.shares, n / 100) for n in range(100)],
            [float(n) for n in range(100)],
        )
        for r in results
    ]
    return Section(
        title=f"From one side to the other, at {RATE} events a second",
        method=_METHOD,
        columns=["", "p50", "p90", "p99", "CPU per event"],
        rows=rows,
        goals=goals,
        plots=[
            Plot("The bridge's own share", "milliseconds", "% of events at most so late", curves, log_x=True)
        ],
    )


async def _round() -> list[_Result]:
    results: list[_Result] = []
    for place in _PLACES:
        async with bridge_in(place) as (outside, bridge):
            for way, kind in (("answer to hh.ru", Answers), ("news to Telegram", News)):
                shares, cpu = await load(kind, outside, bridge)
                results.append(_Result(way, place, sorted(shares), cpu / RATE))
    return results


def _middle(results: Sequence[_Result]) -> _Result:
    """The result whose p99 is in the middle."""
    return sorted(results, key=lambda result: _at(result.shares, 0.99))[len(results) // 2]


def _at(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    asyncio.run(measure()).print()
