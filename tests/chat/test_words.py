"""Whatever a user reads comes from the catalogues: no other string of the chat looks like words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chat.extraction import BOT, KEYWORDS

SPEAKING = ("chat", "handlers", "worker")
"""Parts of the bridge that put something before users."""

READ = {
    "chat/appointments.py": "dates in the texts of employers",
    "chat/cities.py": "cities as users type them",
    "chat/html.py": "categories of Unicode",
}
"""Modules whose words are read, not said."""

NO_SENTENCES = {
    # Languages are called what they call themselves.
    *("Русский", "English"),
    # Signs of money.
    "Br",
    # What users type: placeholders of templates, commands with the wrong layout of the keyboard.
    *("имя", "вакансия", "компания", "йцукенгшщзфывапролдячсмить"),
    # Reasons that hh.ru gives.
    *("account is locked", "login not verified", "password invalidated", "token deactivated"),
    *("account not found", "client_id or client_secret not found", "bad redirect url"),
    # For the log.
    *("not shown", "messages are refused in a new topic, too", "a poll failed"),
}

_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_ENGLISH = re.compile(r"\b[A-Z][a-z]+\b|\b[a-z]{2,} [a-z]{2,}\b")
_TAGS = re.compile(r"<[^<>]*>|https?://\S*")
_SILENT_CALLS = {"compile", "debug", "info", "warning", "error", "exception", "reach", "follow"}


def spoken_outside(source: str) -> Iterator[tuple[int, str]]:
    """Strings that look like words and go through no catalogue, with their lines."""
    tree = ast.parse(source)
    skipped = set(_unspoken(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            words = _TAGS.sub(" ", node.value)
            if node.value not in NO_SENTENCES and (_CYRILLIC.search(words) or _ENGLISH.search(words)):
                yield node.lineno, node.value


def _unspoken(tree: ast.AST) -> Iterator[int]:
    """Docstrings, messages of the catalogues, logs, errors, patterns: what no user reads as it stands."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                yield id(node.value)
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Raise() | ast.Assert():
                yield from map(id, ast.walk(node))
            case ast.Call():
                name = str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))
                for argument in node.args[: len(KEYWORDS.get(name, ()))]:
                    yield id(argument)
                if name in _SILENT_CALLS or name.endswith("Error"):
                    yield from map(id, ast.walk(node))


def modules() -> list[Path]:
    return [path for part in SPEAKING for path in sorted(BOT.joinpath(part).rglob("*.py"))]


@pytest.mark.parametrize("module", [path.relative_to(BOT).as_posix() for path in modules()])
def test_nothing_is_said_outside_the_catalogues(module: str) -> None:
    said = list(spoken_outside((BOT / module).read_text()))
    assert bool(said) if module in READ else not said


@pytest.mark.parametrize(
    "code",
    [
        'Say(text="Nothing was sent")',
        'Screen(text=Html("<b>Готово</b>"))',
        'Html(f"<b>{company}</b> writes to you")',
        'press("Send", actions.SEND)',
        'screen.say(text=join(("Done", name)))',
    ],
)
def test_words_outside_the_catalogues_are_found(code: str) -> None:
    assert list(spoken_outside(code))


@pytest.mark.parametrize(
    "code",
    [
        't("Nothing was sent")',
        't.plural("One message", "Many messages", n)',
        'LABEL = N_("Send it")',
        'log.info("an update was set aside")',
        'raise ValueError("Not a number")',
        'def f(): "A docstring of words."',
        'press("1 / 3", actions.LIST, "active", "0")',
    ],
)
def test_what_no_user_reads_is_left_alone(code: str) -> None:
    assert not list(spoken_outside(code))
