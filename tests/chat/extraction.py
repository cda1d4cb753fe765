"""What the code says to users, found in its source.

`python -m tests.chat.extraction` brings the catalogues up to date: adds what is new (without a
translation), drops what nobody says any more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

BOT = Path(__file__).parents[2] / "bot"
LOCALES = BOT / "chat" / "locales"
KEYWORDS: dict[str, tuple[int, ...]] = {
    "t": (1,),
    "texts": (1,),
    "label": (1,),
    "N_": (1,),
    "plural": (1, 2),
}
LONGEST_LINE = 100

Spoken = str | tuple[str, ...]


Found = tuple[int, str, str | tuple[str, ...], list[str]]


class Unextractable(Exception):
    """A message is put together in the call, so that no catalogue can have it."""


def literals(source: IO[bytes], keywords: object, comment_tags: object, options: object) -> Iterator[Found]:
    """Babel's extraction method for Python by its syntax tree: strings within other strings count too."""
    for node in ast.walk(ast.parse(source.read())):
        if not isinstance(node, ast.Call):
            continue
        name = str(getattr(node.func, "id", None) or getattr(node.func, "attr", ""))
        arguments = [_literal(argument, node.lineno) for argument in node.args[: len(KEYWORDS.get(name, ()))]]
        strings = tuple(argument for argument in arguments if argument is not None)
        if strings:
            yield node.lineno, name, strings if len(strings) > 1 else strings[0], []


def _literal(argument: ast.expr, line: int) -> str | None:
    if isinstance(argument, ast.JoinedStr | ast.BinOp):
        raise Unextractable(f"line {line}: {ast.unparse(argument)}")
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def said() -> set[Spoken]:
    """Every message in the source of the bridge; a tuple is singular and plural."""
    methods = [("**.py", f"{__name__}:literals"), ("web/templates/**.html", "jinja2")]
    found = extract_from_dir(BOT, method_map=methods, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found if message}


def catalogue(language: str) -> Catalog:
    """A catalogue as it stands in the tree."""
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale=language)


def update(language: str) -> None:
    """Write the catalogue anew with exactly what the source says."""
    old = catalogue(language)
    new = Catalog(
        locale=language,
        project="hh-bridge",
        version="",
        msgid_bugs_address="",
        last_translator="hh-bridge contributors",
        language_team="hh-bridge",
        header_comment="# The words of the bridge.",
        fuzzy=False,
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    for message in sorted(said(), key=str):
        known = old.get(message if isinstance(message, str) else message[0])
        new.add(message, known.string if known else "")
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("wb") as target:
        write_po(target, new, width=LONGEST_LINE, omit_header=False)


if __name__ == "__main__":
    update("ru")
