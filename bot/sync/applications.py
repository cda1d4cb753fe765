"""How many applications a user has made in the last day, and when one more is possible. Pure.

hh.ru takes at most 200 in a rolling day (contract, "Behaviour"), counting those made on the site.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.hh.models import Negotiation

LIMIT = 200
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Applications:
    """When applications were made, in Unix seconds, oldest first; those that are known."""

    moments: tuple[float, ...] = ()

    def in_a_day(self, now: float) -> int:
        """How many count at `now`."""
        return sum(at > now - DAY_SECONDS for at in self.moments)

    def free_at(self, now: float) -> float | None:
        """When hh.ru takes one more at the latest, where it takes none now; None where nothing is known."""
        counted = [at for at in self.moments if at > now - DAY_SECONDS]
        return counted[max(0, len(counted) - LIMIT)] + DAY_SECONDS if counted else None


def made(negotiation: Negotiation) -> dict[str, float]:
    """The application that a conversation began with, by its id; an employer's invitation is none."""
    applied = negotiation.state.id == "response"
    return {negotiation.id: negotiation.created_at.timestamp()} if applied else {}
