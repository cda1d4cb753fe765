from __future__ import annotations

import pytest

from bot.chat.outgoing import Album, Application, Conversation, Draft, Question, Subject
from bot.store.packing import pack
from bot.worker.subjects import note, noted

SUBJECTS = [
    Conversation("4264267141"),
    Conversation("0042"),
    Conversation("п-77"),
    Conversation("٧٧"),
    Conversation("77", "5", "digest"),
    Conversation("77", card=True),
    Draft("12", 1),
    Application("5", "resume", "letter"),
    Album("1"),
    Question("name", "2"),
]


def _kept(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_a_message_is_about_is_read_as_it_was_noted(subject: Subject) -> None:
    assert noted(_kept(note(subject))) == subject


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_was_noted_with_all_its_fields_is_read_as_well(subject: Subject) -> None:
    assert noted(pack(subject)) == subject


def test_a_message_that_is_only_of_a_conversation_is_kept_as_the_conversations_number() -> None:
    assert note(Conversation("4264267141")) == "4264267141"
