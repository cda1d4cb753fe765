"""Applying at the local hh.ru: what is taken, what is refused and by which name."""

from __future__ import annotations

from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import Caller
from tests.sandbox.hh.conftest import Cast, Clock


async def test_an_application_is_answered_by_its_address_and_an_empty_body(
    hh: LocalHh, call: Caller, cast: Cast
) -> None:
    reply = await call.apply(cast.vacancy.id, cast.resume.id, "Возьмите меня 🙏")
    nid = reply.headers["Location"].rpartition("/")[2]
    assert (reply.status, reply.headers["Location"], reply.text) == (201, f"/negotiations/{nid}", "")
    negotiation = (await call("GET", f"/negotiations/{nid}")).json
    assert (negotiation["state"]["id"], negotiation["resume"]["title"]) == ("response", "Флорист")
    assert hh.journal.texts(nid, "apply") == ["Возьмите меня 🙏"]


async def test_without_a_letter_the_first_message_has_no_text(call: Caller, cast: Cast) -> None:
    reply = await call.apply(cast.vacancy.id, cast.resume.id)
    messages = (await call("GET", reply.headers["Location"] + "/messages")).json["items"]
    assert [(item["text"], item["editable"]) for item in messages] == [(None, False)]


async def test_a_resume_applies_to_a_vacancy_once(hh: LocalHh, call: Caller, cast: Cast, nid: str) -> None:
    again = await call.apply(cast.vacancy.id, cast.resume.id)
    assert (again.status, again.refusal) == (403, "already_applied")
    other = hh.world.add_resume(cast.applicant, "Продавец")
    assert (await call.apply(cast.vacancy.id, other.id)).status == 201


async def test_a_direct_vacancy_sends_to_the_employers_site(hh: LocalHh, call: Caller, cast: Cast) -> None:
    vacancy = hh.world.add_vacancy(
        cast.employer, "Курьер", type_id="direct", response_url="https://example.com/respond"
    )
    reply = await call.apply(vacancy.id, cast.resume.id)
    assert (reply.status, reply.headers["Location"]) == (303, "https://example.com/respond")
    assert hh.journal.effects == []


async def test_each_obstacle_has_its_name(hh: LocalHh, call: Caller, cast: Cast) -> None:
    world, resume = hh.world, cast.resume
    hidden = world.add_resume(cast.applicant, "Скрытое", status="not_published")
    picky = world.add_resume(cast.applicant, "Для избранных", access="whitelist")
    world.moderation.update({"идиот": "inappropriate_language", "казино": "resource_policy_violation"})

    async def met(vacancy: str, resume_id: str = resume.id, letter: str | None = None) -> tuple[int, str]:
        reply = await call.apply(vacancy, resume_id, letter)
        return reply.status, reply.refusal

    plain = cast.vacancy.id
    anonymous = world.add_vacancy(cast.employer, "Тайна", type_id="anonymous").id
    archived = world.add_vacancy(cast.employer, "Было", archived=True).id
    tested = world.add_vacancy(cast.employer, "С тестом", has_test=True).id
    lettered = world.add_vacancy(cast.employer, "С письмом", letter_required=True).id
    assert await met("404") == (400, "vacancy_not_found")
    assert await met(plain, "nobody") == (400, "resume_not_found")
    assert await met(plain, hidden.id) == (403, "resume_not_found")
    assert await met(archived) == (403, "invalid_vacancy")
    assert await met(tested) == (403, "test_required")
    assert await met(anonymous, picky.id) == (403, "resume_visibility_conflict")
    assert await met(lettered) == (403, "empty_message")
    assert await met(plain, letter=" ") == (403, "empty_message")
    assert await met(plain, letter="ё" * 10_001) == (403, "too_long_message")
    assert await met(plain, letter="идиоты") == (400, "inappropriate_language")
    assert await met(plain, letter="Приходите в казино") == (400, "resource_policy_violation")
    hh.employers.deny(plain, cast.applicant.id)
    assert await met(plain) == (403, "application_denied")
    assert hh.journal.effects == []


async def test_a_missing_consent_is_told_by_a_description_only(call: Caller, cast: Cast, hh: LocalHh) -> None:
    cast.applicant.consented = False
    reply = await call.apply(cast.vacancy.id, cast.resume.id)
    assert reply.status == 400
    assert reply.json["description"] == '"enable_applicant_visibility_in_country" param required'
    assert "errors" not in reply.json
    page = f"{hh.site_url}/applicant/vacancy_response?vacancyId={cast.vacancy.id}"
    assert (await call("POST", page, form={"user": cast.applicant.id})).status == 200
    assert (await call.apply(cast.vacancy.id, cast.resume.id)).status == 201


