from __future__ import annotations

from prometheus_client import REGISTRY

from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation

COUNTED: list[tuple[str, dict[str, str]]] = [
    ("hh_bridge_updates_total", {"outcome": "stored"}),
    ("hh_bridge_updates_handled_total", {"outcome": "done"}),
    ("hh_bridge_polls_total", {"outcome": "changed"}),
    ("hh_bridge_poll_lag_seconds_count", {}),
    ("hh_bridge_events_total", {"kind": "invitation"}),
    ("hh_bridge_deliveries_total", {"entry": "Say", "outcome": "delivered"}),
    ("hh_bridge_news_delay_seconds_count", {}),
    ("hh_bridge_writes_total", {"intent": "SendMessage", "outcome": "accepted"}),
    ("hh_bridge_mailbox_wait_seconds_count", {}),
    ("hh_bridge_request_seconds_count", {"world": "hh", "outcome": "201"}),
    ("hh_bridge_request_seconds_count", {"world": "telegram", "outcome": "200"}),
]


def values() -> list[float]:
    return [REGISTRY.get_sample_value(name, labels) or 0 for name, labels in COUNTED]


async def test_the_way_of_a_message_and_of_its_answer_is_counted(bridge: Bridge) -> None:
    talk = conversation(bridge)
    before = values()
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Приходите")
        news = await bridge.anna.wait_for("Приходите")
        reply = await bridge.anna.send("Приду", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
    grown = [name for (name, _), old, new in zip(COUNTED, before, values(), strict=True) if new > old]
    assert grown == [name for name, _ in COUNTED]
