"""Records to bytes and back.

What is long, and read only where something changed, is squeezed besides: memory is what an account that
sleeps costs.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TypeVar

import msgspec

_SQUEEZED = b"\x78"
"""How zlib's data begins (RFC 1950, 2.2). No record does: they are arrays and maps."""

_WORTHWHILE = 128
"""Bytes from which on squeezing saves something."""

T = TypeVar("T")


def _as_stored(value: object) -> object:
    if isinstance(value, str):  # a subclass, such as `bot.chat.html.Html`
        return str(value)
    raise TypeError(f"{type(value).__name__} is not stored")


_encoder = msgspec.msgpack.Encoder(enc_hook=_as_stored)


def pack(record: object) -> bytes:
    """A compact form of a typed record."""
    return _encoder.encode(record)


def squeeze(record: object) -> bytes:
    """A form that is still smaller, for a long record."""
    packed = pack(record)
    return packed if len(packed) < _WORTHWHILE else min(packed, zlib.compress(packed), key=len)


def unpack(packed: bytes, kind: type[T]) -> T:
    """The record again, squeezed or not; raises `msgspec.DecodeError` for what is not of its kind."""
    decoder: msgspec.msgpack.Decoder[T] = _decoder(kind)  # type: ignore[arg-type] # types are hashable
    return decoder.decode(unsqueezed(packed))


@cache
def _decoder(kind: type[T]) -> msgspec.msgpack.Decoder[T]:
    return msgspec.msgpack.Decoder(kind)


def unsqueezed(packed: bytes) -> bytes:
    """What `pack` made of a record; raises `msgspec.DecodeError`."""
    if not packed.startswith(_SQUEEZED):
        return packed
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise msgspec.DecodeError(f"no record: {error}") from error
