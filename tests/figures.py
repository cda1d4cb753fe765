"""The figures of `GET /metrics`, and by how much they grow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY


def figure(name: str, **labels: str) -> float:
    """What a figure stands at, 0 where nothing was counted yet; the bridge's prefix is left out."""
    return REGISTRY.get_sample_value(f"hh_bridge_{name}", labels) or 0


@contextmanager
def grows(name: str, by: float = 1, **labels: str) -> Iterator[None]:
    """Fails a block during which the figure does not grow by just so much."""
    before = figure(name, **labels)
    yield
    assert figure(name, **labels) - before == by, (name, labels)
