"""The pages of the local hh.ru's site, which a person opens from the bot's messages."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from bot.sandbox.hh.objects import Salary
from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import Caller
from tests.sandbox.hh.conftest import Cast


@pytest.fixture
def visitor(session: ClientSession, hh: LocalHh) -> Caller:
    return Caller(session, hh, None)


@pytest.mark.parametrize(
    ("salary", "words"),
    [
        (None, "Уровень дохода не указан"),
        (Salary(100_000, 150_000), "от 100\u00a0000 до 150\u00a0000 ₽ на руки"),
        (Salary(to=2_000, currency="BYN", gross=True), "до 2\u00a0000 BYN до вычета налогов"),
    ],
)
async def test_a_vacancy_tells_what_it_pays(
    hh: LocalHh, visitor: Caller, cast: Cast, salary: Salary | None, words: str
) -> None:
    vacancy = hh.world.add_vacancy(cast.employer, "Садовник", salary=salary)
    assert words in (await visitor("GET", f"{hh.site_url}/vacancy/{vacancy.id}")).text


async def test_an_anonymous_vacancy_names_no_company(hh: LocalHh, visitor: Caller, cast: Cast) -> None:
    vacancy = hh.world.add_vacancy(cast.employer, "Садовник", type_id="anonymous")
    shown = (await visitor("GET", f"{hh.site_url}/vacancy/{vacancy.id}")).text
    assert "Работодатель не указан" in shown
    assert "Ромашка" not in shown


async def test_a_resume_a_company_and_a_test_have_pages(hh: LocalHh, visitor: Caller, cast: Cast) -> None:
    for path, words in (
        (f"resume/{cast.resume.id}", "Флорист"),
        (f"employer/{cast.employer.id}", "Ромашка"),
        ("assessment/7", "Тестирование"),
    ):
        page = await visitor("GET", f"{hh.site_url}/{'applicant/' * path.startswith('assess')}{path}")
        assert (page.status, words in page.text) == (200, True)
    cast.resume.deleted = True
    assert (await visitor("GET", f"{hh.site_url}/resume/{cast.resume.id}")).status == 404


async def test_only_who_gives_his_consent_has_given_it(hh: LocalHh, visitor: Caller, cast: Cast) -> None:
    other = hh.world.add_applicant("Пётр", "Иванов")
    other.consented = cast.applicant.consented = False
    address = f"{hh.site_url}/applicant/vacancy_response?vacancyId={cast.vacancy.id}"
    assert "Иванов" in (await visitor("GET", address)).text
    await visitor("POST", address, form={"user": other.id})
    assert (other.consented, cast.applicant.consented) == (True, False)


async def test_a_captcha_needs_the_address_to_go_back_to(hh: LocalHh, visitor: Caller, cast: Cast) -> None:
    captcha = hh.hh.require_captcha(cast.applicant)
    page = f"{hh.site_url}/account/captcha?state={captcha.state}"
    for method in ("GET", "POST"):
        assert (await visitor(method, page)).status == 400
    assert (await visitor("GET", f"{page}&backurl=https://t.me/x")).status == 200
    foreign = f"{hh.site_url}/account/captcha?state=other&backurl=https://t.me/x"
    assert (await visitor("POST", foreign)).status == 302
    assert cast.applicant.captcha is captcha
    assert (await visitor("POST", f"{page}&backurl=https://t.me/x")).headers["Location"] == "https://t.me/x"
    assert cast.applicant.captcha is None
