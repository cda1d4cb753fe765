"""Records to bytes and back."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")


def _as_stored(value: object) -> object:
    if isinstance(value, str):  # a subclass, such as `bot.chat.html.Html`
        return str(value)
    raise TypeError(f"{type(value).__name__} is not stored")


_encoder = msgspec.msgpack.Encoder(enc_hook=_as_stored)


def pack(record: object) -> bytes:
    """A compact form of a typed record."""
    return _encoder.encode(record)


def unpack(packed: bytes, kind: type[T]) -> T:
    """The record again; raises `msgspec.DecodeError` for what is not of its kind."""
    return msgspec.msgpack.decode(packed, type=kind)
