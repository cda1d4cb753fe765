from __future__ import annotations

import json
import re
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.page.server import ASSETS

SOURCES = sorted(path for path in ASSETS.rglob("*") if path.is_file())
SCRIPTS = [path for path in SOURCES if path.suffix == ".js"]
CATALOGUES = {path.stem: json.loads(path.read_text("utf-8")) for path in (ASSETS / "words").iterdir()}
# Keys that are put together from a prefix and what the servers name.
PUT_TOGETHER = (
    *("attach.", "call.", "console.address.", "console.mode.", "console.test.", "faults.", "messaging."),
    *("state.", "steps.", "vacancy.", "console.conversations", "console.faults"),
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_an_asset_names_no_outside_address(path: Path) -> None:
    outside = re.findall(r"(?:https?:|[\x22'(])//(?:[a-z0-9-]+\.)+[a-z]{2,}", path.read_text("utf-8"))
    assert set(outside) <= {"http://www.w3.org"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
async def test_an_asset_is_served_and_whatever_it_refers_to_too(
    path: Path, page: aiohttp.ClientSession
) -> None:
    text = path.read_text("utf-8")
    named = [*re.findall(r'"(/assets/[\w./-]+)"', text), *re.findall(r'from "\./([\w-]+\.js)"', text)]
    for name in [path.relative_to(ASSETS).as_posix(), *named]:
        async with page.get(f"/assets/{name.removeprefix('/assets/')}") as answer:
            assert answer.status == 200, name
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_nothing_beside_the_assets_is_served(page: aiohttp.ClientSession) -> None:
    for name in ("../server.py", "..%2fserver.py", "words/../../server.py", "nothing.js"):
        async with page.get(f"/assets/{name}") as answer:
            assert answer.status == 404


def test_the_catalogues_say_the_same_in_both_languages() -> None:
    russian, english = CATALOGUES["ru"], CATALOGUES["en"]
    assert russian.keys() == english.keys()
    for key in russian:
        assert set(re.findall(r"\{\w+\}", russian[key])) == set(re.findall(r"\{\w+\}", english[key])), key


def test_every_sentence_is_used_and_none_is_missing() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    known = set(CATALOGUES["ru"])
    named = {key for key in re.findall(r'"([a-z]+(?:\.[a-z0-9_]+)*)"', code) if key in known}
    asked = set(re.findall(r'\bt\("([^"]+)"', code))
    assert asked <= known
    assert {key for key in known - named if not key.startswith(PUT_TOGETHER)} == set()


def test_no_sentence_stands_in_the_code() -> None:
    for path in SCRIPTS:
        russian = re.findall(r'["`][^"`\n]*[а-яё]{3,}[^"`\n]*["`]', path.read_text("utf-8").lower())
        assert russian in ([], ['"русский"']), path.name
