"""The guard over the log of all tests sees what it is there for."""

from __future__ import annotations

import logging
import secrets

import pytest

from bot import log
from bot.sandbox.hh.server import LocalHh
from bot.sandbox.telegram.server import DEFAULT_TOKEN, LocalTelegram
from tests.secrecy import SECRET, Overheard, leaks, private_ids, private_texts

SAID = "Жду вас завтра в десять"


def heard(line: str, private: set[str] | None = None) -> list[str]:
    ear = Overheard()
    ear.emit(logging.LogRecord("bot.anything", logging.DEBUG, "x.py", 1, line, None, None))
    return leaks(ear.text, private or set())


@pytest.mark.parametrize(
    "secret",
    [
        "r6bOhHX2kYQe0oAXnJ4Yb6-2m4kD1pT_Z8wVtq9cLuE",  # secrets.token_urlsafe(32): a state
        "mX3Zb1nQ-7uKfP0s_TgYwR5dHcLoA9Vj",  # secrets.token_urlsafe(24): a one-time code
        "q1Zc0Jb8sXlq3rYw5mUe2p7VtK9aNdHfGoI4Lx6BvTQ=",  # Fernet.generate_key()
        "gAAAAABnQk1v0mY2rFq8Z3tX7wLp5sVbN1cJ4hKdA6uGeR9yTiOo==",  # what Fernet seals
        DEFAULT_TOKEN,
    ],
)
def test_every_kind_of_secret_is_known_by_its_shape(secret: str) -> None:
    assert SECRET.search(f"it is {secret}.")


async def test_tokens_of_the_local_hh_are_known_by_their_shape() -> None:
    async with LocalHh() as hh:
        pair = hh.tokens.issue(hh.world.add_applicant("Анна", "Смирнова"))
    assert heard(f"got {pair.access_token}")
    assert heard(f"got {pair.refresh_token}")


def test_what_is_hidden_by_its_shape_is_no_leak() -> None:
    assert not heard("Authorization: Bearer " + "A1" * 32)
    assert not heard("POST https://api.telegram.org/bot123456:AAE-it-is-a-token-of-nobody-000/getMe")


def test_ordinary_lines_are_no_leak() -> None:
    assert not heard("listening on http://127.0.0.1:8080")
    assert not heard('File "tests/worker/test_X.py", line 3, in test_a_lease_that_outlasts_the_fault_2')


async def test_a_text_of_a_conversation_is_a_leak() -> None:
    telegram = LocalTelegram()
    await telegram.user().start()
    await telegram.user().send(SAID)
    assert heard(f"it says: {SAID}", private_texts(telegram))


async def test_an_id_of_a_person_or_a_conversation_is_a_leak() -> None:
    telegram = LocalTelegram()
    await telegram.user().start()
    async with LocalHh() as hh:
        anna = hh.world.add_applicant("Анна", "Смирнова")
    ear = Overheard()
    for line in (f"chat {telegram.user().id} is full", f"GET /resumes/{anna.id}/similar", "at 1.100001 s"):
        ear.emit(logging.LogRecord("bot", logging.DEBUG, "x.py", 1, line, None, None))
    chat, account = leaks(ear.text, set(), private_ids(telegram) | private_ids(hh))
    assert "is full" in chat
    assert "similar" in account


@pytest.mark.parametrize("style", ["console", "json"])
def test_a_traceback_shows_no_values_of_variables(style: str) -> None:
    """structlog and rich can print them; then every token would stand in the log."""
    local = f"{SAID} {secrets.token_urlsafe(32)}"
    try:
        raise RuntimeError("it broke", len(local))
    except RuntimeError as error:
        exc_info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("bot", logging.ERROR, "x.py", 1, "failed", None, exc_info)
    line = log.formatter("json" if style == "json" else "console").format(record)
    assert "it broke" in line
    assert SAID not in line
