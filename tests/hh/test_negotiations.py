"""The gateway over `/negotiations`: what it asks, what it makes of the answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.hh.client import Client
from bot.hh.errors import (
    LinkAgain,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    Refused,
    Throttled,
    TokenExpired,
)
from bot.hh.gateway import Applied, DirectVacancy, Gateway
from bot.hh.negotiations import NegotiationsGateway
from tests.stub import Keys, Steps, Stub

EXPIRED = {"request_id": "1", "errors": [{"type": "oauth", "value": "token_expired"}]}
PAUSE = 3.0


@pytest.fixture
def access() -> Keys:
    return Keys()


@pytest.fixture
def pace() -> Steps:
    return Steps()


@pytest.fixture
def hh(client: Client, access: Keys, pace: Steps) -> NegotiationsGateway:
    return NegotiationsGateway(client, access, pace)


def negotiation(nid: str = "1", updated_at: str = "2026-11-23T10:00:00+0300") -> dict[str, object]:
    return {
        "id": nid,
        "state": {"id": "response", "name": "Отклик"},
        "created_at": "2026-11-20T10:00:00+0300",
        "updated_at": updated_at,
        "has_updates": False,
        "viewed_by_opponent": False,
        "messaging_status": "ok",
        "hidden": False,
        "decline_allowed": False,
    }


def message(
    mid: str, created_at: str = "2026-11-23T10:00:00+0300", text: str | None = ""
) -> dict[str, object]:
    return {
        "id": mid,
        "created_at": created_at,
        "text": text,
        "state": {"id": "text", "name": "Текст"},
        "author": {"participant_type": "employer"},
        "editable": False,
        "viewed_by_me": False,
        "viewed_by_opponent": True,
        "address": None,
    }


def page(items: list[dict[str, object]], number: int = 0, pages: int = 1) -> dict[str, object]:
    return {"items": items, "found": len(items), "page": number, "pages": pages, "per_page": 100}


def test_it_is_a_gateway(hh: NegotiationsGateway) -> None:
    gateway: Gateway = hh
    assert gateway is hh


async def test_the_list_asks_for_the_latest_update_first(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(200, page([negotiation()]))
    found = await hh.negotiations(page=2, per_page=50, status="active", vacancy_id="7", has_updates=True)
    assert [one.id for one in found.items] == ["1"]
    assert stub.seen[0].path == "/negotiations"
    assert stub.seen[0].query == {
        "order_by": "updated_at",
        "order": "desc",
        "page": "2",
        "per_page": "50",
        "status": "active",
        "vacancy_id": "7",
        "has_updates": "true",
    }


async def test_a_page_that_is_known_by_its_digest_is_not_parsed(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(200, page([negotiation()]), Date="Mon, 23 Nov 2026 17:00:00 GMT")
    first = await hh.page(0, 20)
    assert first is not None
    assert len(first.digest) == 8
    assert first.server_time == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert [one.id for one in first.negotiations.items] == ["1"]
    assert await hh.page(0, 20, known=first.digest) is None
    assert await hh.page(0, 20, known=b"8 others") is not None


async def test_a_page_that_changed_is_given_again(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(200, page([negotiation()]))
    stub.say(200, page([negotiation(updated_at="2026-11-23T10:00:01+0300")]))
    first = await hh.page(0, 20)
    assert first is not None
    second = await hh.page(0, 20, known=first.digest)
    assert second is not None
    assert second.digest != first.digest


async def test_a_known_digest_of_something_unreadable_stays_unreadable(
    hh: NegotiationsGateway, stub: Stub
) -> None:
    stub.say(200, text="<html>")
    with pytest.raises(MalformedAnswer):
        await hh.page(0, 20)


async def test_a_page_of_which_nothing_can_be_read_is_no_empty_page(
    hh: NegotiationsGateway, stub: Stub
) -> None:
    stub.say(200, page([{"id": "1"}]))
    with pytest.raises(MalformedAnswer):
        await hh.page(0, 20)


async def test_messages_come_oldest_first_whatever_hh_does(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(
        200,
        page(
            [
                message("x"),
                message("10"),
                message("9"),
                message("8", "2026-11-23T11:00:00+0300"),
                message("11", "2026-11-22T23:59:59+0000"),
            ]
        ),
    )
    assert [one.id for one in (await hh.messages("1")).messages] == ["11", "9", "10", "x", "8"]


async def test_all_pages_of_messages_are_read_and_repeated_ones_kept_once(
    hh: NegotiationsGateway, stub: Stub
) -> None:
    stub.say(200, page([message("1"), message("2")], 0, 3))
    stub.say(200, page([message("2"), message("3")], 1, 3))
    stub.say(200, page([message("4")], 2, 3))
    assert [one.id for one in (await hh.messages("77")).messages] == ["1", "2", "3", "4"]
    assert [(seen.path, dict(seen.query)) for seen in stub.seen] == [
        ("/negotiations/77/messages", {"page": str(number), "per_page": "100"}) for number in range(3)
    ]


async def test_a_list_of_messages_that_never_ends_is_left(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(200, page([message("1")], 0, 1_000_000))
    assert [one.id for one in (await hh.messages("1")).messages] == ["1"]
    assert len(stub.seen) == 2


async def test_ever_new_messages_are_read_only_so_far(hh: NegotiationsGateway, stub: Stub) -> None:
    async def endless(request: web.Request) -> web.Response:
        return web.json_response(page([message(request.query["page"])], pages=1_000_000))

    stub.answers.append(endless)
    assert len((await hh.messages("1")).messages) == len(stub.seen) == 100


async def test_a_message_is_sent_as_a_form_once(hh: NegotiationsGateway, stub: Stub) -> None:
    text = "Здравствуйте! 👋 <b>&amp; + %20</b>\r\nвторая строка"
    stub.say(201, message("5", text=text))
    sent = await hh.send("77", text)
    assert (sent.id, sent.text) == ("5", text)
    assert (stub.seen[0].method, stub.seen[0].path) == ("POST", "/negotiations/77/messages")
    assert stub.seen[0].fields == {"message": text}


async def test_a_sent_message_without_a_readable_answer_may_have_been_sent(
    hh: NegotiationsGateway, stub: Stub
) -> None:
    stub.say(201, text="")
    with pytest.raises(OutcomeUnknown):
        await hh.send("77", "x")
    assert len(stub.seen) == 1


async def test_an_edit_replaces_the_text(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(204)
    await hh.edit("77", "5", "исправлено")
    assert (stub.seen[0].method, stub.seen[0].path) == ("PUT", "/negotiations/77/messages/5")
    assert stub.seen[0].fields == {"message": "исправлено"}


@pytest.mark.parametrize(("decline", "spelt"), [(True, "true"), (False, "false")])
async def test_hiding_says_whether_to_decline(
    hh: NegotiationsGateway, stub: Stub, decline: bool, spelt: str
) -> None:
    stub.say(204)
    await hh.hide("77", decline=decline)
    assert (stub.seen[0].method, stub.seen[0].path) == ("DELETE", "/negotiations/active/77")
    assert stub.seen[0].query == {"with_decline_message": spelt}


@pytest.mark.parametrize(
    ("location", "nid"),
    [
        ("/negotiations/123", "123"),
        ("https://api.hh.ru/negotiations/123?host=hh.ru", "123"),
        ("/elsewhere", None),
        ("", None),
    ],
)
async def test_an_application_is_named_by_its_location(
    hh: NegotiationsGateway, stub: Stub, location: str, nid: str | None
) -> None:
    stub.say(201, Location=location)
    assert await hh.apply("8", "ab12", "Письмо ✍️") == Applied(nid)
    seen = stub.seen[0]
    assert (seen.method, seen.path) == ("POST", "/negotiations")
    assert seen.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert seen.fields == {"vacancy_id": "8", "resume_id": "ab12", "message": "Письмо ✍️"}


async def test_an_application_without_a_letter_sends_none(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(201, Location="/negotiations/123")
    await hh.apply("8", "ab12", "")
    assert set(stub.seen[0].fields) == {"vacancy_id", "resume_id"}


async def test_a_direct_vacancy_is_an_address_that_nobody_opened(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(303, Location=f"{stub.url}/respond?a=1")
    assert await hh.apply("8", "ab12", "") == DirectVacancy(f"{stub.url}/respond?a=1")
    assert len(stub.seen) == 1


async def test_a_direct_vacancy_may_have_an_address_in_cyrillic(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(303, Location="https://работа.рф/отклик?имя=Анна")
    assert await hh.apply("8", "ab12", "") == DirectVacancy("https://работа.рф/отклик?имя=Анна")


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (303, ""),
        (303, "javascript:alert(1)"),
        (303, "http://[broken"),
        (302, "https://employer.example/"),
        (301, "https://employer.example/"),
    ],
)
async def test_another_redirect_of_an_application_leaves_it_unknown(
    hh: NegotiationsGateway, stub: Stub, status: int, location: str
) -> None:
    stub.say(status, Location=location)
    with pytest.raises(OutcomeUnknown):
        await hh.apply("8", "ab12", "")


async def test_an_application_is_refused_by_name(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(403, {"request_id": "r", "errors": [{"type": "negotiations", "value": "already_applied"}]})
    with pytest.raises(Refused, match="already_applied"):
        await hh.apply("8", "ab12", "")


async def test_ids_never_leave_their_place_in_the_path(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(200, negotiation())
    await hh.negotiation("../me?x=1#")
    assert stub.seen[0].raw_path == "/negotiations/..%2Fme%3Fx=1%23"
    assert stub.seen[0].query == {}
    with pytest.raises(NotFound):
        await hh.negotiation("..")
    assert len(stub.seen) == 1


async def test_resumes_of_further_pages_are_read_too(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(200, page([{"id": "a", "title": "Инженер"}], 0, 2) | {"overall": {"already_applied": 1}})
    stub.say(200, page([{"id": "b", "title": None}], 1, 2))
    found = await hh.suitable_resumes("8")
    assert [one.id for one in found.items] == ["a", "b"]
    assert found.overall is not None
    assert found.overall.already_applied == 1
    assert [(seen.path, dict(seen.query)) for seen in stub.seen] == [
        ("/vacancies/8/suitable_resumes", {}),
        ("/vacancies/8/suitable_resumes", {"page": "1"}),
    ]


async def test_own_resumes_me_vacancy_and_dictionaries_are_read(hh: NegotiationsGateway, stub: Stub) -> None:
    stub.say(200, page([{"id": "a"}]))
    stub.say(200, {"id": 5, "is_applicant": True, "first_name": "Анна"})
    stub.say(200, {"id": "8", "name": "Инженер", "type": {"id": "direct"}})
    stub.say(200, {"messaging_status": [{"id": "ok", "name": "Переписка доступна"}]})
    assert [one.id for one in (await hh.own_resumes()).items] == ["a"]
    assert (await hh.me()).id == "5"
    assert (await hh.vacancy("8", host="hh.uz")).direct
    assert (await hh.dictionaries()).messaging_status[0].name == "Переписка доступна"
    assert [seen.path for seen in stub.seen] == ["/resumes/mine", "/me", "/vacancies/8", "/dictionaries"]
    assert stub.seen[2].query == {"host": "hh.uz"}


async def test_an_expired_token_is_renewed_once_and_the_request_repeated(
    hh: NegotiationsGateway, stub: Stub, access: Keys, pace: Steps
) -> None:
    stub.say(403, EXPIRED)
    stub.say(201, message("5"))
    await hh.send("77", "x")
    assert access.renewals == ["token-0"]
    assert [seen.headers["Authorization"] for seen in stub.seen] == ["Bearer token-0", "Bearer token-1"]
    assert [seen.fields for seen in stub.seen] == [{"message": "x"}] * 2
    assert pace.steps == 2, "the renewal waits for a turn of its own (bot.hh.oauth)"


async def test_a_token_that_is_expired_again_is_not_renewed_for_ever(
    hh: NegotiationsGateway, stub: Stub, access: Keys
) -> None:
    stub.say(403, EXPIRED)
    with pytest.raises(TokenExpired):
        await hh.me()
    assert access.renewals == ["token-0"]


async def test_access_that_cant_be_renewed_must_be_linked_again(
    hh: NegotiationsGateway, stub: Stub, access: Keys
) -> None:
    access.ended = True
    stub.say(403, EXPIRED)
    with pytest.raises(LinkAgain, match="token deactivated"):
        await hh.me()
    assert len(stub.seen) == 1


@pytest.fixture(params=[{"Retry_After": "3"}, {}])
def wanted(request: pytest.FixtureRequest, stub: Stub) -> float | None:
    stub.say(429, None, **request.param)
    return PAUSE if request.param else None


async def test_a_wanted_pause_is_told_to_the_pace(
    hh: NegotiationsGateway, pace: Steps, wanted: float | None
) -> None:
    with pytest.raises(Throttled):
        await hh.me()
    assert pace.pauses == [wanted]


@pytest.mark.parametrize("site", ["hh.kz", None])
async def test_whatever_concerns_a_conversation_names_its_site(
    client: Client, access: Keys, pace: Steps, stub: Stub, site: str | None
) -> None:
    async def sites(nid: str) -> str | None:
        return site if nid == "77" else "rabota.by"

    hh = NegotiationsGateway(client, access, pace, sites)
    page = {"items": [], "found": 0, "page": 0, "pages": 1, "per_page": 20}
    stub.answers = [
        web.json_response(negotiation("77")),
        web.json_response(page),
        web.json_response(message("5"), status=201),
        web.Response(status=204),
        web.Response(status=204),
    ]
    await hh.negotiation("77")
    await hh.messages("77")
    await hh.send("77", "Да")
    await hh.edit("77", "5", "Нет")
    await hh.hide("77", decline=False)
    assert [seen.query.get("host") for seen in stub.seen] == [site] * 5


async def test_whatever_concerns_a_vacancy_names_its_site(hh: NegotiationsGateway, stub: Stub) -> None:
    page = {"items": [], "found": 0, "page": 0, "pages": 1, "per_page": 20}
    stub.answers = [
        web.json_response(page),
        web.json_response(page),
        web.Response(status=201, headers={"Location": "/negotiations/77"}),
    ]
    await hh.suitable_resumes("8", host="hh.uz")
    await hh.negotiations(vacancy_id="8", host="hh.uz")
    await hh.apply("8", "ab12", "", host="hh.uz")
    assert [seen.query.get("host") for seen in stub.seen] == ["hh.uz"] * 3
