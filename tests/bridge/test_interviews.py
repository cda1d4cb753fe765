"""What comes with an invitation, and calls."""

from __future__ import annotations

from tests.bridge.conftest import Bridge
from tests.bridge.test_story import conversation


async def test_a_missed_call_is_told_once(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        call = bridge.hh.employers.call(talk.id, "calling")
        bridge.hh.employers.change_call(talk.id, call.id, "did_not_connect")
        told = await bridge.anna.wait_for("пропущенный звонок")
        assert "Ромашка" in told.text
        bridge.hh.employers.write(talk.id, "Не дозвонились до вас")
        await bridge.anna.wait_for("Не дозвонились до вас")
    assert sum("пропущенный звонок" in message.text for message in bridge.anna.from_bot) == 1