async def test_two_hundred_applications_a_day_and_then_one_a_day_later(
    hh: LocalHh, clock: Clock, call: Caller, cast: Cast
) -> None:
    hh.world.limits.applications_a_day = 2
    vacancies = [hh.world.add_vacancy(cast.employer, str(number)).id for number in range(3)]
    assert (await call.apply(vacancies[0], cast.resume.id)).status == 201
    assert (await call.apply(vacancies[1], cast.resume.id)).status == 201
    for status in (403, 429, 400):
        hh.world.limits.limit_status = status
        over = await call.apply(vacancies[2], cast.resume.id)
        assert (over.status, over.refusal) == (status, "limit_exceeded")
    clock.pass_(86_400)
    assert (await call.apply(vacancies[2], cast.resume.id)).status == 201


async def test_a_captcha_stands_until_somebody_passes_it(hh: LocalHh, call: Caller, cast: Cast) -> None:
    hh.hh.require_captcha(cast.applicant)
    reply = await call.apply(cast.vacancy.id, cast.resume.id)
    error = reply.json["errors"][0]
    assert (reply.status, reply.refusal) == (403, "captcha_required")
    assert (await call("GET", error["captcha_url"])).status == 400
    passing = error["captcha_url"] + "&backurl=https://t.me/some_bot"
    assert (await call("GET", passing)).status == 200
    passed = await call("POST", passing)
    assert (passed.status, passed.headers["Location"]) == (302, "https://t.me/some_bot")
    assert (await call.apply(cast.vacancy.id, cast.resume.id)).status == 201


async def test_suitable_resumes_leave_out_and_count_the_others(
    hh: LocalHh, call: Caller, cast: Cast, nid: str
) -> None:
    fitting = hh.world.add_resume(cast.applicant, "Продавец")
    hh.world.add_resume(cast.applicant, "Черновик", status="not_published")
    hh.world.add_resume(cast.applicant, "Удалённое").deleted = True
    path = f"/vacancies/{cast.vacancy.id}/suitable_resumes"
    suitable = (await call("GET", path)).json
    assert [item["id"] for item in suitable["items"]] == [fitting.id]
    assert suitable["overall"] == {"not_published": 1, "already_applied": 1, "unavailable": 0}
    own = (await call("GET", "/resumes/mine")).json
    assert [item["title"] for item in own["items"]] == ["Флорист", "Продавец", "Черновик"]
    assert (await call("GET", "/vacancies/1/suitable_resumes")).status == 404


async def test_a_vacancy_tells_what_the_applicant_has_to_do_with_it(
    hh: LocalHh, call: Caller, cast: Cast, nid: str
) -> None:
    path = f"/vacancies/{cast.vacancy.id}"
    assert (await call("GET", path)).json["relations"] == ["got_response"]
    hh.employers.invite(nid)
    assert (await call("GET", path)).json["relations"] == ["got_invitation"]
    hh.employers.discard(nid)
    assert (await call("GET", path + "?host=rabota.by")).json["relations"] == ["got_rejection"]


async def test_an_anonymous_vacancy_has_no_employer(hh: LocalHh, call: Caller, cast: Cast) -> None:
    vacancy = hh.world.add_vacancy(cast.employer, "Тайна", type_id="anonymous")
    assert (await call("GET", f"/vacancies/{vacancy.id}")).json["employer"] is None


async def test_an_employer_may_invite_first(hh: LocalHh, call: Caller, cast: Cast) -> None:
    negotiation = hh.employers.approach(cast.resume, cast.vacancy, "Ищем именно вас")
    shown = (await call("GET", f"/negotiations/{negotiation.id}")).json
    assert (shown["state"]["id"], shown["source"], shown["has_updates"]) == (
        "invitation",
        "AUTO_INVITE",
        True,
    )


async def test_a_resume_for_chosen_employers_fits_no_anonymous_vacancy(hh: LocalHh, cast: Cast) -> None:
    vacancy = hh.world.add_vacancy(cast.employer, "Садовник", type_id="anonymous")
    cast.resume.access = "whitelist"
    assert hh.hh.applicants.fitting_resumes(cast.applicant, vacancy).unavailable == 1
