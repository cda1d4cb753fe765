"""The guard over all tests fails a test that lets out what nobody should read (`tests.conftest`)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]

PLANTED = """
import logging, os, sys
import pytest
from bot.sandbox.telegram.server import LocalTelegram

SAID = "Жду вас завтра в десять"
log = logging.getLogger("bot")

@pytest.fixture
def telegram():
    return LocalTelegram()

@pytest.fixture
async def anna(telegram):
    await telegram.user().start()
    await telegram.user().send(SAID)
    return telegram.user()
"""

LEAKS = {
    "text": "log.debug(SAID)",
    "text_in_the_bytes_of_an_error": 'log.warning("%r", SAID.encode())',
    "text_in_the_escapes_of_json": 'log.warning("%s", ascii(SAID))',
    "id": 'log.warning("chat %d is full", anna.id)',
    "token": 'log.warning("got %s", "A1" * 32)',
    "text_on_stdout": "print(SAID)",
    "text_on_stderr": "print(SAID, file=sys.stderr)",
    "text_of_what_writes_by_itself": "os.write(2, SAID.encode())",
}
HARMLESS = {
    "line": 'log.info("an update was handled")',
    "hidden_token": 'log.info("Authorization: Bearer %s", "A1" * 32)',
    "word_on_stdout": 'print("42 passed")',
}


def test_a_test_that_lets_something_out_fails_and_no_other_does(tmp_path: Path) -> None:
    planted = tmp_path / "test_planted.py"
    tests = (f"async def test_{name}(anna):\n    {line}\n" for name, line in (LEAKS | HARMLESS).items())
    planted.write_text("\n".join((PLANTED, *tests)))
    found = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-q"),
            *("-c", str(PROJECT / "pyproject.toml"), "--rootdir", str(tmp_path), str(planted)),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = set(re.findall(r"^ERROR \S*::test_(\w+)", found.stdout, re.MULTILINE))
    assert failed == set(LEAKS), found.stdout + found.stderr
    assert f"{len(LEAKS) + len(HARMLESS)} passed, {len(LEAKS)} errors" in found.stdout
