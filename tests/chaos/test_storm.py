"""A short storm; `make chaos` runs a long one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.site import Site
from tests.chaos.storm import LEASE, Plan, Storm
from tests.chaos.tally import doubled_by_chat


@pytest.mark.heavy
@pytest.mark.timeout(240)
async def test_nothing_is_lost_or_doubled_in_a_short_storm(site: Site) -> None:
    site.timing = replace(site.timing, lease=LEASE)
    plan = Plan(
        seed=4, kills=15, freezes=1, accounts=6, between_kills=0.6, between_actions=0.6, redis_pause=0
    )
    storm = Storm(site, plan)
    tally = await storm.run()
    assert tally.clean, tally
    assert sum(storm.killed.values()) == plan.kills
    # What was on its way to a chat: one entry of its outbox, each time that its worker or Redis was struck.
    struck = storm.killed["worker"] + storm.frozen["worker"] + plan.redis_kill
    assert max(doubled_by_chat(site.bridge, storm.people)) <= struck
    assert tally.to_hh.sent
    assert tally.to_telegram.sent
    assert tally.window
