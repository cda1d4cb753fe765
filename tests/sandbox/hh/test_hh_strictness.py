"""What the local hh.ru demands of the form of a request."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import AGENT, Caller
from tests.sandbox.hh.conftest import Cast


@pytest.mark.parametrize(
    "agent",
    [
        "python-httpx/0.28.1",
        "Bridge",
        "Bridge/1.0",
        "Bridge/1.0 (no address)",
        "MyApp/1.0 (my-app-feedback@example.com)",
        "App/1.0 (contact@example.org)",
    ],
)
async def test_an_agent_that_names_nobody_is_refused(call: Caller, agent: str) -> None:
    reply = await call("GET", "/me", headers={"User-Agent": agent})
    assert (reply.status, reply.json["errors"][0]["type"]) == (400, "bad_user_agent")


async def test_hh_user_agent_outweighs_user_agent(call: Caller) -> None:
    assert (await call("GET", "/me", headers={"User-Agent": "x", "HH-User-Agent": AGENT})).status == 200
    assert (await call("GET", "/me", headers={"HH-User-Agent": "x"})).status == 400


async def test_no_agent_at_all_is_refused(hh: LocalHh) -> None:
    async with (
        ClientSession(skip_auto_headers=["User-Agent"]) as session,
        session.get(hh.url + "/dictionaries") as answer,
    ):
        assert answer.status == 400


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/negotiations?per_page=101", "per_page"),
        ("/negotiations?per_page=0", "per_page"),
        ("/negotiations?page=-1", "page"),
        ("/negotiations?page=one", "page"),
        ("/negotiations?page=1&page=2", "page"),
        ("/negotiations?status=new", "status"),
        ("/negotiations?order_by=name", "order_by"),
        ("/negotiations?order=down", "order"),
        ("/negotiations?has_updates=1", "has_updates"),
        ("/negotiations?vacancy_id=abc", "vacancy_id"),
        ("/negotiations?since=2026", "since"),
        ("/negotiations/active?status=active", "status"),
        ("/me?host=example.com", "host"),
        ("/me?locale=FR", "locale"),
        ("/dictionaries?page=0", "page"),
    ],
)
async def test_a_wrong_or_unknown_parameter_is_named(call: Caller, path: str, name: str) -> None:
    reply = await call("GET", path)
    assert (reply.status, reply.refusal) == (400, name)
    assert reply.json["errors"][0]["type"] == "bad_argument"
    assert reply.json["request_id"] == reply.headers["X-Request-ID"]


async def test_applying_is_multipart_and_sending_is_urlencoded(call: Caller, cast: Cast, nid: str) -> None:
    fields = {"vacancy_id": cast.vacancy.id, "resume_id": cast.resume.id}
    assert (await call("POST", "/negotiations", form=fields)).refusal == "Content-Type"
    reply = await call("POST", f"/negotiations/{nid}/messages", multipart={"message": "Ау"})
    assert reply.refusal == "Content-Type"
    assert len((await call("GET", f"/negotiations/{nid}/messages")).json["items"]) == 1


async def test_unknown_and_missing_fields_are_named(call: Caller, cast: Cast, nid: str) -> None:
    extra = await call("POST", f"/negotiations/{nid}/messages", form={"message": "Ау", "silent": "true"})
    assert extra.refusal == "silent"
    assert (await call("POST", f"/negotiations/{nid}/messages", form={"text": "Ау"})).refusal == "text"
    assert (await call("POST", f"/negotiations/{nid}/messages", form={})).refusal == "message"
    missing = await call("POST", "/negotiations", multipart={"vacancy_id": cast.vacancy.id})
    assert missing.refusal == "resume_id"


async def test_a_body_that_is_no_utf8_is_refused(call: Caller, hh: LocalHh, nid: str) -> None:
    async with (
        ClientSession() as session,
        session.post(
            f"{hh.url}/negotiations/{nid}/messages",
            data=b"message=%FF\xff",
            headers={
                "User-Agent": AGENT,
                "Authorization": f"Bearer {call.token}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        ) as answer,
    ):
        assert answer.status == 400
    assert hh.journal.texts(nid) == []


async def test_long_answers_are_compressed(hh: LocalHh) -> None:
    async with (
        ClientSession(auto_decompress=False) as session,
        session.get(hh.url + "/dictionaries", headers={"User-Agent": AGENT}) as answer,
    ):
        assert answer.headers["Content-Encoding"] in {"gzip", "deflate"}


async def test_unknown_addresses_and_methods_are_refused_as_json(call: Caller) -> None:
    assert (await call("GET", "/negotiations/1/2/3")).refusal == "not_found"
    assert (await call("PATCH", "/me")).status == 405


async def test_reading_needs_no_token_where_hh_needs_none(
    session: ClientSession, hh: LocalHh, cast: Cast
) -> None:
    anybody = Caller(session, hh, None)
    assert (await anybody("GET", "/dictionaries")).status == 200
    assert (await anybody("GET", f"/vacancies/{cast.vacancy.id}")).status == 200
    assert (await anybody("GET", "/negotiations")).refusal == "bad_authorization"


async def test_employers_and_applications_are_no_applicants(
    session: ClientSession, hh: LocalHh, cast: Cast
) -> None:
    employer = Caller(session, hh, hh.world.add_manager(cast.employer, "Игорь", "Воронов"))
    assert (await employer("GET", "/me")).json["is_employer"] is True
    assert (await employer("GET", "/negotiations")).refusal == "forbidden"
    machine = Caller(session, hh, None)
    machine.token = hh.tokens.issue(None).access_token
    assert (await machine("GET", "/me")).json["is_application"] is True
    assert (await machine("GET", "/negotiations")).refusal == "user_auth_expected"


async def test_a_field_is_sent_once(call: Caller, hh: LocalHh, nid: str) -> None:
    async with (
        ClientSession() as session,
        session.post(
            f"{hh.url}/negotiations/{nid}/messages",
            data=[("message", "раз"), ("message", "два")],
            headers={"User-Agent": AGENT, "Authorization": f"Bearer {call.token}"},
        ) as answer,
    ):
        assert (answer.status, (await answer.json())["errors"][0]["value"]) == (400, "message")
    assert hh.journal.texts(nid) == []
