from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from bot import trail
from bot.tracing import Provider, Tracing, exported
from tests.collector import collecting
from tests.waiting import eventually

PROJECT = Path(__file__).parent.parent
TRAIL = trail.of_update(b'{"update_id": 7}')


class Process:
    """The tracing of one process."""

    def __init__(self) -> None:
        provider, self._exporter = Provider(), InMemorySpanExporter()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracing = Tracing(provider)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process()
    with trail.shown_by(process.tracing):
        yield process


def ids(span: ReadableSpan) -> tuple[str, str, str]:
    """Those of the trace, the span and its parent."""
    assert span.context is not None
    parent = f"{span.parent.span_id:016x}" if span.parent else ""
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}", parent


def test_what_another_process_does_is_a_child_of_the_first_step() -> None:
    web, worker = Process(), Process()
    with trail.shown_by(web.tracing), trail.follow(TRAIL, "store update", first=True):
        pass
    with trail.shown_by(worker.tracing), trail.follow(TRAIL, "handle update"):
        pass
    (stored,), (handled,) = map(ids, web.spans), map(ids, worker.spans)
    assert stored == (TRAIL, TRAIL[16:], "")
    assert handled[0] == TRAIL
    assert handled[1] != TRAIL[16:] == handled[2]


def test_a_part_is_a_child_of_its_step_and_says_whom_it_asks(process: Process) -> None:
    with trail.follow(TRAIL, "poll", first=True), trail.part("GET /me", server="hh.test") as span:
        span.note(status=200, outcome="done")
    asked, poll = process.spans
    assert ids(asked)[2] == ids(poll)[1]
    assert (asked.kind, poll.kind) == (SpanKind.CLIENT, SpanKind.INTERNAL)
    assert dict(asked.attributes or {}) == {
        "server.address": "hh.test",
        "http.response.status_code": 200,
        "hh_bridge.outcome": "done",
    }


def test_what_is_on_no_trail_is_no_trace(process: Process) -> None:
    with trail.part("getMe", server="telegram.test"):
        pass
    assert not process.spans


def test_what_waits_since_before_there_were_trails_begins_one(process: Process) -> None:
    with trail.follow("", "deliver"):
        assert len(trail.current()) == 32
    (span,) = process.spans
    assert not span.parent


def test_of_an_error_the_kind_is_shown_but_not_the_words(process: Process) -> None:
    with pytest.raises(RuntimeError), trail.follow(TRAIL, "deliver"):
        raise RuntimeError("Приду завтра")
    (span,) = process.spans
    assert not span.status.is_ok
    assert "RuntimeError" in span.to_json()
    assert "Приду" not in span.to_json()


def test_a_step_that_is_dropped_is_not_shown(process: Process) -> None:
    with trail.follow(TRAIL, "store update", first=True) as span:
        span.drop()
    assert not process.spans


def test_processes_agree_on_which_trails_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    web, worker = Process(), Process()
    for number in range(60):
        trace_id = trail.of_update(str(number).encode())
        with trail.shown_by(web.tracing), trail.follow(trace_id, "store update", first=True):
            pass
        with trail.shown_by(worker.tracing), trail.follow(trace_id, "handle update"), trail.part("commit"):
            pass
    recorded = {ids(span)[0] for span in web.spans}
    assert 10 < len(recorded) < 50
    assert {ids(span)[0] for span in worker.spans} == recorded
    assert len(worker.spans) == 2 * len(recorded)


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "hh-bridge"),
        ({"OTEL_SERVICE_NAME": "bridge-of-anna"}, "bridge-of-anna"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=other"}, "other"),
    ],
)
def test_the_service_has_a_name(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert Provider().resource.attributes["service.name"] == name


async def test_what_is_not_sent_yet_is_sent_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def work() -> None:
        with exported(), trail.follow(TRAIL, "poll", first=True):
            pass

    async with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        await asyncio.to_thread(work)
    assert collector.trace(TRAIL).keys() == {"poll"}


async def test_a_collector_that_does_not_answer_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    before = threading.enumerate()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "12")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
        began = time.monotonic()
        with exported(), trail.follow(TRAIL, "poll", first=True):
            pass
        assert time.monotonic() - began < 10
    await eventually(lambda: set(threading.enumerate()) <= set(before))


def test_nothing_of_it_is_imported_where_nobody_asks_for_traces() -> None:
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    nobody_asks: list[dict[str, str]] = [
        {},
        {"OTEL_SERVICE_NAME": "bridge"},
        {**asked, "OTEL_SDK_DISABLED": "true"},
        {**asked, "OTEL_TRACES_EXPORTER": "none"},
    ]
    program = (
        "import os, sys, bot.app, bot.cli\n"
        f"for variables in {nobody_asks}:\n"
        "    os.environ.clear()\n"
        "    os.environ.update(variables)\n"
        "    with bot.cli._traced(): pass\n"
        # redis-py imports what it finds of the SDK, but that is not much.
        "    there = {'bot.tracing', 'opentelemetry.sdk.trace', 'requests'} & sys.modules.keys()\n"
        "    assert not there, (variables, there)"
    )
    subprocess.run([sys.executable, "-c", program], env={}, check=True, timeout=50)


def test_what_is_locked_for_the_image_is_the_extra_of_the_project() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extra = project["optional-dependencies"]["tracing"]
    locked = (PROJECT / "requirements/tracing.in").read_text().splitlines()
    assert [line for line in locked if line and line[0] not in "#-"] == extra
