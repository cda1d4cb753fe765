"""What several operations read back from hh.ru."""

from __future__ import annotations

from bot.hh.errors import HhError
from bot.hh.gateway import Gateway
from bot.hh.models import Negotiation


async def glimpse(hh: Gateway, nid: str) -> Negotiation | None:
    """The conversation, for its vacancy's name: what was done stands without it, too."""
    try:
        return await hh.negotiation(nid)
    except HhError:
        return None


def same_text(theirs: str | None, ours: str) -> bool:
    """True for the same text; hh.ru may trim it or change its line ends."""
    return (theirs or "").split() == ours.split()
