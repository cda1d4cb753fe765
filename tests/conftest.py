"""What holds for every test: one real Redis, emptied before each, and a log without secrets."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Generator, Iterator

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from bot.collector import spare_the_collector
from bot.log import QUOTING, TALKATIVE, formatter
from bot.sandbox.hh.server import LocalHh
from bot.sandbox.telegram.server import LocalTelegram
from bot.store.connection import Client, connect
from bot.store.embedded import EmbeddedRedis
from bot.transport import open_client
from tests.leftovers import forgotten
from tests.secrecy import Overheard, leaks, personal, private_ids, private_texts
from tests.stub import Breaking, Stub, breaking_server, stub_server

# Without limits of time: a busy machine is no fault of a property's, nor that the first text takes tables.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _PATIENT, max_examples=50)
settings.register_profile("thorough", _PATIENT, max_examples=300)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_LONGEST = {"browser", "chaos"}

_overheard = Overheard()
_worlds: list[object] = []
_texts: set[str] = set()


def pytest_configure() -> None:
    """Hear everything, from the first fixture on."""
    root = logging.getLogger()
    root.addHandler(_overheard)
    root.setLevel(logging.DEBUG)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in QUOTING:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Show lines with their fields, in `caplog.text` and with what failed."""
    plugin = session.config.pluginmanager.get_plugin("logging-plugin")
    assert plugin is not None
    # The last one writes nowhere, but the standard formatter leaves fields of its own in the records.
    shown = _Once(formatter("console"))
    for handler in (plugin.caplog_handler, plugin.report_handler, plugin.log_file_handler):
        handler.setFormatter(shown)


class _Once(logging.Formatter):
    """Gives several handlers the same line, made once."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner
        self._last: tuple[logging.LogRecord | None, str] = (None, "")

    def format(self, record: logging.LogRecord) -> str:
        if self._last[0] is not record:
            self._last = record, self._inner.format(record)
        return self._last[1]


def pytest_collection_finish() -> None:
    """As the bridge's own processes do, whose objects are not looked at again and again either."""
    spare_the_collector()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Many tests wait more than they compute, unless branches are counted; each more has all to import."""
    cores = os.cpu_count() or 1
    return max(cores, min(16, (2 if config.getoption("cov_source") else 4) * cores))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the tests to the workers, each of which gets one piece of the list.

    The longest begin first. Of the others, which wait or compute by directories, every second worker begins
    with the last, so that both sorts are under way.
    """
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    longest = [item for item in items if _LONGEST & set(item.path.parts)]
    rest = [item for item in items if not _LONGEST & set(item.path.parts)]
    shares = [
        [*longest[worker::workers], *rest[worker::workers][:: -1 if worker % 2 else 1]]
        for worker in range(workers)
    ]
    items[:] = [item for share in shares for item in share]


@pytest.fixture(autouse=True)
def overheard() -> Iterator[Overheard]:
    """Fails a test that brought a secret or a text of somebody's conversation into the log."""
    _overheard.begin()
    _worlds.clear()
    _texts.clear()
    yield _overheard
    assert _overheard in logging.getLogger().handlers, "whoever sets logging up needs logging_as_before"
    _texts.update(text for world in _worlds for text in private_texts(world))
    ids = {number for world in _worlds for number in private_ids(world)}
    assert not leaks(_overheard.text, _texts, ids), "secrets, private texts or ids in the log"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test during which a private text came out on the console, past the log."""
    report = yield
    if call.when == "teardown" and report.passed and personal(report.capstdout + report.capstderr, _texts):
        report.outcome, report.longrepr = "failed", "private texts on the console"
    return report


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """For tests that set logging up: afterwards it is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in (*TALKATIVE, *QUOTING)}
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
    """Note the local worlds that fixtures make: their texts may not be logged."""
    made = yield
    for world in (made, getattr(made, "hh", None), getattr(made, "telegram", None)):
        if isinstance(world, LocalHh | LocalTelegram):
            _worlds.append(world)
    return made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def redis_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a server that all tests share."""
    async with EmbeddedRedis(tmp_path_factory.mktemp("redis"), fsync=False) as url:
        yield url


@pytest.fixture
async def redis_url(redis_server: str) -> AsyncIterator[str]:
    """The address of an empty Redis; fails a test that leaves a key behind which would live for ever.

    A key must have an expiry, or an owner declared in `bot.store.keys`.
    """
    client = connect(redis_server)
    try:
        await client.flushall()
        yield redis_server
        assert not await forgotten(client), "neither an expiry nor a declared owner"
    finally:
        await client.aclose()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Client]:
    """A client of an empty Redis."""
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The bridge's client of outside services."""
    async with open_client() as client:
        yield client


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    """An outside service that answers what it is told to."""
    async with stub_server() as server:
        yield server


@pytest.fixture
async def breaking() -> AsyncIterator[Breaking]:
    """An outside service whose connections break."""
    async with breaking_server() as server:
        yield server
