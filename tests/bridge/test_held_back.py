"""What holds back all news: the user is told, and not again and again."""

from __future__ import annotations

from itertools import pairwise

from bot.sandbox.hh import faults
from tests.bridge.conftest import Bridge
from tests.bridge.steps import arrivals, at_hh, conversation, polled


async def test_a_captcha_that_holds_back_the_news_is_told_once_with_its_link(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.faults.add(faults.captcha(), on="GET /negotiations")
        told = await bridge.anna.wait_for("что вы не робот")
        assert any(button.url for button in told.buttons)
        await polled(bridge)
        bridge.applicant.captcha = None  # passed
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        await bridge.anna.wait_for("Ждём вас")
    assert len([m for m in bridge.anna.from_bot if "что вы не робот" in m.text]) == 1


async def test_a_list_that_hh_ru_refuses_is_told_once_and_asked_for_ever_more_seldom(bridge: Bridge) -> None:
    bridge.settings = bridge.settings.model_copy(update={"poll_max_interval": 1.5})
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        rule = bridge.hh.faults.add(faults.refused("forbidden", 403), on="GET /negotiations", times=None)
        told = await bridge.anna.wait_for("не показывает мне ваши переписки")
        assert "на сайт" in told.text
        await at_hh(bridge, lambda: rule.struck >= 6)
        asked = [r.at for r in bridge.hh.journal.requests if r.path == "/negotiations"][-6:]
        pauses = [later - one for one, later in pairwise(asked)]
        assert pauses[-1] > 4 * bridge.timing.retry
        bridge.hh.faults.remove(rule.id)
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        await bridge.anna.wait_for("Ждём вас")
    assert arrivals(bridge, "не показывает мне ваши переписки") == 1


async def test_a_list_that_hh_ru_refused_by_accident_is_not_worth_a_word(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.faults.add(faults.refused("forbidden", 403), on="GET /negotiations")
        await polled(bridge)
        bridge.hh.faults.add(faults.refused("forbidden", 403), on="GET /negotiations")
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        await bridge.anna.wait_for("Ждём вас")
    assert arrivals(bridge, "не показывает мне ваши переписки") == 0
