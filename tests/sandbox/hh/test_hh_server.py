"""The local hh.ru as a part of another server, and as one that goes away."""

from __future__ import annotations

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.hh.local import build
from bot.sandbox.hh.server import mount
from bot.sandbox.hh.tokens import Application
from tests.sandbox.hh.caller import AGENT


async def test_it_names_itself_by_the_addresses_it_was_given() -> None:
    application = Application("id", "secret", "https://bridge.example/oauth/callback")
    hh = build(
        api_url="https://sandbox.example/x/api/",
        site_url="https://sandbox.example/x",
        application=application,
    )
    employer = hh.world.add_employer("Ромашка")
    vacancy = hh.world.add_vacancy(employer, "Флорист")
    app = web.Application()
    mount(app, hh, api="/x/api", site="/x", console="/x-console")
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(f"/x/api/vacancies/{vacancy.id}", headers={"User-Agent": AGENT})
        document = await answer.json()
        page = await (await client.get(f"/x/vacancy/{vacancy.id}")).text()
        state = await client.get("/x-console/state")
    assert document["alternate_url"] == f"https://sandbox.example/x/vacancy/{vacancy.id}"
    assert document["employer"]["url"] == f"https://sandbox.example/x/api/employers/{employer.id}"
    assert "Флорист" in page
    assert state.status == 200
    assert hh.journal.count("GET", "/vacancies/*") == 1


async def test_a_page_that_is_not_there_is_a_page() -> None:
    hh = build(
        api_url="http://a/api", site_url="http://a", application=Application("id", "secret", "http://b/c")
    )
    app = web.Application()
    mount(app, hh)
    async with TestClient(TestServer(app)) as client:
        for path in ("/hh/vacancy/1", "/hh/resume/1", "/hh/employer/1", "/hh/applicant/vacancy_response"):
            answer = await client.get(path)
            assert (answer.status, answer.content_type) == (404, "text/html")
