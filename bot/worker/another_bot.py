"""After another bot has taken over: the numbers of messages in its chats begin anew.

What was known of the old chat's messages would be believed of others, and a reply go to an employer whom the
user did not mean. So it is forgotten; what waits goes on without the messages that it refers to.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from bot.chat.intents import Apply, EditMessage, Hide, HideAll, Intent, SendMessage
from bot.chat.outgoing import (
    Application,
    Document,
    Draft,
    DropTopic,
    Leave,
    Mark,
    Outgoing,
    Place,
    Retitle,
    Rewrite,
    Say,
    Subject,
    Where,
)
from bot.log import logger
from bot.worker.change import Change
from bot.worker.session import Session
from bot.worker.waiting import Waiting

log = logger(__name__)


async def move_in(session: Session) -> None:
    """Have the session's chat be that of the bot which serves now; before any lane works with it."""
    if session.account is None or session.head.bot == session.bot:
        return
    log.info("another bot serves this chat now")
    said = [left for entry in await session.waiting_deliveries() if (left := moved(entry)) is not None]
    head = {"bot": session.bot, "outbox": 0, "unconfirmed": 0, "linear": 0}
    await session.commit(Change(new_chat=said, queue=_moved, head=head))


def moved(entry: Outgoing) -> Outgoing | None:
    """What of an entry can be said in another chat; None for nothing."""
    match entry:
        case Say() | Document():
            return structs.replace(entry, at=_place(entry.at), about=_about(entry.about), reply_to=None)
        case Place():
            return structs.replace(entry, at=_place(entry.at))
        case Rewrite() if entry.lasting:
            return Say(text=entry.text, keyboard=entry.keyboard, about=_about(entry.about), silent=True)
        case Mark() if entry.fallback:
            return Say(text=entry.fallback, silent=True)
        case Leave():
            return entry
        case Rewrite() | Mark() | Retitle() | DropTopic():  # pragma: no branch - the last of all
            return None


def without_messages(intent: Intent) -> Intent:
    """An intent that shows its outcome at no message of the old chat."""
    match intent:
        case SendMessage() | EditMessage():
            return structs.replace(intent, chat_message_id=0, thread=0)
        case Apply():
            return structs.replace(intent, chat_message_id=0, card_id=0, thread=0)
        case Hide() | HideAll():  # pragma: no branch - the last of all
            return structs.replace(intent, card_id=0, thread=0)


def _moved(queue: Sequence[Waiting]) -> list[Waiting]:
    return [structs.replace(waiting, intent=without_messages(waiting.intent)) for waiting in queue]


def _place(at: Where) -> Where:
    return 0 if isinstance(at, int) else at


def _about(subject: Subject | None) -> Subject | None:
    return structs.replace(subject, message_id=0) if isinstance(subject, Draft | Application) else subject
