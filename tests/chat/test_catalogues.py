"""The catalogues say exactly what the code says, in every language."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages.catalog import Message

from bot.chat.texts import LANGUAGES
from tests.chat.extraction import Unextractable, catalogue, literals, said
from tests.chat.telegram_rules import parse

TRANSLATED = [language for language in LANGUAGES if language != "en"]

Identity = str | tuple[str, ...]


def entries(language: str) -> dict[Identity, Message]:
    return {_identity(entry.id): entry for entry in catalogue(language) if entry.id}


def _identity(id_: object) -> Identity:
    return id_ if isinstance(id_, str) else tuple(id_)  # type: ignore[arg-type]


def strings(of: object) -> list[str]:
    return [of] if isinstance(of, str) else [str(one) for one in of]  # type: ignore[attr-defined]


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def tags(message: str) -> list[str]:
    return sorted(re.findall(r"</?[a-z]+[^<>]*>", message))


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing_and_nothing_is_unused(language: str) -> None:
    known, spoken = set(entries(language)), said()
    assert spoken - known == set(), "add a translation: python -m tests.chat.extraction"
    assert known - spoken == set(), "nobody says this any more: python -m tests.chat.extraction"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_is_doubtful(language: str) -> None:
    for entry in entries(language).values():
        assert all(text.strip() for text in strings(entry.string)), entry.id
        assert not entry.fuzzy, entry.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_placeholders_and_tags_of_its_message(language: str) -> None:
    for entry in entries(language).values():
        for original in strings(entry.id):
            for text in strings(entry.string):
                assert placeholders(text) == placeholders(original)
                assert tags(text) == tags(original)
                assert text.count("\n") == original.count("\n")


@pytest.mark.parametrize("language", TRANSLATED)
def test_messages_and_translations_are_html_that_telegram_takes(language: str) -> None:
    for entry in entries(language).values():
        for text in (*strings(entry.id), *strings(entry.string)):
            parse(re.sub(r"{\w*}", "x", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_language_has_all_its_plural_forms(language: str) -> None:
    forms = catalogue(language).num_plurals
    for entry in entries(language).values():
        if entry.pluralizable:
            assert len(strings(entry.string)) == forms


def test_russian_is_written_with_russian_quotes_and_dashes() -> None:
    for entry in entries("ru").values():
        for text in strings(entry.string):
            seen = re.sub(r"<[^<>]*>", "", text)
            assert '"' not in seen, text
            assert "“" not in seen, text
            assert " - " not in seen, text
            assert "..." not in seen, text


NAMES = {"Telegram", "UTC", "URI", "HH_CLIENT_ID", "HH_CLIENT_SECRET", "HH_USER_AGENT", "HH_REDIRECT_URI"}
_NOT_WORDS = re.compile(r"<code>.*?</code>|<[^<>]*>|{+\w*}+|/\w+|\bhh-bridge\b|\b[a-z]+\.[a-z]{2}\b|https")


def test_no_english_word_stands_in_a_russian_text() -> None:
    for entry in entries("ru").values():
        for text in strings(entry.string):
            words = re.findall(r"[A-Za-z][A-Za-z_]*", _NOT_WORDS.sub(" ", text))
            assert set(words) <= NAMES, text


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_space_is_doubled_or_stands_before_a_comma(language: str) -> None:
    for entry in entries(language).values():
        for text in (*strings(entry.id), *strings(entry.string)):
            assert "  " not in text, text
            assert not re.search(r"\w [,.;:!?](\s|$)", text), text


def test_a_message_that_is_put_together_in_the_call_is_found_out(tmp_path: object) -> None:
    from io import BytesIO

    for source in (b't(f"Hello {name}")', b't("Hello " + name)'):
        with pytest.raises(Unextractable):
            list(literals(BytesIO(source), (), (), {}))


def test_messages_inside_other_strings_are_found() -> None:
    from io import BytesIO

    found = literals(BytesIO(b"f\"{t.label('Inside')}\""), (), (), {})
    assert [message for _, _, message, _ in found] == ["Inside"]
