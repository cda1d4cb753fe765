"""The language that somebody chose before he linked an account."""

from __future__ import annotations

import re

from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation


async def test_a_language_chosen_before_linking_holds_and_is_kept_with_the_account(bridge: Bridge) -> None:
    anna = bridge.anna
    conversation(bridge)
    async with bridge.running():
        asked = await anna.send("/language")
        question = await anna.wait_for(lambda m: "English" in " ".join(m.labels), after=asked)
        await anna.press(question.id, "English")
        await bridge.link()
        helped = await anna.send("/help")
        await anna.wait_for(lambda m: m.id > helped)
    later = [message.text for message in anna.from_bot if message.id > question.id]
    assert len(later) > 3
    assert not any(re.search("[А-Яа-я]", text.replace("Анна Смирнова", "")) for text in later), later
