"""More looks are due than the ceiling of requests allows."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from bot.app import sharing, working
from bot.hh.models import Tokens
from bot.store.records import Account
from bot.sync.book import Book
from bot.worker.access import SessionAccess, gateway, seal_tokens
from bot.worker.change import Change
from bot.worker.services import Services
from bot.worker.worker import Worker
from tests.bridge.conftest import Bridge, worlds
from tests.figures import figure
from tests.waiting import eventually
from tests.worker.conftest import held

RATE, ACCOUNTS, SOMEBODY = 20.0, 60, 300_000


@pytest.fixture
async def bridge(redis_url: str, tmp_path: Path) -> AsyncIterator[Bridge]:
    async with worlds(redis_url, tmp_path) as bridge:
        always = {"hh_requests_per_second": RATE, "poll_min_interval": 0.5, "poll_max_interval": 0.5}
        bridge.settings = bridge.settings.model_copy(update=always)
        yield bridge


@pytest.fixture
async def services(bridge: Bridge) -> AsyncIterator[Services]:
    async with (
        sharing(bridge.settings, bridge.timing, None) as shared,
        working(bridge.settings, shared, bridge.timing) as services,
    ):
        yield services


async def link(bridge: Bridge, services: Services, users: Sequence[int]) -> None:
    """Accounts without conversations that have been looked at before, and are due."""
    for user in users:
        seeker = bridge.hh.world.add_applicant("Иван", str(user))
        pair = bridge.hh.link(seeker)
        tokens = Tokens(access_token=pair.access_token, refresh_token=pair.refresh_token)
        account = Account(hh_id=seeker.id, name="Иван", tokens=seal_tokens(services.vault, tokens))
        await services.mailboxes.rouse(user)
        session = await held(services, user)
        known = Change(account=partial(_always, account), book=Book(since=1), head={"walked": time.time()})
        await session.commit(known)
        await services.mailboxes.release(session.claim, time.time() + 3600)
    for user in users:
        await services.mailboxes.rouse(user)


def _always(account: Account, _before: Account | None) -> Account:
    return account


@asynccontextmanager
async def worker(services: Services) -> AsyncIterator[None]:
    work = asyncio.create_task(Worker(services).run())
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


def put_off() -> float:
    return figure("polls_total", outcome="put_off")


def lag() -> float:
    """How long all looks together were overdue, in seconds."""
    return figure("poll_lag_seconds_sum")


async def test_everybody_is_looked_at_in_turn_and_nobody_asks_again_and_again(
    bridge: Bridge, services: Services
) -> None:
    await link(bridge, services, range(SOMEBODY, SOMEBODY + ACCOUNTS))
    looks: Counter[str] = Counter()
    before, on_time, journal = put_off(), lag(), bridge.hh.journal

    def enough() -> bool:
        looks.clear()
        looks.update(r.account_id for r in journal.requests if r.account_id and r.path == "/negotiations")
        return looks.total() >= 3 * ACCOUNTS

    began = time.monotonic()
    async with worker(services):
        await eventually(enough, 50)
    assert looks.total() / (time.monotonic() - began) <= RATE * 1.2, "the ceiling holds"
    assert len(looks) == ACCOUNTS
    assert max(looks.values()) - min(looks.values()) <= 2, "first come, first served"
    assert lag() - on_time >= looks.total(), "an operator sees by how much the looks are late"
    assert put_off() - before <= looks.total() + ACCOUNTS, "who waits has a place in the line"


async def test_what_a_user_does_waits_for_no_look(bridge: Bridge, services: Services) -> None:
    await link(bridge, services, [SOMEBODY])
    session = await held(services, SOMEBODY)
    await link(bridge, services, range(SOMEBODY + 1, SOMEBODY + ACCOUNTS))
    hh = gateway(services, session, SessionAccess(services, session))
    journal = bridge.hh.journal

    def looks() -> int:
        return sum(request.path == "/negotiations" for request in journal.requests)

    async with worker(services):
        await eventually(lambda: looks() >= RATE, 50)
        before = looks()
        for _ in range(3):
            await hh.me()
        meanwhile = looks() - before
    assert meanwhile < ACCOUNTS, "in the line of the looks each of the three would come after all accounts"


async def test_a_place_in_the_line_is_kept_with_the_mailbox(bridge: Bridge, services: Services) -> None:
    await link(bridge, services, [SOMEBODY])
    session = await held(services, SOMEBODY)
    assert not session.take_turn()
    session.look_next(7.0, session.linked_account.hh_id, turn=True)
    await services.mailboxes.release(session.claim, 0, session.unwritten)
    again = await held(services, SOMEBODY)
    assert (again.head.poll, again.take_turn(), again.take_turn()) == (7.0, True, False)
    await services.mailboxes.release(again.claim, 0, again.unwritten)
    assert not (await held(services, SOMEBODY)).take_turn()
