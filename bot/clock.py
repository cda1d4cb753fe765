"""Time for terms that must not be outlived: claims and leases."""

from __future__ import annotations

import time
from typing import Final

# On Linux it goes on while the machine sleeps, which CLOCK_MONOTONIC does not (clock_gettime(2)).
_CLOCK: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady() -> float:
    """Seconds since some moment; never set, so only differences mean anything."""
    return time.clock_gettime(_CLOCK)
