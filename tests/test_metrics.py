from __future__ import annotations

import ast
import inspect
import re
from typing import get_args

import pytest
from prometheus_client import REGISTRY

from bot import metrics
from bot.web import pages

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


def test_the_pages_that_are_counted_are_those_that_there_are() -> None:
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(pages))) if isinstance(node, ast.Call)]
    made = [call.keywords for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Page"]
    names = [ast.literal_eval(word.value) for words in made for word in words if word.arg == "name"]
    assert sorted(names) == sorted(get_args(metrics.CallbackPage))
