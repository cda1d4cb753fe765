from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from cryptography.fernet import Fernet

from bot.hh.errors import HhError, LinkAgain, Refused, Unavailable
from bot.linking import (
    AccessDenied,
    CodeUnknown,
    ForeignLink,
    Incomplete,
    Linking,
    NotApplicant,
    StateUnknown,
    redirected,
)
from bot.sandbox.hh import faults
from bot.sandbox.hh.objects import Applicant
from bot.sandbox.hh.server import LocalHh
from bot.store import keys
from bot.store.connection import Client, connected
from tests.attempts import REDIRECT, linking_at, query_of
from tests.chaos.deployments import VALKEY, client_of, cluster
from tests.ports import free_port

ANNA, MALLORY = 700, 666


@pytest.fixture
async def hh() -> AsyncIterator[LocalHh]:
    async with LocalHh(redirect_uri=REDIRECT) as server:
        yield server


@pytest.fixture
async def linking(hh: LocalHh, redis: Client) -> AsyncIterator[Linking]:
    async with linking_at(hh, redis) as running:
        yield running


@pytest.fixture
def smirnova(hh: LocalHh) -> Applicant:
    return hh.world.add_applicant("Анна", "Смирнова")


async def came_back(
    hh: LocalHh, linking: Linking, user_id: int, account: Applicant, *, allow: bool = True
) -> dict[str, str]:
    """What hh.ru writes into the address after this user has opened the link."""
    return query_of(await hh.authorize(account, await linking.begin(user_id), allow=allow))


async def everything(redis: Client) -> bytes:
    """All that lies in Redis."""
    return b"\n".join(
        [key + b" " + msgspec.convert(await redis.get(key), bytes) async for key in redis.scan_iter()]
    )


