"""Counting what went in against what came out, at hh.ru and at Telegram."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from msgspec import Struct

from bot.sandbox.telegram.world import FIRST_UPDATE_ID
from bot.store.connection import Client
from tests.bridge.conftest import Bridge
from tests.chaos.traffic import Person

_TO_DO = re.compile(rb"^hh:\{\d+\}:(inbox|outbox|intents):\d+$")
_MARK = re.compile(r"\[[ue]\d+\.\d+\]")


class Way(Struct, frozen=True, kw_only=True):
    """One direction: how much was to go, how much came, and what went wrong with how much of it.

    `missing` names what was lost.
    """

    sent: int
    arrived: int
    lost: int
    doubled: int
    out_of_order: int
    missing: tuple[str, ...] = ()


class Window(Struct, frozen=True, kw_only=True):
    """Milliseconds between Telegram's acceptance of a message and the note of it, over so many of them."""

    of: int
    median: float
    p99: float
    longest: float


class Tally(Struct, frozen=True, kw_only=True):
    """What a run came to."""

    updates: int
    set_aside: int
    to_hh: Way
    to_telegram: Way
    window: Window | None
    stuck: Sequence[str] = ()

    @property
    def clean(self) -> bool:
        """True where nothing was lost, and nothing doubled but notifications."""
        ways = (self.to_hh, self.to_telegram)
        broken = sum(way.lost + way.out_of_order for way in ways) + self.to_hh.doubled + self.set_aside
        return broken == 0 and not self.stuck


@dataclass
class Counted:
    """Marks by conversation, in the order in which they arrived, each as often as it did."""

    arrived: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, where: str, text: str | None) -> None:
        """Note every mark in a text."""
        for mark in _MARK.findall(text or ""):
            self.arrived[where].append(mark)

    def against(self, expected: dict[str, str], *, prefix: str = "") -> Way:
        """Compare with the marks that were sent, each with its conversation."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for mark, where in expected.items():
            wanted[prefix + where].append(mark)
        missing: list[str] = []
        doubled = disorder = arrived = 0
        for where, marks in wanted.items():
            times = Counter(mark for mark in self.arrived[where] if mark in marks)
            arrived += sum(times.values())
            missing += [mark for mark in marks if not times[mark]]
            doubled += sum(count - 1 for count in times.values() if count > 1)
            first = list(dict.fromkeys(mark for mark in self.arrived[where] if mark in times))
            disorder += sum(one > other for one, other in pairwise(first))
        return Way(
            sent=len(expected),
            arrived=arrived,
            lost=len(missing),
            doubled=doubled,
            out_of_order=disorder,
            missing=tuple(missing),
        )


def outstanding(bridge: Bridge, people: Iterable[Person]) -> int:
    """How much has not arrived yet."""
    to_hh, to_telegram = ways(bridge, people)
    return to_hh.lost + to_telegram.lost + bridge.telegram.world.updates.count


def ways(bridge: Bridge, people: Iterable[Person]) -> tuple[Way, Way]:
    """Both directions of all accounts together."""
    at_hh, at_telegram = Counted(), Counted()
    declines: Counter[str] = Counter()
    for effect in bridge.hh.journal.effects:
        if effect.kind == "send":
            at_hh.add(effect.nid, effect.text)
        elif effect.kind == "apply":
            at_hh.add(bridge.hh.world.negotiations[effect.nid].vacancy_id, effect.text)
        elif effect.kind == "hide":
            declines[effect.nid] += 1
    talks = {mark: nid for person in people for mark, nid in person.ledger.events.items()}
    for call in bridge.telegram.calls("sendMessage"):
        for mark in _MARK.findall(call.parameters.text("text")):
            if mark in talks:
                at_telegram.add(f"{call.chat_id}:{talks[mark]}", mark)
    to_hh, to_telegram = [], []
    for person in people:
        ledger = person.ledger
        to_hh += [at_hh.against(ledger.written), at_hh.against(ledger.applied)]
        to_hh += [_declined(ledger.declined, declines), _edited(bridge, person)]
        to_telegram.append(at_telegram.against(ledger.events, prefix=f"{person.user.id}:"))
    return _sum(to_hh), _sum(to_telegram)


def doubled_by_chat(bridge: Bridge, people: Iterable[Person]) -> list[int]:
    """How many notifications came more than once, in each account's chat."""
    return [ways(bridge, [person])[1].doubled for person in people]


async def waiting(client: Client) -> int:
    """How many lists of what is to be done still lie in Redis."""
    names = [key async for key in client.scan_iter("hh:{*}:*", count=1000)]
    return sum(_TO_DO.match(name) is not None for name in names)


def window(accepted: dict[int, list[float]], noted: Iterable[tuple[int, float]]) -> Window | None:
    """How long each acceptance by Telegram waited for its note: moments in Unix seconds, by chat."""
    waits = []
    for chat, moment in noted:
        place = bisect_right(accepted.get(chat, []), moment)
        if place:
            waits.append((moment - accepted[chat][place - 1]) * 1000)
    if not waits:
        return None
    waits.sort()
    return Window(
        of=len(waits),
        median=round(waits[len(waits) // 2], 2),
        p99=round(waits[min(len(waits) - 1, len(waits) * 99 // 100)], 2),
        longest=round(waits[-1], 2),
    )


def updates(bridge: Bridge) -> int:
    """How many updates Telegram has had for the bridge."""
    return bridge.telegram.world.updates.next_id - FIRST_UPDATE_ID


def _declined(wanted: set[str], declines: Counter[str]) -> Way:
    return Way(
        sent=len(wanted),
        arrived=sum(declines[nid] for nid in wanted),
        lost=sum(not declines[nid] for nid in wanted),
        doubled=sum(max(0, declines[nid] - 1) for nid in wanted),
        out_of_order=0,
        missing=tuple(f"decline of {nid}" for nid in wanted if not declines[nid]),
    )


def _edited(bridge: Bridge, person: Person) -> Way:
    """Letters whose text at hh.ru must be the changed one in the end."""
    letters = [
        message.text or ""
        for talk in bridge.hh.world.of_applicant(person.applicant.id)
        for message in talk.messages
        if message.letter
    ]
    wanted = person.ledger.edited
    missing = tuple(
        f"edit of {mark}"
        for mark in wanted
        if not any(mark in letter and "пожалуйста" in letter for letter in letters)
    )
    lost = len(missing)
    return Way(
        sent=len(wanted), arrived=len(wanted) - lost, lost=lost, doubled=0, out_of_order=0, missing=missing
    )


def _sum(several: Iterable[Way]) -> Way:
    several = list(several)
    return Way(
        sent=sum(way.sent for way in several),
        arrived=sum(way.arrived for way in several),
        lost=sum(way.lost for way in several),
        doubled=sum(way.doubled for way in several),
        out_of_order=sum(way.out_of_order for way in several),
        missing=tuple(mark for way in several for mark in way.missing),
    )
