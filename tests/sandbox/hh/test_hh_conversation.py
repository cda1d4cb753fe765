"""The rules of a conversation at the local hh.ru, as the applicant meets them over HTTP."""

from __future__ import annotations

import pytest

from bot.sandbox.hh.objects import Address, Assessment, Metro
from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import Caller
from tests.sandbox.hh.conftest import Cast, Clock


async def test_a_sent_message_comes_back_and_stands_last_in_the_conversation(call: Caller, nid: str) -> None:
    sent = await call.send(nid, "Когда можно подойти? 🌷 <b>&")
    messages = (await call("GET", f"/negotiations/{nid}/messages")).json
    assert sent.status == 201
    assert sent.json["text"] == "Когда можно подойти? 🌷 <b>&"
    assert [item["id"] for item in messages["items"]][-1] == sent.json["id"]
    assert messages["found"] == 2


async def test_five_messages_in_a_row_are_the_limit_until_the_employer_answers(
    hh: LocalHh, call: Caller, nid: str
) -> None:
    for _ in range(4):
        assert (await call.send(nid, "Ау")).status == 201
    sixth = await call.send(nid, "Ау")
    assert (sixth.status, sixth.refusal) == (403, "in_a_row_limit")
    assert (await call("GET", f"/negotiations/{nid}")).json["messaging_status"] == "in_a_row_limit"
    hh.employers.write(nid, "Мы здесь")
    assert (await call.send(nid, "Ура")).status == 201


async def test_a_refusal_closes_the_conversation_and_an_invitation_opens_it(
    hh: LocalHh, call: Caller, nid: str
) -> None:
    hh.employers.discard(nid)
    closed = (await call("GET", f"/negotiations/{nid}")).json
    assert (closed["state"]["id"], closed["messaging_status"]) == ("discard", "no_invitation")
    assert (await call.send(nid, "Почему?")).refusal == "no_invitation"
    hh.employers.invite(nid)
    assert (await call.send(nid, "Спасибо!")).status == 201


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("disabled_by_employer", "disabled_by_employer"),
        ("overall_limit", "overall_limit"),
        ("prohibited", "wrong_state"),
    ],
)
async def test_a_barred_conversation_says_why(
    hh: LocalHh, call: Caller, nid: str, status: str, refusal: str
) -> None:
    hh.employers.bar(nid, status)
    assert (await call("GET", f"/negotiations/{nid}")).json["messaging_status"] == status
    assert (await call.send(nid, "Ау")).refusal == refusal
    hh.employers.unbar(nid)
    assert (await call.send(nid, "Ау")).status == 201


async def test_the_whole_conversation_has_a_limit(hh: LocalHh, call: Caller, nid: str) -> None:
    hh.world.limits.overall = 2
    assert (await call.send(nid, "Раз")).status == 201
    hh.employers.write(nid, "Да?")
    assert (await call.send(nid, "Два")).refusal == "overall_limit"


async def test_an_archived_vacancy_an_archived_chat_and_a_deleted_resume_close_it(
    hh: LocalHh, call: Caller, cast: Cast, nid: str
) -> None:
    hh.employers.archive_vacancy(cast.vacancy.id)
    assert (await call.send(nid, "Ау")).refusal == "archived"
    hh.employers.archive(nid)
    assert (await call.send(nid, "Ау")).refusal == "chat_archived"
    cast.resume.deleted = True
    negotiation = (await call("GET", f"/negotiations/{nid}")).json
    assert (negotiation["messaging_status"], negotiation["resume"]) == ("resume_deleted", None)


async def test_an_employer_can_switch_off_a_whole_vacancy(
    hh: LocalHh, call: Caller, cast: Cast, nid: str
) -> None:
    hh.employers.allow_messages(cast.vacancy.id, allowed=False)
    assert (await call.send(nid, "Ау")).refusal == "disabled_by_employer"


async def test_a_vacancy_that_was_taken_away_is_null(hh: LocalHh, call: Caller, cast: Cast, nid: str) -> None:
    hh.employers.hide_vacancy(cast.vacancy.id)
    assert (await call("GET", f"/negotiations/{nid}")).json["vacancy"] is None
    assert (await call("GET", f"/vacancies/{cast.vacancy.id}")).status == 404


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "message_cannot_be_empty"),
        (" \n", "message_cannot_be_empty"),
        ("ё" * 10_001, "too_long_message"),
        ("Вы Идиот", "inappropriate_language_message"),
    ],
)
async def test_a_bad_text_is_refused_and_changes_nothing(
    hh: LocalHh, call: Caller, nid: str, text: str, refusal: str
) -> None:
    hh.world.moderation["идиот"] = "inappropriate_language"
    assert (await call.send(nid, text)).refusal == refusal
    assert hh.journal.texts(nid) == []


async def test_ten_thousand_letters_are_not_too_many(hh: LocalHh, call: Caller, nid: str) -> None:
    assert (await call.send(nid, "ё" * 10_000)).status == 201
    assert hh.journal.texts(nid) == ["ё" * 10_000]


