from __future__ import annotations

import asyncio
import json
import logging

import pytest

from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.errors import StoreUnavailable
from bot.store.mailbox import Mailboxes
from bot.telegram.intake import Intake
from tests.figures import figure
from tests.waiting import eventually

ANNA, BORIS = 700, 701


def message(update_id: int, user_id: int, text: str) -> bytes:
    chat = {"id": user_id, "type": "private"}
    return json.dumps({"update_id": update_id, "message": {"chat": chat, "text": text}}).encode()


def counted(what: str) -> float:
    return figure("updates_total", outcome=what)


async def inbox(redis: Client, user_id: int) -> list[bytes | str]:
    return await redis.lrange(keys.of(user_id, "inbox"), 0, -1)


@pytest.fixture
def intake(redis: Client) -> Intake:
    return Intake(Mailboxes(redis))


async def test_each_user_gets_his_updates_in_order_and_byte_for_byte(redis: Client, intake: Intake) -> None:
    first, second, third = message(1, ANNA, "раз 👋"), message(2, BORIS, "<b>"), message(3, ANNA, "два")
    await intake.put([first, second, third])
    assert await inbox(redis, ANNA) == [first, third]
    assert await inbox(redis, BORIS) == [second]


async def test_an_update_that_comes_again_is_stored_once(redis: Client, intake: Intake) -> None:
    received, repeated = counted("stored"), counted("repeated")
    update = message(1, ANNA, "раз")
    await intake.put([update, update])
    await intake.put([update])
    assert await inbox(redis, ANNA) == [update]
    assert counted("stored") - received == 1
    assert counted("repeated") - repeated == 2


async def test_another_update_under_a_number_seen_before_is_stored(redis: Client, intake: Intake) -> None:
    await intake.put([message(1, ANNA, "до перезапуска номеров")])
    await intake.put([message(1, ANNA, "после")])
    assert len(await inbox(redis, ANNA)) == 2


async def test_an_unreadable_update_is_counted_and_holds_up_no_other(
    redis: Client, intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    before = counted("unreadable")
    with caplog.at_level(logging.DEBUG):
        await intake.put([b'{"update_id": 1, "secret text', message(2, ANNA, "раз")])
    assert await inbox(redis, ANNA) == [message(2, ANNA, "раз")]
    assert counted("unreadable") - before == 1
    assert "left out" in caplog.text
    assert "secret text" not in caplog.text


@pytest.mark.parametrize(("broken", "mended"), [(b"\xff", "\ufffd"), (b"\\ud800", "?")])
async def test_a_broken_character_costs_only_itself_and_leaves_other_updates_as_they_are(
    redis: Client, intake: Intake, broken: bytes, mended: str
) -> None:
    first, second = message(1, ANNA, "X").replace(b"X", b"a" + broken), message(2, ANNA, "два")
    await intake.put([first, second])
    await intake.put([first])
    one, other = await inbox(redis, ANNA)
    assert json.loads(one)["message"]["text"] == f"a{mended}"
    assert other == second


async def test_without_redis_nothing_is_taken(unused_tcp_port: int) -> None:
    nobody = connect(f"redis://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(StoreUnavailable):
        await Intake(Mailboxes(nobody)).put([message(1, ANNA, "раз")])
    await nobody.aclose()


def press(update_id: int, user_id: int) -> bytes:
    return json.dumps({"update_id": update_id, "callback_query": {"from": {"id": user_id}}}).encode()


async def test_a_press_waits_for_the_message_that_comes_again_and_for_nobody_elses(
    redis: Client, intake: Intake
) -> None:
    await intake.expect(ANNA, 30)
    await intake.put([press(2, BORIS)])
    pressing = asyncio.create_task(intake.put([press(3, ANNA)]))
    await eventually(lambda: redis_has(redis, BORIS, 1))
    assert not pressing.done()
    await intake.put([message(1, ANNA, "раз")])
    await eventually(pressing.done)
    assert await inbox(redis, ANNA) == [message(1, ANNA, "раз"), press(3, ANNA)]


async def test_a_press_waits_no_longer_than_a_message_takes_to_come_again(
    redis: Client, intake: Intake
) -> None:
    await intake.expect(ANNA, 0.3)
    await intake.put([press(2, ANNA)])
    assert await inbox(redis, ANNA) == [press(2, ANNA)]


async def redis_has(redis: Client, user_id: int, updates: int) -> bool:
    return len(await inbox(redis, user_id)) == updates
