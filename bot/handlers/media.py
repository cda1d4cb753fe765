"""Everything that is no text: hh.ru can't take it, and the user hears so at once."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace
from telegram import Message

from bot.chat.html import blank, join
from bot.chat.outgoing import Album, Conversation, Draft
from bot.chat.screens import answers as screens
from bot.chat.screens import drafts
from bot.handlers import apply
from bot.handlers.reply import ask_to_whom, replied_to
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn
from bot.handlers.written import written

# A GIF is a document too, and a venue a location: the narrower name comes first.
_KINDS: Final = (
    "animation",
    "audio",
    "contact",
    "dice",
    "document",
    "photo",
    "poll",
    "sticker",
    "venue",
    "location",
    "video",
    "video_note",
    "voice",
)


@for_linked
async def unsendable(turn: Turn, message: Message) -> None:
    """Nothing is sent; a caption can be, when the user says so. A post with a vacancy shows its card."""
    message_id, caption = message.message_id, written(message)
    about = await replied_to(turn, message)
    conversation = about if isinstance(about, Conversation) else None
    if not conversation and await apply.recognised(turn, message):
        return
    if await _answered_before(turn, message) and not caption:
        return
    refusal = screens.cannot_send(turn.texts, _kind(message))
    if blank(caption):
        turn.say(refusal.say(reply_to=message_id))
    elif conversation:
        turn.remember(message_id, Draft(caption, message_id))
        screen = drafts.caption_only(turn.texts, conversation.nid, caption, message_id)
        turn.say(replace(screen, text=join((refusal.text, screen.text), "\n\n")).say(reply_to=message_id))
    else:
        screen = await ask_to_whom(turn, caption, message_id)
        turn.say(replace(screen, text=join((refusal.text, screen.text), "\n\n")).say(reply_to=message_id))


def _kind(message: Message) -> str:
    """The Bot API's name of what the message carries, "" for what is new to us."""
    return next((kind for kind in _KINDS if getattr(message, kind)), "")


async def _answered_before(turn: Turn, message: Message) -> bool:
    """True for a picture of an album whose picture before it got the answer: one is enough."""
    if message.media_group_id is None:
        return False
    album = Album(message.media_group_id)
    turn.remember(message.message_id, album)
    return await turn.subject(message.message_id - 1) == album