async def test_a_fresh_chat_may_need_a_moment(hh: LocalHh, clock: Clock, call: Caller, cast: Cast) -> None:
    hh.world.limits.chat_ready_after = 3.0
    nid = (await call.apply(cast.vacancy.id, cast.resume.id)).headers["Location"].rpartition("/")[2]
    early = await call.send(nid, "Ау")
    assert (early.status, early.refusal) == (425, "chat_is_not_ready")
    assert (await call("DELETE", f"/negotiations/active/{nid}")).status == 425
    clock.pass_(3)
    assert (await call.send(nid, "Ау")).status == 201


async def test_viewing_the_messages_resets_has_updates_and_the_unread_counter(
    hh: LocalHh, call: Caller, nid: str
) -> None:
    hh.employers.write(nid, "Добрый день")
    assert (await call("GET", f"/negotiations/{nid}")).json["has_updates"] is True
    assert (await call("GET", "/me")).json["counters"]["unread_negotiations"] == 1
    first = (await call("GET", f"/negotiations/{nid}/messages")).json["items"]
    assert [item["viewed_by_me"] for item in first] == [True, False]
    again = (await call("GET", f"/negotiations/{nid}/messages")).json["items"]
    assert [item["viewed_by_me"] for item in again] == [True, True]
    assert (await call("GET", f"/negotiations/{nid}")).json["has_updates"] is False
    assert (await call("GET", "/me")).json["counters"]["unread_negotiations"] == 0


async def test_reading_by_the_employer_shows_on_the_message_and_the_conversation_only(
    hh: LocalHh, clock: Clock, call: Caller, nid: str
) -> None:
    before = (await call("GET", f"/negotiations/{nid}")).json
    clock.pass_(5)
    hh.employers.read(nid)
    after = (await call("GET", f"/negotiations/{nid}")).json
    message = (await call("GET", f"/negotiations/{nid}/messages")).json["items"][0]
    assert (before["viewed_by_opponent"], after["viewed_by_opponent"]) == (False, True)
    assert (before["counters"]["unread_messages"], after["counters"]["unread_messages"]) == (1, 0)
    assert message["viewed_by_opponent"] is True
    assert before["updated_at"] == after["updated_at"]


async def test_a_letter_is_editable_while_it_is_unread(hh: LocalHh, call: Caller, nid: str) -> None:
    letter = (await call("GET", f"/negotiations/{nid}/messages")).json["items"][0]
    path = f"/negotiations/{nid}/messages/{letter['id']}"
    assert letter["editable"] is True
    assert (await call("PUT", path, form={"message": "Добрый день!"})).status == 204
    assert (await call("PUT", path, form={"message": ""})).refusal == "message_cannot_be_empty"
    hh.employers.read(nid)
    letter = (await call("GET", f"/negotiations/{nid}/messages")).json["items"][0]
    assert (letter["text"], letter["editable"]) == ("Добрый день!", False)
    assert (await call("PUT", path, form={"message": "Поздно"})).refusal == "message_already_viewed"


async def test_only_the_letter_can_be_edited(hh: LocalHh, call: Caller, nid: str) -> None:
    sent = (await call.send(nid, "Ау")).json
    received = hh.employers.write(nid, "Да?")
    assert sent["editable"] is False
    for mid in (sent["id"], received.id):
        reply = await call("PUT", f"/negotiations/{nid}/messages/{mid}", form={"message": "Иначе"})
        assert (reply.status, reply.refusal) == (403, "edit_forbidden")
    assert (await call("PUT", f"/negotiations/{nid}/messages/1", form={"message": "?"})).status == 404


async def test_a_letter_of_a_closed_vacancy_or_resume_cannot_be_edited(
    hh: LocalHh, call: Caller, cast: Cast, nid: str
) -> None:
    letter = hh.world.negotiation(nid).messages[0]
    path = f"/negotiations/{nid}/messages/{letter.id}"
    hh.employers.allow_messages(cast.vacancy.id, allowed=False)
    assert (await call("PUT", path, form={"message": "?"})).refusal == "disabled_by_employer"
    cast.vacancy.archived = True
    assert (await call("PUT", path, form={"message": "?"})).refusal == "vacancy_archived"
    cast.vacancy.hidden = True
    gone = await call("PUT", path, form={"message": "?"})
    assert (gone.status, gone.refusal) == (403, "vacancy_not_found")
    cast.resume.status = "not_published"
    assert (await call("PUT", path, form={"message": "?"})).refusal == "resume_not_found"


