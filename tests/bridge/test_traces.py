"""Trails as OpenTelemetry shows them, from real processes to a collector; nobody needs to have it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot import trail
from bot.settings import NAMES
from bot.tracing import Provider, Tracing
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation, written_to
from tests.chaos.processes import PROJECT, environment
from tests.collector import Collector, collecting
from tests.secrecy import leaks, private_ids, private_texts
from tests.waiting import eventually

# A process of its own starts slowly where the machine is busy and its coverage is measured.
SECONDS = 100
pytestmark = pytest.mark.timeout(3 * SECONDS)

WHOLE = {
    "store update",
    "handle update",
    "write",
    "POST /hh/api/negotiations/…/messages",
    "deliver",
    "setMessageReaction",
    "commit",
}
"""The steps of a reply."""


@asynccontextmanager
async def process(bridge: Bridge, command: str, log: Path, **variables: str) -> AsyncIterator[None]:
    """A real process of the bridge, which writes its log into a file."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    given = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG", "PYTHONPATH": str(PROJECT), **variables}
    with log.open("wb") as written:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", command),
            cwd=log.parent,
            env={**inherited, **environment(bridge.settings), **given},
            stderr=written,
        )
    try:
        yield
        running.terminate()
        async with asyncio.timeout(SECONDS):
            assert await running.wait() == 0, log.read_text()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with collecting() as collector:
        yield collector


async def answered(bridge: Bridge) -> None:
    """A reply goes to the employer."""
    news = await written_to(bridge, conversation(bridge))
    reply = await bridge.anna.send("Приду!", reply_to=news.id)
    await bridge.anna.wait_for_reaction(reply, "👌", SECONDS)


async def test_a_reply_is_one_trace_over_web_and_worker_with_the_id_of_the_log(
    bridge: Bridge, collector: Collector, tmp_path: Path
) -> None:
    otel = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    web, worker = tmp_path / "web.log", tmp_path / "worker.log"
    async with process(bridge, "web", web, **otel), process(bridge, "worker", worker, **otel):
        await bridge.telegram.wait_until(lambda: bridge.telegram.world.updates.webhook_set, SECONDS)
        await answered(bridge)
        await eventually(lambda: "hh.ru accepted a write" in worker.read_text())
        lines = [json.loads(line) for line in worker.read_text().splitlines()]
        (trace_id,) = {line["trace_id"] for line in lines if line["event"] == "hh.ru accepted a write"}
        await eventually(lambda: collector.trace(trace_id).keys() >= WHOLE)
    told = web.read_text() + worker.read_text()
    private = private_texts(bridge.hh) | private_texts(bridge.telegram)
    assert leaks(told, private, private_ids(bridge.hh) | private_ids(bridge.telegram)) == []
    trace = collector.trace(trace_id)
    first = trace["store update"]
    assert trace_id in web.read_text()
    assert not first.parent_span_id
    assert {trace[name].parent_span_id for name in ("handle update", "write", "deliver")} == {first.span_id}
    assert trace["POST /hh/api/negotiations/…/messages"].parent_span_id == trace["write"].span_id
    assert trace["setMessageReaction"].parent_span_id == trace["deliver"].span_id
    assert collector.services == {"hh-bridge"}


async def test_a_trace_shows_nothing_of_anybody(bridge: Bridge) -> None:
    provider, exporter = Provider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with trail.shown_by(Tracing(provider)):
        async with bridge.running():
            await answered(bridge)
    spans = exporter.get_finished_spans()
    assert {"poll", "link", "GET /hh/api/negotiations", "sendMessage"} <= {span.name for span in spans}
    said = json.dumps([json.loads(span.to_json()) for span in spans], ensure_ascii=False)
    for world in (bridge.hh, bridge.telegram):
        assert not [text for text in private_texts(world) | private_ids(world) if text in said]
    assert bridge.settings.telegram_token.get_secret_value() not in said


async def test_without_the_extra_the_bridge_works_and_says_so_where_traces_are_asked_for(
    bridge: Bridge, tmp_path: Path
) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys; sys.modules['opentelemetry'] = None\n")
    log = tmp_path / "run.log"
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "PYTHONPATH": f"{hidden}:{PROJECT}"}
    async with process(bridge, "run", log, **asked):
        await bridge.telegram.wait_until(lambda: bridge.telegram.world.updates.webhook_set, SECONDS)
        await answered(bridge)
    assert "hh-bridge[tracing] is not installed" in log.read_text()
