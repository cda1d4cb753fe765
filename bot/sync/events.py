"""What happened in a conversation, as the user is to be told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.hh.models import Message, Negotiation, PhoneCall


class Kind(StrEnum):
    """The sort of news.

    PROGRESS is any other state that hh.ru names (interview, offer, hired), CALL a telephone call that
    came to nothing, VIEW that the employer has looked at the application.
    """

    MESSAGE = "message"
    INVITATION = "invitation"
    REFUSAL = "refusal"
    PROGRESS = "progress"
    CALL = "call"
    VIEW = "view"


@dataclass(frozen=True)
class Event:
    """One piece of news: a message, a call, or, without both, a conversation that moved or was viewed.

    `unopened`: something was written whose text was not fetched, for that would mark it read at hh.ru.
    """

    kind: Kind
    negotiation: Negotiation
    message: Message | None = None
    call: PhoneCall | None = None
    unopened: bool = False

    @property
    def when(self) -> datetime:
        """When it happened, by hh.ru's clock."""
        if self.call:
            return self.call.creation_time
        return self.message.created_at if self.message else self.negotiation.updated_at
