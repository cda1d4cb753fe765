"""What tests of the whole bridge do again and again, at hh.ru and with the chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.telegram.changes import PATIENCE
from bot.sandbox.telegram.chats import ChatMessage
from bot.store import keys
from bot.store.connection import Client
from bot.sync.quiet import next_at, zone_of
from tests.bridge.conftest import Bridge
from tests.waiting import eventually

SEND = "POST /negotiations/*/messages"
APPLY = "POST /negotiations"
MOSCOW = zone_of("Europe/Moscow")


def conversation(
    bridge: Bridge, company: str = "Ромашка", vacancy: str = "Аналитик", letter: str = ""
) -> Negotiation:
    """A conversation that began with an application."""
    employer = bridge.hh.world.add_employer(company)
    job = bridge.hh.world.add_vacancy(employer, vacancy)
    negotiation = bridge.hh.world.open_negotiation(bridge.resume, job, state="response")
    if letter:
        bridge.hh.world.post(negotiation, "applicant", letter, state="response", letter=True)
    return negotiation


async def written_to(bridge: Bridge, talk: Negotiation) -> ChatMessage:
    """The account is linked, and the employer's first message is there to reply to."""
    await bridge.link()
    bridge.hh.employers.invite(talk.id, "Здравствуйте!")
    return await bridge.anna.wait_for("Здравствуйте!")


def hide_button(news: ChatMessage) -> str:
    """Its button to hide the conversation: to decline, where hh.ru's list allowed that before it was read."""
    return next(label for label in news.labels if "Скрыть" in label or "Отказаться" in label)


async def at_hh(bridge: Bridge, condition: Callable[[], bool], within: float = PATIENCE) -> None:
    """Wait until the condition holds at hh.ru; it is asked after every change there, and now and then."""
    happened = asyncio.Event()
    end = bridge.hh.world.subscribe(lambda _: happened.set())
    try:
        async with asyncio.timeout(within):
            while not condition():
                happened.clear()
                # A request that has come in but isn't answered yet tells nobody of itself.
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await happened.wait()
    finally:
        end()


async def polled(bridge: Bridge, times: int = 3, within: float = PATIENCE) -> None:
    """Wait for so many more looks at the list."""
    before = bridge.hh.journal.count("GET", "/negotiations")
    await at_hh(bridge, lambda: bridge.hh.journal.count("GET", "/negotiations") >= before + times, within)


def arrivals(bridge: Bridge, text: str) -> int:
    """How many messages of the bot hold the text."""
    return sum(text in message.text for message in bridge.anna.from_bot)


def shown(bridge: Bridge) -> int:
    """Of how many conversations the messages were asked for."""
    asked = (r.path for r in bridge.hh.journal.requests if r.method == "GET")
    return len({path for path in asked if path.endswith("/messages")})


async def card_of_first(bridge: Bridge) -> ChatMessage:
    """The card that the first button of the list opens."""
    asked = await bridge.anna.send("/list")
    listing = await bridge.anna.wait_for("Активные", after=asked)
    await bridge.anna.press(listing.id, "1")
    return await bridge.anna.wait_for("Статус", after=listing.id)


async def news(bridge: Bridge, text: str) -> ChatMessage:
    """The employer's message, in the chat."""
    return await bridge.anna.wait_for(lambda m: text in m.text and bool(m.buttons))


async def chosen(bridge: Bridge, *buttons: str) -> ChatMessage:
    """/settings, and these buttons one after the other."""
    asked = await bridge.anna.send("/settings")
    card = await bridge.anna.wait_for("Настройки", after=asked)
    for button in buttons:
        before = card.html, card.labels
        await bridge.anna.press(card.id, button)
        await bridge.anna.wait_until(lambda before=before: (card.html, card.labels) != before)  # type: ignore[misc]
    return card


async def held(redis: Client, bridge: Bridge, pieces: int) -> None:
    """Wait until so much news waits for its time."""
    key = keys.of(bridge.anna.id, "later")

    async def enough() -> bool:
        return int(await redis.llen(key)) == pieces

    await eventually(enough)


async def at_rest(redis: Client, bridge: Bridge) -> None:
    """Wait until no worker holds the mailbox: a clock that is put forward would end its claim."""
    head = keys.of(bridge.anna.id, "head")

    async def free() -> bool:
        return not await redis.hexists(head, "claim")

    await eventually(free)


class Clock:
    """Now, moved to a time of day in Moscow and forward from there."""

    def __init__(self, hour: int) -> None:
        self._ahead = next_at(hour * 60, MOSCOW, time.time()) - time.time()

    def __call__(self) -> float:
        return time.time() + self._ahead

    def until(self, hour: int) -> None:
        """Move on to this time of day."""
        self._ahead += next_at(hour * 60, MOSCOW, self()) - self()
