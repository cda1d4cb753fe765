"""Every outcome of a request to hh.ru, sorted into the tree of `bot.hh.errors`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from aiohttp import web

from bot.fence import fence
from bot.hh.client import Call, Client, segment
from bot.hh.errors import (
    CaptchaRequired,
    HhError,
    LinkAgain,
    MalformedAnswer,
    NotFound,
    NotReady,
    OutcomeUnknown,
    Refused,
    Throttled,
    TokenExpired,
    Unavailable,
    Withheld,
)
from bot.hh.models import Message
from bot.hh.parsing import parse
from bot.hh.wire import LONGEST_ANSWER
from bot.log import logger
from bot.transport import open_client
from tests.hh.conftest import AGENT
from tests.secrecy import Overheard
from tests.stub import Breaking, Stub, closed_port

READ = Call("GET", "/negotiations")
WRITE = Call("POST", "/negotiations/1/messages", form={"message": "Здравствуйте"})
SHIELD = "<html><body>DDoS-Guard: checking your browser</body></html>"

REFUSED_BY_NAME = [
    "vacancy_not_found",
    "invalid_vacancy",
    "resume_not_found",
    "already_applied",
    "test_required",
    "resume_visibility_conflict",
    "edit_forbidden",
    "message_already_viewed",
    "application_denied",
    "limit_exceeded",
    "wrong_state",
    "empty_message",
    "too_long_message",
    "address_not_found",
    "in_a_row_limit",
    "overall_limit",
    "no_invitation",
    "message_cannot_be_empty",
    "disabled_by_employer",
    "resume_deleted",
    "archived",
    "chat_archived",
    "topic_archived",
    "inappropriate_language",
    "resource_policy_violation",
    "of_tomorrow",
]


def refusal(value: str | None, type_: str = "negotiations", **more: str) -> dict[str, object]:
    item = {"type": type_} | ({"value": value} if value else {}) | more
    return {"request_id": "q1ww2e2r4ty", "description": "Forbidden", "errors": [item]}


async def outcome(client: Client, call: Call) -> HhError:
    with pytest.raises(HhError) as caught:
        await client.request(call, token="t")
    return caught.value


async def test_a_request_names_the_application_twice_and_carries_the_token(
    client: Client, stub: Stub
) -> None:
    stub.say(200, {})
    await client.request(READ, token="USERTOKEN")
    headers = stub.seen[0].headers
    assert headers["User-Agent"] == headers["HH-User-Agent"] == AGENT
    assert headers["Authorization"] == "Bearer USERTOKEN"
    assert stub.seen[0].query == {}


async def test_the_site_is_named_where_it_is_set_and_a_vacancys_own_site_goes_before_it(
    http: httpx.AsyncClient, stub: Stub
) -> None:
    stub.say(200, {})
    client = Client(http, api_url=stub.url + "/", user_agent=AGENT, host="hh.kz")
    await client.request(READ, token="t")
    await client.request(Call("GET", "/vacancies/1", host="rabota.by"), token="t")
    assert [(seen.path, seen.query["host"]) for seen in stub.seen] == [
        ("/negotiations", "hh.kz"),
        ("/vacancies/1", "rabota.by"),
    ]


async def test_parameters_that_are_none_are_left_out_and_truth_is_spelt_in_small_letters(
    client: Client, stub: Stub
) -> None:
    stub.say(200, {})
    await client.request(
        Call("GET", "/negotiations", params={"page": 0, "status": None, "has_updates": True})
    )
    assert stub.seen[0].query == {"page": "0", "has_updates": "true"}
    assert "Authorization" not in stub.seen[0].headers


async def test_an_answer_tells_hhs_clock(client: Client, stub: Stub) -> None:
    stub.say(200, {}, Date="Mon, 23 Nov 2026 17:00:00 GMT")
    assert (await client.request(READ)).moment == datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "date", ["yesterday", "Mon, 99 Nov 2026 17:00:00 GMT", "Mon, 1 Nov 9999999999 17:00:00 GMT"]
)
async def test_a_clock_that_cant_be_read_is_no_error(client: Client, stub: Stub, date: str) -> None:
    stub.say(200, {}, Date=date)
    assert (await client.request(READ)).moment is None


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("value", REFUSED_BY_NAME)
async def test_a_refusal_keeps_its_name_description_and_request_id(
    client: Client, stub: Stub, value: str, status: int
) -> None:
    stub.say(status, refusal(value, description="Сделайте иначе"))
    error = await outcome(client, WRITE)
    assert type(error) is Refused
    assert (error.value, error.description) == (value, "Сделайте иначе")
    assert (error.request_id, error.status) == ("q1ww2e2r4ty", status)


async def test_the_request_id_may_stand_in_a_header(client: Client, stub: Stub) -> None:
    stub.say(403, {"errors": [{"type": "forbidden"}]}, X_Request_ID="167a42")
    error = await outcome(client, WRITE)
    assert isinstance(error, Refused)
    assert (error.value, error.request_id) == ("forbidden", "167a42")


async def test_an_undocumented_400_keeps_its_description(client: Client, stub: Stub) -> None:
    stub.say(400, {"description": '"enable_applicant_visibility_in_country" param required'})
    error = await outcome(client, WRITE)
    assert type(error) is Refused
    assert (error.value, error.status) == ("", 400)
    assert error.description == '"enable_applicant_visibility_in_country" param required'


async def test_a_bad_user_agent_is_named_by_its_type(client: Client, stub: Stub) -> None:
    stub.say(400, refusal("blacklisted", "bad_user_agent"))
    error = await outcome(client, READ)
    assert isinstance(error, Refused)
    assert error.value == "bad_user_agent"


async def test_a_bad_argument_of_the_older_form_is_named(client: Client, stub: Stub) -> None:
    stub.say(400, {"bad_argument": "resume_id", "description": "Bad argument"})
    error = await outcome(client, WRITE)
    assert isinstance(error, Refused)
    assert (error.value, error.description) == ("resume_id", "Bad argument")


async def test_the_business_reason_goes_before_others(client: Client, stub: Stub) -> None:
    errors = [{"type": "bad_argument", "value": "x"}, {"type": "negotiations", "value": "archived"}]
    stub.say(403, {"errors": errors})
    error = await outcome(client, WRITE)
    assert isinstance(error, Refused)
    assert error.value == "archived"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"errors": None, "description": None, "request_id": 5},
        {"errors": "no list", "description": ["x"]},
        {"errors": [None, 1, "x", []]},
        {"errors": [{"type": None, "value": {"deep": "er"}}]},
    ],
)
async def test_a_refusal_of_an_unknown_shape_is_still_a_refusal(
    client: Client, stub: Stub, body: dict[str, object]
) -> None:
    stub.say(403, body)
    error = await outcome(client, WRITE)
    assert type(error) is Refused
    assert (error.value, error.status) == ("", 403)


@pytest.mark.parametrize("call", [READ, WRITE])
@pytest.mark.parametrize(
    "body",
    [
        refusal("token_expired", "oauth"),
        refusal("token_expired", "forbidden"),
        refusal(None, "oauth") | {"oauth_error": "token-expired"},
        {"oauth_error": "token-expired"},
    ],
)
async def test_an_expired_token_is_told_apart(
    client: Client, stub: Stub, call: Call, body: dict[str, object]
) -> None:
    stub.say(403, body)
    assert type(await outcome(client, call)) is TokenExpired


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (refusal("token_revoked", "oauth"), "token_revoked"),
        (refusal("bad_authorization", "oauth"), "bad_authorization"),
        (refusal("application_not_found", "forbidden"), "application_not_found"),
        (refusal("user_auth_expected", "oauth"), "user_auth_expected"),
        (refusal("no_scope", "oauth"), "no_scope"),
        (refusal("of_tomorrow", "oauth"), "of_tomorrow"),
        (refusal(None, "oauth"), "oauth"),
        ({"oauth_error": "token-revoked"}, "token_revoked"),
    ],
)
async def test_access_that_has_ended_keeps_hhs_reason(
    client: Client, stub: Stub, body: dict[str, object], reason: str
) -> None:
    stub.say(403, body)
    error = await outcome(client, READ)
    assert isinstance(error, LinkAgain)
    assert error.reason == reason


async def test_a_401_asks_to_link_again(client: Client, stub: Stub) -> None:
    stub.say(401, text="who are you?")
    assert isinstance(await outcome(client, READ), LinkAgain)


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (
            {"captcha_url": "https://hh.ru/account/captcha?state=a%2Bb"},
            "https://hh.ru/account/captcha?state=a%2Bb&backurl=https%3A%2F%2Ft.me%2Fbridge_bot",
        ),
        (
            {"fallback_url": "https://hh.ru/auth?captcha=true&backurl=..."},
            "https://hh.ru/auth?captcha=true&backurl=https%3A%2F%2Ft.me%2Fbridge_bot",
        ),
        ({}, None),
        ({"captcha_url": "javascript:alert(1)"}, None),
        ({"captcha_url": "https://[hh.ru/"}, None),
    ],
)
async def test_a_captcha_gets_a_way_back(
    http: httpx.AsyncClient, stub: Stub, urls: dict[str, str], expected: str | None
) -> None:
    client = Client(http, api_url=stub.url, user_agent=AGENT, captcha_backurl="https://t.me/bridge_bot")
    stub.say(403, refusal("captcha_required", "captcha_required", **urls))
    error = await outcome(client, WRITE)
    assert isinstance(error, CaptchaRequired)
    assert (error.url, error.request_id) == (expected, "q1ww2e2r4ty")


@pytest.mark.parametrize(
    ("status", "body"),
    [(425, refusal("chat_is_not_ready")), (403, refusal("chat_is_not_ready")), (425, None)],
)
async def test_a_conversation_in_the_making_is_not_ready(
    client: Client, stub: Stub, status: int, body: object
) -> None:
    stub.say(status, body)
    assert type(await outcome(client, WRITE)) is NotReady


@pytest.mark.parametrize("body", [refusal("topic_not_found"), refusal(None, "not_found"), None])
async def test_what_is_not_there_is_not_found(client: Client, stub: Stub, body: object) -> None:
    stub.say(404, body)
    error = await outcome(client, WRITE)
    assert type(error) is NotFound
    assert error.status == 404


@pytest.mark.parametrize("call", [READ, WRITE])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "0"}, 0.0),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "9" * 400}, 86400.0),
        (
            {"Date": "Mon, 23 Nov 2026 17:00:00 GMT", "Retry_After": "Mon, 23 Nov 2026 17:01:30 GMT"},
            90.0,
        ),
        ({"Date": "Mon, 23 Nov 2026 17:00:00 GMT", "Retry_After": "Mon, 23 Nov 2026 16:00:00 GMT"}, 0.0),
    ],
)
async def test_too_many_requests_keep_the_wanted_pause(
    client: Client, stub: Stub, call: Call, headers: dict[str, str], seconds: float | None
) -> None:
    stub.say(429, text="slow down", **headers)
    error = await outcome(client, call)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


@pytest.mark.parametrize("status", [429, 403, 400])
async def test_the_days_limit_of_applications_is_a_refusal_whatever_its_status(
    client: Client, stub: Stub, status: int
) -> None:
    stub.say(status, refusal("limit_exceeded"), Retry_After="5")
    error = await outcome(client, WRITE)
    assert type(error) is Refused
    assert error.value == "limit_exceeded"


@pytest.mark.parametrize("call", [READ, WRITE])
async def test_the_shield_against_floods_asks_for_a_pause(client: Client, stub: Stub, call: Call) -> None:
    stub.say(403, text=SHIELD, Retry_After="30")
    error = await outcome(client, call)
    assert isinstance(error, Throttled)
    assert error.retry_after == 30


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 408])
@pytest.mark.parametrize("body", [None, {"errors": [{"type": "negotiations", "value": "archived"}]}])
async def test_a_fault_of_hh_leaves_a_write_unknown_and_a_read_for_later(
    client: Client, stub: Stub, status: int, body: object
) -> None:
    stub.say(status, body, text=None if body else "<html>502 Bad Gateway</html>")
    assert type(await outcome(client, READ)) is Unavailable
    assert type(await outcome(client, WRITE)) is OutcomeUnknown


async def test_a_proxy_that_wants_a_login_let_nothing_through(client: Client, stub: Stub) -> None:
    stub.say(407, text="<html>proxy</html>")
    assert type(await outcome(client, WRITE)) is Unavailable


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(client: Client, stub: Stub, status: int) -> None:
    stub.say(status, Location=f"{stub.url}/elsewhere")
    assert type(await outcome(client, READ)) is MalformedAnswer
    assert type(await outcome(client, WRITE)) is OutcomeUnknown
    assert len(stub.seen) == 2


async def test_what_the_bridge_itself_held_back_says_nothing_of_hh(client: Client, stub: Stub) -> None:
    fence(lambda: False)
    with pytest.raises(Withheld):
        await client.request(Call("GET", "/me"))
    assert stub.seen == []


async def test_nobody_listening_has_surely_done_nothing(http: httpx.AsyncClient) -> None:
    async with closed_port() as url:
        client = Client(http, api_url=url, user_agent=AGENT)
        assert type(await outcome(client, WRITE)) is Unavailable
        assert type(await outcome(client, READ)) is Unavailable


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 201 Cr",
        b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
        b"nonsense\r\n\r\n",
    ],
)
async def test_a_broken_answer_leaves_a_write_unknown_and_a_read_for_later(
    http: httpx.AsyncClient, breaking: Breaking, answer: bytes, reset: bool
) -> None:
    breaking.answer, breaking.reset = answer, reset
    client = Client(http, api_url=breaking.url, user_agent=AGENT)
    assert type(await outcome(client, WRITE)) is OutcomeUnknown
    assert type(await outcome(client, READ)) is Unavailable


FRAMELESS = '{"items": [{"id": "7777777", "text": "Ждём вас, оклад 250000"}]}'.encode()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + FRAMELESS + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + FRAMELESS + b"\r\n\r\n",
        b"HTTP/1.1 " + FRAMELESS + b"\r\n\r\n",
        FRAMELESS + b"\r\n\r\n",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_answer_that_is_no_http_is_described_without_its_words_and_without_whom_it_is_about(
    http: httpx.AsyncClient, breaking: Breaking, overheard: Overheard, answer: bytes, method: str
) -> None:
    breaking.answer = answer
    client = Client(http, api_url=breaking.url, user_agent=AGENT)
    error = await outcome(client, Call(method, "/negotiations/7777777/messages"))
    logger("test").warning("it failed", reason=str(error))
    logger("test").error("it failed", exc_info=error)
    assert "it failed" in overheard.text
    for said in (str(error), repr(error), overheard.text):
        assert not re.search(r"7777777|250000|items|оклад|\\xd0", said), said


@pytest.mark.parametrize(
    ("value", "description", "said"),
    [
        ("archived", "Вакансия 7777777 в архиве", "archived"),
        ("7777777", "", "403"),
        ("", "Ждём вас, Анна", "negotiations"),
    ],
)
async def test_a_refusal_is_called_by_its_name_and_never_by_what_hh_says_of_it(
    client: Client, stub: Stub, value: str, description: str, said: str
) -> None:
    stub.say(403, refusal(value, description=description))
    assert str(await outcome(client, READ)) == said


@pytest.fixture
async def trickle(stub: Stub) -> AsyncIterator[Stub]:
    """A server that begins to answer and never ends."""
    release = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        await release.wait()
        return response

    stub.answers.append(answer)
    yield stub
    release.set()


@pytest.mark.parametrize(
    ("limits", "deadline"), [(httpx.Timeout(5, read=0.05), 60.0), (httpx.Timeout(None), 0.05)]
)
async def test_an_answer_that_doesnt_end_leaves_a_write_unknown_and_a_read_for_later(
    trickle: Stub, limits: httpx.Timeout, deadline: float
) -> None:
    async with open_client(timeout=limits) as http:
        client = Client(http, api_url=trickle.url, user_agent=AGENT, deadline=deadline)
        assert type(await outcome(client, WRITE)) is OutcomeUnknown
        assert type(await outcome(client, READ)) is Unavailable


async def test_an_answer_beyond_all_measure_is_not_kept(client: Client, stub: Stub) -> None:
    stub.say(200, text="x" * (LONGEST_ANSWER + 1))
    answer = await client.request(READ)
    assert answer.body is None
    with pytest.raises(MalformedAnswer):
        parse(Message, answer)
    with pytest.raises(OutcomeUnknown):
        parse(Message, answer, write=True)


async def test_the_connection_is_used_again_after_an_error(client: Client, stub: Stub) -> None:
    stub.say(502, text="<html>")
    stub.say(200, {})
    assert isinstance(await outcome(client, READ), Unavailable)
    assert (await client.request(READ)).body == b"{}"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"id": "1", "text": "Se', b"[]", b'{"id": "1"}', b"\xff\xfe", b"[" * 100_000]
)
async def test_an_unreadable_success_is_malformed_and_after_a_write_unknown(
    client: Client, stub: Stub, body: bytes
) -> None:
    stub.answers.append(web.Response(body=body))
    answer = await client.request(READ)
    with pytest.raises(MalformedAnswer):
        parse(Message, answer)
    with pytest.raises(OutcomeUnknown):
        parse(Message, answer, write=True)


async def test_an_unreadable_answer_is_described_without_its_words(client: Client, stub: Stub) -> None:
    stub.say(200, {"id": "1", "text": "секрет", "created_at": "секрет", "author": "секрет"})
    with pytest.raises(MalformedAnswer) as caught:
        parse(Message, await client.request(READ))
    assert "created_at" in str(caught.value)
    assert "секрет" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_id_stays_one_segment_of_the_path() -> None:
    assert segment("1/../2?x#y%") == "1%2F..%2F2%3Fx%23y%25"
    for impossible in ("", ".", ".."):
        with pytest.raises(NotFound):
            segment(impossible)
