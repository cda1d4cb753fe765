"""The access to hh.ru: renewed once by whoever needs it first; where it ends, one notice and nothing lost."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack

import pytest

from bot.sandbox.hh import faults
from bot.sandbox.hh.faults import Fault
from bot.sandbox.telegram.chats import ChatMessage
from tests.bridge.conftest import Bridge
from tests.bridge.steps import SEND, arrivals, at_hh, conversation, polled, written_to
from tests.bridge.test_refusals import deep_link, visit

REFRESH = "POST /token"
NOTICE = "просит войти заново"
DOCUMENTED = [
    ("invalid_grant", "token has already been refreshed"),
    ("invalid_grant", "token was revoked"),
    ("invalid_grant", "bad token"),
    ("invalid_grant", "token deactivated"),
    ("invalid_request", "account is locked"),
    ("invalid_request", "password invalidated"),
    ("invalid_request", "login not verified"),
    ("invalid_request", "token is empty"),
    ("invalid_request", "token not found"),
    ("invalid_request", "account not found"),
    ("invalid_client", "client_id or client_secret not found"),
    ("forbidden", "app token refresh too early"),
    ("unheard_of", "of a future hh.ru"),
]


def refreshes(bridge: Bridge) -> int:
    """How often new tokens were asked for."""
    return bridge.hh.journal.count("POST", "/token")


def notices(bridge: Bridge) -> list[ChatMessage]:
    """What asks the user to sign in again by itself."""
    told = [m for m in bridge.anna.from_bot if NOTICE in m.text]
    return [m for m in told if not any(button.url for button in m.buttons)]


async def signed_in_again(bridge: Bridge, notice: ChatMessage) -> None:
    """The way from the notice's button to a linked account."""
    await bridge.anna.press(notice.id, "Войти через hh.ru")
    offer = await bridge.anna.wait_for(lambda m: any(b.url for b in m.buttons), after=notice.id)
    address = next(button.url for button in offer.buttons if button.url)
    back = await bridge.hh.authorize(bridge.applicant, address)
    await bridge.anna.open_link(deep_link((await visit(back)).text))


async def test_many_requests_of_two_workers_refresh_once(bridge: Bridge) -> None:
    talks = [conversation(bridge, f"Компания {number}") for number in range(4)]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(bridge.running())
        await stack.enter_async_context(bridge.running(web=False))
        await bridge.link()
        news = []
        for talk in talks:
            bridge.hh.employers.write(talk.id, f"Пишем {talk.id}")
            news.append(await bridge.anna.wait_for(f"Пишем {talk.id}"))
        for _ in range(2):
            before = refreshes(bridge)
            bridge.hh.tokens.expire(bridge.applicant.id)
            replies = [await bridge.anna.send(f"Ответ {n}", reply_to=m.id) for n, m in enumerate(news)]
            await bridge.anna.send("/list")
            for reply in replies:
                await bridge.anna.wait_for_reaction(reply, "👌")
            await polled(bridge)
            assert refreshes(bridge) == before + 1
    for number, talk in enumerate(talks):
        assert bridge.hh.journal.texts(talk.id) == [f"Ответ {number}"] * 2
    assert notices(bridge) == []


