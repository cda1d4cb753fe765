"""Attending to a held mailbox: its lanes work at once, each for itself, until nothing is left to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bot.store.errors import StoreUnavailable
from bot.store.mailbox import ClaimLost
from bot.worker.access import SessionAccess
from bot.worker.another_bot import move_in
from bot.worker.delivery import DeliveryLane
from bot.worker.due import wake_at
from bot.worker.poll import Poll
from bot.worker.retention import Retention
from bot.worker.services import Services
from bot.worker.session import Session
from bot.worker.sweep import Sweep
from bot.worker.telling import LaterLane
from bot.worker.updates import UpdatesLane
from bot.worker.writes import Writes


class _Lane(NamedTuple):
    ready: Callable[[], bool]
    run: Callable[[], Awaitable[None]]


async def attend(services: Services, session: Session) -> bool:
    """Work until the mailbox is empty and given back; False where the session was to end before that.

    One lane that waits for the outside delays no other, and one that fails lets the others end the
    step that they are in: a delivery that were cancelled on its way would be repeated. Raises
    `ClaimLost` and `StoreUnavailable`.
    """
    access = SessionAccess(services, session)
    await access.reseal()
    await move_in(session)
    lanes = _lanes(services, session, access)
    running: dict[asyncio.Task[None], _Lane] = {}
    failures: list[Exception] = []

    async def run(lane: _Lane) -> None:
        try:
            await lane.run()
        except Exception as error:
            failures.append(error)
            session.end()
        finally:
            session.stirred.set()

    async with asyncio.TaskGroup() as group:
        while not session.ending or running:
            session.stirred.clear()
            for lane in lanes:
                if not session.ending and lane not in running.values() and lane.ready():
                    running[group.create_task(run(lane))] = lane
            try:
                if running:
                    await session.stirred.wait()
                elif await _given_back(services, session):
                    return True
                await session.refill()
            except (StoreUnavailable, ClaimLost) as error:
                failures.append(error)
                session.end()
            running = {task: lane for task, lane in running.items() if not task.done()}
    if failures:
        raise ExceptionGroup("lanes of a session failed", failures)
    return await _given_back(services, session)


async def _given_back(services: Services, session: Session) -> bool:
    """Give the mailbox back; False where updates have come meanwhile."""
    wake = wake_at(session, services.clock())
    if await services.mailboxes.release(session.claim, wake, session.unwritten):
        return True
    session.stale = True
    return False


def _lanes(services: Services, session: Session, access: SessionAccess) -> list[_Lane]:
    updates = UpdatesLane(services, session, access)
    delivery, later = DeliveryLane(services, session), LaterLane(services, session)
    writes, poll = Writes(services, session, access), Poll(services, session, access)
    sweep, retention = Sweep(services, session, access), Retention(services, session, access)

    async def hh() -> None:
        """Users go before polls."""
        while not session.ending:
            if (waiting := writes.next()) is not None:
                await writes.carry_out(waiting)
            elif poll.due():
                await poll.run()
            else:
                return

    return [
        _Lane(updates.ready, updates.run),
        _Lane(lambda: writes.next() is not None or poll.due(), hh),
        _Lane(later.ready, later.run),
        _Lane(sweep.ready, sweep.run),
        _Lane(delivery.ready, delivery.run),
        _Lane(retention.ready, retention.run),
    ]
