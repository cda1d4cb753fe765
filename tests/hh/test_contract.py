"""Every request and every parsed answer against both of hh.ru's OpenAPI documents.

What a document doesn't say, but `contract.md` or the other document does, is listed in `BEYOND`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.hh.client import Client
from bot.hh.errors import (
    CaptchaRequired,
    HhError,
    LinkAgain,
    NotFound,
    NotReady,
    Refused,
    TokenExpired,
    TokenStillValid,
)
from bot.hh.gateway import Applied, DirectVacancy
from bot.hh.models import Tokens
from bot.hh.negotiations import NegotiationsGateway
from bot.hh.oauth import OAuth
from tests.hh.conftest import AGENT
from tests.hh.openapi import Document, Operation, Request, Shape
from tests.stub import Keys, Steps

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "hh"
VERSIONS = ("2025-12", "2026-06")

BEYOND = {
    ("2025-12", "get-negotiation-messages"): {"page", "per_page"},  # contract.md; in the document of 2026-06
    ("2025-12", "get-mine-resumes"): {"page"},  # info, "Пагинация": any list
    ("2025-12", "get-suitable-resumes"): {"page"},
    ("2025-12", "edit-negotiation-message"): {"message"},  # contract.md: the document has no body
    ("2025-12", "authorize"): {"code_verifier"},  # PKCE came with 2026-06
}
NOT_ASKED = {"get-active-negotiations"}  # the old name of `status=active`
CHATS = re.compile("/common/chats")  # the later surface, not behind the gateway yet


@pytest.fixture(scope="session")
def documents() -> dict[str, Document]:
    if not FOLDER.is_dir():
        pytest.skip("hh.ru's OpenAPI documents are not beside the project (../shared/hh)")
    return {version: Document(FOLDER / f"openapi-{version}.yaml") for version in VERSIONS}


@dataclass
class Strict:
    """A server that notes every fault of a request by either document, and answers as it is told."""

    documents: dict[str, Document]
    url: str = ""
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)

    async def handle(self, request: web.Request) -> web.Response:
        """Check one request against every document that has its operation."""
        fields = None
        if request.can_read_body:
            fields = {name: str(value) for name, value in (await request.post()).items()}
        headers = {name.lower(): value for name, value in request.headers.items()}
        kind = request.content_type
        seen = Request(request.method, request.path, dict(request.query), headers, kind, fields)
        found = [one.operation(seen.method, seen.path) for one in self.documents.values()]
        operations = [one for one in found if one is not None]
        if not operations:
            self.faults.append(f"{seen.method} {seen.path} is in no document")
        for operation in operations:
            key = (operation.document.version, operation.name)
            self.asked.add(key)
            self.faults += operation.faults(seen, frozenset(BEYOND.get(key, ())))
        if headers.get("user-agent") != AGENT or headers.get("hh-user-agent") != AGENT:
            self.faults.append("the application isn't named")
        if "/token" not in seen.path and not re.fullmatch(
            r"Bearer token-\d+", headers.get("authorization", "")
        ):
            self.faults.append("no token")
        if self.status in (201, 204, 303) and self.body is None:
            return web.Response(status=self.status, headers=self.headers, content_type="text/html")
        return web.json_response(self.body, status=self.status, headers=self.headers)


@pytest.fixture
async def strict(documents: dict[str, Document]) -> AsyncIterator[Strict]:
    strict = Strict(documents)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", strict.handle)
    async with TestServer(app) as server:
        strict.url = str(server.make_url("")).rstrip("/")
        yield strict
    assert strict.faults == []


@dataclass
class Account:
    """All that the bridge may ask of hh.ru for one account."""

    hh: NegotiationsGateway
    newer: OAuth
    older: OAuth


@pytest.fixture
def account(http: httpx.AsyncClient, strict: Strict) -> Account:
    def oauth(path: str) -> OAuth:
        return OAuth(
            http,
            client_id="ETVQdMs2n9VKw7SMXkh9nX5H",
            client_secret="95dNjB8FmtxQsmygm6dtEy53",
            site_url="https://hh.ru",
            api_url=strict.url,
            token_url=strict.url + path,
            user_agent=AGENT,
        )

    client = Client(http, api_url=strict.url, user_agent=AGENT, host="hh.kz")
    hh = NegotiationsGateway(client, Keys(), Steps())
    return Account(hh, oauth("/token"), oauth("/oauth/token"))


Calls = list[Callable[[Account], Awaitable[object]]]

READS: dict[str, Calls] = {
    "get-current-user-info": [lambda it: it.hh.me()],
    "get-negotiations": [
        lambda it: it.hh.negotiations(),
        lambda it: it.hh.negotiations(page=1, per_page=50, status="active", vacancy_id="7", has_updates=True),
        lambda it: it.hh.page(0, 100),
    ],
    "get-negotiation-item": [lambda it: it.hh.negotiation("123")],
    "get-negotiation-messages": [lambda it: it.hh.messages("123")],
    "get-vacancy": [lambda it: it.hh.vacancy("8331228"), lambda it: it.hh.vacancy("1", host="rabota.by")],
    "get-suitable-resumes": [lambda it: it.hh.suitable_resumes("8331228")],
    "get-mine-resumes": [lambda it: it.hh.own_resumes()],
    "get-dictionaries": [lambda it: it.hh.dictionaries()],
}
WRITES: dict[str, Calls] = {
    "send-negotiation-message": [lambda it: it.hh.send("123", "Здравствуйте 👋 & <b>до встречи</b>")],
    "edit-negotiation-message": [lambda it: it.hh.edit("123", "456", "Здравствуйте")],
    "hide-active-response": [
        lambda it: it.hh.hide("123", decline=True),
        lambda it: it.hh.hide("123", decline=False),
    ],
    "apply-to-vacancy": [
        lambda it: it.hh.apply("8331228", "0123456789abcdef", "Письмо ✍️"),
        lambda it: it.hh.apply("8331228", "0123456789abcdef", ""),
    ],
    "authorize": [
        lambda it: it.newer.exchange("CODE", "https://bridge.example/oauth/callback", "VERIFIER"),
        lambda it: it.newer.refresh("REFRESH"),
        lambda it: it.older.exchange("CODE", "https://bridge.example/oauth/callback", "VERIFIER"),
        lambda it: it.older.refresh("REFRESH"),
    ],
    "invalidate-token": [lambda it: it.newer.revoke("ACCESS"), lambda it: it.older.revoke("ACCESS")],
}
CALLS = READS | WRITES


def named(documents: dict[str, Document], name: str) -> list[Operation]:
    return [
        operation
        for document in documents.values()
        for operation in document.operations
        if operation.name == name
    ]


def success(operation: Operation) -> int:
    return min(int(status) for status in operation.tree["responses"] if status[0] == "2")


async def ask(strict: Strict, account: Account, calls: Calls, status: int, body: Any) -> list[object]:
    strict.status, strict.body = status, body
    return [await call(account) for call in calls]


def test_every_operation_of_the_documents_is_asked_or_left_out_by_name(
    documents: dict[str, Document],
) -> None:
    theirs = {
        operation.name
        for document in documents.values()
        for operation in document.operations
        if not CHATS.match(operation.template)
    }
    assert theirs == set(CALLS) | NOT_ASKED


@pytest.mark.parametrize("name", CALLS)
async def test_requests_and_the_documents_own_examples(
    documents: dict[str, Document], strict: Strict, account: Account, name: str
) -> None:
    for operation in named(documents, name):
        status = success(operation)
        _, examples = operation.answer(str(status))
        users = [one for one in examples if applicants(name, one)]
        for body in users or [None if status != 200 else {"items": []}]:
            await ask(strict, account, CALLS[name], status, body)
    assert {key for _, key in strict.asked} == {name}
    assert {key for key, _ in strict.asked} == {one.document.version for one in named(documents, name)}


def applicants(name: str, body: Any) -> bool:
    """False for what only employers or applications are answered: collections, a token without a refresh."""
    mark = {"authorize": "refresh_token", "get-negotiations": "items"}.get(name)
    return mark is None or mark in body


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("name", [*READS, "send-negotiation-message", "authorize"])
async def test_answers_made_up_from_the_schemas_are_parsed(
    documents: dict[str, Document], strict: Strict, account: Account, name: str, shape: Shape
) -> None:
    for operation in named(documents, name):
        status = success(operation)
        schema, _ = operation.answer(str(status))
        made = list(operation.document.variants(schema, shape))
        assert made
        for body in made:
            if applicants(name, body):
                await ask(strict, account, CALLS[name], status, body)


async def test_what_is_parsed_is_what_the_example_says(
    documents: dict[str, Document], strict: Strict, account: Account
) -> None:
    def say(example: str) -> Any:
        strict.body = documents["2025-12"].tree["components"]["examples"][example]["value"]
        return strict.body

    say("NegotiationsListResponse")
    page = await account.hh.negotiations()
    assert (page.found, page.items[0].id, page.items[0].state.id) == (1, "123", "invitation")
    assert page.items[0].created_at.isoformat() == "2013-10-05T19:51:38+04:00"
    assert page.items[0].phone_calls is not None
    assert page.items[0].phone_calls.items[0].duration_seconds is None

    say("NegotiationsMessageGet")
    address = (await account.hh.messages("123")).messages[0].address
    assert address is not None
    assert (address.lat, address.metro_stations[0].station_name) == (35, "Динамо")

    example = say("VacanciesVacancyForApplicant")
    vacancy = await account.hh.vacancy("8331228")
    assert vacancy.employer is not None
    assert (vacancy.name, vacancy.employer.name) == (example["name"], example["employer"]["name"])

    example = say("ResumesMineResumes")
    assert (await account.hh.own_resumes()).items[0].title == example["items"][0]["title"]

    say("DictionariesDictionaries")
    states = [one.id for one in (await account.hh.dictionaries()).negotiations_state]
    assert states == ["response", "invitation", "discard", "hidden"]


async def test_made_up_answers_reach_what_is_parsed(
    documents: dict[str, Document], strict: Strict, account: Account
) -> None:
    operation = named({"": documents["2025-12"]}, "get-negotiations")[0]
    schema, _ = operation.answer("200")
    strict.body = next(operation.document.variants(schema, Shape.STRANGE))
    (conversation,) = (await account.hh.negotiations()).items
    assert conversation.state.id.startswith("of_tomorrow")
    withheld = []
    for body in operation.document.variants(schema, Shape.NULL):
        strict.body = body
        for conversation in (await account.hh.negotiations()).items:
            vacancy = conversation.vacancy
            withheld.append("vacancy" if vacancy is None else "employer" if vacancy.employer is None else "")
    assert set(withheld) == {"vacancy", "employer", ""}


async def test_an_application_answers_with_locations(strict: Strict, account: Account) -> None:
    strict.headers = {"Location": "/negotiations/123"}
    assert await ask(strict, account, CALLS["apply-to-vacancy"], 201, None) == [Applied("123")] * 2
    strict.headers = {"Location": "http://example.com/respond/vacancy"}
    direct = DirectVacancy("http://example.com/respond/vacancy")
    assert await ask(strict, account, CALLS["apply-to-vacancy"], 303, None) == [direct] * 2


def expected(type_: str, value: str | None) -> type[HhError]:
    """What a documented refusal is in our tree."""
    if "captcha_required" in (type_, value):
        return CaptchaRequired
    if value == "chat_is_not_ready":
        return NotReady
    if value == "token_expired":
        return TokenExpired
    ended = ("bad_authorization", "token_revoked", "application_not_found", "user_auth_expected", "no_scope")
    if type_ == "oauth" or value in (*ended, "application_auth_expected"):
        return LinkAgain
    return Refused


@pytest.mark.parametrize("name", CALLS)
async def test_every_documented_refusal_is_told_by_name(
    documents: dict[str, Document], strict: Strict, account: Account, name: str
) -> None:
    refusals = {one for operation in named(documents, name) for one in operation.refusals()}
    for status, type_, value in refusals:
        item = {"type": type_} | ({"value": value} if value else {})
        strict.status = status
        strict.body = {"request_id": "q1ww2e2r4ty", "description": "Описание", "errors": [item]}
        with pytest.raises(HhError) as caught:
            await CALLS[name][0](account)
        error, kind = caught.value, expected(type_, value)
        if kind is Refused:
            kind = {404: NotFound, 425: NotReady}.get(status, Refused)
        assert type(error) is kind
        if isinstance(error, Refused):
            assert error.value in (value, type_)
            assert (error.description, error.request_id) == ("Описание", "q1ww2e2r4ty")


async def test_every_documented_fault_of_a_token_asks_to_link_again(
    documents: dict[str, Document], strict: Strict, account: Account
) -> None:
    for operation in named(documents, "authorize"):
        schema, examples = operation.answer("400")
        assert examples
        for kind in operation.document.resolve(schema)["oneOf"]:
            properties = operation.document.resolve(kind)["properties"]
            for word in properties["error_description"]["enum"]:
                strict.status = 400
                strict.body = {"error": properties["error"]["enum"][0], "error_description": word}
                with pytest.raises((LinkAgain, TokenStillValid, Refused)) as caught:
                    await account.newer.refresh("REFRESH")
                kinds = {"token not expired": TokenStillValid, "unsupported grant_type": Refused}
                assert type(caught.value) is kinds.get(word, LinkAgain)


async def test_tokens_are_those_of_the_example(strict: Strict, account: Account) -> None:
    body = {"access_token": "A", "token_type": "bearer", "expires_in": 1209600, "refresh_token": "R"}
    made = await ask(strict, account, CALLS["authorize"], 200, body)
    assert made == [Tokens(access_token="A", refresh_token="R", expires_in=1209600)] * 4