@pytest.mark.parametrize("refusals", [DOCUMENTED[:4], DOCUMENTED[4:8], DOCUMENTED[8:]], ids=len)
async def test_every_refusal_of_a_refresh_gives_one_notice_and_no_storm(
    bridge: Bridge, refusals: list[tuple[str, str]]
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        for number, (error, description) in enumerate(refusals):
            rule = bridge.hh.faults.add(faults.no_tokens(error, description), on=REFRESH, times=None)
            before = refreshes(bridge)
            bridge.hh.tokens.expire(bridge.applicant.id)
            await bridge.anna.wait_until(lambda n=number: len(notices(bridge)) > n)  # type: ignore[misc]
            reply = await bridge.anna.send(f"Ответ {number}", reply_to=news.id)
            await bridge.anna.wait_for(lambda m: bool(m.buttons), after=reply)
            asked = len(bridge.hh.journal.requests)
            assert refreshes(bridge) == before + 1
            bridge.hh.faults.remove(rule.id)
            bridge.hh.employers.write(talk.id, "Слушаем вас")
            await signed_in_again(bridge, notices(bridge)[-1])
            await bridge.anna.wait_for_reaction(reply, "👌")
            # Giving the old access back takes a refresh, too.
            await at_hh(bridge, lambda: len(bridge.hh.tokens.live(bridge.applicant.id)) == 1)
            assert bridge.hh.journal.requests[asked].path != "/negotiations"
    assert len(notices(bridge)) == len(refusals)
    assert bridge.hh.journal.texts(talk.id) == [f"Ответ {n}" for n in range(len(refusals))]


@pytest.mark.parametrize("word", ["token_revoked", "bad_authorization", "user_auth_expected", "no_scope"])
async def test_access_that_ends_at_hh_ru_gives_one_notice_and_news_comes_later(
    bridge: Bridge, word: str
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        rule = bridge.hh.faults.add(faults.oauth(word), on="* /negotiations/**", times=None)
        lists = bridge.hh.faults.add(faults.oauth(word), on="GET /negotiations", times=None)
        notice = await bridge.anna.wait_for(NOTICE)
        bridge.hh.employers.invite(talk.id, "Пока вас не было")
        bridge.hh.faults.remove(rule.id)
        bridge.hh.faults.remove(lists.id)
        await signed_in_again(bridge, notice)
        await bridge.anna.wait_for("Пока вас не было")
        await polled(bridge)
    assert len(notices(bridge)) == 1
    assert arrivals(bridge, "Пока вас не было") == 1
    assert rule.struck + lists.struck <= 2


async def test_access_that_ends_while_a_conversation_is_read_gives_one_notice(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.faults.add(faults.oauth("token_revoked"), on="GET /negotiations/*/messages")
        bridge.hh.employers.invite(talk.id, "Пока вас не было")
        await signed_in_again(bridge, await bridge.anna.wait_for(NOTICE))
        await bridge.anna.wait_for("Пока вас не было")
        await polled(bridge)
    assert len(notices(bridge)) == 1
    assert arrivals(bridge, "Пока вас не было") == 1


@pytest.mark.parametrize(
    "fault", [faults.reset(after=True), faults.truncated(), faults.broken(502, after=True)], ids=str
)
async def test_a_refresh_whose_answer_is_lost_ends_in_signing_in_again(bridge: Bridge, fault: Fault) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(fault, on=REFRESH)
        before = refreshes(bridge)
        bridge.hh.tokens.expire(bridge.applicant.id)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        notice = await bridge.anna.wait_for(NOTICE)
        assert refreshes(bridge) == before + 2
        await signed_in_again(bridge, notice)
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert len(notices(bridge)) == 1
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


@pytest.mark.parametrize("fault", [faults.broken(500), faults.reset(), faults.shield(), faults.throttled(1)])
async def test_a_refresh_that_does_not_reach_hh_ru_is_tried_again(bridge: Bridge, fault: Fault) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(fault, on=REFRESH)
        bridge.hh.tokens.expire(bridge.applicant.id)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert notices(bridge) == []
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_a_token_that_is_over_for_one_and_not_for_the_other_makes_no_storm(bridge: Bridge) -> None:
    """The API says that it has expired, the token address that it has not: two clocks at hh.ru."""
    bridge.settings = bridge.settings.model_copy(update={"poll_max_interval": 1.5})
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        over = bridge.hh.faults.add(faults.oauth("token_expired"), on="GET /negotiations", times=None)
        early = faults.no_tokens("invalid_grant", "token not expired")
        renewing = bridge.hh.faults.add(early, on=REFRESH, times=None)
        begun = time.monotonic()
        await at_hh(bridge, lambda: renewing.struck >= 7)
        assert time.monotonic() - begun > 2.0
        assert abs(over.struck - renewing.struck) <= 1
        bridge.hh.faults.clear()
        bridge.hh.employers.invite(talk.id, "Ждём вас")
        await bridge.anna.wait_for("Ждём вас")
    assert notices(bridge) == []


@pytest.mark.parametrize("arrived", [True, False])
async def test_access_that_ends_while_an_outcome_is_unknown_neither_loses_nor_doubles(
    bridge: Bridge, arrived: bool
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        sent = bridge.hh.faults.add(faults.reset(after=arrived), on=SEND)
        bridge.hh.faults.add(faults.broken(500), on=f"GET /negotiations/{talk.id}/messages", times=None)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await at_hh(bridge, lambda: sent.struck == 1)
        bridge.hh.tokens.end(bridge.applicant.id)
        notice = await bridge.anna.wait_for(NOTICE)
        bridge.hh.faults.clear()
        await signed_in_again(bridge, notice)
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_what_waited_for_more_than_an_hour_goes_out_only_with_consent(bridge: Bridge) -> None:
    talk = conversation(bridge)
    ahead = 0.0

    def clock() -> float:
        return time.time() + ahead

    async with bridge.running(clock=clock):
        news = await written_to(bridge, talk)
        bridge.hh.tokens.end(bridge.applicant.id)
        notice = await bridge.anna.wait_for(NOTICE)
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for(lambda m: bool(m.buttons), after=reply)
    ahead = 2 * 3600.0
    async with bridge.running(clock=clock):
        await signed_in_again(bridge, notice)
        question = await bridge.anna.wait_for("больше часа")
        assert bridge.hh.journal.texts(talk.id) == []
        await bridge.anna.press(question.id, "Отправить")
        await bridge.anna.wait_until(lambda: bridge.hh.journal.texts(talk.id) == ["Приду!"])
