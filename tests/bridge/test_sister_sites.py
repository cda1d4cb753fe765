"""Vacancies of rabota.by, hh.kz and the others: recognised, asked for with their site, shown as theirs."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from bot.sandbox.hh.objects import Salary, Vacancy
from tests.bridge.conftest import Bridge


def almaty(bridge: Bridge) -> Vacancy:
    employer = bridge.hh.world.add_employer("Тюльпан")
    salary = Salary(450_000, currency="KZT")
    return bridge.hh.world.add_vacancy(employer, "Методист", area="Алматы", salary=salary, site="hh.kz")


def sites(bridge: Bridge, *about: str) -> set[tuple[str | None, str]]:
    """The sites that requests named, whose path or query has one of these words, with their method."""
    return {
        (parse_qs(request.query.lstrip("?")).get("host", [None])[0], request.method)
        for request in bridge.hh.journal.requests
        if any(word in request.path or word in request.query for word in about)
    }


@pytest.mark.parametrize(
    "address",
    [
        "https://hh.kz/vacancy/{id}?from=share",
        "https://m.hh.kz/vacancy/{id}",
        "almaty.hh.kz/applicant/vacancy_response?vacancyId={id}",
    ],
)
async def test_every_request_about_a_vacancy_of_a_sister_site_names_the_site(
    bridge: Bridge, address: str
) -> None:
    job = almaty(bridge)
    anna = bridge.anna
    async with bridge.running():
        await bridge.link()
        link = await anna.send(address.format(id=job.id))
        card = await anna.wait_for("Методист", after=link)
        assert "450\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₸" in card.text
        assert "Сайт: hh.kz" in card.text
        await anna.press(card.id, "Откликнуться")
        await anna.wait_until(lambda: "Аналитик данных" in str(card.labels))
        await anna.press(card.id, "Аналитик данных")
        asked = await anna.wait_for(lambda m: "Без письма" in m.labels, after=card.id - 1)
        await anna.press(asked.id, "Без письма")
        await anna.wait_until(lambda: "✅ Отправить" in asked.labels)
        await anna.press(asked.id, "✅ Отправить")
        await anna.wait_until(lambda: "Отклик отправлен" in asked.text)
        assert sites(bridge, job.id) == {("hh.kz", "GET")}

        (talk,) = bridge.hh.world.of_applicant(bridge.applicant.id)
        bridge.hh.journal.requests.clear()
        bridge.hh.employers.invite(talk.id, "Здравствуйте!")
        news = await anna.wait_for("Здравствуйте!")
        reply = await anna.send("Рахмет!", reply_to=news.id)
        await anna.wait_for_reaction(reply, "👌")
        assert sites(bridge, talk.id) == {("hh.kz", "GET"), ("hh.kz", "POST")}
    assert bridge.hh.journal.texts(talk.id) == ["Рахмет!"]


async def test_applying_itself_names_the_site(bridge: Bridge) -> None:
    job = almaty(bridge)
    anna = bridge.anna
    async with bridge.running():
        await bridge.link()
        link = await anna.send(f"https://hh.kz/vacancy/{job.id}")
        card = await anna.wait_for("Методист", after=link)
        await anna.press(card.id, "Откликнуться")
        await anna.wait_until(lambda: "Аналитик данных" in str(card.labels))
        await anna.press(card.id, "Аналитик данных")
        await anna.wait_until(lambda: "Без письма" in card.labels)
        await anna.press(card.id, "Без письма")
        await anna.wait_until(lambda: "✅ Отправить" in card.labels)
        await anna.press(card.id, "✅ Отправить")
        await anna.wait_until(lambda: "Отклик отправлен" in card.text)
    asked = [r for r in bridge.hh.journal.requests if r.method == "POST" and r.path == "/negotiations"]
    assert [parse_qs(r.query.lstrip("?"))["host"] for r in asked] == [["hh.kz"]]
