"""What an idle account takes in Redis, and a million of them.

python -m tests.bench.memory
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import parse_qs
from zlib import crc32

import aiohttp
from msgspec import structs

from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.mailbox import Mailboxes
from bot.store.packing import unpack
from bot.sync.book import Book
from bot.worker.change import ERASED, After, Change, Writing
from tests.bench.bridge import SECRET, Running, running
from tests.bench.filling import linked
from tests.bench.outside import Hh, Outside, Request, account_of, chat_of, user_id
from tests.bench.report import QUICK, Goal, Section
from tests.bench.server import empty_server

SIZES: Final = (0, 20, 200)
"""Conversations of an account."""

SAMPLES: Final = 2 if QUICK else 6
"""Accounts of each kind."""

COPIES: Final = 500 if QUICK else 5_000
FEW: Final = 1_000 if QUICK else 10_000
MANY: Final = 5_000 if QUICK else 1_000_000
DUE: Final = 500 if QUICK else 10_000
AT_ONCE: Final = 20
"""Mailboxes that a busy worker claims at a time."""

STARTS: Final = 1 if QUICK else 3
GOAL: Final = 2048
_IDLE_SECONDS: Final = 3 * 24 * 3600
_LATEST: Final = 120.0
_STEP: Final = 2000

_METHOD = f"""
What an idle account takes, all of it: its keys, their names, its place in the queue. Every sample account
was served by `hh-bridge run` between stand-ins, so whatever is stored is what the bridge itself stored: *just
linked*, its conversations are only known; *after a search*, half of the employers wrote once, and of these
three in ten were answered and wrote twice more. Then it lay idle for days: what ends by then has ended. The
samples with 20 conversations after a search are copied to {MANY:,} accounts (Redis's `COPY`, under
other names), and the growth of the server's `used_memory` is divided; then the other kinds, {COPIES:,} of
each, without the share of Redis's table of keys, which does not grow any more. {DUE:,} accounts are due,
and claimed by one client, {AT_ONCE} at a time. A start is from the process's begin to `/readyz`, with as
many accounts in Redis.
""".strip()

_COPY = """
local users, names, first = cjson.decode(ARGV[1]), cjson.decode(ARGV[2]), tonumber(ARGV[3])
for at = 0, tonumber(ARGV[4]) - 1 do
  local template, user = users[at % #users + 1], first + at
  local from = string.format('hh:{%d}:', template % 16)
  local to = string.format('hh:{%d}:', user % 16)
  local box, copy = string.format('%.0f', template), string.format('%.0f', user)
  for _, name in ipairs(names) do
    redis.call('COPY', from .. name .. ':' .. box, to .. name .. ':' .. copy)
  end
  redis.call('ZADD', to .. 'due', tonumber(ARGV[5]) + at, copy)
end
"""


@dataclass(frozen=True)
class Sample:
    """One account that the bridge serves."""

    account: int
    size: int
    searched: bool

    @property
    def first(self) -> int:
        """How many employers write."""
        return self.size // 2 if self.searched else 0

    @property
    def dialogs(self) -> int:
        """How many of them are answered, and write again."""
        return self.first * 3 // 10


class Life:
    """What happens to the samples, through the whole bridge: the linking, news, answers."""

    def __init__(self, outside: Outside, bridge: Running, samples: list[Sample]) -> None:
        self._outside = outside
        self._bridge = bridge
        self._samples = samples
        self._told: dict[int, list[int]] = {user_id(sample.account): [] for sample in samples}
        self._expected: Counter[int] = Counter()
        self._looks: Counter[int] = Counter()
        self._updates = 0
        outside.seen = self._seen

    def _seen(self, world: str, request: Request) -> None:
        if world == "telegram" and request.path.endswith("/sendMessage"):
            self._told[chat_of(request)].append(self._outside.telegram.last_message)
        elif world == "hh" and request.path == "/negotiations":
            asked = parse_qs(request.query)
            self._looks[user_id(account_of(request.token))] += (
                asked["page"] == ["0"] and "status" not in asked
            )

    async def live(self) -> None:
        """All of it, until nothing is left to be done."""
        self._expected.update(self._told.keys())  # what is said of the linking
        await self._all_told()
        for sample in self._samples:
            self._write(sample, sample.first, "Здравствуйте! Мы посмотрели ваш отклик. Когда удобно?")
        await self._all_told()
        async with aiohttp.ClientSession() as session:
            for sample in self._samples:
                for number in range(sample.dialogs):
                    await self._reply(session, sample, self._told[user_id(sample.account)][1 + number])
        for _ in range(2):
            for sample in self._samples:
                self._write(sample, sample.dialogs, "Ждём вас в среду к десяти, паспорт с собой.")
            await self._all_told()
        await self._all_looked_at()

    def _write(self, sample: Sample, talks: int, text: str) -> None:
        self._expected[user_id(sample.account)] += talks
        for number in range(talks):
            self._outside.hh.write(sample.account, number, text)

    async def _reply(self, session: aiohttp.ClientSession, sample: Sample, original: int) -> None:
        self._updates += 1
        user = user_id(sample.account)
        chat = {"id": user, "type": "private", "first_name": "Анна"}
        message = {
            "message_id": 1_000_000 + self._updates,
            "date": int(time.time()),
            "chat": chat,
            "from": {"id": user, "is_bot": False, "first_name": "Анна"},
            "text": "Здравствуйте! В среду могу с десяти до шести.",
            "reply_to_message": {"message_id": original, "date": int(time.time()), "chat": chat, "text": "."},
        }
        update = json.dumps({"update_id": 9_000_000 + self._updates, "message": message})
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
        url = f"{self._bridge.url}/telegram/webhook"
        async with session.post(url, data=update, headers=headers) as answer:
            assert answer.status == 200, answer.status

    async def _all_told(self) -> None:
        async with asyncio.timeout(_LATEST):
            while any(len(self._told[user]) < count for user, count in self._expected.items()):
                await asyncio.sleep(0.1)

    async def _all_looked_at(self) -> None:
        """Two looks more at each: the first notes what was read, and is over where the second begins."""
        wanted = {user: self._looks[user] + 2 for user in self._told}
        async with asyncio.timeout(_LATEST):
            while any(self._looks[user] < count for user, count in wanted.items()):
                await asyncio.sleep(0.1)


def samples() -> list[Sample]:
    """Accounts of every kind."""
    kinds = [(size, searched) for size in SIZES for searched in (False, True) if size or not searched]
    return [
        Sample(place * SAMPLES + n, size, searched)
        for place, (size, searched) in enumerate(kinds)
        for n in range(SAMPLES)
    ]


@asynccontextmanager
async def served(accounts: list[Sample]) -> AsyncIterator[tuple[str, Outside, Client]]:
    """A server with the samples, idle for days; the outside still stands."""
    outside = Outside(Hh(0, {sample.account: sample.size for sample in accounts}))
    async with empty_server() as url, outside.running():
        store = connect(url)
        now = time.time()
        for sample in accounts:
            user = user_id(sample.account)
            after = After(queue=None, account=linked(sample.account, now), shown=None, later=None)
            for command in Writing(user, 0).commands(Change(head={"poll": now, "news": now}), after):
                await store.execute_command(*command)
            await store.zadd(keys.due(keys.shard_of(user)), {str(user): now})
        often = {"REDIS_URL": url, "POLL_MIN_INTERVAL": "0.5", "POLL_MAX_INTERVAL": "1"}
        async with started(outside, often) as bridge:
            await Life(outside, bridge, accounts).live()
        outside.seen = lambda world, request: None
        for sample in accounts:
            await _age(store, user_id(sample.account))
        async for key in store.scan_iter(match="hh:*"):
            if 0 <= await store.ttl(key) < _IDLE_SECONDS:
                await store.delete(key)
        for shard in keys.all_shards():
            await store.delete(keys.due(shard))
        yield url, outside, store
        await store.aclose()


@asynccontextmanager
async def started(outside: Outside, settings: dict[str, str]) -> AsyncIterator[Running]:
    """A bridge in a home of its own."""
    with TemporaryDirectory() as home:
        async with running(
            outside, Path(home), program="tests.bench.unthrottled", settings=settings
        ) as bridge:
            yield bridge


async def _age(store: Client, user: int) -> None:
    """Spread what was lived within seconds over half a year, as it would be: equal moments pack too well."""
    packed = await store.get(keys.of(user, "book"))
    assert isinstance(packed, bytes)
    book = unpack(packed, Book)
    known = {
        nid: structs.replace(
            entry,
            updated_at=entry.updated_at - _ago(nid),
            read_at=entry.read_at and entry.read_at - _ago(nid),
            horizon=entry.horizon and entry.horizon - _ago(nid),
        )
        for nid, entry in book.known.items()
    }
    aged = After(queue=None, account=None, shown=None, later=None)
    for command in Writing(user, 0).commands(Change(book=structs.replace(book, known=known)), aged):
        await store.execute_command(*command)


def _ago(nid: str) -> int:
    return crc32(nid.encode()) % (180 * 24 * 3600)


async def copied(store: Client, users: list[int], first: int, count: int) -> int:
    """Make `count` users, from `first` on, with the data of `users`; how many bytes each took.

    They are due tomorrow, one a second.
    """
    names = [name for name in ("head", *ERASED) if await store.exists(*(keys.of(u, name) for u in users))]
    script = store.register_script(_COPY)
    before, tomorrow = await used(store), time.time() + 24 * 3600
    for start in range(0, count, _STEP):
        some = min(_STEP, count - start)
        await script(args=[json.dumps(users), json.dumps(names), first + start, some, tomorrow + start])
    return round((await used(store) - before) / count)


async def used(store: Client) -> int:
    """Bytes that the server has allocated for everything."""
    facts = dict[str, object](await store.info("memory"))
    return int(str(facts["used_memory"]))


async def claims(store: Client, first: int) -> tuple[float, float]:
    """Claim `DUE` mailboxes as a worker does; milliseconds for `AT_ONCE` of them: median, longest."""
    now = time.time()
    for shard in keys.all_shards():
        some = [user for user in range(first, first + DUE) if keys.shard_of(user) == shard]
        await store.zadd(keys.due(shard), {str(user): now - 1 for user in some})
    mailboxes, took, seen = Mailboxes(store), [], 0
    for shard in keys.all_shards():
        while True:
            began = time.perf_counter()
            claimed = (await mailboxes.claim(shard, AT_ONCE)).claims
            took.append(1000 * (time.perf_counter() - began))
            seen += len(claimed)
            for claim in claimed:
                await mailboxes.release(claim, now + 24 * 3600)
            if len(claimed) < AT_ONCE:
                break
    assert seen == DUE
    return median(took), max(took)


async def starts(outside: Outside, url: str) -> float:
    """Seconds until a bridge at this server is ready."""
    took = []
    for _ in range(STARTS):
        async with started(outside, {"REDIS_URL": url}) as bridge:
            took.append(bridge.started)
    return median(took)


async def measure() -> Section:
    """Serve, copy and weigh; then fill, claim and start."""
    accounts, rows = samples(), []
    async with served(accounts) as (url, outside, store):
        users = _users(accounts, 20, searched=True)
        await copied(store, users, 2_000_000_000, FEW)
        few = await claims(store, 2_000_000_000), await starts(outside, url)
        first, began = 3_000_000_000, time.perf_counter()
        weight = await copied(store, users, first, MANY)
        filled = time.perf_counter() - began
        many = await claims(store, first), await starts(outside, url)
        began = time.perf_counter()
        await Mailboxes(store).backlog()
        counted = time.perf_counter() - began
        for place, (size, searched) in enumerate(dict.fromkeys((s.size, s.searched) for s in accounts)):
            some = _users(accounts, size, searched=searched)
            each = await copied(store, some, 5_000_000_000 + place * 10_000_000, COPIES)
            what = "after a search" if searched else "just linked"
            rows.append([f"{size} conversations, {what}: memory", f"{each:,} bytes"])
    rows += [
        [f"{MANY:,} accounts: memory of all", f"{weight * MANY / 2**30:.2f} GiB"],
        [f"{MANY:,} accounts: filled in", f"{filled:.0f} s"],
        [f"{MANY:,} accounts: counted, for the figures of mailboxes that wait", f"{counted * 1e3:.1f} ms"],
    ]
    for number, (claim, start) in ((FEW, few), (MANY, many)):
        rows += [
            [f"{number:,} accounts: {AT_ONCE} claimed, median", f"{claim[0]:.2f} ms"],
            [f"{number:,} accounts: {AT_ONCE} claimed, longest", f"{claim[1]:.1f} ms"],
            [f"{number:,} accounts: start", f"{start:.2f} s"],
        ]
    goal = Goal(
        f"Redis memory of an idle account with 20 conversations, after a search, of {MANY:,} such",
        f"under {GOAL:,} bytes",
        f"{weight:,} bytes",
        weight < GOAL,
    )
    return Section("Idle accounts", _METHOD, ["", "measured"], rows, [goal])


def _users(accounts: list[Sample], size: int, *, searched: bool) -> list[int]:
    return [user_id(s.account) for s in accounts if (s.size, s.searched) == (size, searched)]


if __name__ == "__main__":
    asyncio.run(measure()).print()