async def test_hiding_declines_only_where_it_is_allowed(hh: LocalHh, call: Caller, nid: str) -> None:
    path = f"/negotiations/active/{nid}"
    fresh = await call("DELETE", path + "?with_decline_message=true")
    assert (fresh.status, fresh.refusal) == (403, "no_invitation")
    hh.employers.invite(nid)
    assert (await call("GET", f"/negotiations/{nid}")).json["decline_allowed"] is True
    assert (await call("DELETE", path + "?with_decline_message=true")).status == 204
    hidden = (await call("GET", f"/negotiations/{nid}")).json
    assert (hidden["hidden"], hidden["decline_allowed"]) == (True, False)
    assert hh.world.negotiation(nid).messages[-1].author == "applicant"
    assert (await call("DELETE", path)).refusal == "wrong_state"


async def test_hiding_without_words_writes_nothing(hh: LocalHh, call: Caller, nid: str) -> None:
    assert (await call("DELETE", f"/negotiations/active/{nid}")).status == 204
    assert len(hh.world.negotiation(nid).messages) == 1
    assert [effect.kind for effect in hh.journal.effects] == ["apply", "hide"]


async def test_declining_a_disabled_conversation_is_refused_by_name(
    hh: LocalHh, call: Caller, nid: str
) -> None:
    hh.employers.invite(nid)
    hh.employers.bar(nid)
    reply = await call("DELETE", f"/negotiations/active/{nid}?with_decline_message=true")
    assert reply.refusal == "disabled_by_employer"
    hh.employers.bar(nid, "prohibited")
    reply = await call("DELETE", f"/negotiations/active/{nid}?with_decline_message=true")
    assert reply.refusal == "wrong_state"


async def test_a_test_may_be_over(hh: LocalHh, call: Caller, nid: str) -> None:
    hh.employers.write(nid, "Тест", assessments=[Assessment("7", "Логика", enabled=False)])
    message = (await call("GET", f"/negotiations/{nid}/messages")).json["items"][-1]
    assert message["assessments"][0]["actions"][0]["disable_reason"] == "Срок прохождения теста истёк"


async def test_a_foreign_conversation_is_not_found(
    hh: LocalHh, call: Caller, nid: str, stranger: Caller
) -> None:
    for method, path in (
        ("GET", f"/negotiations/{nid}"),
        ("GET", f"/negotiations/{nid}/messages"),
        ("DELETE", f"/negotiations/active/{nid}"),
        ("GET", "/negotiations/999"),
        ("GET", "/negotiations/not-a-number"),
    ):
        assert (await stranger(method, path)).status == 404
    assert (await stranger.send(nid, "Ау")).refusal == "topic_not_found"


async def test_an_invitation_brings_the_office_with_metro_and_a_test(
    hh: LocalHh, call: Caller, cast: Cast, nid: str
) -> None:
    metro = Metro("6.4", "Бауманская", "3", "Арбатско-Покровская", 55.772405, 37.67904)
    office = Address("1", cast.employer.id, "Москва", "Ленинская", "1", 55.7789, 37.6683, metro=(metro,))
    hh.employers.invite(nid, "Ждём!", address=office, assessments=[Assessment("7", "Логика")])
    message = (await call("GET", f"/negotiations/{nid}/messages")).json["items"][-1]
    assert message["state"]["id"] == "invitation"
    assert message["address"]["metro"]["station_name"] == "Бауманская"
    assert (message["address"]["lat"], message["address"]["lng"]) == (55.7789, 37.6683)
    action = message["assessments"][0]["actions"][0]
    assert action["alternate_url"].startswith(hh.site_url)


async def test_phone_calls_are_listed_with_microseconds_and_z(hh: LocalHh, call: Caller, nid: str) -> None:
    missed = hh.employers.call(nid)
    calls = (await call("GET", f"/negotiations/{nid}")).json["phone_calls"]
    assert calls["items"][0]["status"] == "did_not_connect"
    assert calls["items"][0]["creation_time"] == "2026-11-18T11:06:40.250000Z"
    assert calls["picked_up_phone_by_opponent"] is False
    hh.employers.change_call(nid, missed.id, "call_ended", duration=65)
    calls = (await call("GET", f"/negotiations/{nid}")).json["phone_calls"]
    assert (calls["items"][0]["duration_seconds"], calls["picked_up_phone_by_opponent"]) == (65, True)


async def test_only_messages_with_text_where_that_is_asked(hh: LocalHh, call: Caller, nid: str) -> None:
    hh.employers.discard(nid)
    every = (await call("GET", f"/negotiations/{nid}/messages")).json
    spoken = (await call("GET", f"/negotiations/{nid}/messages?with_text_only=true")).json
    assert [item["text"] for item in every["items"]] == ["Здравствуйте!", None]
    assert [item["text"] for item in spoken["items"]] == ["Здравствуйте!"]


async def test_messages_are_paged(hh: LocalHh, call: Caller, nid: str) -> None:
    for number in range(4):
        hh.employers.write(nid, str(number))
    page = (await call("GET", f"/negotiations/{nid}/messages?page=1&per_page=2")).json
    assert [item["text"] for item in page["items"]] == ["1", "2"]
    assert (page["found"], page["pages"], page["page"], page["per_page"]) == (5, 3, 1, 2)
