"""The audit of dependencies never calls clean what it could not look up."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parent.parent / ".ci" / "audit.py"

GOOD = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
BAD = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
SKIPPED = {"name": "redis", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("found", "code", "says"),
    [
        ([GOOD, GOOD], 0, "2 dependencies looked up in pypi, 0 advisories"),
        ([GOOD, BAD], 1, "jinja2 2.0: PYSEC-1"),
        ([GOOD, SKIPPED], 0, "not known to pypi: redis"),
        ([SKIPPED, SKIPPED], 0, "SKIPPED, no index of advisories is reachable"),
    ],
)
def test_what_was_looked_up_is_told_from_what_was_not(
    tmp_path: Path, found: list[object], code: int, says: str
) -> None:
    done = audited(tmp_path, json.dumps({"dependencies": found, "fixes": []}))
    assert says in done.stdout
    assert done.returncode == code


@pytest.mark.parametrize(
    "complaint",
    [
        "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed",
        "ERROR:pip_audit._cli:Connection to OSV timed out",
        "urllib3.exceptions.NameResolutionError: Failed to resolve 'index.example.org'",
    ],
)
def test_an_index_that_is_not_there_is_skipped_by_name(tmp_path: Path, complaint: str) -> None:
    done = audited(tmp_path, "", complaint=complaint, code=1)
    assert "SKIPPED, no index of advisories is reachable" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    "report",
    [
        "",
        "{",
        "[]",
        "null",
        '{"dependencies": 5}',
        '{"dependencies": [5]}',
        '{"dependencies": [{"name": "x"}]}',
    ],
)
def test_an_answer_that_can_not_be_read_is_a_failure(tmp_path: Path, report: str) -> None:
    done = audited(tmp_path, report, complaint="error: unrecognized arguments: --disable-pip", code=2)
    assert "FAILED" in done.stdout
    assert "unrecognized arguments" in done.stdout
    assert done.returncode == 1


def audited(
    home: Path, report: str, *, complaint: str = "", code: int = 0
) -> subprocess.CompletedProcess[str]:
    """What comes of a pip-audit that writes this to its two outputs and ends so."""
    (home / "report").write_text(report)
    (home / "complaint").write_text(complaint)
    auditor = home / "pip-audit"
    auditor.write_text(f"#!/bin/sh\ncat {home}/report; cat {home}/complaint >&2; exit {code}\n")
    auditor.chmod(stat.S_IRWXU)
    return subprocess.run([sys.executable, AUDIT, auditor, "x.txt"], capture_output=True, text=True)


def test_without_pip_audit_it_is_skipped_by_name(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, AUDIT, tmp_path / "none"], capture_output=True, text=True)
    assert "SKIPPED" in done.stdout
    assert done.returncode == 0
