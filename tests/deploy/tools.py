"""The checkers of those tools that will read what stands in deploy/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
OURS = str(Path(sys.executable).parent)


def checked(command: str, *arguments: object, **environment: str) -> str:
    """What a checker of this environment or of the system says; a missing one skips the test by name."""
    found = shutil.which(command, path=f"{OURS}{os.pathsep}{os.environ['PATH']}")
    return ran(found, command, *arguments, **environment)


def composed(*arguments: object, **environment: str) -> str:
    """What Docker Compose says."""
    # The package's own command forgets the exit code.
    spec = find_spec("compose")
    folders = (spec and spec.submodule_search_locations) or ()
    found = next((path for folder in folders if (path := Path(folder) / "docker-compose").exists()), None)
    return ran(found, "docker-compose", *arguments, **environment)


def ran(found: str | Path | None, name: str, *arguments: object, **environment: str) -> str:
    """What a program says that has to succeed."""
    if found is None:
        if os.environ.get("HH_BRIDGE_REQUIRE_TOOLS"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [found, *map(str, arguments)], capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def applied() -> list[dict[str, Any]]:
    """Everything that `kubectl apply --kustomize deploy/kubernetes` sends."""
    # That of the system may be years older.
    kubectl = shutil.which("kubectl", path=OURS)
    return list(yaml.safe_load_all(ran(kubectl, "kubectl", "kustomize", DEPLOY / "kubernetes")))
