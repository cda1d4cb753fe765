"""What Redis forgets by itself, and when: as deploy/README.md tells operators, and `bot.store.keys` us."""

from __future__ import annotations

import re
from pathlib import Path

from bot.chat.intents import SendMessage
from bot.chat.outgoing import Conversation
from bot.linking import Linking
from bot.store import keys
from bot.worker.access import gateway
from bot.worker.change import MAP_SIZE, Change
from bot.worker.roster import roster
from tests.attempts import query_of
from tests.waiting import PATIENCE
from tests.worker.conftest import Desk

README = (Path(__file__).parents[2] / "deploy" / "README.md").read_text()
UNITS = {"minute": 60, "day": 24 * 3600}
WORDS = {"a": 1, "two": 2, "ten": 10}


def told(what: str) -> int:
    """How many seconds something is kept, as the operator reads it."""
    (row,) = re.findall(rf"^\| {re.escape(what)} \|(.*)\|$", README, re.MULTILINE)
    return _seconds(row)


def noted(name: str) -> int:
    """How many seconds a key lives, as the table of all keys has it."""
    (row,) = re.findall(rf"^\| `hh:{{s}}:{name}:U.*\|(.*)\|$", keys.__doc__ or "", re.MULTILINE)
    return _seconds(row)


def _seconds(text: str) -> int:
    (number, unit), *_ = re.findall(r"(\d+|a|two|ten) (day|minute)", text)
    return (WORDS.get(number) or int(number)) * UNITS[unit]


async def lives(desk: Desk, key: str, seconds: int) -> None:
    """The key has just got so many seconds to live."""
    assert seconds - PATIENCE <= await desk.services.store.ttl(key) <= seconds, key


async def of_anna(desk: Desk, name: str, seconds: int) -> None:
    assert noted(name) == seconds
    await lives(desk, keys.of(desk.session.user_id, name), seconds)


async def found(desk: Desk, pattern: str) -> str:
    (key,) = [key async for key in desk.services.store.scan_iter(pattern)]
    return str(key, "ascii")


async def test_what_a_message_is_about_is_known_for_400_days_after_the_last_one(desk: Desk) -> None:
    kept = told("which Telegram message belongs to which conversation")
    assert kept == 400 * UNITS["day"]
    about = Conversation(desk.nid)
    await desk.know(77, about)
    await of_anna(desk, "map", kept)
    await desk.services.store.expire(keys.of(desk.session.user_id, "map"), 60)
    await desk.know(78, about)
    await of_anna(desk, "map", kept)
    for start in (1000, 1000 + MAP_SIZE // 2):
        many = range(start, start + MAP_SIZE // 2)
        await desk.session.commit(Change(mapped=dict.fromkeys(many, about)))
    await of_anna(desk, "map", kept)
    await lives(desk, keys.of(desk.session.user_id, "map-old"), kept)


async def test_an_update_that_could_not_be_handled_is_kept_for_30_days(desk: Desk) -> None:
    kept = told("updates that could not be handled")
    assert kept == 30 * UNITS["day"]
    await desk.update(message={"message_id": 5, "date": "yesterday"})
    await desk.handle()
    await of_anna(desk, "failed", kept)


async def test_that_an_update_came_is_known_for_two_days(desk: Desk) -> None:
    kept = told("updates as such, their numbers")
    assert kept == noted("seen") == 2 * UNITS["day"]
    await desk.services.store.delete(await found(desk, "hh:*:seen:*"))
    await desk.write("/help")
    await lives(desk, await found(desk, "hh:*:seen:*"), kept)


async def test_which_message_of_hh_ru_was_sent_from_here_is_known_for_two_days(desk: Desk) -> None:
    await desk.carry_out(SendMessage(nid=desk.nid, text="Приду", chat_message_id=77))
    await of_anna(desk, "sent", 2 * UNITS["day"])


async def test_the_list_of_conversations_is_kept_for_ten_minutes(desk: Desk) -> None:
    await roster(desk.session, gateway(desk.services, desk.session, desk.access))
    await of_anna(desk, "roster", 10 * UNITS["minute"])


async def test_applications_are_counted_for_a_day(desk: Desk) -> None:
    await desk.session.commit(Change(applied={desk.nid: desk.services.clock()}))
    await of_anna(desk, "applied", UNITS["day"])


async def test_the_language_of_somebody_without_an_account_is_kept_for_30_days(desk: Desk) -> None:
    await desk.session.commit(Change(language="en"))
    await of_anna(desk, "language", 30 * UNITS["day"])


async def test_each_step_of_a_linking_may_take_ten_minutes(desk: Desk) -> None:
    kept = told("a linking that was begun")
    assert kept == 10 * UNITS["minute"]
    linking: Linking = desk.services.linking
    address = await linking.begin(desk.session.user_id)
    await lives(desk, await found(desk, "hh:*:link-state:*"), kept)
    back = await desk.bridge.hh.authorize(desk.bridge.applicant, address)
    code = await linking.offer(await linking.finish(query_of(back)))
    await lives(desk, keys.link_code(code), kept)
    await linking.confirm(desk.session.user_id, code)
    await lives(desk, keys.link_taken(code), kept)
