"""Python's search for garbage in cycles, made for a process of many short tasks."""

from __future__ import annotations

import gc

_YOUNG = 20_000
"""Objects after which the young ones are searched. With Python's 700 a worker of many sessions is searched at
every poll, while these are on their way, and all that they hold is carried along as if it were to stay."""


def spare_the_collector() -> None:
    """What is imported stays and need never be looked at; what comes after is searched more seldom.

    Call it once, when everything is imported.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
