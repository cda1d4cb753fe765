"""Paths with wildcards, as the journal and the faults take them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=256)
def path_pattern(pattern: str) -> Callable[[str], bool]:
    """A test for paths: `*` stands for one segment, `**` for anything."""
    parts = re.split(r"(\*\*|\*)", pattern)
    regex = "".join({"**": ".*", "*": "[^/]+"}.get(part, re.escape(part)) for part in parts)
    compiled = re.compile(regex)
    return lambda path: compiled.fullmatch(path) is not None
