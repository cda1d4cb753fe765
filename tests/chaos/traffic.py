"""Both sides of many conversations: what was written is remembered, so that it can be counted later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from bot.sandbox.hh.objects import Applicant, Employer, Negotiation, Resume
from bot.sandbox.telegram.chats import ChatMessage
from bot.sandbox.telegram.people import LocalUser
from tests.bridge.conftest import Bridge
from tests.bridge.steps import hide_button

PATIENCE = 300.0
"""Seconds until a step that gets no answer counts as stuck: a storm on a busy machine is slow."""

TALKS = 3


@dataclass
class Ledger:
    """What one account's user and employers did; numbers ascend in the order it was done.

    `written` and `events` map a mark in a text to its conversation, `edited` are letters that were
    changed afterwards, `declined` conversations that were left.
    """

    written: dict[str, str] = field(default_factory=dict)
    applied: dict[str, str] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    events: dict[str, str] = field(default_factory=dict)
    stuck: list[str] = field(default_factory=list)


class Person:
    """One account with its user and some employers, who all write at random moments."""

    def __init__(self, bridge: Bridge, number: int, seed: int) -> None:
        self.bridge = bridge
        self.number = number
        self.ledger = Ledger()
        self.user: LocalUser = bridge.telegram.user(200_000 + number, f"Человек {number}")
        world = bridge.hh.world
        self.applicant: Applicant = world.add_applicant(f"Имя{number}", f"Фамилия{number}")
        self.resume: Resume = world.add_resume(self.applicant, "Аналитик данных")
        self.employer: Employer = world.add_employer(f"Компания {number}")
        self.talks = [self._talk() for _ in range(TALKS)]
        self._random = Random(seed * 1000 + number)  # noqa: S311, no secret
        self._marks = 0
        self._flows: set[str] = set()

    async def link(self) -> None:
        """From /start to the linked account."""
        await self.bridge.link(self.user, self.applicant)

    async def live(self, over: asyncio.Event, pause: float) -> None:
        """Do one thing after the other, `pause` seconds apart on average, until it is over."""
        actions: dict[Callable[[], Awaitable[None] | None], int] = {
            self.employer_writes: 6,
            self.employer_invites: 2,
            self.user_replies: 6,
            self.user_looks: 1,
        }
        flows = {self.user_applies: 1, self.user_declines: 1, self.employer_refuses: 1}
        async with asyncio.TaskGroup() as group:
            while not over.is_set():
                await asyncio.sleep(self._random.uniform(0.2, 2 * pause))
                names, weights = zip(*(actions | flows).items(), strict=True)
                (action,) = self._random.choices(names, weights)
                if action in flows:
                    group.create_task(self._flow(action))
                elif (doing := action()) is not None:
                    await doing

    async def exchange(self, within: float = PATIENCE) -> None:
        """An employer writes, the user answers, and both have arrived."""
        talk = self.talks[0]
        news, answer = self._event(talk), self._mark("u")
        self.bridge.hh.employers.write(talk.id, f"{news} Вы здесь?")
        question = await self.user.wait_for(lambda m: news in m.text, within)
        self.ledger.written[answer] = talk.id
        sent = await self.user.send(f"{answer} Здесь", reply_to=question.id)
        await self.user.wait_for_reaction(sent, "👌", within)

    def employer_writes(self) -> None:
        """A free message."""
        talk = self._random.choice(self.talks)
        self.bridge.hh.employers.write(talk.id, f"{self._event(talk)} Здравствуйте & <до свидания> 🙂")

    def employer_invites(self) -> None:
        """An invitation."""
        talk = self._random.choice(self.talks)
        self.bridge.hh.employers.invite(talk.id, f"{self._event(talk)} Ждём вас")

    async def employer_refuses(self) -> None:
        """An invitation to a new conversation, and a refusal."""
        talk = self._talk()
        self.bridge.hh.employers.invite(talk.id, f"{self._event(talk)} Ждём вас")
        await asyncio.sleep(self._random.uniform(0, 2))
        self.bridge.hh.employers.discard(talk.id, f"{self._event(talk)} Мы передумали")

    async def user_replies(self) -> None:
        """An answer to some news, sometimes changed right after it was sent."""
        talk = self._random.choice(self.talks)
        news = self._news_of(talk)
        if news is None:
            return
        mark = self._mark("u")
        self.ledger.written[mark] = talk.id
        message_id = await self.user.send(f"{mark} Приду", reply_to=news.id)
        if self._random.random() < 0.2:
            await asyncio.sleep(self._random.uniform(0, 0.5))
            await self.user.edit(message_id, f"{mark} Приду, спасибо")

    async def user_looks(self) -> None:
        """A command."""
        await self.user.send("/list")

    async def user_applies(self) -> None:
        """An application with a letter, which is changed afterwards."""
        user, site = self.user, self.bridge.hh.site_url
        job = self.bridge.hh.world.add_vacancy(self.employer, f"Вакансия {self._mark('v')}")
        asked = await user.send(f"{site}/vacancy/{job.id}")
        await self._press(asked, lambda m: job.name in m.text, "Откликнуться")
        await self._press(asked, lambda m: "Аналитик данных" in str(m.labels), "Аналитик данных")
        mark = self._mark("u")
        letter, text = await self._letter(asked, mark)
        self.ledger.applied[mark] = job.id
        await self._press(letter, lambda m: text in m.text, "✅ Отправить")
        await user.wait_for_reaction(letter, "👌", PATIENCE)
        self.ledger.edited.add(mark)
        await user.edit(letter, f"{mark} Возьмите меня, пожалуйста")

    async def user_declines(self) -> None:
        """A new conversation, an invitation, and a polite no."""
        talk, user = self._talk(), self.user
        mark = self._event(talk)
        self.bridge.hh.employers.invite(talk.id, f"{mark} Приглашаем")
        news = await self._wait(lambda m: mark in m.text and bool(m.labels), 0)
        user.tap(news.id, hide_button(news))
        await self._wait(lambda m: "🙅 Отказаться и скрыть" in m.labels, news.id)
        self.ledger.declined.add(talk.id)
        await self._press(news.id, lambda m: True, "🙅 Отказаться и скрыть")

    async def _flow(self, flow: Callable[[], Awaitable[None]]) -> None:
        """Several steps on end, one such at a time; where it gets stuck, that is remembered."""
        name = getattr(flow, "__name__", "")
        if name in self._flows:
            return
        self._flows.add(name)
        try:
            async with asyncio.timeout(PATIENCE):
                await flow()
        except (AssertionError, TimeoutError) as error:
            self.ledger.stuck.append(f"{name} of {self.number}: {error!r}\n{self._chat()}")
        finally:
            self._flows.discard(name)

    def _chat(self) -> str:
        """What the end of the chat looks like."""
        last = list(self.user.state.messages.values())[-12:]
        return "\n".join(f"  {m.id} {m.text[:90]!r} {m.labels} {m.reactions}" for m in last)

    async def _letter(self, asked: int, mark: str) -> tuple[int, str]:
        """Answer the prompt for a letter; where it came twice and the first copy is stale, the last one.

        Each letter has a text of its own: only the last one is sent, whatever comes of the others later.
        """
        await self._wait(lambda m: m.prompt is not None, asked)
        number = 0
        while True:
            number += 1
            prompts = [m for m in self.user.from_bot if m.id > asked and m.prompt is not None]
            text = f"{mark} Возьмите меня, прошу в {number}-й раз"
            letter = await self.user.send(text, reply_to=prompts[-1].id)
            with suppress(AssertionError):
                await self.user.wait_for(_preview(text), 40, after=letter)
                return letter, text

    async def _press(self, after: int, wanted: Callable[[ChatMessage], bool], label: str) -> None:
        """Press a button, and wait until it is gone; of a message that comes twice, press each copy once.

        What the first copy is about may never have been noted: its buttons then say that they are stale.
        """

        def shown() -> list[ChatMessage]:
            return [m for m in self.user.from_bot if m.id > after and wanted(m) and label in str(m.labels)]

        await self._wait(lambda m: m in shown(), after)
        pressed: list[ChatMessage] = []
        while copies := shown():
            if copies[-1] not in pressed:
                pressed.append(copies[-1])
                self.user.tap(copies[-1].id, label)
            elif copies[-1] is not pressed[-1]:
                return  # the copy that counts is done with; this one is stale
            await self.user.wait_until(lambda: pressed[-1] not in shown()[-1:], PATIENCE)

    async def _wait(self, wanted: Callable[[ChatMessage], bool], after: int) -> ChatMessage:
        return await self.user.wait_for(wanted, PATIENCE, after=after)

    def _news_of(self, talk: Negotiation) -> ChatMessage | None:
        marks = [mark for mark, nid in self.ledger.events.items() if nid == talk.id]
        shown = (m for m in reversed(self.user.from_bot) if any(mark in m.text for mark in marks))
        return next(shown, None)

    def _talk(self) -> Negotiation:
        world = self.bridge.hh.world
        return world.open_negotiation(
            self.resume, world.add_vacancy(self.employer, "Аналитик"), state="response"
        )

    def _event(self, talk: Negotiation) -> str:
        mark = self._mark("e")
        self.ledger.events[mark] = talk.id
        return mark

    def _mark(self, kind: str) -> str:
        self._marks += 1
        return f"[{kind}{self.number}.{self._marks:05}]"


def _preview(text: str) -> Callable[[ChatMessage], bool]:
    """What shows a letter before it is sent."""
    return lambda message: "✅ Отправить" in message.labels and text in message.text
