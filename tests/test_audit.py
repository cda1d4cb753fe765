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
        (None, 0, "SKIPPED, no index of advisories is reachable"),
    ],
)
def test_what_was_looked_up_is_told_from_what_was_not(
    tmp_path: Path, found: list[object] | None, code: int, says: str
) -> None:
    report = "" if found is None else json.dumps({"dependencies": found, "fixes": []})
    (tmp_path / "report").write_text(report)
    auditor = tmp_path / "pip-audit"
    auditor.write_text(f"#!/bin/sh\ncat {tmp_path}/report\n")
    auditor.chmod(stat.S_IRWXU)
    done = subprocess.run([sys.executable, AUDIT, auditor, "x.txt"], capture_output=True, text=True)
    assert says in done.stdout
    assert done.returncode == code


def test_without_pip_audit_it_is_skipped_by_name(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, AUDIT, tmp_path / "none"], capture_output=True, text=True)
    assert "SKIPPED" in done.stdout
    assert done.returncode == 0
