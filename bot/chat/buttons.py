"""Buttons: a `Press` sealed into callback data for the one user who may press it.

Telegram allows 1 to 64 bytes (Bot API, "InlineKeyboardButton", callback_data). The data is base64url
of the packed press and 8 bytes of HMAC-SHA256 over user and press. Packed are the action and each
argument alike: one byte of kind and length, then a number, hexadecimal digits or text. So a vacancy
of 20 digits and a resume of 38 hexadecimal digits fit together.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, urlsafe_b64encode

from bot.chat.outgoing import Press

LIMIT = 64
"""Bytes of callback data."""

_TEXT, _NUMBER, _HEX = 0, 1, 2
_MAC = 8
_MAX_LENGTH = 0x3F


class BadButton(Exception):
    """Callback data that this bridge did not make for this user."""


def button_key(bot_token: str) -> bytes:
    """The key that seals the buttons of this bot."""
    return hmac.digest(bot_token.encode(), b"hh-bridge buttons", "sha256")


def seal(press: Press, user_id: int, key: bytes) -> str:
    """Callback data for `press`. Raises ValueError where it can't fit 64 bytes."""
    packed = b"".join(_pack(word) for word in (press.action, *press.args))
    data = urlsafe_b64encode(packed + _mac(packed, user_id, key)).rstrip(b"=").decode()
    if len(data) > LIMIT:
        raise ValueError(f"a press of {press.action!r} needs {len(data)} bytes of {LIMIT}")
    return data


def unseal(data: str, user_id: int, key: bytes) -> Press:
    """The press in callback data. Raises `BadButton` for anything not sealed for this user."""
    try:
        sealed = b64decode(data + "=" * (-len(data) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadButton("not callback data of this bridge") from error
    packed, mac = sealed[:-_MAC], sealed[-_MAC:]
    # Base64 has spare bits at the end: only the one spelling that `seal` makes is taken.
    if not hmac.compare_digest(mac, _mac(packed, user_id, key)) or _spelling(sealed) != data:
        raise BadButton("a button of another user, bot or time")
    action, *args = _unpack(packed)
    return Press(action, tuple(args))


def _spelling(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _mac(packed: bytes, user_id: int, key: bytes) -> bytes:
    return hmac.digest(key, b"%d:%b" % (user_id, packed), "sha256")[:_MAC]


def _pack(word: str) -> bytes:
    kind, body = _body(word)
    if len(body) > _MAX_LENGTH:
        raise ValueError(f"an argument of {len(body)} bytes does not fit a button")
    return bytes([kind << 6 | len(body)]) + body


def _body(word: str) -> tuple[int, bytes]:
    if word.isascii() and word.isdigit() and (word == "0" or not word.startswith("0")):
        number = int(word)
        return _NUMBER, number.to_bytes((number.bit_length() + 7) // 8)
    try:
        body = bytes.fromhex(word)
    except ValueError:
        return _TEXT, word.encode()
    return (_HEX, body) if body and body.hex() == word else (_TEXT, word.encode())


def _unpack(packed: bytes) -> list[str]:
    words = []
    while packed:
        kind, size = packed[0] >> 6, packed[0] & _MAX_LENGTH
        body, packed = packed[1 : size + 1], packed[size + 1 :]
        if kind == _NUMBER:
            words.append(str(int.from_bytes(body)))
        else:
            words.append(body.hex() if kind == _HEX else body.decode())
    return words
