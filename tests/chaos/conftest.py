"""Real processes of the bridge between the local hh.ru, the local Telegram and a Redis of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.processes import Nursery
from tests.chaos.site import Site, site_at
from tests.leftovers import forgotten
from tests.secrecy import leaks, private_ids, private_texts


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery.open() as opened:
        yield opened


@pytest.fixture
async def site(nursery: Nursery, tmp_path: Path) -> AsyncIterator[Site]:
    """Fails a test whose processes logged a secret or a private text, or left a key for ever."""
    async with site_at(nursery, tmp_path) as site:
        site.timing = replace(site.timing, chat=0.05, again=0.3, pause=0.3, repeat=0.3)
        yield site
        private = private_texts(site.bridge.hh) | private_texts(site.bridge.telegram)
        ids = private_ids(site.bridge.hh) | private_ids(site.bridge.telegram)
        assert not [line for process in site.started for line in leaks(process.words(), private, ids)]
        async with site.redis.client() as client:
            assert not await forgotten(client), "neither an expiry nor a declared owner"
