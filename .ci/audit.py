"""Looks every pinned dependency up in an index of advisories: `python .ci/audit.py PIP_AUDIT FILE...`.

pip-audit calls what its index doesn't know "skipped" and ends well, also where the index is not there at
all. So the answer is read: nothing looked up is no audit, and is said to be none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

INDEXES = ("pypi", "osv")
PATIENCE = 180

Report = dict[str, list[dict[str, Any]]]


def judge(report: Report) -> tuple[int, list[str], list[str]]:
    """How many were looked up, which have advisories, and which the index doesn't know."""
    looked_up = [each for each in report["dependencies"] if "skip_reason" not in each]
    bad = [
        f"{each['name']} {each['version']}: {advisory['id']}"
        for each in looked_up
        for advisory in each["vulns"]
    ]
    unknown = [str(each["name"]) for each in report["dependencies"] if "skip_reason" in each]
    return len(looked_up), bad, unknown


def main(pip_audit: str, *files: str) -> int:
    """The exit code: 1 where there is an advisory, 0 also where nothing could be looked up."""
    for index in INDEXES:
        report = _ask(pip_audit, index, files)
        number, bad, unknown = judge(report) if report else (0, [], [])
        if not number:
            continue
        for line in bad:
            print(f"audit: {line}")
        if unknown:
            print(f"audit: not known to {index}: {', '.join(unknown)}")
        print(f"audit: {number} dependencies looked up in {index}, {len(bad)} advisories")
        return 1 if bad else 0
    print(f"audit: SKIPPED, no index of advisories is reachable from here ({', '.join(INDEXES)})")
    return 0


def _ask(pip_audit: str, index: str, files: Sequence[str]) -> Report | None:
    given = [word for file in files for word in ("--requirement", file)]
    command = [pip_audit, "--vulnerability-service", index, "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--progress-spinner", "off", *given]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE)  # noqa: S603, made here
        report: Report = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return report


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
