"""What happened in a conversation, as the user is to be told of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.hh.models import Message, Negotiation


class Kind(StrEnum):
    """The sort of news. PROGRESS is any other state that hh.ru names (interview, offer, hired)."""

    MESSAGE = "message"
    INVITATION = "invitation"
    REFUSAL = "refusal"
    PROGRESS = "progress"


@dataclass(frozen=True)
class Event:
    """One piece of news; `message` is None where only the state of the conversation moved."""

    kind: Kind
    negotiation: Negotiation
    message: Message | None = None
