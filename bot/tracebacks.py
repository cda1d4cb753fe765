"""What went wrong and where, for the log, without what it was about.

Libraries quote what they could not read, and so do Python's own errors of values and keys: pydantic and
msgspec the words, aiohttp the bytes and the address, Redis a command, Telegram what it was sent. Of those
the class is told. In full speak the bridge's own errors, which quote nothing, and Python's errors of code
and of the system.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from textwrap import indent
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

_OWN = __name__.partition(".")[0]
_QUOTING = (ValueError, LookupError)

_FRAMES = 60
"""The innermost ones; whoever can make the bridge descend deep must not be able to fill the log."""


def told(exc_info: ExcInfo) -> str:
    """A traceback with all causes, as Python prints it but for texts that may quote."""
    return "".join(_lines(exc_info[1], set())).rstrip("\n")


def _lines(error: BaseException, told_of: set[int]) -> Iterator[str]:
    told_of.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in told_of:
        yield from _lines(before, told_of)
        yield "\nWhich led to:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__, -_FRAMES)
    yield f"{_named(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield indent("".join(_lines(inner, told_of)), "  | ")


def _named(error: BaseException) -> str:
    kind = type(error)
    of_python = kind.__module__ == "builtins"
    name = kind.__qualname__ if of_python else f"{kind.__module__}.{kind.__qualname__}"
    speaks = (of_python and not isinstance(error, _QUOTING)) or kind.__module__.partition(".")[0] == _OWN
    text = f"{name}: {error}" if speaks and str(error) else name
    return "\n".join((text, *getattr(error, "__notes__", ())))  # notes are the bridge's own (bot.trail)
