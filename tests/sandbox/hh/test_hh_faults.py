"""Faults on command: before the effect nothing happened, after it everything did."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from email.utils import parsedate_to_datetime

import pytest
from aiohttp import ClientError, ClientPayloadError, ClientSession

from bot.sandbox.hh import faults
from bot.sandbox.hh.objects import Address, Applicant, Metro, Salary
from bot.sandbox.hh.quirks import NULLABLE
from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import Caller, Reply
from tests.sandbox.hh.conftest import Cast, Clock
from tests.waiting import PATIENCE, eventually

SENDING = "POST /negotiations/*/messages"


@pytest.mark.parametrize(("after", "arrived"), [(False, []), (True, ["Ау"])])
async def test_a_reset_leaves_the_client_without_an_answer(
    hh: LocalHh, call: Caller, nid: str, after: bool, arrived: list[str]
) -> None:
    hh.faults.add(faults.reset(after=after), on=SENDING)
    with pytest.raises(ClientError):
        await call.send(nid, "Ау")
    assert hh.journal.texts(nid) == arrived
    assert hh.journal.count("POST", "/negotiations/*/messages", status=0) == 1
    assert (await call.send(nid, "Снова")).status == 201


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(("after", "arrived"), [(False, []), (True, ["Ау"])])
async def test_a_broken_server_answers_in_html(
    hh: LocalHh, call: Caller, nid: str, status: int, after: bool, arrived: list[str]
) -> None:
    hh.faults.add(faults.broken(status, after=after), on=SENDING)
    reply = await call.send(nid, "Ау")
    assert (reply.status, reply.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert hh.journal.texts(nid) == arrived


async def give_up_once(happened: Callable[[], object], asking: Coroutine[None, None, Reply]) -> None:
    """Ask, and go away without an answer as soon as `happened`."""
    task = asyncio.create_task(asking)
    async with asyncio.timeout(PATIENCE):
        while not happened():
            await asyncio.wait([task], timeout=0.005)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])


async def arrived(hh: LocalHh) -> list[str | None]:
    """The texts of all effects, once there is one."""
    async with asyncio.timeout(PATIENCE):
        while not hh.journal.effects:
            await asyncio.sleep(0.005)
    return [effect.text for effect in hh.journal.effects]


async def test_a_late_effect_comes_though_the_client_has_gone(hh: LocalHh, call: Caller, nid: str) -> None:
    hh.journal.clear()
    rule = hh.faults.add(faults.delay(0.5), on=SENDING)
    await give_up_once(lambda: rule.struck, call.send(nid, "Ау"))
    assert hh.journal.effects == []
    assert await arrived(hh) == ["Ау"]


async def test_a_late_application_comes_too(hh: LocalHh, call: Caller, cast: Cast) -> None:
    rule = hh.faults.add(faults.delay(0.5), on="POST /negotiations")
    await give_up_once(lambda: rule.struck, call.apply(cast.vacancy.id, cast.resume.id, "Ау"))
    assert hh.journal.effects == []
    assert await arrived(hh) == ["Ау"]


async def test_a_late_answer_has_its_effect_at_once(hh: LocalHh, call: Caller, nid: str) -> None:
    hh.faults.add(faults.delay(30, after=True), on=SENDING)
    await give_up_once(lambda: hh.journal.texts(nid) == ["Ау"], call.send(nid, "Ау"))


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [(None, None), (7, "7"), ("Mon, 23 Nov 2026 12:00:00 GMT", "Mon, 23 Nov 2026 12:00:00 GMT")],
)
async def test_throttling_may_say_how_long(
    hh: LocalHh, call: Caller, retry_after: int | str | None, header: str | None
) -> None:
    hh.faults.add(faults.throttled(retry_after))
    reply = await call("GET", "/me")
    assert (reply.status, reply.headers.get("Retry-After")) == (429, header)


async def test_a_ceiling_throttles_what_is_above_it(hh: LocalHh, call: Caller) -> None:
    hh.faults.ceiling = 3
    statuses = [(await call("GET", "/me")).status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]

    async def answered() -> bool:
        return (await call("GET", "/me")).status == 200

    await eventually(answered)


async def test_the_shield_answers_403_in_html(hh: LocalHh, call: Caller) -> None:
    hh.faults.add(faults.shield())
    reply = await call("GET", "/me")
    assert reply.status == 403
    assert reply.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("status", [425, 403])
async def test_a_chat_may_not_be_ready(hh: LocalHh, call: Caller, nid: str, status: int) -> None:
    hh.faults.add(faults.not_ready(status), on=SENDING)
    reply = await call.send(nid, "Ау")
    assert (reply.status, reply.refusal) == (status, "chat_is_not_ready")


async def test_half_an_answer_is_no_json_though_the_effect_is_whole(
    hh: LocalHh, call: Caller, nid: str
) -> None:
    hh.faults.add(faults.truncated(), on=SENDING)
    reply = await call.send(nid, "Ау")
    assert reply.status == 201
    with pytest.raises(json.JSONDecodeError):
        _ = reply.json
    hh.faults.add(faults.truncated(hang_up=True), on=SENDING)
    with pytest.raises(ClientPayloadError):
        await call.send(nid, "Ау-у")
    assert hh.journal.texts(nid) == ["Ау", "Ау-у"]


async def test_an_asked_captcha_stays_until_it_is_passed(hh: LocalHh, call: Caller, nid: str) -> None:
    hh.faults.add(faults.captcha(fallback_url=False), on=SENDING)
    for _ in range(2):
        reply = await call.send(nid, "Ау")
        assert (reply.refusal, "fallback_url" in reply.json["errors"][0]) == ("captcha_required", False)
    assert (await call("GET", "/me")).status == 200
    url = reply.json["errors"][0]["captcha_url"]
    assert (await call("POST", url + "&backurl=https://t.me/bot")).status == 302
    assert (await call.send(nid, "Ау")).status == 201


async def test_a_captcha_may_come_without_any_address(hh: LocalHh, call: Caller) -> None:
    hh.faults.add(faults.captcha(captcha_url=False, fallback_url=False))
    error = (await call("GET", "/me")).json["errors"][0]
    assert error == {"type": "captcha_required", "value": "captcha_required"}


async def test_a_token_can_expire_at_a_request(hh: LocalHh, call: Caller) -> None:
    hh.faults.add(faults.token_expired(), on="GET /me")
    assert (await call("GET", "/dictionaries")).status == 200
    assert (await call("GET", "/me")).refusal == "token_expired"


async def test_any_refusal_can_be_had_by_name(hh: LocalHh, call: Caller, nid: str) -> None:
    hh.faults.add(faults.refused("topic_archived"), on=SENDING)
    hh.faults.add(faults.only_described(), on=SENDING)
    assert (await call.send(nid, "Ау")).refusal == "topic_archived"
    assert (await call.send(nid, "Ау")).json["description"].endswith("param required")


async def test_a_fault_strikes_as_often_as_told_and_whom_told(
    hh: LocalHh, call: Caller, stranger: Caller, cast: Cast
) -> None:
    hh.faults.add(faults.broken(), on="GET /me", times=2, account_id=cast.applicant.id)
    assert (await stranger("GET", "/me")).status == 200
    assert [(await call("GET", "/me")).status for _ in range(3)] == [502, 502, 200]
    rule = hh.faults.add(faults.broken(), times=None)
    assert [(await call("GET", "/me")).status for _ in range(3)] == [502, 502, 502]
    hh.faults.remove(rule.id)
    assert (await call("GET", "/me")).status == 200


@pytest.mark.parametrize(
    ("on", "struck"),
    [
        ("GET /negotiations", False),
        ("GET /negotiations/*", True),
        ("* /**", True),
        ("POST **", False),
        ("GET /*", False),
    ],
)
async def test_a_star_is_one_segment_and_two_are_any(
    hh: LocalHh, call: Caller, nid: str, on: str, struck: bool
) -> None:
    hh.faults.add(faults.broken(), on=on)
    assert (await call("GET", f"/negotiations/{nid}")).status == (502 if struck else 200)


async def test_a_wrong_clock_shifts_all_dates(hh: LocalHh, call: Caller, nid: str) -> None:
    right = await call("GET", f"/negotiations/{nid}")
    hh.quirks.skew = 3600
    wrong = await call("GET", f"/negotiations/{nid}")
    assert right.json["updated_at"] == "2026-11-18T14:06:40+0300"
    assert wrong.json["updated_at"] == "2026-11-18T15:06:40+0300"
    ahead = parsedate_to_datetime(wrong.headers["Date"]) - parsedate_to_datetime(right.headers["Date"])
    assert 3590 < ahead.total_seconds() < 3610


async def test_a_moving_list_shows_one_twice_and_hides_another(
    hh: LocalHh, clock: Clock, call: Caller, cast: Cast
) -> None:
    made = []
    for _ in range(4):
        made.append(hh.world.open_negotiation(cast.resume, cast.vacancy, state="response").id)
        clock.pass_(10)
    hh.quirks.moving_lists = True
    pages = [(await call("GET", f"/negotiations?per_page=2&page={page}")).json for page in range(2)]
    ids = [item["id"] for page in pages for item in page["items"]]
    assert ids == [made[3], made[2], made[2], made[0]]


async def test_messages_may_come_in_no_order_but_the_same_each_time(
    hh: LocalHh, call: Caller, nid: str
) -> None:
    for number in range(8):
        hh.employers.write(nid, str(number))
    hh.quirks.shuffled_messages = True
    first = (await call("GET", f"/negotiations/{nid}/messages")).json["items"]
    again = (await call("GET", f"/negotiations/{nid}/messages")).json["items"]
    ids = [item["id"] for item in first]
    assert ids != sorted(ids)
    assert ids == [item["id"] for item in again]


@pytest.fixture
def rich(hh: LocalHh) -> tuple[Applicant, dict[str, str]]:
    """An applicant of whom nothing is null, and where to read each kind of document about him."""
    applicant = hh.world.add_applicant("Ян", "Ли", "Петрович", email="li@example.com", phone="79160000000")
    resume = hh.world.add_resume(applicant, "Курьер", salary=70_000)
    employer = hh.world.add_employer("Доставка")
    metro = Metro("6.4", "Бауманская", "3", "Арбатско-Покровская", 55.772405, 37.67904)
    office = Address("1", employer.id, "Москва", "Ленинская", "1", 55.7789, 37.6683, metro=(metro,))
    vacancy = hh.world.add_vacancy(
        employer, "Курьер", address=office, salary=Salary(60_000), response_url="https://example.com"
    )
    negotiation = hh.employers.approach(resume, vacancy, "Ждём")
    negotiation.messages[0].address = office
    return applicant, {
        "negotiation": f"/negotiations/{negotiation.id}",
        "message": f"/negotiations/{negotiation.id}/messages",
        "vacancy": f"/vacancies/{vacancy.id}",
        "resume": "/resumes/mine",
        "me": "/me",
    }


@pytest.mark.parametrize("name", sorted(NULLABLE))
async def test_whatever_may_be_null_can_be_null(
    hh: LocalHh, session: ClientSession, rich: tuple[Applicant, dict[str, str]], name: str
) -> None:
    applicant, addresses = rich
    call = Caller(session, hh, applicant)
    kind, *path = name.split(".")

    async def shown() -> object:
        document = (await call("GET", addresses[kind])).json
        document = document["items"][0] if "items" in document else document
        for key in path:
            document = document[key]
        return document

    assert await shown() is not None
    hh.quirks.nulls = frozenset({name})
    assert await shown() is None


async def test_it_can_be_unreachable_and_come_back_as_it_was(
    hh: LocalHh, session: ClientSession, call: Caller, nid: str
) -> None:
    address = hh.url
    await hh.stop()
    with pytest.raises(ClientError):
        await call("GET", "/me")
    await hh.start()
    assert hh.url == address
    assert (await call("GET", f"/negotiations/{nid}")).status == 200


async def test_an_answer_without_a_body_is_cut_too(hh: LocalHh, call: Caller, cast: Cast) -> None:
    hh.faults.add(faults.truncated(hang_up=True), on="POST /negotiations")
    with pytest.raises(ClientError):
        await call.apply(cast.vacancy.id, cast.resume.id)
    assert len(hh.journal.effects) == 1


async def test_a_request_of_nobody_has_no_token_to_expire_and_no_account_to_ask_a_captcha_of(
    hh: LocalHh, session: ClientSession, cast: Cast
) -> None:
    anybody = Caller(session, hh, None)
    hh.faults.add(faults.token_expired(), on="GET /dictionaries")
    assert (await anybody("GET", "/dictionaries")).status == 200
    hh.faults.add(faults.captcha(), on="GET /dictionaries")
    assert (await anybody("GET", "/dictionaries")).refusal == "captcha_required"
    assert cast.applicant.captcha is None
