"""Every measurement can be made: each is run once, small; what it finds then means nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import date

import msgspec
import pytest

from tests.bench.report import Curve, Goal, Plot, Section, page
from tests.bench.run import MEASUREMENTS


@pytest.mark.heavy
@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", MEASUREMENTS)
async def test_a_measurement_can_be_made(name: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.bench.{name}"),
        env={**os.environ, "BENCH_QUICK": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    section = msgspec.json.decode(output, type=Section)
    assert process.returncode == 0
    assert section.rows
    assert section.goals
    assert {len(row) for row in section.rows} == {len(section.columns)}


def test_the_page_shows_what_was_not_reached() -> None:
    goals = [Goal("quick", "1 s", "0.5 s", met=True), Goal("small", "1 kB", "2 kB", met=False)]
    plot = Plot("Growth", "x", "y", [Curve("line", [1.0], [2.0])])
    section = Section("Speed", "How it was measured.", ["what", "s"], [["this", "0.5"]], goals, [plot])

    text = page({"speed": section}, {"speed": ["plots/speed.svg"]}, date(2026, 11, 3), "2 cores")

    assert "Measured on 3 November 2026: 2 cores." in text
    assert "| quick | 1 s | 0.5 s | yes |" in text
    assert "| small | 1 kB | 2 kB | **no** |" in text
    assert "| what | s |\n| --- | ---: |\n| this | 0.5 |" in text
    assert "![Growth](plots/speed.svg)" in text
    assert "make bench ONLY=speed" in text
