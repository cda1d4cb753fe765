"""What tests of the whole bridge do again and again, at hh.ru and with the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.telegram.changes import PATIENCE
from bot.sandbox.telegram.chats import ChatMessage
from tests.bridge.conftest import Bridge

SEND = "POST /negotiations/*/messages"
APPLY = "POST /negotiations"


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
