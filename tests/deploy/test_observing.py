"""deploy/observe: the dashboard shows exactly what the bridge exports; each alert says what to do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics  # noqa: F401, registers them
from bot.chat.intents import Write
from bot.chat.outgoing import Outgoing
from bot.sync.events import Kind
from tests.deploy.tools import DEPLOY, PROJECT, applied, checked

SUFFIX = re.compile(r"_(total|bucket|count|sum)$")
COUNTED = re.compile(r'\b(hh_bridge_[a-z_]+_total)(?:\{outcome="(\w+)"\})?')
NAME = re.compile(r"\bhh_bridge_[a-z_]+")


def exported() -> set[str]:
    return {family.name for family in REGISTRY.collect() if family.name.startswith("hh_bridge_")}


def families(expressions: list[str]) -> set[str]:
    return {SUFFIX.sub("", name) for text in expressions for name in NAME.findall(text)}


def panels() -> list[str]:
    dashboard = json.loads((DEPLOY / "observe/grafana-dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def alerts() -> Iterator[dict[str, Any]]:
    rules = yaml.safe_load((DEPLOY / "observe/alerts.yaml").read_text())
    for group in rules["groups"]:
        yield from group["rules"]


def test_the_dashboard_shows_exactly_what_is_exported() -> None:
    assert families(panels()) == exported()


def test_alerts_ask_for_nothing_that_is_not_exported() -> None:
    assert families([alert["expr"] for alert in alerts()]) <= exported()


def test_every_alert_says_what_the_page_for_operators_says() -> None:
    page = (DEPLOY / "README.md").read_text()
    lines = dict(re.findall(r"^#### (\w+)\n(.+?)(?=\n\n|\n*\Z)", page, re.MULTILINE | re.DOTALL))
    said = {alert["alert"]: alert["annotations"]["description"] for alert in alerts()}
    assert said == {name: " ".join(text.split()) for name, text in lines.items()}
    assert all(said.values())


def test_what_alerts_count_is_there_before_it_is_counted() -> None:
    """Prometheus sees no increase in a series that begins with 1."""
    fresh = "from bot import metrics; from prometheus_client import generate_latest as g; print(g().decode())"
    text = subprocess.run(
        [sys.executable, "-c", fresh], capture_output=True, text=True, check=True, cwd=PROJECT
    ).stdout
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    asked = {tuple(found) for alert in alerts() for found in COUNTED.findall(alert["expr"])}
    assert asked
    for name, outcome in asked:
        found = [s for s in samples if s.name == name and (not outcome or s.labels["outcome"] == outcome)]
        assert found, f"{name} {outcome}"
        assert {s.value for s in found} == {0.0}


def test_labels_name_everything_that_is_counted_by_them() -> None:
    assert values("hh_bridge_writes", "intent") == {kind.__name__ for kind in get_args(Write)}
    assert values("hh_bridge_deliveries", "entry") == {kind.__name__ for kind in get_args(Outgoing)}
    assert values("hh_bridge_events", "kind") == set(Kind)


def values(family: str, label: str) -> set[str]:
    found = next(each for each in REGISTRY.collect() if each.name == family)
    return {sample.labels[label] for sample in found.samples}


def test_prometheus_understands_the_alerts_and_what_they_ring_for() -> None:
    checked("promtool", "check", "rules", DEPLOY / "observe/alerts.yaml")
    checked("promtool", "test", "rules", PROJECT / "tests/deploy/alerts.test.yaml")


def test_prometheus_understands_what_the_dashboard_asks_for(tmp_path: Path) -> None:
    asked = [text.replace("$__rate_interval", "5m") for text in panels()]
    rules = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(asked)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    checked("promtool", "check", "rules", tmp_path / "rules.yaml")


def test_prometheus_understands_its_configuration() -> None:
    checked("promtool", "check", "config", DEPLOY / "observe/prometheus.yaml")


def test_prometheus_finds_every_process_under_compose() -> None:
    (job,) = config("prometheus.yaml")
    assert job["job_name"] == "hh-bridge"
    services = yaml.safe_load((DEPLOY / "compose.scale.yaml").read_text().replace("!reset", ""))["services"]
    assert job["dns_sd_configs"][0]["names"] == list(services)


def test_prometheus_finds_every_process_in_a_cluster(tmp_path: Path) -> None:
    (job,) = config("prometheus.kubernetes.yaml")
    assert job["job_name"] == "hh-bridge"
    assert job["kubernetes_sd_configs"] == [{"role": "pod", "namespaces": {"names": ["hh-bridge"]}}]
    pods = [each["spec"]["template"] for each in applied() if each["kind"] == "Deployment"]
    assert [relabelled(pod, job["relabel_configs"])["component"] for pod in pods] == ["web", "worker"]
    # Debian's promtool knows nothing of clusters; the rest of the job it does.
    alone = {key: value for key, value in job.items() if key != "kubernetes_sd_configs"}
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump({"scrape_configs": [alone]}))
    checked("promtool", "check", "config", tmp_path / "prometheus.yaml")


def config(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "observe" / name).read_text())["scrape_configs"]
    return found


def relabelled(pod: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, str]:
    """What Prometheus makes of the one port of a pod (Prometheus, "relabel_config")."""
    labels = {
        f"__meta_kubernetes_pod_label_{re.sub('[^a-zA-Z0-9_]', '_', name)}": value
        for name, value in pod["metadata"]["labels"].items()
    }
    (container,) = pod["spec"]["containers"]
    labels["__meta_kubernetes_pod_container_port_name"] = container["ports"][0]["name"]
    labels["__meta_kubernetes_pod_phase"] = "Running"
    for step in steps:
        value = ";".join(labels.get(name, "") for name in step["source_labels"])
        matches = re.fullmatch(step.get("regex", "(.*)"), value) is not None
        match step.get("action", "replace"):
            case "keep":
                assert matches, step
            case "drop":
                assert not matches, step
            case "replace":
                labels[step["target_label"]] = value
    return labels
