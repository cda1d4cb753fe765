"""JSON of Telegram that holds what is no character: bytes that are no UTF-8, and halves of surrogate pairs.

Only those are replaced. All else stays byte for byte as it was written: an update that comes again is
known by its bytes.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    rb"""
    \\u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}  # a pair
    | (?P<half> \\u[dD][89a-fA-F][0-9a-fA-F]{2} )
    | \\.  # a backslash, too, that stands before what looks like one
    """,
    re.VERBOSE | re.DOTALL,
)


def mended(raw: bytes) -> bytes:
    """The same JSON without what is no character."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        raw = raw.decode(errors="replace").encode()
    if b"\\ud" in raw or b"\\uD" in raw:
        return _ESCAPE.sub(_without_half, raw)
    return raw


def _without_half(escape: re.Match[bytes]) -> bytes:
    return b"?" if escape["half"] else escape[0]
