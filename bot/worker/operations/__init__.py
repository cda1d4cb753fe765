"""How each intent is carried out at hh.ru, what tells that it was, and what the user sees of it."""

from __future__ import annotations

from bot.chat.intents import Apply, EditMessage, Hide, SendMessage, Write
from bot.hh.gateway import Gateway
from bot.worker.operations.apply import Applying
from bot.worker.operations.edit import Editing
from bot.worker.operations.hide import Hiding
from bot.worker.operations.operation import Operation
from bot.worker.operations.send import Sending
from bot.worker.session import Session

__all__ = ["Operation", "operation"]


def operation(intent: Write, hh: Gateway, session: Session) -> Operation:
    """The operation for an intent."""
    match intent:
        case SendMessage():
            return Sending(intent, hh, session)
        case EditMessage():
            return Editing(intent, hh, session)
        case Hide():
            return Hiding(intent, hh, session)
        case Apply():  # pragma: no branch - the last of all
            return Applying(intent, hh, session)
