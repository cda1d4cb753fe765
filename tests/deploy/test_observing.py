"""deploy/observe: the dashboard shows exactly what the bridge exports; each alert says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from prometheus_client import REGISTRY

from bot import metrics  # noqa: F401, registers them

DEPLOY = Path(__file__).parents[2] / "deploy"
SUFFIX = re.compile(r"_(total|bucket|count|sum)$")
NAME = re.compile(r"\bhh_bridge_[a-z_]+")


def exported() -> set[str]:
    return {family.name for family in REGISTRY.collect() if family.name.startswith("hh_bridge_")}


def families(expressions: list[str]) -> set[str]:
    return {SUFFIX.sub("", name) for text in expressions for name in NAME.findall(text)}


def panels() -> list[str]:
    dashboard = json.loads((DEPLOY / "observe/grafana-dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def alerts() -> Iterator[dict[str, str]]:
    rules = yaml.safe_load((DEPLOY / "observe/alerts.yaml").read_text())
    for group in rules["groups"]:
        yield from group["rules"]


def test_the_dashboard_shows_exactly_what_is_exported() -> None:
    assert families(panels()) == exported()


def test_alerts_ask_for_nothing_that_is_not_exported() -> None:
    assert families([alert["expr"] for alert in alerts()]) <= exported()


def test_every_alert_has_its_line_in_the_page_for_operators() -> None:
    headings = re.findall(r"^#### (\w+)$", (DEPLOY / "README.md").read_text(), re.MULTILINE)
    assert [alert["alert"] for alert in alerts()] == headings
