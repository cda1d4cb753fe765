"""What several operations read back from hh.ru."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.hh.errors import HhError
from bot.hh.gateway import Gateway
from bot.hh.models import Negotiation

SKEW = 300.0
"""Seconds by which hh.ru may date something too early that is taken for what was attempted. Within them the
very same, done on the site just before, passes for it: the employer has it either way."""

DOUBTFUL = 24 * 3600.0
"""Seconds by which something may be dated before an attempt and still be what was attempted: clocks may
differ by hours. What is older is not."""


class InDoubt(Exception):
    """What hh.ru shows may be what was attempted, or something older that looks the same."""


def older(created_at: datetime, there: datetime | None, attempted_at: float, now: float) -> float:
    """By how many seconds what hh.ru dates so is older than an attempt; negative where it is younger.

    `there` is hh.ru's clock at `now` of ours. Only spans of time are compared, so that it doesn't matter how
    far the two clocks are apart.
    """
    there = there or datetime.fromtimestamp(now, UTC)
    return (there - created_at).total_seconds() - (now - attempted_at)


async def glimpse(hh: Gateway, nid: str) -> Negotiation | None:
    """The conversation, for its vacancy's name: what was done stands without it, too."""
    try:
        return await hh.negotiation(nid)
    except HhError:
        return None


def same_text(theirs: str | None, ours: str) -> bool:
    """True for the same text; hh.ru may trim it or change its line ends."""
    return (theirs or "").split() == ours.split()
