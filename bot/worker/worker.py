"""A worker: claims due mailboxes of all shards, attends to many at once, and keeps its claims alive."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import suppress

from redis.asyncio.client import PubSub
from redis.exceptions import RedisClusterException, RedisError
from redis.exceptions import TimeoutError as NoAnswer

from bot import metrics
from bot.clock import steady
from bot.fence import fence
from bot.log import logger
from bot.store import keys
from bot.store.bots import number_of
from bot.store.connection import subscriber
from bot.store.errors import StoreError
from bot.store.mailbox import Claim, ClaimLost
from bot.worker.attend import attend
from bot.worker.change import Superseded
from bot.worker.due import wake_at
from bot.worker.services import Services
from bot.worker.session import Session

log = logger(__name__)

AT_ONCE = 200
"""Mailboxes that one worker attends to at the same time."""

CLAIM_LIMIT = 20
"""Mailboxes taken at one go, where there is room for them: few, so that workers share the load evenly, and
not one by one, for each claim is a question to Redis, and sessions that begin together ask together."""

SCAN_SECONDS = 1.0
"""At least so often every shard is looked at, whatever wake-ups were lost."""

_LOOK_AGAIN = 1.0
"""Seconds after which a busy session looks for new updates even if no wake-up reached it (or twice it)."""

_AWAY_SECONDS = 1.0
_SILENCE = 4.0
"""Seconds after which a silent channel is asked for a sign of life; shorter than `LONGEST_BLOCK`."""

_LONGEST_PAUSE = 60.0


class Worker:
    """Runs until it is cancelled; then running steps may end, and what is held is given back.

    Each shard is looked after by itself: of a cluster of servers some may be away or not answer.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions: dict[int, Session] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._turns = {shard: asyncio.Event() for shard in keys.all_shards()}
        self._due: dict[int, float] = dict.fromkeys(keys.all_shards(), 0.0)
        self._numbers: dict[int, int] = {}
        self._asked = 0
        self._full: deque[int] = deque()
        self._stopping = False
        self._failures: Counter[int] = Counter()

    async def run(self) -> None:
        """Claim and attend."""
        async with asyncio.TaskGroup() as group:
            attending = group.create_task(self._attend_all())
            beside = [group.create_task(self._listen()), group.create_task(self._look_again())]
            beside += [group.create_task(self._beat(shard)) for shard in keys.all_shards()]
            try:
                await attending
            finally:
                for task in beside:
                    task.cancel()

    async def _attend_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            claiming = [group.create_task(self._mind(shard, group)) for shard in keys.all_shards()]
            try:
                await asyncio.wait(claiming)
            except asyncio.CancelledError:
                await self._stop(claiming)
                raise

    async def _mind(self, shard: int, group: asyncio.TaskGroup) -> None:
        """Claim what falls due in one shard, until the worker stops."""
        turn, away = self._turns[shard], False
        while not self._stopping:
            turn.clear()
            rest = self._due[shard] - self._services.clock()
            if rest > 0:
                # Not wait_for: before Python 3.12 it can swallow a cancellation.
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(rest, SCAN_SECONDS)):
                        await turn.wait()
                continue
            try:
                await self._claim(shard, group)
                away = False
            except StoreError as error:
                if not away:
                    log.warning("Redis is away", shard=shard, reason=str(error))
                away = True
                self._due[shard] = self._services.clock() + _AWAY_SECONDS

    async def _claim(self, shard: int, group: asyncio.TaskGroup) -> None:
        """Claim what is due in a shard, and note when it is to be looked at again."""
        self._due[shard] = soon = self._services.clock() + SCAN_SECONDS
        limit = CLAIM_LIMIT
        if self._free < limit:
            if shard not in self._full:
                self._full.append(shard)
            return
        self._asked += limit
        try:
            bot = await self._number(shard)
            claimed = await self._services.mailboxes.claim(shard, limit)
        finally:
            self._asked -= limit
            self._room()
        for claim in claimed.claims:
            metrics.MAILBOX_WAIT.observe(max(0.0, claimed.now - claim.due))
            self._start(group, claim, bot)
        if len(claimed.claims) == limit:
            soon = 0.0
        elif claimed.next_due is not None:
            soon = claimed.next_due
        self._expect(shard, soon)

    async def _number(self, shard: int) -> int:
        """The number of the bot in a shard."""
        if shard not in self._numbers:
            services = self._services
            self._numbers[shard] = await number_of(services.store, shard, services.application.bot.id)
        return self._numbers[shard]

    def _start(self, group: asyncio.TaskGroup, claim: Claim, bot: int) -> None:
        services = self._services
        let_in = services.settings.lets_in(claim.mailbox)
        session = Session(
            claim,
            services.mailboxes,
            services.store,
            services.telegram_limit,
            let_in=let_in,
            bot=bot,
        )
        if self._stopping:
            session.end()
        self._sessions[claim.mailbox] = session
        metrics.MAILBOXES_HELD.set(len(self._sessions))
        task = group.create_task(self._attend(session))
        self._tasks[claim.mailbox] = task

    async def _attend(self, session: Session) -> None:
        box = session.user_id
        fence(lambda: session.claim.held)
        try:
            if not await attend(self._services, session):
                await self._abandon(session, 0)
            else:
                # When it is due again, and not only with the next scan.
                wake = wake_at(session, self._services.clock())
                if wake is not None and wake > self._services.clock():
                    self._expect(keys.shard_of(box), wake)
            self._failures.pop(box, None)
        except* ClaimLost:
            log.warning("a claim was lost to another worker")
        except* Superseded:  # pragma: no cover - an account gone between a lane's look and its step
            await self._abandon(session, 0)
        except* StoreError as errors:
            log.warning("Redis went away during a session", reason=str(errors.exceptions[0]))
            await self._abandon(session, _AWAY_SECONDS)
        except* Exception:
            log.exception("a session failed")
            metrics.SESSIONS_FAILED.inc()
            self._failures[box] += 1
            await self._abandon(session, min(2.0 ** self._failures[box], _LONGEST_PAUSE))
        finally:
            session.outbox.close()
            if self._sessions.get(box) is session:
                del self._sessions[box], self._tasks[box]
                metrics.MAILBOXES_HELD.set(len(self._sessions))
            self._room()

    @property
    def _free(self) -> int:
        """How many more mailboxes there is room for."""
        return AT_ONCE - len(self._sessions) - self._asked

    def _room(self) -> None:
        """There may be room for more: look at the shard that has waited for that the longest."""
        if self._full and self._free >= CLAIM_LIMIT:
            self._expect(self._full.popleft(), 0.0)

    def _expect(self, shard: int, moment: float) -> None:
        """Look at a shard at that moment (Unix seconds), where it would be looked at later."""
        if moment < self._due[shard]:
            self._due[shard] = moment
            self._turns[shard].set()

    async def _abandon(self, session: Session, pause: float) -> None:
        """Give a mailbox back, to be looked at after `pause` seconds; where that fails, its claim ends."""
        with suppress(StoreError, ClaimLost):
            await self._services.mailboxes.abandon(session.claim, self._services.clock() + pause)

    async def _listen(self) -> None:
        """Turn the wake-ups of other processes into a look; lost ones cost at most a scan's time."""
        while True:
            try:
                async with await subscriber(self._services.store) as channel:
                    await channel.subscribe(keys.WAKE_CHANNEL)
                    await self._hear(channel)
            except (RedisError, RedisClusterException) as error:
                log.info("the wake-up channel broke off", error=type(error).__name__)
                await asyncio.sleep(_AWAY_SECONDS)

    async def _hear(self, channel: PubSub) -> None:
        heard = steady()
        while True:
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=_SILENCE)
            if message is not None:
                heard = steady()
                if message["type"] == "message":
                    self._woken(int(message["data"]))
            elif steady() - heard > 3 * _SILENCE:
                # A server that stands still, or a network that forgot the connection, says nothing either.
                raise NoAnswer  # pragma: no cover - tried; Python 3.11 does not trace what follows a timeout
            else:
                await channel.ping()

    async def _look_again(self) -> None:
        """Make up for wake-ups of busy sessions that were lost."""
        while True:
            busy = list(self._sessions.values())
            await asyncio.sleep(_LOOK_AGAIN)
            for session in busy:
                _have_look(session)

    def _woken(self, box: int) -> None:
        if (session := self._sessions.get(box)) is not None:
            _have_look(session)
        else:
            self._expect(keys.shard_of(box), 0.0)

    async def _beat(self, shard: int) -> None:
        """Lengthen the claims of a shard's running sessions; a lost claim ends its session at once."""
        while True:
            await asyncio.sleep(self._services.mailboxes.lease / 3)
            held = {
                box: session.claim for box, session in self._sessions.items() if keys.shard_of(box) == shard
            }
            try:
                lost = await self._services.mailboxes.extend(held.values())
            except StoreError as error:
                log.warning("the heartbeat failed", reason=str(error))
                continue
            for box in lost:
                session, task = self._sessions.get(box), self._tasks.get(box)
                if (  # pragma: no branch - else it has ended while Redis was asked
                    session is not None and task is not None and session.claim is held[box]
                ):
                    log.warning("a claim was lost to another worker")
                    task.cancel()

    async def _stop(self, claiming: list[asyncio.Task[None]]) -> None:
        """Let running steps end, then cancel them, and give back what is held.

        A claim on its way is waited for: what it brings would else be nobody's until it runs out.
        """
        self._stopping = True
        for turn in self._turns.values():
            turn.set()
        for session in self._sessions.values():
            session.end()
        await asyncio.wait([*claiming, *self._tasks.values()], timeout=self._services.timing.stop)
        tasks, sessions = [*claiming, *self._tasks.values()], list(self._sessions.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(self._abandon(session, 0) for session in sessions))


def _have_look(session: Session) -> None:
    """Updates may wait in Redis that are not in the session's memory."""
    session.stale = True
    session.stirred.set()
