"""What every operation can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.chat.outgoing import Outgoing
from bot.chat.texts import Texts
from bot.hh.errors import Refused
from bot.worker.change import Change


class Impossible(Exception):
    """Nothing was written at hh.ru, nor can it be; `change` tells the user."""

    def __init__(self, change: Change) -> None:
        super().__init__("impossible")
        self.change = change


class Operation(Protocol):
    """One intent. `repeatable` where doing it twice, or late, does no harm."""

    repeatable: bool

    async def perform(self, t: Texts) -> Change:
        """Ask hh.ru; returns what to write down. Raises `HhError` and `Impossible`."""

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        """What an attempt of unknown outcome came to: as `perform`, or None where nothing is there.

        Raises `MalformedAnswer` where it may stand in something that can't be read, `InDoubt` where what is
        there may be something else.
        """

    def refused(self, t: Texts, error: Refused) -> Change:
        """What to write down where hh.ru refuses."""

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        """Said where hh.ru does not show what an attempt came to."""
