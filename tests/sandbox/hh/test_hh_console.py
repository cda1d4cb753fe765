"""The employers' console of the local hh.ru."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.sandbox.hh.objects import Address
from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import Caller
from tests.sandbox.hh.conftest import Cast, Clock
from tests.waiting import PATIENCE, eventually


class Console:
    def __init__(self, session: ClientSession, hh: LocalHh) -> None:
        self._session = session
        self._hh = hh

    async def __call__(
        self, method: str, path: str, order: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        async with self._session.request(method, self._hh.console_url + path, json=order) as answer:
            return answer.status, await answer.json()


@pytest.fixture
def console(session: ClientSession, hh: LocalHh) -> Console:
    return Console(session, hh)


async def test_the_state_shows_everything_and_no_token(
    hh: LocalHh, console: Console, call: Caller, nid: str
) -> None:
    _, state = await console("GET", "/state")
    assert [item["id"] for item in state["negotiations"]] == [nid]
    assert state["accounts"][0]["linked"] is True
    assert state["negotiations"][0]["last_message"]["text"] == "Здравствуйте!"
    assert str(call.token) not in json.dumps(state)


async def test_an_employer_writes_invites_and_refuses(
    hh: LocalHh, console: Console, call: Caller, cast: Cast, nid: str
) -> None:
    hh.world.add_address(Address("5", cast.employer.id, "Москва", "Ленинская", "1", 55.7, 37.6))
    await console("POST", f"/negotiations/{nid}/write", {"text": "Добрый день"})
    await console(
        "POST",
        f"/negotiations/{nid}/invite",
        {"text": "Ждём", "address_id": "5", "assessment": "Тест на внимательность"},
    )
    await console("POST", f"/negotiations/{nid}/move", {"state": "offer", "text": "Берём"})
    await console("POST", f"/negotiations/{nid}/move", {"state": "hired", "silent": True})
    status, report = await console("POST", f"/negotiations/{nid}/discard", {})
    assert status == 200
    assert [(item["state"], item["text"]) for item in report["messages"][1:]] == [
        ("text", "Добрый день"),
        ("invitation", "Ждём"),
        ("offer", "Берём"),
        ("discard", None),
    ]
    assert report["messaging_status"] == "no_invitation"
    shown = (await call("GET", f"/negotiations/{nid}/messages")).json["items"][2]
    assert shown["address"]["id"] == "5"
    assert shown["assessments"][0]["name"] == "Тест на внимательность"


async def test_looking_at_a_conversation_marks_nothing_as_read(
    hh: LocalHh, console: Console, nid: str
) -> None:
    _, seen = await console("GET", f"/negotiations/{nid}")
    assert seen["unread_by_employer"] == 1
    _, read = await console("POST", f"/negotiations/{nid}/read", {})
    assert read["unread_by_employer"] == 0


async def test_an_employer_calls_closes_and_archives(
    console: Console, call: Caller, cast: Cast, nid: str
) -> None:
    _, called = await console("POST", f"/negotiations/{nid}/call", {"status": "call_ended", "duration": 60})
    assert called["phone_calls"][0]["duration_seconds"] == 60
    _, barred = await console("POST", f"/negotiations/{nid}/messaging", {"status": "prohibited"})
    assert barred["messaging_status"] == "prohibited"
    await console("POST", f"/negotiations/{nid}/messaging", {"status": None})
    _, vacancy = await console("POST", f"/vacancies/{cast.vacancy.id}", {"archived": True})
    assert vacancy["archived"] is True
    assert (await call.send(nid, "Ау")).refusal == "archived"
    await console("POST", f"/vacancies/{cast.vacancy.id}", {"archived": False})
    _, archived = await console("POST", f"/negotiations/{nid}/archive", {})
    assert archived["archived"] is True


async def test_an_employer_invites_first(console: Console, cast: Cast) -> None:
    order = {"resume_id": cast.resume.id, "vacancy_id": cast.vacancy.id, "text": "Приходите"}
    _, report = await console("POST", "/negotiations", order)
    assert (report["state"], report["messages"][0]["text"]) == ("invitation", "Приходите")


@pytest.mark.parametrize(
    ("action", "refusal"),
    [("expire", "token_expired"), ("revoke", "token_revoked"), ("descope", "no_scope")],
)
async def test_tokens_end_on_command(
    console: Console, call: Caller, cast: Cast, action: str, refusal: str
) -> None:
    await console("POST", f"/accounts/{cast.applicant.id}", {"token": action})
    assert (await call("GET", "/me")).refusal == refusal


async def test_accounts_and_resumes_change_on_command(
    hh: LocalHh, console: Console, call: Caller, cast: Cast, nid: str
) -> None:
    _, account = await console(
        "POST", f"/accounts/{cast.applicant.id}", {"lock": "account is locked", "captcha": True}
    )
    assert (account["lock"], account["captcha"]) == ("account is locked", True)
    await console("POST", f"/resumes/{cast.resume.id}", {"deleted": True})
    assert (await call.send(nid, "Ау")).refusal == "resume_deleted"


async def test_faults_are_set_listed_and_cleared(console: Console, call: Caller) -> None:
    order = {"kind": "broken", "on": "GET /me", "times": None, "options": {"status": 503}}
    _, report = await console("POST", "/faults", order)
    assert [(rule["kind"], rule["on"], rule["left"]) for rule in report["rules"]] == [
        ("broken", "GET /me", None)
    ]
    assert (await call("GET", "/me")).status == 503
    await console("DELETE", f"/faults/{report['rules'][0]['id']}")
    assert (await call("GET", "/me")).status == 200
    await console("POST", "/faults", {"kind": "shield", "times": 9})
    await console("DELETE", "/faults")
    assert (await call("GET", "/me")).status == 200
    assert (await console("POST", "/faults", {"kind": "shield", "options": {"colour": 1}}))[0] == 400
    assert (await console("POST", "/faults", {"kind": "earthquake"}))[0] == 404


async def test_quirks_are_set_one_by_one(hh: LocalHh, console: Console) -> None:
    await console("PUT", "/quirks", {"skew": 60})
    _, report = await console("PUT", "/quirks", {"nulls": ["negotiation.resume"], "ceiling": 5})
    assert (hh.quirks.skew, hh.faults.ceiling) == (60, 5)
    assert report["quirks"]["nulls"] == ["negotiation.resume"]


async def test_the_journal_counts_requests_and_effects(
    hh: LocalHh, console: Console, call: Caller, nid: str
) -> None:
    await call.send(nid, "Ау")
    _, journal = await console("GET", "/journal?requests=2")
    assert [effect["kind"] for effect in journal["effects"]] == ["apply", "send"]
    assert [item["path"] for item in journal["requests"]] == [
        f"/negotiations/{nid}/messages",
        "/negotiations",
    ]
    assert str(call.token) not in json.dumps(journal)


async def test_changes_are_told_as_they_happen(hh: LocalHh, session: ClientSession, nid: str) -> None:
    async with session.get(hh.console_url + "/events") as events, asyncio.timeout(PATIENCE):
        assert events.content_type == "text/event-stream"
        message = hh.employers.write(nid, "Добрый день")
        told = [json.loads((await events.content.readline())[6:]) for _ in range(1)]
        await events.content.readline()
        told.append(json.loads((await events.content.readline())[6:]))
    assert told == [{"what": "negotiation", "id": nid}, {"what": "message", "id": message.id}]


async def test_a_stream_of_nothing_shows_that_it_lives_and_ends_when_nobody_reads_it(
    hh: LocalHh, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.hh.console._KEEP_ALIVE", 0.01)
    before = len(hh.world._listeners)
    async with session.get(hh.console_url + "/events") as events:
        assert await events.content.readline() == b": still here\n"
        assert len(hh.world._listeners) == before + 1
    await eventually(lambda: len(hh.world._listeners) == before)


async def test_mistakes_are_answered_not_crashed_on(
    hh: LocalHh, session: ClientSession, console: Console
) -> None:
    assert (await console("GET", "/negotiations/7"))[0] == 404
    assert (await console("POST", "/vacancies/7", {"archived": True}))[0] == 404
    assert (await console("POST", "/accounts/7", {"colour": "red"}))[0] == 400
    assert (await console("DELETE", "/faults/first"))[0] == 400
    async with session.post(hh.console_url + "/faults", data={"kind": "shield"}) as answer:
        assert answer.status == 415


async def test_a_conversation_moves_though_nothing_happened(
    hh: LocalHh, clock: Clock, console: Console, nid: str
) -> None:
    before = hh.world.negotiation(nid).updated_at
    clock.pass_(60)
    status, _ = await console("POST", f"/negotiations/{nid}/touch")
    assert (status, hh.world.negotiation(nid).updated_at - before) == (200, 60)


async def test_a_consent_is_taken_back_and_a_password_changed(
    hh: LocalHh, console: Console, call: Caller, cast: Cast
) -> None:
    order = {"consented": False, "token": "deactivate"}
    _, account = await console("POST", f"/accounts/{cast.applicant.id}", order)
    assert account["consented"] is False
    assert [pair.ended for pair in hh.tokens.pairs(cast.applicant.id)] == ["deactivated"]


async def test_an_employers_account_names_its_company(hh: LocalHh, console: Console, cast: Cast) -> None:
    manager = hh.world.add_manager(cast.employer, "Игорь", "Воронов")
    _, state = await console("GET", "/state")
    shown = next(account for account in state["accounts"] if account["id"] == manager.id)
    assert (shown["kind"], shown["employer_id"]) == ("employer", cast.employer.id)
    with pytest.raises(KeyError):
        hh.world.applicant(manager.id)


async def test_an_office_of_another_company_is_refused(
    hh: LocalHh, console: Console, cast: Cast, nid: str
) -> None:
    foreign = hh.world.add_employer("ООО «Василёк»")
    hh.world.add_address(Address("6", foreign.id, "Москва", "Ленинская", "1", 55.7, 37.6))
    status, _ = await console("POST", f"/negotiations/{nid}/write", {"text": "x", "address_id": "6"})
    assert status == 403


async def test_a_call_that_went_on_is_one_that_was_made(hh: LocalHh, nid: str) -> None:
    calls = [hh.employers.call(nid, "calling") for _ in range(2)]
    hh.employers.change_call(nid, calls[1].id, "call_ended", duration=60)
    assert [call.status for call in calls] == ["calling", "call_ended"]
    with pytest.raises(KeyError):
        hh.employers.change_call(nid, 999, "call_ended")
