"""The outbox in memory, and the permit for its first entry."""

from __future__ import annotations

import asyncio
import gc

import pytest

from bot.chat.outgoing import Say
from bot.store import keys
from bot.store.connection import Client, connected
from bot.store.errors import StoreUnavailable
from bot.store.limiter import Limiter
from bot.worker.change import Change
from bot.worker.outbox import Outbox
from tests.ports import free_port
from tests.waiting import eventually
from tests.worker.conftest import Desk


def two(redis: Client) -> Limiter:
    """Two permits, and then a long time none."""
    return Limiter(redis, keys.pace("telegram"), rate=0.001, burst=2)


async def test_the_permit_for_what_is_written_down_is_asked_for_meanwhile(desk: Desk) -> None:
    async def asked() -> bool:
        return bool(await desk.services.store.exists(keys.pace("telegram")))

    await desk.session.commit(Change(said=[Say(text="раз")]))
    await eventually(asked)
    assert await desk.session.outbox.turn() == 0


async def test_it_is_one_permit_however_often_it_is_written(redis: Client) -> None:
    telegram = two(redis)
    outbox = Outbox([], telegram)
    outbox.expect()
    outbox.expect()
    assert await outbox.turn() == 0
    assert await telegram.reserve(0) == 0
    assert await telegram.reserve(0) > 0


async def test_what_is_not_sent_at_once_takes_nobodys_permit(desk: Desk) -> None:
    store, pace = desk.services.store, keys.pace("telegram")
    await desk.session.commit(Change(head={"outbox": desk.services.clock() + 60}))
    await desk.session.commit(Change(said=[Say(text="раз")]))
    assert not await store.exists(pace), "Telegram asked for a pause"
    await desk.session.commit(Change(head={"outbox": 0}))
    await desk.session.commit(Change(said=[Say(text="два")]))
    assert not await store.exists(pace), "another one comes first"


async def test_a_permit_that_nobody_waits_for_fails_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    async with connected(f"redis://127.0.0.1:{free_port()}") as away:
        telegram = two(away)
        outbox = Outbox([], telegram)
        outbox.expect()
        with pytest.raises(StoreUnavailable):
            await outbox.turn()
        outbox.expect()
        with pytest.raises(StoreUnavailable):
            await telegram.reserve(0)
        await asyncio.sleep(0)
        outbox.close()
        del outbox
        gc.collect()
    assert not [record for record in caplog.records if record.name == "asyncio"]
