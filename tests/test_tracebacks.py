from __future__ import annotations

import asyncio

import msgspec
import pytest
from pydantic import BaseModel

from bot.hh.errors import Unavailable
from bot.tracebacks import ExcInfo, told

SAID = "Ждём вас, оклад 250000"


class Letter(BaseModel):
    """What a library finds wrong with its text."""

    pages: int


def caught(error: BaseException) -> ExcInfo:
    return type(error), error, error.__traceback__


def failing(step: object) -> ExcInfo:
    try:
        assert callable(step)
        step()
    except Exception as error:
        return caught(error)
    raise AssertionError("it did not fail")


@pytest.mark.parametrize(
    "step",
    [
        lambda: int(SAID),
        lambda: dict[str, int]()[SAID],
        lambda: list[str]().index(SAID),
        lambda: Letter.model_validate({"pages": SAID}),
        lambda: msgspec.convert(SAID, int, strict=False),
        lambda: SAID.encode("ascii"),
    ],
)
def test_what_a_library_quotes_is_not_told(step: object) -> None:
    exc_info = failing(step)
    assert exc_info[0].__name__ in told(exc_info)
    assert SAID not in told(exc_info).replace(repr(SAID), SAID)


def test_errors_of_code_and_those_of_the_bridge_speak_in_full() -> None:
    assert "has no attribute 'upper'" in told(failing(lambda: (5).upper()))  # type: ignore[attr-defined]
    assert "bot.hh.errors.Unavailable: ReadError" in told(caught(Unavailable("ReadError")))


def test_every_cause_is_told_the_first_one_first_and_without_its_text() -> None:
    def step() -> None:
        try:
            int(SAID)
        except ValueError as error:
            raise Unavailable("it can't be read") from error

    lines = told(failing(step))
    assert lines.index("ValueError") < lines.index("Which led to") < lines.index("it can't be read")
    assert SAID not in lines


def test_an_error_whose_cause_is_hushed_up_stands_alone() -> None:
    def step() -> None:
        try:
            int(SAID)
        except ValueError:
            raise Unavailable("it can't be read") from None

    assert "ValueError" not in told(failing(step))


def test_errors_that_caused_each_other_end() -> None:
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__context__, second.__context__ = second, first
    assert told(caught(first)).count("RuntimeError") == 2


async def test_all_that_failed_together_is_told() -> None:
    async def fail(text: str) -> None:
        int(text)

    with pytest.raises(ExceptionGroup) as raised:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail(SAID))
    lines = told(caught(raised.value))
    assert "unhandled errors in a TaskGroup" in lines
    assert "  | ValueError" in lines
    assert SAID not in lines


def test_a_note_stays() -> None:
    error = ValueError(SAID)
    error.add_note("trace_id: 5")
    assert told(caught(error)).splitlines()[-2:] == ["ValueError", "trace_id: 5"]
