"""What the bridge writes into its log during a test, at DEBUG, and what of it nobody should read there.

The log goes through `bot.log` as in production, but without knowing any secret of the tests; so a
secret that is logged must be caught by its shape, and a text that is logged is caught by nothing.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

from bot import log
from bot.log import HIDDEN
from bot.sandbox.hh.server import LocalHh
from bot.sandbox.telegram.server import LocalTelegram

SHORTEST_TEXT = 6
"""Letters; a shorter one stands in lines of its own right."""

SHORTEST_ID = 6
"""Digits; a shorter one may be a count or a time."""

# What the two local servers and the bridge itself make: Telegram's token, hh.ru's tokens and codes, and
# whatever `secrets.token_urlsafe` or Fernet gives (states, one-time codes, verifiers, keys, sealed values).
SECRET = re.compile(
    r"""
      \b \d{5,}:[A-Za-z0-9_-]{20,}
    | \b [A-Z0-9]{64} \b
    | (?<![\w/+-]) (?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9]) [\w-]{32,} =*
    """,
    re.VERBOSE | re.ASCII,
)


class Overheard(logging.Handler):
    """Everything that was logged since the last `begin`, as production writes it at DEBUG."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(log.formatter("json"))
        self._said = io.StringIO()

    def begin(self) -> None:
        """Forget what was said."""
        self._said = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self._said.write(self.format(record) + "\n")

    @property
    def text(self) -> str:
        return self._said.getvalue()


def leaks(said: str, private: set[str], ids: set[str] | None = None) -> list[str]:
    """The lines that hold a secret, one of the `private` texts or one of the `ids`."""
    return [line for line in said.splitlines() if SECRET.search(line.replace(HIDDEN, ""))] + personal(
        said, private, ids
    )


def personal(said: str, private: set[str], ids: set[str] | None = None) -> list[str]:
    """The lines that hold one of the `private` texts, however they are written, or one of the `ids`."""
    numbered = re.compile(rf"(?<![\w.])(?:{'|'.join(ids)})(?!\w)") if ids else None
    written = {form for text in private for form in _forms(text)}
    return [
        line
        for line in said.splitlines()
        if any(form in line for form in written) or (numbered is not None and numbered.search(line))
    ]


def _forms(text: str) -> Iterator[str]:
    """A text as it is, as the bytes of it are shown, and as JSON and Python escape it."""
    yield text
    if not text.isascii():
        # JSON shows the backslashes of an error that is quoted in it twice.
        for shown in (repr(text.encode(errors="replace"))[2:-1], json.dumps(text)[1:-1]):
            yield shown
            yield shown.replace("\\", "\\\\")


def private_ids(world: object) -> set[str]:
    """What people and their things are numbered with in a local world."""
    found: set[str] = set()
    if isinstance(world, LocalHh):
        hh = world.world
        found = {*hh.accounts, *hh.negotiations, *hh.vacancies, *hh.resumes}
    elif isinstance(world, LocalTelegram):
        found = {str(number) for number in world.world.chats}
    return {number for number in found if len(number) >= SHORTEST_ID}


def private_texts(world: object) -> set[str]:
    """What people wrote in a local world, and what they are called there."""
    texts = _of_hh(world) if isinstance(world, LocalHh) else _of_telegram(world)
    # Line by line: JSON writes the end of a line otherwise.
    lines = {line.strip() for text in texts if text for line in text.splitlines()}
    return {line for line in lines if len(line) >= SHORTEST_TEXT}


def _of_hh(hh: LocalHh) -> Iterator[str | None]:
    for negotiation in hh.world.negotiations.values():
        yield from (message.text for message in negotiation.messages)
    for account in hh.world.accounts.values():
        yield f"{account.first_name} {account.last_name}"


def _of_telegram(telegram: object) -> Iterator[str | None]:
    if isinstance(telegram, LocalTelegram):
        for chat in telegram.world.chats.values():
            yield from (message.text for message in chat.messages.values())
