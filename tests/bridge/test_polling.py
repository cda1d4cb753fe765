"""The bridge without a public address: long polling, and linking by a pasted address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from bot.worker.worker import SCAN_SECONDS
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation, polled


@pytest.fixture
async def private(bridge: Bridge) -> AsyncIterator[Bridge]:
    """A running bridge that nobody can reach."""
    redirect = f"{bridge.settings.public_url}/oauth/callback"
    bridge.settings = bridge.settings.model_copy(update={"public_url": None, "hh_redirect_uri": redirect})
    async with bridge.running():
        yield bridge


async def offered(bridge: Bridge) -> str:
    """The authorization address that /start brings."""
    started = await bridge.anna.start()
    hint = await bridge.anna.wait_for(lambda m: any(b.url for b in m.buttons), after=started)
    assert "в два шага" in hint.text
    return next(button.url for button in hint.buttons if button.url)


async def test_a_pasted_address_links_and_messages_go_both_ways(private: Bridge) -> None:
    talk = conversation(private)
    anna = private.anna
    back = await private.hh.authorize(private.applicant, await offered(private))
    await anna.send(back)
    await anna.wait_for("Готово")
    await anna.wait_for("📚")
    private.hh.employers.invite(talk.id, "Ждём вас")
    news = await anna.wait_for("Ждём вас")
    reply = await anna.send("Приду!", reply_to=news.id)
    await anna.wait_for_reaction(reply, "👌")
    assert private.hh.journal.texts(talk.id) == ["Приду!"]


async def test_an_address_that_was_pasted_before_links_nothing_anew(private: Bridge) -> None:
    back = await private.hh.authorize(private.applicant, await offered(private))
    await private.anna.send(back)
    await private.anna.wait_for("Готово")
    again = await private.anna.send(back)
    await private.anna.wait_for(
        lambda m: "больше не действует" in m.text or "подключён" in m.text, after=again
    )
    assert len(private.hh.tokens.live(private.applicant.id)) == 1


async def test_another_users_address_links_nothing(private: Bridge) -> None:
    other = private.telegram.user(100_002, "Пётр")
    back = await private.hh.authorize(private.applicant, await offered(private))
    await other.send(back)
    await other.wait_for("🛑")
    assert private.hh.tokens.live(private.applicant.id) == []


async def test_an_account_that_is_due_again_soon_does_not_wait_for_the_next_scan(private: Bridge) -> None:
    conversation(private)
    back = await private.hh.authorize(private.applicant, await offered(private))
    await private.anna.send(back)
    await private.anna.wait_for("📚")
    await polled(private, 6)
    looks = [r.at for r in private.hh.journal.requests if r.path == "/negotiations"]
    assert min(later - one for one, later in pairwise(looks[-6:])) < SCAN_SECONDS / 2


async def test_a_wrong_address_is_explained(private: Bridge) -> None:
    wrong = await private.anna.send(await offered(private))
    await private.anna.wait_for("Это не тот адрес", after=wrong)


async def test_a_refusal_that_is_pasted_links_nothing(private: Bridge) -> None:
    back = await private.hh.authorize(private.applicant, await offered(private), allow=False)
    pasted = await private.anna.send(back)
    await private.anna.wait_for("не разрешили", after=pasted)
    assert private.hh.tokens.pairs(private.applicant.id) == []
