"""Mailboxes keep order, lose nothing, and obey only the holder of the claim."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.clock import steady
from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.errors import StoreUnavailable
from bot.store.mailbox import Claim, ClaimLost, Incoming, Mailboxes, Outdated
from tests.chaos.wires import Wire

BOX = 1001
SHARD = keys.shard_of(BOX)


@dataclass
class Clock:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mailboxes(redis: Client, clock: Clock) -> Mailboxes:
    return Mailboxes(redis, lease=30, clock=clock)


def update(number: int, box: int = BOX, text: str = "") -> Incoming:
    return Incoming(mailbox=box, update_id=number, raw=f"{number}{text}".encode())


async def claim_one(mailboxes: Mailboxes, box: int = BOX) -> Claim:
    claimed = await mailboxes.claim(keys.shard_of(box), 10)
    assert [claim.mailbox for claim in claimed.claims] == [box]
    return claimed.claims[0]


async def test_updates_come_out_in_the_order_they_went_in(mailboxes: Mailboxes) -> None:
    await mailboxes.push([update(3), update(1), update(2)])
    assert (await claim_one(mailboxes)).updates == [b"3", b"1", b"2"]


async def test_a_redelivered_update_is_stored_once(mailboxes: Mailboxes) -> None:
    assert await mailboxes.push([update(1)]) == 1
    assert await mailboxes.push([update(1), update(2)]) == 1
    assert (await claim_one(mailboxes)).updates == [b"1", b"2"]


async def test_a_redelivered_update_stays_out_after_it_was_handled(mailboxes: Mailboxes) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    await mailboxes.commit(claim, [("LTRIM", keys.of(BOX, "inbox"), 1, -1)])
    await mailboxes.release(claim, None)
    assert await mailboxes.push([update(1)]) == 0


async def test_a_restarted_update_id_with_other_content_is_another_update(mailboxes: Mailboxes) -> None:
    assert await mailboxes.push([update(1), update(1, text=" anew")]) == 2


async def test_a_held_mailbox_is_given_to_nobody_else(mailboxes: Mailboxes) -> None:
    await mailboxes.push([update(1)])
    await claim_one(mailboxes)
    await mailboxes.push([update(2)])
    assert (await mailboxes.claim(SHARD, 10)).claims == []


async def test_a_claim_that_ran_out_is_given_to_the_next(mailboxes: Mailboxes, clock: Clock) -> None:
    await mailboxes.push([update(1)])
    dead = await claim_one(mailboxes)
    clock.now += 31
    alive = await claim_one(mailboxes)
    assert alive.updates == [b"1"]
    assert alive.token != dead.token
    assert alive.head["tries"] == "2"


async def test_a_heartbeat_keeps_a_claim(mailboxes: Mailboxes, clock: Clock) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    clock.now += 20
    assert await mailboxes.extend([claim]) == set()
    clock.now += 20
    assert (await mailboxes.claim(SHARD, 10)).claims == []


async def test_a_sleeper_can_not_write_over_its_successor(
    mailboxes: Mailboxes, clock: Clock, redis: Client
) -> None:
    await mailboxes.push([update(1)])
    sleeper = await claim_one(mailboxes)
    clock.now += 31
    successor = await claim_one(mailboxes)
    await mailboxes.commit(successor, [("SET", keys.of(BOX, "account"), "successor")])
    with pytest.raises(ClaimLost):
        await mailboxes.commit(sleeper, [("SET", keys.of(BOX, "account"), "sleeper")])
    with pytest.raises(ClaimLost):
        await mailboxes.release(sleeper, None)
    assert await mailboxes.extend([sleeper, successor]) == {BOX}
    assert await redis.get(keys.of(BOX, "account")) == b"successor"


async def test_a_sleeper_can_not_write_after_its_successor_is_done(
    mailboxes: Mailboxes, clock: Clock
) -> None:
    await mailboxes.push([update(1)])
    sleeper = await claim_one(mailboxes)
    clock.now += 31
    successor = await claim_one(mailboxes)
    await mailboxes.commit(successor, [("LTRIM", keys.of(BOX, "inbox"), 1, -1)])
    assert await mailboxes.release(successor, None)
    with pytest.raises(ClaimLost):
        await mailboxes.commit(sleeper, [("LTRIM", keys.of(BOX, "inbox"), 1, -1)])


async def test_release_is_refused_while_updates_wait(mailboxes: Mailboxes) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    assert not await mailboxes.release(claim, None)
    assert claim.held


async def test_an_abandoned_mailbox_is_due_at_its_time_though_updates_wait(
    mailboxes: Mailboxes, clock: Clock
) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    await mailboxes.abandon(claim, clock.now + 5)
    assert not claim.held
    assert (await mailboxes.claim(SHARD, 10)).claims == []
    clock.now += 5
    assert (await claim_one(mailboxes)).updates == [b"1"]


async def test_abandoning_is_no_try_of_the_update_that_waits(mailboxes: Mailboxes, clock: Clock) -> None:
    await mailboxes.push([update(1)])
    for _ in range(20):
        await mailboxes.abandon(await claim_one(mailboxes), clock.now)
    assert (await claim_one(mailboxes)).head["tries"] == "1"


async def test_a_holder_knows_by_its_own_clock_when_its_term_is_over(redis: Client) -> None:
    mailboxes = Mailboxes(redis, lease=30)
    await mailboxes.push([update(1)])
    before = steady()
    claim = await claim_one(mailboxes)
    assert before + 30 <= claim.good_until <= steady() + 30
    assert claim.held
    claim.good_until = steady() - 1
    assert not claim.held
    assert await mailboxes.extend([claim]) == set()
    assert claim.held


async def test_a_claim_that_is_given_back_is_not_lost(mailboxes: Mailboxes) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    await mailboxes.abandon(claim, 0)
    assert await mailboxes.extend([claim]) == set()
    assert not claim.held


async def test_a_lost_claim_is_not_held_any_more(mailboxes: Mailboxes, clock: Clock) -> None:
    await mailboxes.push([update(1)])
    sleeper = await claim_one(mailboxes)
    clock.now += 31
    await claim_one(mailboxes)
    assert await mailboxes.extend([sleeper]) == {BOX}
    assert not sleeper.held


async def test_a_released_mailbox_wakes_at_its_time(mailboxes: Mailboxes, clock: Clock) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    await mailboxes.commit(claim, [("DEL", keys.of(BOX, "inbox"))])
    assert await mailboxes.release(claim, clock.now + 100)
    waiting = await mailboxes.claim(SHARD, 10)
    assert waiting.claims == []
    assert waiting.next_due == clock.now + 100
    clock.now += 100
    await claim_one(mailboxes)


async def test_an_empty_mailbox_leaves_nothing_behind(mailboxes: Mailboxes, redis: Client) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    await mailboxes.commit(claim, [("DEL", keys.of(BOX, "inbox")), ("HDEL", keys.of(BOX, "head"), "tries")])
    await mailboxes.release(claim, None)
    left = [key async for key in redis.scan_iter() if b"seen" not in key]
    assert left == []


async def test_what_of_the_head_is_at_its_default_takes_no_room(mailboxes: Mailboxes, redis: Client) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    await mailboxes.commit(
        claim,
        [
            ("DEL", keys.of(BOX, "inbox")),
            ("HDEL", keys.of(BOX, "head"), "tries"),
            ("HSET", keys.of(BOX, "head"), "page", "ab", "turn", 7),
        ],
    )
    assert await mailboxes.release(claim, None, {"page": "", "poll": 5.5, "turn": 0.0})
    assert await redis.hgetall(keys.of(BOX, "head")) == {b"poll": b"5.5"}


async def test_commands_of_a_commit_are_done_together(mailboxes: Mailboxes, redis: Client) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    book, outbox = keys.of(BOX, "book"), keys.of(BOX, "outbox")
    await mailboxes.commit(claim, [("SET", book, b"\x00\xff"), ("RPUSH", outbox, "a", "b")])
    assert await redis.get(book) == b"\x00\xff"
    assert await redis.lrange(outbox, 0, -1) == [b"a", b"b"]


async def test_due_mailboxes_are_claimed_oldest_first_and_no_more_than_asked(
    mailboxes: Mailboxes, clock: Clock
) -> None:
    boxes = [BOX + n * keys.SHARDS for n in range(5)]
    for box in reversed(boxes):
        await mailboxes.push([update(1, box)])
        clock.now += 1
    claimed = await mailboxes.claim(SHARD, 2)
    assert [claim.mailbox for claim in claimed.claims] == boxes[:-3:-1]


async def test_a_push_wakes_a_listener(mailboxes: Mailboxes, redis: Client) -> None:
    async with redis.pubsub() as channel:
        await channel.subscribe(keys.WAKE_CHANNEL)
        assert await channel.get_message(timeout=1)
        await mailboxes.push([update(1)])
        message = await channel.get_message(timeout=1)
        assert message is not None
        assert message["data"] == str(BOX).encode()


async def test_without_a_clock_of_its_own_redis_tells_the_time(redis: Client) -> None:
    mailboxes = Mailboxes(redis)
    await mailboxes.push([update(1)])
    claimed = await mailboxes.claim(SHARD, 1)
    assert len(claimed.claims) == 1
    assert abs(mailboxes.now() - claimed.now) < 5


async def test_what_a_claim_did_not_hand_over_is_fetched_in_order(mailboxes: Mailboxes) -> None:
    await mailboxes.push([update(number) for number in range(5)])
    claim = (await mailboxes.claim(SHARD, 1, batch=2)).claims[0]
    assert claim.updates == [b"0", b"1"]
    assert await mailboxes.updates(claim, 4) == [b"0", b"1", b"2", b"3"]
    entries = [b"a", b"b", b"c"]
    await mailboxes.commit(claim, [("RPUSH", keys.of(BOX, "outbox"), *entries)])
    assert await mailboxes.outbox(claim, 2) == entries[:2]
    assert await mailboxes.outbox(claim) == entries


async def test_a_mailbox_that_rests_can_be_roused(mailboxes: Mailboxes, clock: Clock) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    assert not await mailboxes.rouse(BOX), "somebody attends to it"
    await mailboxes.commit(claim, [("DEL", keys.of(BOX, "inbox"))])
    await mailboxes.release(claim, clock.now + 100)
    assert await mailboxes.rouse(BOX)
    await claim_one(mailboxes)


async def test_a_commit_whose_answer_was_lost_is_asked_for_again_and_carried_out_once(
    redis: Client, redis_url: str
) -> None:
    async with Wire(urlsplit(redis_url).path) as wire:
        through = connect(f"redis://127.0.0.1:{wire.port}")
        mailboxes = Mailboxes(through, lease=60)
        await mailboxes.push([update(1)])
        claim = await claim_one(mailboxes)
        for number in range(3):
            wire.mute = number
            await mailboxes.commit(claim, [("RPUSH", keys.of(BOX, "outbox"), number)])
        await through.aclose()
    assert await redis.lrange(keys.of(BOX, "outbox"), 0, -1) == [b"0", b"1", b"2"]


async def test_a_commit_is_not_asked_for_again_once_the_claim_may_be_another_s(
    redis: Client, redis_url: str
) -> None:
    async with Wire(urlsplit(redis_url).path) as wire:
        through = connect(f"redis://127.0.0.1:{wire.port}")
        mailboxes = Mailboxes(through, lease=60)
        await mailboxes.push([update(1)])
        claim = await claim_one(mailboxes)
        await mailboxes.commit(claim, [])  # Redis knows the script now
        claim.good_until = 0
        wire.mute = 1
        with pytest.raises(StoreUnavailable):
            await mailboxes.commit(claim, [("RPUSH", keys.of(BOX, "outbox"), "a")])
        await through.aclose()
    assert await redis.lrange(keys.of(BOX, "outbox"), 0, -1) == [b"a"]


async def test_a_record_is_exchanged_whoever_holds_the_mailbox_and_however_long_redis_is_away(
    redis: Client, redis_url: str
) -> None:
    await redis.set(keys.of(BOX, "account"), "old")
    async with Wire(urlsplit(redis_url).path) as wire:
        through = connect(f"redis://127.0.0.1:{wire.port}")
        mailboxes = Mailboxes(through, lease=60)
        await mailboxes.push([update(1)])
        claim = await claim_one(mailboxes)
        claim.good_until = 0
        wire.mute = 2
        assert await mailboxes.exchange(claim, b"old", b"new") == b"new"
        assert await mailboxes.exchange(claim, b"old", b"newer") == b"new"
        await through.aclose()
    assert await redis.get(keys.of(BOX, "account")) == b"new"
    await redis.delete(keys.of(BOX, "account"))
    assert await mailboxes_at(redis).exchange(claim, b"new", b"newer") is None
    assert await redis.get(keys.of(BOX, "account")) is None


def mailboxes_at(redis: Client) -> Mailboxes:
    return Mailboxes(redis, lease=60)


async def test_a_commit_replaces_no_record_that_it_does_not_know(mailboxes: Mailboxes, redis: Client) -> None:
    account, outbox = keys.of(BOX, "account"), keys.of(BOX, "outbox")
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    await redis.set(account, "exchanged")
    step = [("SET", account, "mine"), ("RPUSH", outbox, "a")]
    with pytest.raises(Outdated):
        await mailboxes.commit(claim, step, replacing=b"as it was")
    assert (await redis.get(account), await redis.llen(outbox)) == (b"exchanged", 0)
    await mailboxes.commit(claim, step, replacing=b"exchanged")
    assert (await redis.get(account), await redis.llen(outbox)) == (b"mine", 1)


@pytest.mark.parametrize("held", [False, True])
async def test_who_exchanges_a_record_without_a_claim_has_a_worker_look_at_it(
    mailboxes: Mailboxes, clock: Clock, redis: Client, *, held: bool
) -> None:
    await redis.set(keys.of(BOX, "account"), "old")
    await mailboxes.push([update(1)])
    sleeper = await claim_one(mailboxes)
    clock.now += 31
    successor = await claim_one(mailboxes)
    await mailboxes.commit(successor, [("DEL", keys.of(BOX, "inbox"))])
    if held:
        await mailboxes.exchange(sleeper, b"old", b"new")
    assert await mailboxes.release(successor, None)
    if not held:
        await mailboxes.exchange(sleeper, b"old", b"new")
    after = await claim_one(mailboxes)
    assert after.account == b"new"
    assert await mailboxes.release(after, None)
    assert (await mailboxes.claim(SHARD, 10)).claims == []


async def test_who_claims_after_a_record_was_exchanged_has_looked_at_it(
    mailboxes: Mailboxes, clock: Clock, redis: Client
) -> None:
    await redis.set(keys.of(BOX, "account"), "old")
    await mailboxes.push([update(1)])
    sleeper = await claim_one(mailboxes)
    clock.now += 31
    await claim_one(mailboxes)
    await mailboxes.exchange(sleeper, b"old", b"new")
    clock.now += 31
    successor = await claim_one(mailboxes)
    assert successor.account == b"new"
    await mailboxes.commit(successor, [("DEL", keys.of(BOX, "inbox"))])
    assert await mailboxes.release(successor, None)
    assert (await mailboxes.claim(SHARD, 10)).claims == []


async def test_who_exchanges_a_record_under_his_claim_wakes_nobody(
    mailboxes: Mailboxes, redis: Client
) -> None:
    await redis.set(keys.of(BOX, "account"), "old")
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    await mailboxes.commit(claim, [("DEL", keys.of(BOX, "inbox"))])
    await mailboxes.exchange(claim, b"old", b"new")
    await mailboxes.release(claim, None)
    assert (await mailboxes.claim(SHARD, 10)).claims == []


async def test_a_late_copy_of_a_commit_does_nothing(mailboxes: Mailboxes, redis: Client) -> None:
    await mailboxes.push([update(1)])
    claim = await claim_one(mailboxes)
    for number in range(2):
        await mailboxes.commit(claim, [("RPUSH", keys.of(BOX, "outbox"), number)])
    claim.commits = 0
    await mailboxes.commit(claim, [("RPUSH", keys.of(BOX, "outbox"), "late")])
    assert await redis.lrange(keys.of(BOX, "outbox"), 0, -1) == [b"0", b"1"]


@dataclass
class Model:
    """A plain mailbox: a queue, who holds it until when, and when it is to wake."""

    queue: deque[bytes] = field(default_factory=deque)
    seen: set[bytes] = field(default_factory=set)
    holder: str | None = None
    until: float = 0
    wake: float | None = None

    @property
    def due(self) -> float | None:
        """When a worker may claim it."""
        return self.until if self.holder else self.wake


BOXES = [BOX + number * keys.SHARDS for number in range(4)]
"""Of one shard, so that they fall due together."""


class MailboxMachine(RuleBasedStateMachine):
    """The real mailboxes against the models, with two workers, one of which may sleep."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = connect(self.url)
        self.runner.run(self._empty())
        self.clock = Clock()
        self.mailboxes = Mailboxes(self.store, lease=30, clock=self.clock)
        self.models = {box: Model() for box in BOXES}
        self.claims: list[Claim] = []

    def teardown(self) -> None:
        self.runner.run(self.store.aclose())
        self.runner.close()

    def held(self, claim: Claim) -> bool:
        return claim.token == self.models[claim.mailbox].holder

    @rule(box=st.sampled_from(BOXES), number=st.integers(1, 6))
    def push(self, box: int, number: int) -> None:
        item, model = update(number, box), self.models[box]
        stored = self.runner.run(self.mailboxes.push([item]))
        assert stored == (item.raw not in model.seen)
        if stored:
            model.seen.add(item.raw)
            model.queue.append(item.raw)
            if model.holder is None:
                model.wake = self.clock.now

    @rule()
    def push_to_all(self) -> None:
        for box in BOXES:
            self.push(box, 7)

    @rule(seconds=st.sampled_from([1.0, 10.0, 31.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(limit=st.integers(1, 5), batch=st.integers(1, 8))
    def claim(self, limit: int, batch: int) -> None:
        claimed = self.runner.run(self.mailboxes.claim(SHARD, limit, batch))
        waiting = {
            box: model.due
            for box, model in self.models.items()
            if model.due is not None and model.due <= self.clock.now
        }
        taken = {claim.mailbox for claim in claimed.claims}
        assert taken <= waiting.keys()
        assert len(claimed.claims) == len(taken) == min(limit, len(waiting))
        left = [due for box, due in waiting.items() if box not in taken]
        assert all(waiting[box] <= due + 1e-6 for box in taken for due in left), (
            "the longest waiting go first"
        )
        for claim in claimed.claims:
            model = self.models[claim.mailbox]
            assert claim.updates == list(model.queue)[:batch]
            model.holder, model.until = claim.token, self.clock.now + 30
            self.claims.append(claim)
        following = min((model.due for model in self.models.values() if model.due is not None), default=None)
        assert claimed.next_due == (None if following is None else pytest.approx(following, abs=1e-5))

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def handle_one(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        queue = self.models[claim.mailbox].queue
        first = queue[0] if queue else b"none"
        pop = self.mailboxes.commit(claim, [("LREM", keys.of(claim.mailbox, "inbox"), 1, first)])
        if self.held(claim):
            self.runner.run(pop)
            if queue:
                queue.popleft()
        else:
            with pytest.raises(ClaimLost):
                self.runner.run(pop)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), pause=st.sampled_from([None, 5.0, 50.0]))
    def release(self, data: st.DataObject, pause: float | None) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        model = self.models[claim.mailbox]
        wake = None if pause is None else self.clock.now + pause
        if not self.held(claim):
            with pytest.raises(ClaimLost):
                self.runner.run(self.mailboxes.release(claim, wake))
            return
        released = self.runner.run(self.mailboxes.release(claim, wake))
        assert released == (not model.queue)
        if released:
            model.holder, model.wake = None, wake

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), pause=st.sampled_from([0.0, 5.0]))
    def abandon(self, data: st.DataObject, pause: float) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        given_back = self.mailboxes.abandon(claim, self.clock.now + pause)
        if self.held(claim):
            self.runner.run(given_back)
            model = self.models[claim.mailbox]
            model.holder, model.wake = None, self.clock.now + pause
        else:
            with pytest.raises(ClaimLost):
                self.runner.run(given_back)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def extend(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        held = self.held(claim)
        lost = set() if held or claim.given_back else {claim.mailbox}
        assert self.runner.run(self.mailboxes.extend([claim])) == lost
        if held:
            self.models[claim.mailbox].until = self.clock.now + 30

    @rule(box=st.sampled_from(BOXES))
    def rouse(self, box: int) -> None:
        model = self.models[box]
        free = model.holder is None
        assert self.runner.run(self.mailboxes.rouse(box)) == free
        if free:
            model.wake = self.clock.now if model.wake is None else min(model.wake, self.clock.now)

    @invariant()
    def only_one_may_write(self) -> None:
        for claim in self.claims:
            if not self.held(claim):
                late = ("SET", keys.of(claim.mailbox, "account"), "late")
                with pytest.raises(ClaimLost):
                    self.runner.run(self.mailboxes.commit(claim, [late]))

    @invariant()
    def nothing_is_lost(self) -> None:
        for box, model in self.models.items():
            assert self.runner.run(self._stored(box)) == list(model.queue)

    @invariant()
    def nobody_who_waits_is_forgotten(self) -> None:
        backlog = self.runner.run(self.mailboxes.backlog())
        assert backlog.mailboxes == sum(model.due is not None for model in self.models.values())
        assert all(model.due is not None for model in self.models.values() if model.queue)

    async def _empty(self) -> None:
        await self.store.flushall()

    async def _stored(self, box: int) -> list[object]:
        return list(await self.store.lrange(keys.of(box, "inbox"), 0, -1))


@pytest.mark.timeout(300)
def test_any_history_of_mailboxes_that_fall_due_together_matches_plain_models(redis_url: str) -> None:
    machine = type("Machine", (MailboxMachine,), {"url": redis_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=settings().max_examples // 2,
            stateful_step_count=30,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
