"""requirements/: what is pinned is enough for every Python that is supported."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PINNED = re.findall(
    r"^([\w.-]+)==", (Path(__file__).parent.parent / "requirements/runtime.txt").read_text(), re.MULTILINE
)


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0"])
def test_every_python_finds_pinned_what_it_needs(python: str) -> None:
    environment = {"python_full_version": python, "python_version": python.rpartition(".")[0], "extra": ""}
    needed = {
        canonicalize_name(requirement.name)
        for name in PINNED
        for requirement in map(Requirement, requires(name) or ())
        if requirement.marker is None or requirement.marker.evaluate(environment)
    }
    assert needed <= set(map(canonicalize_name, PINNED))
