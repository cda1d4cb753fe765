from __future__ import annotations

from bot.sandbox.hh import faults
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation, polled


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
