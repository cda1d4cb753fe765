"""What hh.ru refuses, and what becomes of the access: said in a sentence, and nothing is lost."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.sandbox.hh import faults
from bot.sandbox.telegram.people import LocalUser
from bot.store import keys
from bot.store.connection import Client
from tests.bridge.conftest import Bridge
from tests.bridge.steps import SEND, at_hh, conversation, written_to
from tests.plain import plain_http

REFUSALS = [
    ("in_a_row_limit", "пять сообщений подряд"),
    ("overall_limit", "исчерпан лимит"),
    ("no_invitation", "после приглашения"),
    ("disabled_by_employer", "отключил переписку"),
    ("resume_deleted", "удалено или скрыто"),
    ("archived", "в архиве"),
    ("chat_archived", "в архиве"),
    ("topic_archived", "в архиве"),
    ("chat_blocked", "заблокировал"),
    ("prohibited", "закрыл"),
    ("inappropriate_language_message", "грубые"),
    ("resource_policy_violation_message", "нарушает правила"),
    ("spam_detected", "за спам"),
    ("too_long_message", "слишком длинный"),
    ("something_quite_new", "something_quite_new"),
]


async def test_a_refused_reply_is_named_in_a_sentence(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        for name, words in REFUSALS:
            bridge.hh.faults.add(faults.refused(name, 403), on=SEND)
            reply = await bridge.anna.send("Приду!", reply_to=news.id)
            await bridge.anna.wait_for_reaction(reply, "👎")
            told = await bridge.anna.wait_for("Не отправлено", after=reply)
            assert words in told.text
            assert told.reply_to == reply
            assert name not in told.text or name == words
    assert bridge.hh.journal.texts(talk.id) == []


async def test_the_sixth_message_in_a_row_is_refused_and_goes_out_after_the_answer(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        for number in range(5):
            bridge.hh.world.post(talk, "applicant", f"{number}")
        reply = await bridge.anna.send("Шестое", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👎")
        told = await bridge.anna.wait_for("Не отправлено", after=reply)
        assert "подряд" in told.text
        bridge.hh.employers.write(talk.id, "Отвечаю")
        answer = await bridge.anna.wait_for("Отвечаю")
        again = await bridge.anna.send("Шестое", reply_to=answer.id)
        await bridge.anna.wait_for_reaction(again, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Шестое"]


async def test_an_expired_token_is_refreshed_once_and_everything_goes_on(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        before = bridge.hh.journal.count("POST", "/token")
        bridge.hh.tokens.expire(bridge.applicant.id)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.send("/list")
        await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.anna.wait_for("Активные", after=reply)
        bridge.hh.employers.write(talk.id, "Отлично")
        await bridge.anna.wait_for("Отлично")
    assert bridge.hh.journal.count("POST", "/token") == before + 1
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_a_token_that_expires_at_the_send_itself_costs_nothing(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        before = bridge.hh.journal.count("POST", "/token")
        bridge.hh.faults.add(faults.token_expired(), on=SEND)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.count("POST", "/token") == before + 1
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_what_is_written_without_access_goes_out_after_signing_in_again(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.tokens.end(bridge.applicant.id)
        notice = await bridge.anna.wait_for("просит войти заново")
        assert notice.button("Войти через hh.ru")
        bridge.hh.employers.write(talk.id, "Пока вас не было")
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        offer = await bridge.anna.wait_for(lambda m: any(b.url for b in m.buttons), after=reply)
        assert [m for m in bridge.anna.from_bot if "войти заново" in m.text] == [notice, offer]
        back = await bridge.hh.authorize(bridge.applicant, offer.buttons[0].url or "")
        await bridge.anna.open_link(deep_link((await visit(back)).text))
        await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.anna.wait_for("Пока вас не было")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]
    assert len([m for m in bridge.anna.from_bot if "Здравствуйте!" in m.text]) == 1


async def test_unlinking_revokes_the_access_and_leaves_nothing_behind(bridge: Bridge, redis: Client) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
        await unlinked(bridge)
        assert bridge.hh.tokens.live(bridge.applicant.id) == []
    left = {key.decode() async for key in redis.scan_iter() if await redis.ttl(key) == -1}
    assert left == {keys.bots(shard) for shard in keys.all_shards()}, "more than which bots were here"


async def test_linking_twice_and_unlinking_leaves_no_access_and_no_key_of_the_user(
    bridge: Bridge, redis: Client
) -> None:
    async with bridge.running():
        await bridge.link()
        first = bridge.hh.tokens.live(bridge.applicant.id)
        back = await bridge.hh.authorize(bridge.applicant, await invited(bridge))
        opened = await bridge.anna.open_link(deep_link((await visit(back)).text))
        await bridge.anna.wait_for("✅", after=opened)
        await at_hh(bridge, lambda: len(bridge.hh.tokens.live(bridge.applicant.id)) == 1)
        assert bridge.hh.tokens.live(bridge.applicant.id) != first
        asked = await bridge.anna.send("/list")
        await bridge.anna.wait_for("Активные", after=asked)
        await unlinked(bridge)
        assert bridge.hh.tokens.live(bridge.applicant.id) == []
    kept = [key.decode() async for key in redis.scan_iter()]
    # These hold nothing of anybody: marks, when whoever floods may go on, which bots were here.
    passing = r"link-(taken|state)|:(seen|turns|messages|requests):|:(probe|pace|line|bots)$"
    assert [key for key in kept if not re.search(passing, key)] == []


async def unlinked(bridge: Bridge) -> None:
    """/unlink, and the yes to its question."""
    asked = await bridge.anna.send("/unlink")
    question = await bridge.anna.wait_for("Отвязать аккаунт", after=asked)
    await bridge.anna.press(question.id, "Отвязать и стереть")
    await bridge.anna.wait_until(lambda: "Аккаунт отвязан" in question.text)


async def test_unlinking_with_an_expired_token_revokes_the_access_all_the_same(bridge: Bridge) -> None:
    bridge.settings = bridge.settings.model_copy(
        update={"poll_min_interval": 600.0, "poll_max_interval": 600.0}
    )
    async with bridge.running():
        await bridge.link()
        bridge.hh.tokens.expire(bridge.applicant.id)
        await unlinked(bridge)
    assert bridge.hh.tokens.live(bridge.applicant.id) == []


@pytest.mark.parametrize("answered_first", [False, True])
async def test_unlinking_in_the_middle_of_a_poll_is_confirmed_and_linking_works_again(
    bridge: Bridge, answered_first: bool
) -> None:
    conversation(bridge)
    async with bridge.running():
        await bridge.link()
        slow = bridge.hh.faults.add(faults.delay(1.5, after=answered_first), on="GET /negotiations")
        await at_hh(bridge, lambda: slow.struck == 1)
        polls = bridge.hh.journal.count("GET", "/negotiations")
        await unlinked(bridge)
        if answered_first:
            await at_hh(bridge, lambda: bridge.hh.journal.count("GET", "/negotiations") > polls)
        await bridge.link()


async def test_unlinking_in_the_middle_of_a_send_is_confirmed(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        slow = bridge.hh.faults.add(faults.delay(1.5), on=SEND)
        await bridge.anna.send("Приду!", reply_to=news.id)
        await at_hh(bridge, lambda: slow.struck == 1)
        await unlinked(bridge)
        await bridge.link()


async def test_who_declines_on_hh_ru_is_not_linked(bridge: Bridge) -> None:
    async with bridge.running():
        page = await visit(await bridge.hh.authorize(bridge.applicant, await invited(bridge), allow=False))
    assert page.status_code < 500
    assert "не разрешили" in page.text.lower() or "отказ" in page.text.lower()
    assert bridge.hh.tokens.pairs(bridge.applicant.id) == []


async def test_the_page_after_hh_ru_works_once(bridge: Bridge) -> None:
    async with bridge.running():
        back = await bridge.hh.authorize(bridge.applicant, await invited(bridge))
        first, second = await visit(back), await visit(back)
        assert "больше не действует" in second.text
        await bridge.anna.open_link(deep_link(first.text))
        await bridge.anna.wait_for("Готово")
        again = await bridge.anna.open_link(deep_link(first.text))
        await bridge.anna.wait_for("👌 Аккаунт hh.ru подключён", after=again)
    assert len(bridge.hh.tokens.live(bridge.applicant.id)) == 1


async def test_a_deep_link_in_other_hands_links_nothing_and_its_owner_takes_a_fresh_one(
    bridge: Bridge,
) -> None:
    other = bridge.telegram.user(100_002, "Пётр")
    async with bridge.running():
        back = await bridge.hh.authorize(bridge.applicant, await invited(bridge))
        link = deep_link((await visit(back)).text)
        await other.open_link(link)
        await other.wait_for("🛑")
        asked = await other.send("/list")
        await other.wait_for("Сначала подключите", after=asked)
        assert bridge.hh.tokens.live(bridge.applicant.id) == []
        await bridge.anna.open_link(link)
        await bridge.anna.wait_for("⌛")
        await bridge.link()


async def invited(bridge: Bridge, user: LocalUser | None = None) -> str:
    """The authorization address that /start brings."""
    user = user or bridge.anna
    started = await user.start()
    welcome = await user.wait_for(lambda m: any(b.url for b in m.buttons), after=started)
    return next(button.url for button in welcome.buttons if button.url)


async def visit(address: str) -> httpx.Response:
    """What a browser does with an address."""
    async with plain_http() as browser:
        return await browser.get(address)


def deep_link(page: str) -> str:
    """The way back to Telegram on a page."""
    found = re.search(r'https://t\.me/[^"]+\?start=[^"]+', page)
    assert found, page
    return found[0]
