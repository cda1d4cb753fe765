from __future__ import annotations

import re

import pytest
from prometheus_client import REGISTRY

from bot import metrics  # noqa: F401, registers them

CONVENTION = re.compile(r"hh_bridge_[a-z_]+$")


def ours() -> list[tuple[str, str, str]]:
    return [(f.name, f.type, f.documentation) for f in REGISTRY.collect() if f.name.startswith("hh_bridge")]


@pytest.mark.parametrize(("name", "kind", "help_"), ours())
def test_a_name_says_the_unit_and_a_sentence_the_rest(name: str, kind: str, help_: str) -> None:
    # Prometheus, "Metric and label naming": base units, plural, as suffix; `_total` is added by the client.
    assert CONVENTION.fullmatch(name)
    assert help_.endswith(".")
    if kind == "histogram":
        assert name.endswith("_seconds")