async def test_an_account_is_linked_to_who_began_and_confirmed(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    candidate = await linking.finish(await came_back(hh, linking, ANNA, smirnova))
    confirmed = await linking.confirm(ANNA, await linking.offer(candidate))
    assert confirmed == candidate
    assert (confirmed.user_id, confirmed.me.id, confirmed.me.first_name) == (ANNA, smirnova.id, "Анна")
    assert hh.tokens.check(confirmed.tokens.access_token) == smirnova


async def test_the_address_asks_for_pkce_and_for_a_login_where_wanted(linking: Linking) -> None:
    query = query_of(await linking.begin(ANNA))
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == REDIRECT
    assert "force_login" not in query
    assert query_of(await linking.begin(ANNA, force_login=True))["force_login"] == "true"


async def test_a_callback_that_is_played_again_links_nothing(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    query = await came_back(hh, linking, ANNA, smirnova)
    await linking.finish(query)
    with pytest.raises(StateUnknown):
        await linking.finish(query)


async def test_of_two_callbacks_at_once_one_wins(hh: LocalHh, linking: Linking, smirnova: Applicant) -> None:
    query = await came_back(hh, linking, ANNA, smirnova)
    results = await asyncio.gather(*(linking.finish(query) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, StateUnknown) for result in results) == 4


@pytest.mark.parametrize(
    "state", ["x" * 43, "16" + "x" * 43, "short", "}:{" * 10, "й" * 30, "\ud800" * 30, "x" * 1000]
)
async def test_a_made_up_state_links_nothing(linking: Linking, state: str) -> None:
    with pytest.raises(StateUnknown):
        await linking.finish({"state": state, "code": "c"})


async def test_a_state_and_a_code_end_by_themselves(hh: LocalHh, redis: Client, smirnova: Applicant) -> None:
    async with linking_at(hh, redis, lifetime=0.05) as brief:
        query = await came_back(hh, brief, ANNA, smirnova)
        await asyncio.sleep(0.06)
        with pytest.raises(StateUnknown):
            await brief.finish(query)
    async with linking_at(hh, redis) as linking, linking_at(hh, redis, lifetime=0.05) as brief:
        candidate = await linking.finish(await came_back(hh, linking, ANNA, smirnova))
        code = await brief.offer(candidate)
        await asyncio.sleep(0.06)
        with pytest.raises(CodeUnknown):
            await linking.confirm(ANNA, code)


async def test_states_and_codes_live_for_ten_minutes(
    hh: LocalHh, linking: Linking, redis: Client, smirnova: Applicant
) -> None:
    await linking.begin(ANNA)
    query = await came_back(hh, linking, ANNA, smirnova)
    code = await linking.offer(await linking.finish(query))
    await linking.confirm(ANNA, code)
    ends = [await redis.ttl(key) async for key in redis.scan_iter()]
    assert len(ends) == 3
    assert all(590 < end <= 600 for end in ends)


async def test_a_link_that_a_stranger_sent_gives_him_nothing(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    candidate = await linking.finish(await came_back(hh, linking, MALLORY, smirnova))
    code = await linking.offer(candidate)
    with pytest.raises(ForeignLink):
        await linking.confirm(ANNA, code)


async def test_a_deep_link_that_somebody_else_opened_is_over_for_everybody_and_the_access_is_given_back(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    """Who of the two is the victim can't be known; the owner of an honest link takes a fresh one."""
    candidate = await linking.finish(await came_back(hh, linking, MALLORY, smirnova))
    code = await linking.offer(candidate)
    with pytest.raises(ForeignLink):
        await linking.confirm(ANNA, code, update_id=17)
    assert not hh.tokens.live(smirnova.id)
    with pytest.raises(CodeUnknown):
        await linking.confirm(MALLORY, code, update_id=18)
    with pytest.raises(ForeignLink):  # the same update, whose first handling may have been cut off
        await linking.confirm(ANNA, code, update_id=17)


async def test_whoever_opens_a_used_link_of_somebody_else_ends_nobodys_access(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    code = await linking.offer(await linking.finish(await came_back(hh, linking, ANNA, smirnova)))
    await linking.confirm(ANNA, code)
    with pytest.raises(ForeignLink):
        await linking.confirm(MALLORY, code)
    assert hh.tokens.live(smirnova.id)


async def test_nothing_of_a_link_that_is_settled_stays_but_that_it_was_used(
    hh: LocalHh, linking: Linking, redis: Client, smirnova: Applicant
) -> None:
    code = await linking.offer(await linking.finish(await came_back(hh, linking, ANNA, smirnova)))
    await linking.confirm(ANNA, code)
    await linking.settled(code)
    assert await redis.keys() == [keys.link_taken(code).encode()]


class Later:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
async def timed(hh: LocalHh, redis: Client, later: Later) -> AsyncIterator[Linking]:
    """Linking whose candidates are over when `later` says so; its keys live as long as usual."""
    async with linking_at(hh, redis, clock=later) as running:
        yield running


async def test_access_that_was_never_confirmed_is_given_back_when_its_time_is_over(
    hh: LocalHh, timed: Linking, later: Later, redis: Client, smirnova: Applicant
) -> None:
    code = await timed.offer(await timed.finish(await came_back(hh, timed, ANNA, smirnova)))
    await timed.sweep()
    assert hh.tokens.live(smirnova.id)
    later.now += 601
    await asyncio.gather(timed.sweep(), timed.sweep())
    assert not hh.tokens.live(smirnova.id)
    with pytest.raises(CodeUnknown):
        await timed.confirm(ANNA, code)
    assert not await redis.exists(keys.unconfirmed(keys.shard_of(ANNA)))


async def test_access_that_was_confirmed_is_never_given_back_by_itself(
    hh: LocalHh, timed: Linking, later: Later, smirnova: Applicant
) -> None:
    code = await timed.offer(await timed.finish(await came_back(hh, timed, ANNA, smirnova)))
    await timed.confirm(ANNA, code, update_id=17)
    later.now += 100_000
    await timed.sweep()
    assert hh.tokens.live(smirnova.id)


async def test_what_hh_could_not_take_back_is_given_back_later(
    hh: LocalHh, timed: Linking, later: Later, smirnova: Applicant
) -> None:
    await timed.offer(await timed.finish(await came_back(hh, timed, ANNA, smirnova)))
    later.now += 601
    hh.faults.add(faults.broken(), "DELETE **", times=1)
    await timed.sweep()
    assert hh.tokens.live(smirnova.id)
    later.now += 41
    await timed.sweep()
    assert not hh.tokens.live(smirnova.id)


async def test_of_many_that_hh_does_not_take_back_each_is_asked_once_and_then_ever_more_rarely(
    hh: LocalHh, timed: Linking, later: Later
) -> None:
    broken = hh.faults.add(faults.broken(), "DELETE **", times=None)
    for number in range(5):
        account = hh.world.add_applicant("Анна", f"Смирнова-{number}")
        await timed.offer(await timed.finish(await came_back(hh, timed, ANNA, account)))
    later.now += 601
    asked = []
    for _ in range(12):
        await asyncio.gather(*(timed.sweep() for _ in range(3)))
        asked.append(broken.struck)
        later.now += 30
    # Of six minutes it is asked at once, after 40 s, 80 s and 160 s; looked is every 30 s.
    assert asked == [5, 5, 10, 10, 10, 15, 15, 15, 15, 15, 15, 20]


async def test_access_that_nobody_wants_is_given_back_later_where_hh_has_no_time_for_it_now(
    hh: LocalHh, timed: Linking, later: Later
) -> None:
    manager = hh.world.add_manager(hh.world.add_employer("Ромашка"), "Ольга", "Кадровая")
    query = query_of(await hh.authorize(manager, await timed.begin(ANNA)))
    hh.faults.add(faults.throttled(3), "DELETE **", times=1)
    with pytest.raises(NotApplicant):
        await timed.finish(query)
    assert hh.tokens.live(manager.id)
    later.now += 41
    await timed.sweep()
    assert not hh.tokens.live(manager.id)


async def test_access_that_neither_hh_ru_nor_redis_takes_stays_and_stops_nobody(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    candidate = await linking.finish(await came_back(hh, linking, ANNA, smirnova))
    hh.faults.add(faults.broken(), "DELETE **", times=None)
    async with connected(f"redis://127.0.0.1:{free_port()}") as away, linking_at(hh, away) as cut_off:
        await cut_off.give_back(ANNA, candidate.tokens)
    assert hh.tokens.live(smirnova.id)


async def test_access_that_no_key_opens_any_more_is_let_go(
    hh: LocalHh, timed: Linking, later: Later, redis: Client, smirnova: Applicant
) -> None:
    await timed.offer(await timed.finish(await came_back(hh, timed, ANNA, smirnova)))
    later.now += 601
    async with linking_at(hh, redis, key=Fernet.generate_key().decode(), clock=later) as rotated:
        await rotated.sweep()
    assert not await redis.exists(keys.unconfirmed(keys.shard_of(ANNA)))


async def test_what_a_stranger_opened_is_given_back_later_where_hh_is_away(
    hh: LocalHh, timed: Linking, later: Later, redis: Client, smirnova: Applicant
) -> None:
    code = await timed.offer(await timed.finish(await came_back(hh, timed, ANNA, smirnova)))
    hh.faults.add(faults.broken(), "DELETE **", times=1)
    with pytest.raises(ForeignLink):
        await timed.confirm(MALLORY, code)
    later.now += 601
    await redis.delete(keys.link_taken(code))  # as ten minutes later
    await timed.sweep()
    assert not hh.tokens.live(smirnova.id)


async def test_an_expired_token_that_nobody_wants_is_refreshed_to_be_given_back(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    candidate = await linking.finish(await came_back(hh, linking, ANNA, smirnova))
    hh.tokens.expire(smirnova.id)
    await linking.discard(candidate.tokens)
    assert not hh.tokens.live(smirnova.id)


def refreshed_in_vain(hh: LocalHh) -> None:
    """The next token to be given back has expired, and hh.ru has no time for the one in its place."""
    hh.faults.add(faults.token_expired(), "DELETE **", times=1)
    hh.faults.add(faults.broken(), "DELETE **", times=1)


async def test_what_was_refreshed_to_be_given_back_is_given_back_later(
    hh: LocalHh, timed: Linking, later: Later, redis: Client, smirnova: Applicant
) -> None:
    candidate = await timed.finish(await came_back(hh, timed, ANNA, smirnova))
    refreshed_in_vain(hh)
    await timed.give_back(ANNA, candidate.tokens)
    assert hh.tokens.live(smirnova.id)
    later.now += 41
    refreshed_in_vain(hh)
    await timed.sweep()
    assert hh.tokens.live(smirnova.id)
    later.now += 41
    await timed.sweep()
    assert not hh.tokens.live(smirnova.id)
    assert not await redis.exists(keys.unconfirmed(keys.shard_of(ANNA)))


async def test_what_hh_can_not_take_back_for_a_day_is_let_go(
    hh: LocalHh, timed: Linking, later: Later, redis: Client, smirnova: Applicant
) -> None:
    await timed.offer(await timed.finish(await came_back(hh, timed, ANNA, smirnova)))
    hh.faults.add(faults.broken(), "DELETE **", times=None)
    later.now += 601
    kept = keys.unconfirmed(keys.shard_of(ANNA))
    begun, tries = later.now, 0
    while due := await redis.zrange(kept, 0, -1, withscores=True):
        later.now = max(later.now, float(due[0][1]))
        await timed.sweep()
        tries += 1
    assert tries == 12
    assert 22 * 3600 < later.now - begun < 24 * 3600


async def test_while_a_server_of_a_cluster_is_away_whoever_lives_on_another_one_is_linked(
    hh: LocalHh, smirnova: Applicant, tmp_path: Path
) -> None:
    people = range(ANNA, ANNA + keys.SHARDS)
    async with cluster(VALKEY, tmp_path / "cluster") as three:
        gone = three.nodes[1]
        away = await three.shards_of(gone)
        user_id = next(person for person in people if keys.shard_of(person) not in away)
        await gone.kill()
        async with client_of(three.url) as client, linking_at(hh, client) as linking:
            for _ in range(5):
                candidate = await linking.finish(await came_back(hh, linking, user_id, smirnova))
                code = await linking.offer(candidate)
                await linking.sweep()
                assert await linking.confirm(user_id, code) == candidate


async def test_a_code_works_once(hh: LocalHh, linking: Linking, smirnova: Applicant) -> None:
    code = await linking.offer(await linking.finish(await came_back(hh, linking, ANNA, smirnova)))
    await linking.confirm(ANNA, code)
    with pytest.raises(CodeUnknown):
        await linking.confirm(ANNA, code)


async def test_the_update_that_used_a_code_may_use_it_again_after_a_crash(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    code = await linking.offer(await linking.finish(await came_back(hh, linking, ANNA, smirnova)))
    first = await linking.confirm(ANNA, code, update_id=17)
    assert await linking.confirm(ANNA, code, update_id=17) == first
    with pytest.raises(CodeUnknown):
        await linking.confirm(ANNA, code, update_id=18)


@pytest.mark.parametrize("code", ["", "link", "x" * 32, "99" + "x" * 32, "}{" * 15, "x" * 65])
async def test_a_made_up_code_confirms_nothing(linking: Linking, code: str) -> None:
    with pytest.raises(CodeUnknown):
        await linking.confirm(ANNA, code)


async def test_an_address_pasted_by_another_user_is_refused_and_used_up(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    query = await came_back(hh, linking, MALLORY, smirnova)
    with pytest.raises(ForeignLink):
        await linking.finish(query, user_id=ANNA)
    with pytest.raises(StateUnknown):
        await linking.finish(query, user_id=MALLORY)
    assert not hh.tokens.live(smirnova.id)


async def test_an_address_pasted_by_its_owner_gives_his_account(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    candidate = await linking.finish(await came_back(hh, linking, ANNA, smirnova), user_id=ANNA)
    assert candidate.me.last_name == "Смирнова"


async def test_a_no_at_hh_ends_the_attempt(hh: LocalHh, linking: Linking, smirnova: Applicant) -> None:
    query = await came_back(hh, linking, ANNA, smirnova, allow=False)
    with pytest.raises(AccessDenied):
        await linking.finish(query)
    with pytest.raises(StateUnknown):
        await linking.finish(query)


async def test_a_no_with_a_made_up_state_is_no_refusal(linking: Linking) -> None:
    with pytest.raises(StateUnknown):
        await linking.finish({"error": "access_denied", "state": "x" * 43})


async def test_other_errors_are_named_without_their_sentence(linking: Linking) -> None:
    state = query_of(await linking.begin(ANNA))["state"]
    with pytest.raises(Refused) as caught:
        await linking.finish({"error": "server_error", "error_description": "call +7 900", "state": state})
    assert (caught.value.value, caught.value.description) == ("server_error", "")


@pytest.mark.parametrize("query", [{}, {"code": "c"}, {"state": "x" * 43}, {"state": "", "code": ""}])
async def test_half_an_address_is_told_apart(linking: Linking, query: dict[str, str]) -> None:
    with pytest.raises(Incomplete):
        await linking.finish(query)


async def test_an_employers_account_is_refused_and_its_token_revoked(hh: LocalHh, linking: Linking) -> None:
    manager = hh.world.add_manager(hh.world.add_employer("Ромашка"), "Ольга", "Кадровая")
    query = query_of(await hh.authorize(manager, await linking.begin(ANNA)))
    with pytest.raises(NotApplicant) as caught:
        await linking.finish(query)
    assert caught.value.me.is_employer
    assert not hh.tokens.live(manager.id)


async def test_an_employers_token_is_kept_only_sealed_and_for_two_days_when_it_cant_be_revoked(
    hh: LocalHh, linking: Linking, redis: Client
) -> None:
    manager = hh.world.add_manager(hh.world.add_employer("Ромашка"), "Ольга", "Кадровая")
    query = query_of(await hh.authorize(manager, await linking.begin(ANNA)))
    hh.faults.add(faults.broken(), "DELETE **")
    with pytest.raises(NotApplicant):
        await linking.finish(query)
    [kept] = await redis.keys()
    assert kept == keys.unconfirmed(keys.shard_of(ANNA)).encode()
    assert 0 < await redis.ttl(kept) <= 2 * 24 * 3600
    [member] = await redis.zrange(kept, 0, -1)
    assert b"token" not in member


async def test_a_code_that_hh_does_not_know_means_linking_again(linking: Linking) -> None:
    state = query_of(await linking.begin(ANNA))["state"]
    with pytest.raises(LinkAgain):
        await linking.finish({"state": state, "code": "made-up"})


async def test_a_code_of_another_attempt_does_not_fit(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    theirs = await came_back(hh, linking, MALLORY, smirnova)
    mine = query_of(await linking.begin(ANNA))["state"]
    with pytest.raises(HhError):
        await linking.finish({"state": mine, "code": theirs["code"]})


async def test_a_token_is_given_back_when_hh_does_not_say_whose_it_is(
    hh: LocalHh, linking: Linking, smirnova: Applicant
) -> None:
    query = await came_back(hh, linking, ANNA, smirnova)
    hh.faults.add(faults.broken(), "GET /me", times=None)
    with pytest.raises(Unavailable):
        await linking.finish(query)
    assert not hh.tokens.live(smirnova.id)


async def test_nothing_secret_is_readable_in_redis(
    hh: LocalHh, linking: Linking, redis: Client, smirnova: Applicant
) -> None:
    await linking.begin(ANNA)
    candidate = await linking.finish(await came_back(hh, linking, ANNA, smirnova))
    await linking.offer(candidate)
    key = keys.unconfirmed(keys.shard_of(ANNA))
    kept = await redis.zrange(key, 0, -1)
    await redis.delete(key)
    stored = b"\n".join((await everything(redis), *kept))
    assert stored.count(b"\x80\0\0\0\0") == 3  # how everything sealed begins (Fernet Spec, "Token Format")
    for secret in (candidate.tokens.access_token, candidate.tokens.refresh_token, "Смирнова", str(ANNA)):
        assert secret.encode() not in stored


@pytest.mark.parametrize(
    "text",
    [
        "https://bridge.example.org/oauth/callback?code=C0DE&state=STATE",
        "вот: https://bridge.example.org/oauth/callback?state=STATE&code=C0DE#x — что дальше?",
        "127.0.0.1:8080/oauth/callback?code=C0DE&state=STATE.",
        "<http://127.0.0.1/oauth/callback?code=C0DE&state=STATE>",
    ],
)
def test_a_pasted_address_is_found_in_the_text(text: str) -> None:
    assert redirected(text) == {"code": "C0DE", "state": "STATE"}


def test_a_pasted_refusal_is_found_too() -> None:
    text = "http://127.0.0.1/oauth/callback?error=access_denied&state=STATE"
    assert redirected(text) == {"error": "access_denied", "state": "STATE"}


@pytest.mark.parametrize(
    "text",
    ["", "привет", "https://hh.ru/vacancy/1?from=x", "https://hh.ru/?code=1", "code=1&state=2", "?state=1"],
)
def test_other_texts_have_no_such_address(text: str) -> None:
    assert redirected(text) is None


async def test_what_was_sealed_with_a_key_that_is_gone_is_over(
    hh: LocalHh, linking: Linking, redis: Client, smirnova: Applicant
) -> None:
    query = await came_back(hh, linking, ANNA, smirnova)
    code = await linking.offer(await linking.finish(await came_back(hh, linking, ANNA, smirnova)))
    async with linking_at(hh, redis, key=Fernet.generate_key().decode()) as rotated:
        with pytest.raises(StateUnknown):
            await rotated.finish(query)
        with pytest.raises(CodeUnknown):
            await rotated.confirm(ANNA, code)
