"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """What one check found; `mend` says what to do where it failed."""

    about: str
    verdict: Literal["ok", "FAIL", "?"]
    text: str
    mend: str = ""
