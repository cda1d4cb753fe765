"""The order in which the user acted, whatever the order in which Telegram delivers it."""

from __future__ import annotations

from bot.store.connection import Client
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation

DRAFT = "Здравствуйте, ещё ищите?"
MENDED = "Здравствуйте, ещё ищете?"


async def test_an_edit_that_a_press_overtook_still_counts(bridge: Bridge) -> None:
    talk = conversation(bridge)
    conversation(bridge, "Василёк")
    anna = bridge.anna
    async with bridge.running():
        await bridge.link()
        draft = await anna.send(DRAFT)
        question = await anna.wait_for(lambda m: len(m.buttons) > 2, after=draft)
    async with bridge.running(worker=False):
        bridge.telegram.faults.swap_updates()
        await anna.edit(draft, MENDED)
        press = anna.tap(question.id, next(label for label in question.labels if "Ромашка" in label))
        await bridge.telegram.settled()
    async with bridge.running(web=False):
        await press
        await anna.wait_for_reaction(draft, "👌")
    assert bridge.hh.journal.texts(talk.id) == [MENDED]


async def test_a_flood_of_swapped_messages_arrives_in_the_order_it_was_written(bridge: Bridge) -> None:
    talk = conversation(bridge)
    anna = bridge.anna
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Здравствуйте!")
        news = await anna.wait_for("Здравствуйте!")
    async with bridge.running(worker=False):
        bridge.telegram.faults.swap_updates(2)
        replies = [await anna.send(text, reply_to=news.id) for text in ("Раз", "Два", "Три", "Четыре")]
        await bridge.telegram.settled()
    async with bridge.running(web=False):
        await anna.wait_for_reaction(replies[-1], "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Раз", "Два", "Три", "Четыре"]


async def test_a_press_does_not_overtake_what_redis_could_not_take(bridge: Bridge, redis: Client) -> None:
    """Telegram repeats the refused edit on its own; meanwhile a press comes by another way."""
    talk = conversation(bridge)
    conversation(bridge, "Василёк")
    anna = bridge.anna
    async with bridge.running():
        await bridge.link()
        draft = await anna.send(DRAFT)
        question = await anna.wait_for(lambda m: len(m.buttons) > 2, after=draft)
        await redis.config_set("maxmemory", "1")
        try:
            await anna.edit(draft, MENDED)
            await bridge.telegram.wait_until(lambda: bridge.telegram.world.webhooks.last_error is not None)
        finally:
            await redis.config_set("maxmemory", "0")
        await anna.press(question.id, next(label for label in question.labels if "Ромашка" in label))
        await anna.wait_for_reaction(draft, "👌")
    assert bridge.hh.journal.texts(talk.id) == [MENDED]
