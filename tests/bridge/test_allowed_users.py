"""Who may use the bot: the others get nothing from it but what it keeps about them."""

from __future__ import annotations

from bot.store import keys
from bot.store.connection import Client
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation as conversation_of
from tests.bridge.steps import written_to
from tests.bridge.test_refusals import unlinked


def let_in(bridge: Bridge, *users: int) -> None:
    bridge.settings = bridge.settings.model_copy(update={"allowed_users": frozenset(users)})


async def test_who_is_not_allowed_is_told_so_and_nothing_else_happens(bridge: Bridge) -> None:
    let_in(bridge, bridge.anna.id)
    boris = bridge.telegram.user(4242, "Борис")
    async with bridge.running():
        await bridge.link()
        started = await boris.start()
        told = await boris.wait_for("открыт только для тех", after=started)
    assert str(boris.id) in told.text
    assert not told.buttons


async def test_who_is_not_let_in_any_more_is_left_alone_and_can_have_all_of_it_erased(
    bridge: Bridge, redis: Client
) -> None:
    talk = conversation_of(bridge)
    anna, hh = bridge.anna, bridge.hh
    async with bridge.running():
        news = await written_to(bridge, talk)
    let_in(bridge, 4242)
    looks = hh.journal.count("GET", "/negotiations")
    async with bridge.running():
        hh.employers.write(talk.id, "Вы где?")
        asked = await anna.send("Приду!", reply_to=news.id)
        told = await anna.wait_for("открыт только для тех", after=asked)
        assert "/unlink" in told.text
        assert "закрыл вам доступ" in (await anna.press(news.id, "Ответить")).text
        asked = await anna.send("/export")
        await anna.wait_for(lambda m: m.document is not None, after=asked)
        await unlinked(bridge)
    assert hh.journal.count("GET", "/negotiations") == looks
    assert hh.journal.effects == []
    assert hh.tokens.live(bridge.applicant.id) == []
    left = {key.decode() async for key in redis.scan_iter() if await redis.ttl(key) == -1}
    assert left == {keys.bots(shard) for shard in keys.all_shards()}, "more than which bots were here"


async def test_who_is_let_in_again_gets_what_came_meanwhile(bridge: Bridge) -> None:
    talk = conversation_of(bridge)
    async with bridge.running():
        await written_to(bridge, talk)
    let_in(bridge, 4242)
    async with bridge.running():
        bridge.hh.employers.write(talk.id, "Вы где?")
        asked = await bridge.anna.send("/list")
        await bridge.anna.wait_for("открыт только для тех", after=asked)
    let_in(bridge)
    async with bridge.running():
        await bridge.anna.send("/help")
        await bridge.anna.wait_for("Вы где?")
