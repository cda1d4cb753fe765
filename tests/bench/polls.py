"""Polls with nothing new: what the bridge adds to the requests themselves, and what the usual way costs."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from statistics import median

import msgspec

from bot.hh.client import Client
from bot.hh.negotiations import ListedPage, NegotiationsGateway
from bot.store.connection import connect
from bot.store.vault import Vault
from bot.transport import open_client
from tests.bench import accounts
from tests.bench.looks import AGENT, KEY, SIDES, Looks
from tests.bench.report import QUICK, Goal, Section
from tests.bench.server import empty_server
from tests.bench.standin import CONVERSATIONS, standin

ACCOUNTS = 200 if QUICK else 3000
ROUNDS = 1 if QUICK else 4
SECONDS = 0.5 if QUICK else 4.0
ASKED = (100,) if QUICK else (100, 150, 200, 300)
"""Looks a second that are asked of the usual way; asked for more than it can, it makes ever fewer."""

USUAL_WAY = Path(__file__).with_name("usual_way.py")
USUAL_PYTHON = Path(sys.prefix) / "bench" / "jobqueue" / "bin" / "python"

NAMES = {
    "bridge": "one worker of the bridge",
    "client": "bare loop, the bridge's client",
    "plain": "bare loop, httpx.AsyncClient over the same connections",
    "aiohttp": "bare loop, aiohttp",
    "jobs": "the usual way",
}
COLUMNS = ["", "polls/s", "CPU per poll, µs", "bridge: polls/s", "bridge: CPU"]
METHOD = f"""\
What one worker makes of accounts that are always due, with nothing new at hh.ru: `hh-bridge worker` as in
production (sealed tokens, the shared ceiling, which is out of reach, fence, figures), for {ACCOUNTS:,}
accounts with {CONVERSATIONS} conversations each. Beside it, loops that make the same requests, as many at
once, and do nothing with the answers. The usual way is a repeating job of python-telegram-bot's JobQueue
per user with one httpx.AsyncClient, which parses and compares; its figure is the best of several loads.
Each runs in a process of its own, in turn, {ROUNDS} rounds, medians; hh.ru is a stand-in in another
process, and neither its time nor Redis's is counted as CPU. The bridge's client leaves out what httpx does
for cookies, redirects and logins. The last two columns divide the bridge's figure by that of the line.
"""


class _Anybody:
    async def token(self) -> str:
        return accounts.token(1)

    async def renew(self, expired: str) -> str:
        return expired

    async def __call__(self) -> None:
        """No ceiling."""

    async def throttled(self, seconds: float | None) -> None:
        """Never."""


async def first_page(hh: str) -> ListedPage:
    """The page as the bridge's own gateway reads it."""
    async with open_client() as http:
        client = Client(http, api_url=hh, user_agent=AGENT, host="hh.ru")
        page = await NegotiationsGateway(client, _Anybody(), _Anybody()).page(0, 20)
        assert page is not None
        return page


async def fill(hh: str, redis: str) -> None:
    """Link the accounts."""
    store = connect(redis)
    looked = accounts.baseline(await first_page(hh))
    await accounts.link(store, Vault([KEY]), range(1, ACCOUNTS + 1), looked)
    await store.aclose()


async def run(python: str, *words: object) -> Looks:
    """One side's looks, in a process of its own."""
    process = await asyncio.create_subprocess_exec(python, *map(str, words), stdout=asyncio.subprocess.PIPE)
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{words} failed"
    return msgspec.json.decode(output, type=Looks)


async def compared(hh: str, redis: str) -> dict[str, list[Looks]]:
    """All sides in turn, round after round."""
    found: dict[str, list[Looks]] = {side: [] for side in SIDES}
    for _ in range(ROUNDS):
        for side, looks in found.items():
            words = ("-m", "tests.bench.looks", side, hh, redis, ACCOUNTS, SECONDS)
            looks.append(await run(sys.executable, *words))
    return found


async def usual(hh: str) -> list[Looks]:
    """The usual way, for every number of looks a second that it is asked to make."""
    if not USUAL_PYTHON.exists():
        return []
    words = (USUAL_WAY, hh, ACCOUNTS)
    return [await run(str(USUAL_PYTHON), "-W", "ignore", *words, ACCOUNTS / rate, SECONDS) for rate in ASKED]


def rate(looks: Looks) -> float:
    """Looks a second."""
    return looks.looks / looks.seconds


def cost(looks: Looks) -> float:
    """Microseconds of processor time of a look."""
    return 1e6 * looks.cpu / max(1, looks.looks)


def report(found: dict[str, list[Looks]], by_jobs: list[Looks]) -> Section:
    """The table and what was wanted."""
    best = max(by_jobs, key=rate, default=None)
    rates = {side: median(map(rate, looks)) for side, looks in found.items()}
    costs = {side: median(map(cost, looks)) for side, looks in found.items()}
    if best is not None:
        rates["jobs"], costs["jobs"] = rate(best), cost(best)
    rows = [
        [
            NAMES[side],
            f"{rates[side]:,.0f}",
            f"{costs[side]:,.0f}",
            f"{rates['bridge'] / max(rates[side], 1e-9):.2f}",
            f"{costs['bridge'] / costs[side]:.2f}",
        ]
        for side in rates
    ]
    pairs = zip(found["bridge"], found["client"], strict=True)
    share = median(rate(ours) / rate(bare) for ours, bare in pairs)
    goals = [
        Goal(
            "polls a second of one worker, of those of its client alone",
            "0.6 or more",
            f"{share:.2f}",
            share >= 0.6,
        )
    ]
    if best is not None:
        times = rates["bridge"] / max(rate(best), 1e-9)
        goals.append(
            Goal("polls a second, times those of the usual way", "5 or more", f"{times:.1f}", times >= 5)
        )
    return Section("Polls with nothing new", METHOD, COLUMNS, rows, goals)


async def main() -> None:
    """Measure and print."""
    async with empty_server() as redis, standin() as hh:
        await fill(hh, redis)
        report(await compared(hh, redis), await usual(hh)).print()


if __name__ == "__main__":
    asyncio.run(main())
