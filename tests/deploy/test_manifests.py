"""deploy/: what operators copy is checked by the schemas and the checkers of the tools that will read it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from tests.deploy.tools import DEPLOY, PROJECT, applied, checked

MANIFESTS = sorted(set(DEPLOY.glob("kubernetes/*.yaml")) - {DEPLOY / "kubernetes/kustomization.yaml"})


def test_the_dockerfile_follows_the_rules_of_hadolint() -> None:
    checked("hadolint", PROJECT / "Dockerfile")


@pytest.mark.parametrize("file", sorted(DEPLOY.glob("compose*.yaml")), ids=lambda path: path.name)
def test_the_compose_files_keep_the_specification(file: Path, tmp_path: Path) -> None:
    # The checker knows no tags.
    (tmp_path / file.name).write_text(file.read_text().replace("build: !reset null\n", "\n"))
    checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", tmp_path / file.name)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_the_manifests_keep_the_schemas_of_kubernetes(manifest: Path) -> None:
    checked("kubernetes-validate", "--strict", manifest)


def test_what_kustomize_makes_of_them_keeps_the_schemas_too(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(applied()))
    checked("kubernetes-validate", "--strict", tmp_path / "all.yaml")
    assert {each["metadata"].get("namespace", "hh-bridge") for each in applied()} == {"hh-bridge"}


def test_kustomize_finds_every_manifest() -> None:
    listed = yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text())["resources"]
    assert sorted(listed) == [path.name for path in MANIFESTS]


def test_caddy_understands_its_file() -> None:
    public = {"PUBLIC_URL": "https://bridge.example.org"}
    checked("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile", **public)


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = (DEPLOY / "hh-bridge.service").read_text()
    # The one thing that exists only where it is installed.
    there = unit.replace("/opt/hh-bridge/.venv/bin/hh-bridge", sys.executable)
    (tmp_path / "hh-bridge.service").write_text(there)
    checked("systemd-analyze", "verify", "--man=no", tmp_path / "hh-bridge.service")


def test_the_unit_leaves_the_bridge_little_it_could_harm() -> None:
    """Most that is left it needs: the network, and a directory that others of its machine see."""
    checked("systemd-analyze", "security", "--offline=yes", "--threshold=15", DEPLOY / "hh-bridge.service")
