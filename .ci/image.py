"""Builds, weighs and starts the image without an engine: `python .ci/image.py`, as root on Linux.

Every stage of the Dockerfile is carried out to the letter on top of this machine's own root directory, in an
overlay that takes what is written. So the last overlay holds just what the image adds to its base. The base
itself is not the one that the Dockerfile names, but this machine with its Python.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MOST_MEGABYTES = 150
PATIENCE = 30.0
PROJECT = Path(__file__).parent.parent
SCRATCH = "HH_BRIDGE_IMAGE_SCRATCH"

PROBE = """
mount -t tmpfs tmpfs "$1"; cd "$1"; mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
"""

SETTINGS = {
    "TELEGRAM_TOKEN": "1234567:" + "x" * 35,
    "TELEGRAM_API_URL": "http://127.0.0.1:9",
    "HH_CLIENT_ID": "id",
    "HH_CLIENT_SECRET": "secret-of-nobody",
    "HH_USER_AGENT": "hh-bridge/1.0 (operator@mail.invalid)",
    "HTTP_HOST": "127.0.0.1",
    "HTTP_PORT": "18080",
}
"""Enough to start; nobody answers at these addresses."""


@dataclass
class Stage:
    """One stage as far as it is built: where its files are, and what it sets for its commands."""

    root: Path
    upper: Path
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0"
    words: dict[str, list[str]] = field(default_factory=dict)

    def run(self, *command: str, **env: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command in it, to the end."""
        return subprocess.run(self.argv(*command), env=self.environment(**env), check=False)  # noqa: S603

    def argv(self, *command: str) -> list[str]:
        """The words that run a command in it, as its user."""
        there = f"cd {shlex.quote(self.workdir)} && exec {shlex.join(command)}"
        return ["chroot", f"--userspec={self.user}", str(self.root), "/bin/sh", "-c", there]

    def environment(self, **more: str) -> dict[str, str]:
        """What its commands find set; of this machine only how pip reaches its index."""
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | pip | more
        for name, value in self.env.items():
            env[name] = value.replace("$PATH", env["PATH"])
        return env


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Name and rest of every instruction (Dockerfile reference, "Format")."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE)
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name, rest.strip()


def build(scratch: Path) -> Stage:
    """Carry out the Dockerfile; the last stage."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for name, rest in instructions((PROJECT / "Dockerfile").read_text()):
        if name == "FROM":
            stage = overlay(scratch / f"stage{len(stages)}")
            stages[rest.partition(" AS ")[2] or "last"] = stage
        elif stage is not None:
            carry_out(stage, stages, name, rest)
    if stage is None:
        sys.exit("image: the Dockerfile has no stage")
    return stage


def overlay(home: Path) -> Stage:
    """A root directory that looks like this machine's; what is written to it stays apart."""
    upper, work, root = (home / name for name in ("upper", "work", "root"))
    for directory in (upper, work, root):
        directory.mkdir(parents=True)
    options = f"lowerdir=/,upperdir={upper},workdir={work}"
    mount("-t", "overlay", "overlay", "-o", options, str(root))
    mount("--bind", "/dev", str(root / "dev"))
    mount("-t", "proc", "proc", str(root / "proc"))
    # A Python that was built in somebody's home is to be had by everybody, as that of the base is.
    for directory in Path(sys.base_prefix).parents:
        there = root / directory.relative_to("/")
        there.chmod(there.stat().st_mode | 0o011)
    return Stage(root, upper)


