"""What a message of the chat is about, as the map keeps it: years of messages, so in few bytes. Pure."""

from __future__ import annotations

from msgspec.msgpack import Decoder

from bot.chat.outgoing import Conversation, Subject
from bot.store.packing import pack

_decoder: Decoder[Subject] = Decoder(Subject)


def note(subject: Subject) -> str | bytes:
    """The value of the map.

    Most subjects are nothing but a conversation, and hh.ru's ids are numbers, which Redis keeps as such.
    """
    if isinstance(subject, Conversation) and subject == Conversation(subject.nid):
        if subject.nid.isascii() and subject.nid.isdigit():
            return subject.nid
        return pack((Conversation.__struct_config__.tag, subject.nid))
    return pack(subject)


def noted(value: bytes) -> Subject:
    """The subject again; raises `msgspec.DecodeError` for what is none."""
    # A packed subject is an array, which begins with no digit.
    return Conversation(value.decode()) if value.isdigit() else _decoder.decode(value)
