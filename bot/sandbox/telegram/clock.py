"""The sandbox's time, which tests may move."""

from __future__ import annotations

import time


class Clock:
    """Unix time that can be advanced without waiting."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Unix time, seconds."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._ahead += seconds
