"""One ceiling of requests to hh.ru, also for those who link, sign in anew and unlink."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.app import HH_BURST
from bot.sandbox.hh import faults
from tests.bridge.conftest import Bridge
from tests.bridge.test_refusals import deep_link, visit

PEOPLE, PER_SECOND = 12, 10


async def test_a_crowd_that_links_at_once_stays_under_the_ceiling(bridge: Bridge) -> None:
    """Each of them takes a request for tokens, one for whose they are, and looks at his conversations."""
    seldom = {"poll_min_interval": 60.0, "poll_max_interval": 60.0}
    bridge.settings = bridge.settings.model_copy(
        update={"hh_requests_per_second": float(PER_SECOND), **seldom}
    )
    people = [bridge.telegram.user(200_000 + number, f"Анна {number}") for number in range(PEOPLE)]
    async with bridge.running():
        backs = []
        for person in people:
            started = await person.start()
            welcome = await person.wait_for(lambda m: any(b.url for b in m.buttons), after=started)
            applicant = bridge.hh.world.add_applicant("Анна", "Смирнова")
            backs.append(await bridge.hh.authorize(applicant, welcome.buttons[0].url or ""))
        bridge.hh.faults.ceiling = PER_SECOND + HH_BURST
        pages = await asyncio.gather(*map(visit, backs))
        for person, page in zip(people, pages, strict=True):
            await person.open_link(deep_link(page.text))
        for person in people:
            await person.wait_for("Переписок пока нет")
    assert bridge.hh.journal.count(status=429) == 0


async def test_a_pause_that_hh_asks_for_while_somebody_links_is_kept(bridge: Bridge) -> None:
    bridge.timing = replace(bridge.timing, unnamed=2.0)
    async with bridge.running():
        started = await bridge.anna.start()
        welcome = await bridge.anna.wait_for(lambda m: any(b.url for b in m.buttons), after=started)
        back = await bridge.hh.authorize(bridge.applicant, welcome.buttons[0].url or "")
        rule = bridge.hh.faults.add(faults.throttled(), on="GET /me", times=1)
        page = await visit(back)
        assert "Слишком много" in page.text
        assert rule.struck == 1
        assert bridge.hh.tokens.live(bridge.applicant.id) == [], "the access is given back"
    refused, given_back = list(bridge.hh.journal.requests)[-2:]
    assert (refused.status, given_back.method) == (429, "DELETE")
    assert given_back.at - refused.at > 1.5
