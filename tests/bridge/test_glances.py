"""States at a glance: signs on the user's messages, and cards that change in place."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.hh import faults
from tests.bridge.conftest import Bridge
from tests.bridge.steps import arrivals, card_of_first, conversation, news, polled


async def test_the_employers_look_shows_on_the_users_message(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        told = await news(bridge, "Ждём вас")
        reply = await bridge.anna.send("Приду!", reply_to=told.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        last = bridge.anna.last.id
        bridge.hh.employers.read(talk.id)
        await bridge.anna.wait_for_reaction(reply, "👀")
        await polled(bridge)
    assert bridge.anna.last.id == last
    assert not bridge.telegram.world.topics_enabled


async def test_the_sign_tells_that_a_message_waits_for_hh_ru(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        told = await news(bridge, "Ждём вас")
        bridge.hh.faults.add(faults.throttled(1), times=2, on="POST /negotiations/*/messages")
        reply = await bridge.anna.send("Приду!", reply_to=told.id)
        await bridge.anna.wait_for_reaction(reply, "🫡")
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_the_sign_tells_that_it_is_not_sure_whether_a_message_arrived(bridge: Bridge) -> None:
    talk = conversation(bridge)
    # Time for two looks, on any machine, before it is sent again.
    bridge.timing = replace(bridge.timing, settle=4.0)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        told = await news(bridge, "Ждём вас")
        bridge.hh.faults.add(faults.reset(), on="POST /negotiations/*/messages")
        reply = await bridge.anna.send("Приду!", reply_to=told.id)
        await bridge.anna.wait_for_reaction(reply, "🤔")
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_a_card_in_a_linear_chat_changes_in_place_and_rings_nobody(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        card = await card_of_first(bridge)
        assert "Статус: отклик отправлен" in card.text
        bridge.hh.employers.bar(talk.id)
        await bridge.anna.wait_until(lambda: "отключил" in card.text)
        assert not any("Ответить" in label for label in card.labels)
        await polled(bridge)
    assert bridge.anna.last.id == card.id


async def test_a_card_that_was_deleted_stays_deleted(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        card = await card_of_first(bridge)
        assert "Статус: отклик отправлен" in card.text
        await bridge.anna.delete(card.id)
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        await news(bridge, "Ждём вас")
        await polled(bridge)
    assert arrivals(bridge, "Статус:") == 0
