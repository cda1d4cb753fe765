"""A worker: claims due mailboxes of all shards, attends to many at once, and keeps its claims alive."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

from redis.asyncio.client import PubSub
from redis.exceptions import RedisClusterException, RedisError

from bot import metrics
from bot.fence import fence
from bot.log import logger
from bot.store import keys
from bot.store.errors import StoreError
from bot.store.mailbox import Claim, Claimed, ClaimLost
from bot.worker.attend import attend
from bot.worker.change import Superseded
from bot.worker.services import Services
from bot.worker.session import Session

log = logger(__name__)

AT_ONCE = 200
"""Mailboxes that one worker attends to at the same time."""

CLAIM_LIMIT = 20
"""Mailboxes taken at one go: few, so that workers share the load evenly."""

SCAN_SECONDS = 1.0
"""At least so often every shard is looked at, whatever wake-ups were lost."""

_AWAY_SECONDS = 1.0
_LONGEST_PAUSE = 60.0


class Worker:
    """Runs until it is cancelled; then running steps may end, and what is held is given back."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions: dict[int, Session] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._failures: Counter[int] = Counter()
        self._due: dict[int, float] = dict.fromkeys(range(keys.SHARDS), 0.0)

    async def run(self) -> None:
        """Claim and attend."""
        async with asyncio.TaskGroup() as group:
            attending = group.create_task(self._attend_all())
            listening = group.create_task(self._listen())
            beating = group.create_task(self._beat())
            try:
                await attending
            finally:
                listening.cancel()
                beating.cancel()

    async def _attend_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            try:
                while True:
                    self._wake.clear()
                    try:
                        await self._claim(group)
                    except StoreError as error:
                        log.warning("Redis is away", reason=str(error))
                        await asyncio.sleep(_AWAY_SECONDS)
                        continue
                    # Not wait_for: before Python 3.12 it can swallow a cancellation.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._rest()):
                            await self._wake.wait()
            except asyncio.CancelledError:
                await self._stop()
                raise

    async def _claim(self, group: asyncio.TaskGroup) -> None:
        """Claim what is due, in all shards in turn."""
        now = self._services.clock()
        for shard in keys.all_shards():
            free = AT_ONCE - len(self._sessions)
            if free <= 0:
                return
            if self._due[shard] > now:
                continue
            claimed = await self._claimed(shard, min(free, CLAIM_LIMIT))
            for claim in claimed.claims:
                metrics.MAILBOX_WAIT.observe(max(0.0, claimed.now - claim.due))
                self._start(group, claim)
            full = len(claimed.claims) == min(free, CLAIM_LIMIT)
            soon = now if full else now + SCAN_SECONDS
            self._due[shard] = min(soon, claimed.next_due) if claimed.next_due else soon
            if full:
                self._wake.set()

    async def _claimed(self, shard: int, limit: int) -> Claimed:
        """Claim; what Redis grants while this worker is stopped is given back, and waits for no lease."""
        asked = asyncio.create_task(self._services.mailboxes.claim(shard, limit))
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            with suppress(StoreError):
                for claim in (await asked).claims:
                    await self._abandon(claim, 0)
            raise

    def _start(self, group: asyncio.TaskGroup, claim: Claim) -> None:
        session = Session(claim, self._services.mailboxes, self._services.store)
        self._sessions[claim.mailbox] = session
        metrics.MAILBOXES_HELD.set(len(self._sessions))
        task = group.create_task(self._attend(session))
        self._tasks[claim.mailbox] = task

    async def _attend(self, session: Session) -> None:
        box = session.user_id
        fence(lambda: session.claim.held)
        try:
            if not await attend(self._services, session):
                await self._abandon(session.claim, 0)
            else:
                self._expect(box, session.wake_at(self._services.clock()))
            self._failures.pop(box, None)
        except* ClaimLost:
            log.warning("a claim was lost to another worker")
        except* Superseded:
            await self._abandon(session.claim, 0)
        except* StoreError as errors:
            log.warning("Redis went away during a session", reason=str(errors.exceptions[0]))
            await self._abandon(session.claim, _AWAY_SECONDS)
        except* Exception:
            log.exception("a session failed")
            metrics.SESSIONS_FAILED.inc()
            self._failures[box] += 1
            await self._abandon(session.claim, min(2.0 ** self._failures[box], _LONGEST_PAUSE))
        finally:
            if self._sessions.get(box) is session:
                del self._sessions[box], self._tasks[box]
                metrics.MAILBOXES_HELD.set(len(self._sessions))
            self._wake.set()

    async def _abandon(self, claim: Claim, pause: float) -> None:
        """Give a mailbox back, to be looked at after `pause` seconds; where that fails, its claim ends."""
        with suppress(StoreError, ClaimLost):
            await self._services.mailboxes.abandon(claim, self._services.clock() + pause)

    def _expect(self, box: int, wake: float | None) -> None:
        """Look at a mailbox that is due again soon when it is, and not only with the next scan."""
        shard = keys.shard_of(box)
        if wake is not None and wake > self._services.clock():
            self._due[shard] = min(self._due[shard], wake)

    def _rest(self) -> float:
        """Seconds until a shard is to be looked at again."""
        if len(self._sessions) >= AT_ONCE:
            return SCAN_SECONDS
        return max(0.0, min(self._due.values()) - self._services.clock())

    async def _listen(self) -> None:
        """Turn the wake-ups of other processes into a look; lost ones cost at most a scan's time."""
        while True:
            try:
                async with self._services.store.pubsub() as channel:
                    await channel.subscribe(keys.WAKE_CHANNEL)
                    await self._hear(channel)
            except (RedisError, RedisClusterException) as error:
                log.info("the wake-up channel broke off", error=type(error).__name__)
                await asyncio.sleep(_AWAY_SECONDS)

    async def _hear(self, channel: PubSub) -> None:
        while True:
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=4.0)
            if message is None:
                continue
            box = int(message["data"])
            if (session := self._sessions.get(box)) is not None:
                session.stale = True
                session.stirred.set()
            else:
                self._due[keys.shard_of(box)] = 0.0
                self._wake.set()

    async def _beat(self) -> None:
        """Lengthen the claims of running sessions; a lost claim ends its session at once."""
        while True:
            await asyncio.sleep(self._services.mailboxes.lease / 3)
            held = {box: session.claim for box, session in self._sessions.items()}
            try:
                lost = await self._services.mailboxes.extend(held.values())
            except StoreError as error:
                log.warning("the heartbeat failed", reason=str(error))
                continue
            for box in lost:
                session, task = self._sessions.get(box), self._tasks.get(box)
                if session is not None and task is not None and session.claim is held[box]:
                    log.warning("a claim was lost to another worker")
                    task.cancel()

    async def _stop(self) -> None:
        """Let running steps end, then cancel them, and give back what is held."""
        tasks, sessions = list(self._tasks.values()), list(self._sessions.values())
        for session in sessions:
            session.end()
        if tasks:
            await asyncio.wait(tasks, timeout=self._services.timing.stop)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for session in sessions:
            await self._abandon(session.claim, 0)
