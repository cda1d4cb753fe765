"""Trails as traces of OpenTelemetry; only imported where the operator asks for it (`bot.cli`).

Where they are sent and how many is set by OpenTelemetry's own environment variables (OpenTelemetry
specification, "Environment Variable Specification" and "OTLP Exporter Configuration").

The first span of a trace bears the lower half of the trace's id as its own: whoever knows the id knows the
parent of what he does, too, so nothing more need be kept in Redis. Whether a trace is recorded is asked of
the sampler by the id alone, so that all processes decide alike.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import TracebackType

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
    use_span,
)

from bot import trail

_LAST_WORDS = 3.0
"""Seconds for what is not exported yet when the process ends."""

# OpenTelemetry, "Semantic conventions for HTTP spans", HTTP client span.
_CONVENTIONAL = {
    "server": "server.address",
    "method": "http.request.method",
    "status": "http.response.status_code",
}
_NOWHERE = Context()


@contextmanager
def exported() -> Iterator[None]:
    """Within the block every trail is sent, as OTLP over HTTP."""
    provider = Provider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    try:
        with trail.shown_by(Tracing(provider)):
            yield
    finally:
        # The exporter tries again and again; nobody waits so long for a process that was asked to end.
        ending = threading.Thread(target=provider.shutdown, daemon=True)
        ending.start()
        ending.join(_LAST_WORDS)


class Provider(TracerProvider):
    """One whose first spans are named by their trail."""

    def __init__(self) -> None:
        self.ids = _Ids()
        resource = Resource.create()
        if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: "hh-bridge"}))
        super().__init__(resource=resource, id_generator=self.ids, shutdown_on_exit=False)


class Tracing:
    """Shows steps as spans."""

    def __init__(self, provider: Provider) -> None:
        self._sampler = provider.sampler
        self._ids = provider.ids
        self._tracer = provider.get_tracer("bot")

    def begin(self, trace_id: str, step: str, *, first: bool) -> AbstractContextManager[trail.Span]:
        """A step that continues a trail, maybe another process's; or its `first` one."""
        number = int(trace_id, 16)
        if not first:
            return _Shown(self._tracer.start_span(step, self._parent(number, step)))
        with self._ids.told(number):
            return _Shown(self._tracer.start_span(step, _NOWHERE))

    def within(self, step: str, attributes: Mapping[str, trail.Value]) -> AbstractContextManager[trail.Span]:
        """A part of the present step; one that asks somebody else names him as `server`."""
        kind = SpanKind.CLIENT if "server" in attributes else SpanKind.INTERNAL
        return _Shown(self._tracer.start_span(step, kind=kind, attributes=_named(attributes)))

    def _parent(self, trace_id: int, step: str) -> Context:
        sampled = self._sampler.should_sample(_NOWHERE, trace_id, step).decision is Decision.RECORD_AND_SAMPLE
        flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        parent = SpanContext(trace_id, _first_span(trace_id), is_remote=True, trace_flags=flags)
        return set_span_in_context(NonRecordingSpan(parent), _NOWHERE)


class _Ids(RandomIdGenerator):
    """Random ids, but for a first span that is told its own."""

    _first: int | None = None

    @contextmanager
    def told(self, trace_id: int) -> Iterator[None]:
        self._first = trace_id
        try:
            yield
        finally:
            self._first = None

    def generate_trace_id(self) -> int:
        return super().generate_trace_id() if self._first is None else self._first

    def generate_span_id(self) -> int:
        return super().generate_span_id() if self._first is None else _first_span(self._first)


class _Shown:
    """A step as a span. Of an error its kind is shown, never its words: they may be somebody's."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._dropped = False
        self._active = ExitStack()

    def __enter__(self) -> trail.Span:
        active = use_span(self._span, record_exception=False, set_status_on_exception=False)
        self._active.enter_context(active)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._active.close()
        if kind is not None:
            self._span.set_attribute("error.type", kind.__name__)
            self._span.set_status(StatusCode.ERROR)
        if not self._dropped:
            self._span.end()

    def note(self, **attributes: trail.Value) -> None:
        self._span.set_attributes(_named(attributes))

    def drop(self) -> None:
        # A span that never ends is never exported.
        self._dropped = True


def _first_span(trace_id: int) -> int:
    return trace_id & (2**64 - 1)


def _named(attributes: Mapping[str, trail.Value]) -> dict[str, trail.Value]:
    return {_CONVENTIONAL.get(name, f"hh_bridge.{name}"): value for name, value in attributes.items()}
