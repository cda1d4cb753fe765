"""Looks every pinned dependency up in an index of advisories: `python .ci/audit.py PIP_AUDIT FILE...`.

pip-audit calls what its index doesn't know "skipped" and ends well, also where the index is not there at
all. So the answer is read: nothing looked up is no audit, and is said to be none. Only where no index can
be reached, or pip-audit is not there, nothing is wrong; an answer that can't be read is a failure.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

INDEXES = ("pypi", "osv")
PATIENCE = 180

_NOT_THERE = re.compile(r"connect|timed? ?out|resol(?:ve|ution)|unreachable|proxy", re.IGNORECASE)


class Unreadable(Exception):
    """pip-audit answered something else than its report; the text is its last word."""


@dataclass(frozen=True)
class Found:
    """How many were looked up, which have advisories, and which the index doesn't know."""

    number: int = 0
    bad: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def judge(report: str) -> Found:
    """What pip-audit's report says; raises ValueError, TypeError or LookupError where it is none."""
    dependencies = json.loads(report)["dependencies"]
    looked_up = [each for each in dependencies if "skip_reason" not in each]
    return Found(
        number=len(looked_up),
        bad=tuple(
            f"{each['name']} {each['version']}: {advisory['id']}"
            for each in looked_up
            for advisory in each["vulns"]
        ),
        unknown=tuple(str(each["name"]) for each in dependencies if "skip_reason" in each),
    )


def main(pip_audit: str, *files: str) -> int:
    """The exit code: 1 where there is an advisory or no report, 0 also where nothing can be looked up."""
    for index in INDEXES:
        try:
            found = _ask(pip_audit, index, files)
        except FileNotFoundError:
            print("audit: SKIPPED, pip-audit is not installed")
            return 0
        except Unreadable as error:
            print(f"audit: FAILED, pip-audit gives no report that can be read: {error}")
            return 1
        if not found.number:
            continue
        for line in found.bad:
            print(f"audit: {line}")
        if found.unknown:
            print(f"audit: not known to {index}: {', '.join(found.unknown)}")
        print(f"audit: {found.number} dependencies looked up in {index}, {len(found.bad)} advisories")
        return 1 if found.bad else 0
    print(f"audit: SKIPPED, no index of advisories is reachable from here ({', '.join(INDEXES)})")
    return 0


def _ask(pip_audit: str, index: str, files: Sequence[str]) -> Found:
    """What an index knows, nothing where it is not there; raises `Unreadable` and FileNotFoundError."""
    given = [word for file in files for word in ("--requirement", file)]
    command = [pip_audit, "--vulnerability-service", index, "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--progress-spinner", "off", *given]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603, made here
    except subprocess.TimeoutExpired:
        return Found()
    if not done.stdout.strip() and done.returncode and _NOT_THERE.search(done.stderr):
        return Found()
    try:
        return judge(done.stdout)
    except (ValueError, TypeError, LookupError) as error:
        said = done.stderr.strip().splitlines()
        raise Unreadable(said[-1] if said else type(error).__name__) from error


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
