"""Tokens at rest, refreshed and taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from msgspec import structs

from bot.hh.errors import Crowded, LinkAgain, Unavailable
from bot.hh.models import Tokens
from bot.sandbox.hh.faults import Fault, broken, captcha, delay, refused
from bot.sandbox.hh.refusals import bad_user_agent
from bot.store.mailbox import ClaimLost
from bot.store.records import Access, Account
from bot.store.vault import Vault
from bot.worker.access import lapse, open_tokens, seal_tokens
from bot.worker.change import Change, Superseded
from bot.worker.retention import Retention
from tests.figures import grows
from tests.waiting import eventually
from tests.worker.conftest import Desk

BLACKLISTED = Fault("agent", bad_user_agent("blacklisted"))


async def change(desk: Desk, **fields: object) -> None:
    def changed(now: Account | None) -> Account:
        assert now is not None
        return structs.replace(now, **fields)

    await desk.session.commit(Change(account=changed))


async def test_a_lapsed_account_has_no_token(desk: Desk) -> None:
    await change(desk, access=Access.LAPSED)
    with pytest.raises(LinkAgain):
        await desk.access.token()


async def test_tokens_whose_key_is_gone_ask_to_link_again_and_are_left_as_they_are(desk: Desk) -> None:
    fresh = [Fernet.generate_key().decode() for _ in range(2)]
    desk.services = replace(desk.services, vault=Vault(fresh))
    before = desk.session.account
    await desk.access.reseal()
    assert desk.session.account == before
    with pytest.raises(LinkAgain):
        await desk.access.token()


@pytest.mark.parametrize("fault", [captcha(), refused("not_found", 404), BLACKLISTED])
async def test_a_refresh_that_meets_something_passing_ends_no_access(desk: Desk, fault: Fault) -> None:
    token = await desk.access.token()
    desk.bridge.hh.tokens.expire(desk.bridge.applicant.id)
    rule = desk.bridge.hh.faults.add(fault, "POST /token")
    with pytest.raises(Unavailable):
        await desk.access.renew(token)
    assert desk.session.account is not None
    assert desk.session.account.access is Access.LINKED
    assert desk.said == []
    desk.bridge.hh.faults.remove(rule.id)
    assert await desk.access.renew(token) != token


async def test_a_refresh_for_which_hh_was_not_asked_counts_as_none(desk: Desk) -> None:
    token = await desk.access.token()
    desk.bridge.hh.tokens.expire(desk.bridge.applicant.id)
    await desk.services.hh_limit.block(60)
    with grows("token_refreshes_total", by=0, outcome="failed"), pytest.raises(Crowded):
        await desk.access.renew(token)


async def test_access_that_is_over_anyway_counts_as_taken_back(desk: Desk) -> None:
    desk.bridge.hh.tokens.end(desk.bridge.applicant.id)
    assert await desk.access.revoke()


async def test_what_hh_ru_could_not_take_back_is_known(desk: Desk) -> None:
    desk.bridge.hh.faults.add(broken(), "DELETE /**", times=None)
    assert not await desk.access.revoke()


async def test_nobody_is_forgotten_twice(desk: Desk) -> None:
    await desk.session.commit(Change(erase=True))
    with pytest.raises(Superseded):
        await Retention(desk.services, desk.session, desk.access).run()


def test_tokens_are_opened_as_they_are_stored_now_and_as_they_were_at_first() -> None:
    vault = Vault([Fernet.generate_key().decode()])
    tokens = Tokens(access_token="A" * 64, refresh_token="R" * 64, expires_in=7)
    assert open_tokens(vault, seal_tokens(vault, tokens)) == tokens
    assert open_tokens(vault, vault.seal(tokens.model_dump_json().encode())) == tokens


async def test_a_refusal_of_earlier_tokens_ends_no_account_that_has_others(desk: Desk) -> None:
    before = desk.session.account
    assert before is not None
    await change(desk, tokens=b"of a new linking")
    await lapse(desk.session, before, LinkAgain("token_revoked"))
    assert desk.session.account is not None
    assert desk.session.account.access is not Access.LAPSED
    assert desk.said == []


async def test_a_linking_during_a_refresh_stays(desk: Desk) -> None:
    token, hh = await desk.access.token(), desk.bridge.hh
    hh.tokens.expire(desk.bridge.applicant.id)
    refresh = hh.faults.add(delay(0.5, after=True), on="POST /token")
    renewing = asyncio.create_task(desk.access.renew(token))
    await eventually(lambda: refresh.struck == 1)
    linked = Tokens(access_token="A" * 64, refresh_token="R" * 64)
    await change(desk, tokens=seal_tokens(desk.services.vault, linked))
    assert await renewing == linked.access_token
    assert await desk.access.token() == linked.access_token


async def test_a_linking_of_somebody_else_during_a_refresh_gets_none_of_its_tokens(desk: Desk) -> None:
    token, hh = await desk.access.token(), desk.bridge.hh
    hh.tokens.expire(desk.bridge.applicant.id)
    refresh = hh.faults.add(delay(0.5, after=True), on="POST /token")
    renewing = asyncio.create_task(desk.access.renew(token))
    await eventually(lambda: refresh.struck == 1)
    linked = Tokens(access_token="A" * 64, refresh_token="R" * 64)
    await change(desk, hh_id="another", tokens=seal_tokens(desk.services.vault, linked))
    with pytest.raises(Superseded):
        await renewing
    assert await desk.access.token() == linked.access_token


async def test_a_refresh_goes_on_to_its_end_where_the_session_is_cancelled(desk: Desk) -> None:
    token, hh = await desk.access.token(), desk.bridge.hh
    hh.tokens.expire(desk.bridge.applicant.id)
    refresh = hh.faults.add(delay(0.5, after=True), on="POST /token")
    renewing = asyncio.create_task(desk.access.renew(token))
    await eventually(lambda: refresh.struck == 1)
    await desk.die()
    renewing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await renewing
    await desk.session.look_up_account()
    assert await desk.access.token() != token


async def test_tokens_of_a_predecessor_are_found_by_whoever_is_refused(desk: Desk) -> None:
    before, predecessor = desk.session, desk.access
    token = await predecessor.token()
    desk.bridge.hh.tokens.expire(desk.bridge.applicant.id)
    await desk.die()
    fresh = await predecessor.renew(token)
    assert await desk.access.renew(token) == fresh
    assert desk.said == []
    with pytest.raises(ClaimLost):
        await before.commit(Change(language="en"))


async def test_what_a_successor_changes_in_the_account_leaves_its_predecessors_tokens(desk: Desk) -> None:
    predecessor = desk.access
    token = await predecessor.token()
    desk.bridge.hh.tokens.expire(desk.bridge.applicant.id)
    await desk.die()
    fresh = await predecessor.renew(token)
    await change(desk, language="en")
    assert await desk.access.token() == fresh
    assert desk.session.account is not None
    assert desk.session.account.language == "en"


async def test_a_refusal_ends_no_account_whose_new_tokens_were_stored_only_just_now(desk: Desk) -> None:
    predecessor = desk.access
    token = await predecessor.token()
    desk.bridge.hh.tokens.expire(desk.bridge.applicant.id)
    await desk.die()
    account = desk.session.account
    assert account is not None
    fresh = await predecessor.renew(token)
    with pytest.raises(Superseded):
        await lapse(desk.session, account, LinkAgain("token has already been refreshed"))
    assert await desk.access.token() == fresh
    assert desk.said == []


async def test_an_account_that_ended_ends_no_second_time(desk: Desk) -> None:
    for _ in range(2):
        assert desk.session.account is not None
        await lapse(desk.session, desk.session.account, LinkAgain("token_revoked"))
    assert len(desk.said) == 1
