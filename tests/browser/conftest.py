"""The sandbox as somebody starts it, and a browser to look at it with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, async_playwright, expect

from bot.settings import NAMES

PROJECT = Path(__file__).parent.parent.parent
READY = "The sandbox is at "
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is; without one the tests are skipped, or fail where it is promised."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and os.environ.get("HH_BRIDGE_REQUIRE_BROWSER") == "1":
        pytest.fail("Chromium is not installed, and HH_BRIDGE_REQUIRE_BROWSER=1 asks for it")
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


@pytest.fixture(scope="module")
def sandbox(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a sandbox that runs for the whole module; it must end in order and in silence."""
    home = tmp_path_factory.mktemp("sandbox")
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    errors = home / "errors.txt"
    with (
        errors.open("wb") as complaints,
        subprocess.Popen(
            (sys.executable, "-m", "bot", "sandbox", "--port", "0"),
            cwd=home,
            env={**inherited, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = next((line for line in process.stdout if line.startswith(READY)), "")
            assert line, errors.read_text()
            yield line.removeprefix(READY).split()[0]
        finally:
            process.terminate()
            process.communicate(timeout=30)
    assert process.returncode == 0, errors.read_text()
    assert not errors.read_text()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A new profile at a desk; fails a test in which a page reports an error."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="ru-RU")
    context.set_default_timeout(15_000)
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    context.on("console", heard)
    context.on("weberror", lambda error: faults.append(_words(error.error)))
    yield context
    await context.close()
    assert not faults


def _words(error: Error) -> str:
    return error.stack or error.message
