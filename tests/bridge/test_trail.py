"""One id leads through the log from what came in to its last effect, over processes and restarts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from bot import trail
from bot.sandbox.hh import faults
from bot.store.connection import Client
from tests.bridge.conftest import Bridge
from tests.bridge.steps import SEND, Clock, chosen, conversation, held, written_to
from tests.figures import figure
from tests.plain import plain_http
from tests.secrecy import Overheard
from tests.waiting import eventually

Line = dict[str, str]

RECEIVED, HANDLED = "an update was stored", "an update was handled"
WITHOUT_TRAIL = {
    "listening",
    "this process works",
    "topics in private chats",
    "Telegram was asked",  # at the start, who the bot is
}
"""What the bridge does of itself."""


def lines(overheard: Overheard) -> list[Line]:
    return [
        line for line in map(json.loads, overheard.text.splitlines()) if line["logger"].startswith("bot.")
    ]


def story(overheard: Overheard, of: Callable[[Line], bool]) -> list[str]:
    """The events on the trail of the last line that is `of` a kind, one after the other."""
    told = lines(overheard)
    trace_id = [line for line in told if of(line)][-1]["trace_id"]
    return [line["event"] for line in told if line.get("trace_id") == trace_id]


def wants(intent: str) -> Callable[[Line], bool]:
    return lambda line: line["event"] == HANDLED and intent in line["wants"]


async def test_a_reply_whose_answer_was_lost_is_one_trail_over_two_workers(
    bridge: Bridge, redis: Client, overheard: Overheard
) -> None:
    bridge.timing = replace(bridge.timing, settle=30.0)
    before = found_again()
    talk = conversation(bridge)
    async with bridge.running(worker=False):
        async with bridge.running(web=False):
            news = await written_to(bridge, talk)
            bridge.hh.faults.add(faults.reset(after=True), on=SEND)
            bridge.hh.faults.add(faults.broken(503), on="GET /negotiations/*/messages", times=1000)
            reply = await bridge.anna.send("Приду!", reply_to=news.id)
            await eventually(lambda: "outcome of a write is unknown" in overheard.text)
        bridge.hh.faults.clear()
        async with bridge.running(web=False):
            await bridge.anna.wait_for_reaction(reply, "👌")
            await eventually(
                lambda: overheard.text.rstrip().endswith("}") and "had arrived" in overheard.text
            )
            await eventually(lambda: story(overheard, wants("SendMessage"))[-1] == "delivered")
    told = story(overheard, wants("SendMessage"))
    steps = [RECEIVED, HANDLED, "hh.ru was asked", "the outcome of a write is unknown"]
    steps += ["a write of unknown outcome had arrived", "delivered"]
    assert [event for event in dict.fromkeys(told) if event in steps] == steps
    assert found_again() == before + 1


def found_again() -> float:
    """How many messages of unknown outcome hh.ru had, as was found out later."""
    return figure("writes_total", intent="SendMessage", outcome="found")


async def test_news_stays_on_the_trail_of_the_poll_that_found_it(
    bridge: Bridge, overheard: Overheard
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await written_to(bridge, talk)
        await eventually(lambda: "delivered" in story(overheard, found("invitation")))
    told = story(overheard, found("invitation"))
    assert told[0] == "hh.ru was asked"
    assert told.index("news was found") < told.index("delivered")
    assert HANDLED not in told


def found(kind: str) -> Callable[[Line], bool]:
    return lambda line: line["event"] == "news was found" and line["kind"] == kind


async def test_news_of_the_night_is_told_in_the_morning_on_the_trail_of_its_poll(
    bridge: Bridge, redis: Client, overheard: Overheard
) -> None:
    night = Clock(23)
    talk = conversation(bridge)
    async with bridge.running(clock=night):
        await bridge.link()
        await chosen(bridge, "Тихие часы", "Включить")
        bridge.hh.employers.write(talk.id, "Вы ещё не спите?")
        await held(redis, bridge, 1)
        night.until(9)
        await bridge.anna.wait_for("не спите")
        await eventually(lambda: "delivered" in story(overheard, found("message")))
    told = story(overheard, found("message"))
    assert "news is told that waited" in told


async def test_every_line_belongs_to_a_trail_and_shows_nothing_of_anybody(
    bridge: Bridge, redis: Client, overheard: Overheard
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.anna.edit(reply, "Приду завтра!")
        await bridge.anna.wait_for("осталось прежним")
        asked = await bridge.anna.send("/list")
        await bridge.anna.wait_for("Ромашка", after=asked)
    told = lines(overheard)
    assert {line["event"] for line in told if "trace_id" not in line} <= WITHOUT_TRAIL
    assert not {line["level"] for line in told} - {"debug", "info"}
    # That no text and no id is among them is looked at after every test.


async def test_a_poll_that_finds_nothing_is_not_worth_a_line_at_info(
    bridge: Bridge, overheard: Overheard
) -> None:
    conversation(bridge)
    async with bridge.running():
        await bridge.link()
        await eventually(lambda: overheard.text.count("a poll found nothing new") >= 3)
    polls = {line["trace_id"] for line in lines(overheard) if "poll" in line["event"]}
    assert len(polls) >= 3, "each is a trail of its own"
    assert {line["level"] for line in lines(overheard) if line.get("trace_id") in polls} == {"debug"}


async def test_an_update_that_comes_twice_is_on_one_trail(bridge: Bridge, overheard: Overheard) -> None:
    raw = json.dumps({"update_id": 7, "message": {"chat": {"id": bridge.anna.id}}}).encode()
    async with bridge.running(worker=False), plain_http() as telegram:
        for _ in range(2):
            answer = await telegram.post(
                f"{bridge.settings.public_url}/telegram/webhook",
                content=raw,
                headers={"X-Telegram-Bot-Api-Secret-Token": bridge.settings.webhook_secret},
            )
            assert answer.status_code == 200
    both = [line["event"] for line in lines(overheard) if line.get("trace_id") == trail.of_update(raw)]
    assert both == [RECEIVED, "an update was stored before"]
