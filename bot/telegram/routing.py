"""Which mailbox an update belongs to, read from its raw JSON without parsing the rest."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that Telegram is asked for (Bot API, "Update")."""

# Bot API, "User" and "Chat": an id has at most 52 significant bits.
_Id = Annotated[int, Meta(ge=-(2**53), le=2**53)]


class UnreadableUpdate(Exception):
    """Storing the update would be of no use: it can't be read, or nobody would handle it."""


class Routed(Struct, frozen=True):
    """Where an update goes: `mailbox` is the id of its private chat, that is of the user, or of its group.

    `written` where it is a message or an edit of one.
    """

    update_id: int
    mailbox: int
    written: bool


class _Chat(Struct):
    id: _Id


class _InChat(Struct):
    chat: _Chat


class _CallbackQuery(Struct):
    from_: _Chat = msgspec.field(name="from")
    message: _InChat | None = None


class _Update(Struct):
    update_id: _Id
    message: _InChat | None = None
    edited_message: _InChat | None = None
    callback_query: _CallbackQuery | None = None
    my_chat_member: _InChat | None = None


class _Numbered(Struct):
    update_id: _Id


_decoder = msgspec.json.Decoder(_Update)
_numbered = msgspec.json.Decoder(_Numbered)


def route(raw: bytes) -> Routed:
    """Read whose update this is; raises UnreadableUpdate, whose text never quotes the update."""
    try:
        raw.decode()  # skipped strings are not checked by the decoder
        update = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise UnreadableUpdate(f"no update: {error}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableUpdate(f"no JSON: {type(error).__name__}") from None
    written = update.message is not None or update.edited_message is not None
    return Routed(update.update_id, _mailbox(update), written)


def update_id(raw: bytes) -> int | None:
    """The number of an update that may be unreadable otherwise; None where it has none."""
    try:
        return _numbered.decode(raw).update_id
    except (ValueError, RecursionError):
        return None


def _mailbox(update: _Update) -> int:
    seen = update.message or update.edited_message or update.my_chat_member
    if seen is not None:
        return seen.chat.id
    if update.callback_query is None:
        raise UnreadableUpdate("none of the kinds that were asked for")
    # The message of a very old button is missing; then it is the user's own private chat.
    message = update.callback_query.message
    return message.chat.id if message else update.callback_query.from_.id
