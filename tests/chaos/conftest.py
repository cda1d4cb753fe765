"""Real processes of the bridge between the local hh.ru, the local Telegram and a Redis of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.chaos.processes import Nursery
from tests.chaos.site import Site, site_at


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery.open() as opened:
        yield opened


@pytest.fixture
async def site(nursery: Nursery, tmp_path: Path) -> AsyncIterator[Site]:
    async with site_at(nursery, tmp_path) as site:
        yield site
