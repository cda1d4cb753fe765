"""Every answer of the local hh.ru fits hh.ru's own OpenAPI document."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from bot.sandbox.hh import faults, refusals
from bot.sandbox.hh.crowd import crowd
from bot.sandbox.hh.faults import Fault
from bot.sandbox.hh.refusals import Refusal
from bot.sandbox.hh.seed import Seeded, seed
from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import Caller
from tests.sandbox.hh.conftest import Cast
from tests.sandbox.hh.openapi import check_answer, check_schema, needs_openapi

pytestmark = needs_openapi

APPLY = ("post", "/negotiations")
SEND = ("post", "/negotiations/{nid}/messages")
EDIT = ("put", "/negotiations/{nid}/messages/{mid}")
HIDE = ("delete", "/negotiations/active/{nid}")


@pytest.fixture
def seeded(hh: LocalHh) -> Seeded:
    return seed(hh.world)


@pytest.fixture
def callers(hh: LocalHh, session: ClientSession, seeded: Seeded) -> list[Caller]:
    return [Caller(session, hh, applicant) for applicant in (seeded.anna, seeded.timur, seeded.olga)]


async def test_conversations_and_messages_fit(callers: list[Caller]) -> None:
    for call in callers:
        listed = (await call("GET", "/negotiations?with_job_search_status=true")).json
        check_schema("NegotiationsApplicantNegotiationsResponse", listed)
        for item in listed["items"]:
            shown = (await call("GET", f"/negotiations/{item['id']}")).json
            check_schema("NegotiationsApplicantNegotiation", shown)
            messages = (await call("GET", f"/negotiations/{item['id']}/messages")).json
            check_schema("NegotiationsMessagesGetResponse", messages)


async def test_a_crowd_fits(hh: LocalHh, callers: list[Caller], seeded: Seeded) -> None:
    crowd(hh.world, seeded.anna, 30)
    listed = (await callers[0]("GET", "/negotiations?per_page=100")).json
    assert listed["found"] > 30
    check_answer("get", "/negotiations", 200, listed)


async def test_every_vacancy_fits(hh: LocalHh, callers: list[Caller]) -> None:
    for vacancy_id in hh.world.vacancies:
        check_schema(
            "VacanciesVacancyForApplicant", (await callers[0]("GET", f"/vacancies/{vacancy_id}")).json
        )


async def test_resumes_fit(hh: LocalHh, callers: list[Caller]) -> None:
    vacancy_id = next(iter(hh.world.vacancies))
    for call in callers:
        check_schema("ResumesMineResponse", (await call("GET", "/resumes/mine")).json)
        suitable = (await call("GET", f"/vacancies/{vacancy_id}/suitable_resumes")).json
        check_schema("ResumesSuitableResumesResponse", suitable)


async def test_everybody_fits(
    hh: LocalHh, session: ClientSession, callers: list[Caller], seeded: Seeded
) -> None:
    check_schema("MeApplicantProfile", (await callers[0]("GET", "/me")).json)
    check_schema("MeManagerProfile", (await Caller(session, hh, seeded.manager)("GET", "/me")).json)
    machine = Caller(session, hh, None)
    machine.token = hh.tokens.issue(None).access_token
    check_schema("MeAnyProfile", (await machine("GET", "/me")).json)


async def test_the_dictionaries_fit(call: Caller) -> None:
    check_schema("DictionariesDictResponse", (await call("GET", "/dictionaries")).json)


async def test_a_sent_message_fits(call: Caller, nid: str) -> None:
    check_answer(*SEND, 201, (await call.send(nid, "Здравствуйте")).json)


async def test_tokens_fit(hh: LocalHh, session: ClientSession, cast: Cast) -> None:
    pair = hh.link(cast.applicant)
    form = {"grant_type": "refresh_token", "refresh_token": pair.refresh_token}
    anybody = Caller(session, hh, None)
    early = await anybody("POST", hh.old_token_url, form=form)
    check_answer("post", "/oauth/token", 400, early.json)
    hh.tokens.expire(cast.applicant.id)
    check_answer("post", "/oauth/token", 200, (await anybody("POST", hh.old_token_url, form=form)).json)


@pytest.mark.parametrize(
    "value",
    [
        "bad_authorization",
        "token_expired",
        "token_revoked",
        "application_not_found",
        "user_auth_expected",
        "no_scope",
    ],
)
async def test_every_refusal_of_a_token_fits(hh: LocalHh, call: Caller, value: str) -> None:
    hh.faults.add(faults.oauth(value))
    check_answer("get", "/me", 403, (await call("GET", "/me")).json)


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        *[(APPLY, refusals.negotiation(name)) for name in ("vacancy_not_found", "inappropriate_language")],
        (APPLY, refusals.negotiation("resource_policy_violation")),
        (APPLY, refusals.negotiation("resume_not_found", 400)),
        (APPLY, refusals.negotiation("limit_exceeded", 400)),
        *[
            (APPLY, refusals.negotiation(name))
            for name in (
                "invalid_vacancy",
                "resume_not_found",
                "already_applied",
                "test_required",
                "resume_visibility_conflict",
                "application_denied",
                "limit_exceeded",
                "empty_message",
                "too_long_message",
            )
        ],
        (APPLY, refusals.bad_argument("resume_id")),
        *[
            (SEND, refusals.negotiation(name))
            for name in (
                "wrong_state",
                "in_a_row_limit",
                "overall_limit",
                "no_invitation",
                "message_cannot_be_empty",
                "too_long_message",
                "inappropriate_language_message",
                "resource_policy_violation_message",
                "disabled_by_employer",
                "resume_deleted",
                "archived",
                "chat_archived",
                "topic_archived",
                "address_not_found",
                "edit_forbidden",
            )
        ],
        (SEND, refusals.negotiation("chat_is_not_ready", 403)),
        (SEND, refusals.negotiation("topic_not_found")),
        *[
            (EDIT, refusals.negotiation(name, 403))
            for name in (
                "message_cannot_be_empty",
                "message_already_viewed",
                "vacancy_not_found",
                "resume_not_found",
                "vacancy_archived",
                "disabled_by_employer",
            )
        ],
        (EDIT, refusals.not_found()),
        *[
            (HIDE, refusals.negotiation(name))
            for name in ("wrong_state", "no_invitation", "disabled_by_employer", "chat_is_not_ready")
        ],
        (HIDE, refusals.not_found()),
    ],
    ids=lambda value: str(value) if isinstance(value, Refusal) else value[0],
)
async def test_every_refusal_fits_its_operation(
    hh: LocalHh, call: Caller, operation: tuple[str, str], refusal: Refusal
) -> None:
    method, path = operation
    hh.faults.add(Fault("named", refusal))
    reply = await call(method.upper(), path.format(nid="1", mid="1"))
    assert reply.status == refusal.status
    check_answer(method, path, refusal.status, reply.json)


async def test_a_captcha_fits(hh: LocalHh, call: Caller, cast: Cast) -> None:
    hh.faults.add(faults.captcha())
    reply = await call("GET", f"/vacancies/{cast.vacancy.id}")
    check_answer("get", "/vacancies/{vacancy_id}", 403, reply.json)
    assert reply.json["errors"][0]["fallback_url"]


async def test_lists_refuse_as_documented(call: Caller) -> None:
    check_answer("get", "/negotiations", 400, (await call("GET", "/negotiations?page=x")).json)
    check_answer("get", "/negotiations", 404, (await call("GET", "/negotiations?vacancy_id=5")).json)
    check_answer("get", "/negotiations/{id}", 404, (await call("GET", "/negotiations/5")).json)
