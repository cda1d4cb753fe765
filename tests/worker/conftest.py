"""A mailbox held by hand, with everything around it real: Redis, a local hh.ru and a local Telegram."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from bot.app import sharing, working
from bot.chat.intents import Write
from bot.chat.outgoing import Mark, Subject
from bot.hh.models import Tokens
from bot.sandbox.hh.objects import Negotiation, Vacancy
from bot.store import keys
from bot.store.mailbox import Incoming
from bot.store.records import Account
from bot.worker.access import SessionAccess, seal_tokens
from bot.worker.change import Change
from bot.worker.services import Services
from bot.worker.session import Session
from bot.worker.updates import UpdatesLane
from bot.worker.waiting import Waiting
from bot.worker.writes import Writes
from tests.bridge.conftest import Bridge, worlds
from tests.bridge.steps import conversation


@dataclass
class Desk:
    """Anna's mailbox, held; her account is linked, and she has one conversation, `talk`."""

    bridge: Bridge
    services: Services
    session: Session
    vacancy: Vacancy
    talk: Negotiation
    numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def nid(self) -> str:
        return self.talk.id

    @property
    def access(self) -> SessionAccess:
        return SessionAccess(self.services, self.session)

    @property
    def said(self) -> list[str]:
        """What waits to be said, with the signs on messages."""
        entries = self.session.outbox
        texts = [getattr(entry, "text", None) for entry in entries if not isinstance(entry, Mark)]
        return [text for text in texts if text]

    @property
    def signs(self) -> list[str]:
        """The signs that are to be set on messages, in order."""
        return [entry.emoji for entry in self.session.outbox if isinstance(entry, Mark)]

    async def carry_out(
        self, intent: Write, *, attempted_at: float = 0, since: float | None = None, told: bool = False
    ) -> None:
        """One step with one intent.

        It waits `since`, by default now, and was attempted before where `attempted_at` is set (Unix seconds);
        `told` where the user knows that it waits.
        """
        waits_since = self.services.clock() if since is None else since
        waiting = Waiting(intent, waits_since, attempted_at=attempted_at, over_at=attempted_at, told=told)
        await self.session.commit(Change(queue=lambda queue: [*queue, waiting]))
        await self.step(waiting)

    async def step(self, waiting: Waiting) -> None:
        """One step with what waits."""
        await Writes(self.services, self.session, self.access).carry_out(waiting)

    async def know(self, message_id: int, subject: Subject) -> None:
        """What a message of the chat is about."""
        await self.session.commit(Change(mapped={message_id: subject}))

    async def update(self, **content: object) -> bytes:
        """An update waits in the mailbox; what it is in Telegram's words."""
        raw = json.dumps({"update_id": next(self.numbers), **content}, ensure_ascii=False).encode()
        await self.push(raw)
        return raw

    async def push(self, raw: bytes) -> None:
        """This waits in the mailbox, as Telegram sent it."""
        await self.services.mailboxes.push([Incoming(self.session.user_id, next(self.numbers), raw)])
        self.session.stale = True
        await self.session.refill()

    async def write(self, text: str) -> bytes:
        """Anna writes to the bot."""
        person = {"id": self.session.user_id, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
        chat = {"id": self.session.user_id, "type": "private", "first_name": "Анна"}
        message: dict[str, object] = {
            "message_id": next(self.numbers),
            "date": 1,
            "chat": chat,
            "from": person,
        }
        entity = {"type": "bot_command", "offset": 0, "length": len(text)}
        return await self.update(
            message={**message, "text": text, "entities": [entity] if text.startswith("/") else []}
        )

    async def handle(self) -> None:
        """Handle every update that waits."""
        await UpdatesLane(self.services, self.session, self.access).run()

    async def die(self) -> None:
        """The holder of the mailbox dies, its claim runs out, and somebody else holds it."""
        box = self.session.user_id
        await self.services.store.zadd(keys.due(keys.shard_of(box)), {str(box): 0})
        self.session = await held(self.services, box)


async def held(services: Services, user_id: int) -> Session:
    """A session of a mailbox that waits."""
    (claim,) = (await services.mailboxes.claim(keys.shard_of(user_id), 1)).claims
    return Session(claim, services.mailboxes, services.store, services.telegram_limit)


@pytest.fixture
async def desk(redis_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with (
        worlds(redis_url, tmp_path) as bridge,
        sharing(bridge.settings, bridge.timing, None) as shared,
        working(bridge.settings, shared, bridge.timing) as services,
    ):
        await bridge.anna.start()
        world, user_id = bridge.hh.world, bridge.anna.id
        talk = conversation(bridge, letter="Здравствуйте!")
        await services.mailboxes.push([Incoming(user_id, 1, b"{}")])
        session = await held(services, user_id)
        pair = bridge.hh.link(bridge.applicant)
        tokens = Tokens(access_token=pair.access_token, refresh_token=pair.refresh_token)
        account = Account(hh_id=bridge.applicant.id, name="Анна", tokens=seal_tokens(services.vault, tokens))
        await session.commit(Change(handled=b"{}", account=lambda _: account))
        yield Desk(bridge, services, session, world.vacancies[talk.vacancy_id], talk)