def carry_out(stage: Stage, stages: dict[str, Stage], name: str, rest: str) -> None:
    """One instruction; what only describes the image is not for here."""
    if name == "RUN":
        print(f"image: {rest}", flush=True)
        if stage.run("/bin/sh", "-c", rest).returncode:
            sys.exit("image: this step failed")
    elif name == "COPY":
        source = PROJECT
        if rest.startswith("--from="):
            origin, _, rest = rest.removeprefix("--from=").partition(" ")
            source = stages[origin].root
        *wanted, to = rest.split()
        copy(stage, [source / path.lstrip("/") for path in wanted], to)
    elif name == "ENV":
        stage.env |= dict(word.partition("=")[::2] for word in shlex.split(rest))
    elif name == "WORKDIR":
        stage.workdir = rest
        (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif name == "USER":
        stage.user = rest
    elif name in ("ENTRYPOINT", "CMD"):
        stage.words[name] = json.loads(rest)
    elif name == "HEALTHCHECK":
        stage.words[name] = json.loads(rest.partition(" CMD ")[2])


def copy(stage: Stage, sources: list[Path], to: str) -> None:
    """As COPY does: several files go into a directory, the content of one directory becomes another."""
    target = stage.root / stage.workdir.lstrip("/") / to if not to.startswith("/") else stage.root / to[1:]
    for source in sources:
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            (target if to.endswith("/") else target.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def megabytes(directory: Path) -> float:
    """What the files below take, each counted once."""
    files = (path.lstat() for path in directory.rglob("*") if path.is_symlink() or path.is_file())
    return sum({(found.st_dev, found.st_ino): found.st_size for found in files}.values()) / 1e6


def start(stage: Stage) -> None:
    """Start it as an engine would: its own user, nothing but /data and /tmp to write to; then stop it."""
    if not stage.user.isdecimal() or int(stage.user) == 0:
        sys.exit(f"image: it runs as {stage.user}; Kubernetes wants the number of a user who is not root")
    data = stage.root / "data"
    mount("-t", "tmpfs", "-o", f"uid={stage.user},mode=0700", "tmpfs", str(data))
    mount("-t", "tmpfs", "tmpfs", str(stage.root / "tmp"))
    mount("-o", "remount,ro", str(stage.root))
    if stage.run("/bin/sh", "-c", "! touch /opt/venv/x 2>/dev/null && touch /data/x").returncode:
        sys.exit("image: the root directory is not read-only, or /data is")
    began = time.monotonic()
    command = stage.argv(*stage.words["ENTRYPOINT"], *stage.words["CMD"])
    with subprocess.Popen(command, env=stage.environment(**SETTINGS)) as bridge:  # noqa: S603
        try:
            while stage.run(*stage.words["HEALTHCHECK"], **SETTINGS).returncode:
                if bridge.poll() is not None or time.monotonic() - began > PATIENCE:
                    sys.exit("image: it did not become healthy")
                time.sleep(0.5)
            print(f"image: healthy as user {stage.user} on a read-only root directory")
        finally:
            bridge.terminate()
    if bridge.returncode:
        sys.exit(f"image: it ended with {bridge.returncode} when it was asked to stop")


def mount(*arguments: str) -> None:
    """Mount something; seen by this process and its children alone."""
    subprocess.run(["mount", *arguments], check=True)  # noqa: S603, S607


def inside(scratch: Path) -> int:
    """In a mount namespace of its own, whose mounts end with it; nothing here deletes anything."""
    mount("-t", "tmpfs", "tmpfs", str(scratch))
    last = build(scratch)
    weight = megabytes(last.upper)
    print(f"image: {weight:.0f} MB above its base, of {MOST_MEGABYTES} at most", flush=True)
    start(last)
    return int(weight > MOST_MEGABYTES)


def skipped(why: str) -> int:
    """The exit code where it can't be tried: 1 where nothing may be left out."""
    print(f"image: SKIPPED, {why}")
    return int(bool(os.environ.get("HH_BRIDGE_REQUIRE_TOOLS")))


def main() -> int:
    """The exit code: 1 where a step fails, the image is too heavy, or it does not start or stop."""
    if (given := os.environ.get(SCRATCH)) is not None:
        return inside(Path(given))
    if os.getuid() or not shutil.which("unshare"):
        return skipped("only root on Linux can mount overlays")
    scratch = tempfile.mkdtemp()
    apart = ["unshare", "--mount", "--propagation", "private"]
    command = [*apart, sys.executable, __file__]
    try:
        if subprocess.run([*apart, "sh", "-ec", PROBE, "sh", scratch], check=False).returncode:  # noqa: S603
            return skipped("this machine lets nobody mount overlays")
        return subprocess.run(command, env={**os.environ, SCRATCH: scratch}, check=False).returncode  # noqa: S603
    finally:
        os.rmdir(scratch)


if __name__ == "__main__":
    sys.exit(main())
