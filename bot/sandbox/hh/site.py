"""The site of the local hh.ru (`hh.ru`): authorization, vacancies, the captcha."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.hh import strict
from bot.sandbox.hh.gate import gate
from bot.sandbox.hh.local import Hh
from bot.sandbox.hh.oauth import Authorization, TokenEndpoint
from bot.sandbox.hh.objects import Salary, Vacancy
from bot.sandbox.hh.pages import page, trouble


def site_app(hh: Hh, prefix: str = "") -> web.Application:
    """The application of the site, to be mounted at `prefix`."""
    site = Site(hh)
    authorization = Authorization(hh)
    app = web.Application(middlewares=[gate(hh, prefix)])
    app.add_routes(
        [
            web.get("/oauth/authorize", authorization.show),
            web.post("/oauth/authorize", authorization.decide),
            web.post("/oauth/token", TokenEndpoint(hh).grant),
            web.get("/vacancy/{id}", site.vacancy),
            web.get("/applicant/vacancy_response", site.response),
            web.post("/applicant/vacancy_response", site.consent),
            web.get("/account/captcha", site.captcha),
            web.post("/account/captcha", site.pass_captcha),
            web.get("/auth/employer", site.captcha),
            web.post("/auth/employer", site.pass_captcha),
            web.get("/applicant/assessment/{id}", site.assessment),
            web.get("/resume/{id}", site.resume),
            web.get("/employer/{id}", site.employer),
        ]
    )
    return app


class Site:
    """One method per page; an address that leads nowhere is a 404 page."""

    def __init__(self, hh: Hh) -> None:
        self._hh = hh

    async def vacancy(self, request: web.Request) -> web.Response:
        """A vacancy to look at."""
        vacancy = self._vacancy(request.match_info["id"])
        if vacancy is None:
            return _nowhere()
        return page(
            "vacancy.html", vacancy=vacancy, company=self._company(vacancy), salary=_salary(vacancy.salary)
        )

    async def response(self, request: web.Request) -> web.Response:
        """Where `apply_alternate_url` leads; here one gives the consent that hh.ru may ask for."""
        vacancy = self._vacancy(request.query.get("vacancyId", ""))
        if vacancy is None:
            return _nowhere()
        waiting = [applicant for applicant in self._hh.world.applicants if not applicant.consented]
        return page("consent.html", vacancy=vacancy, company=self._company(vacancy), waiting=waiting)

    async def consent(self, request: web.Request) -> web.Response:
        """The consent to be visible to employers."""
        fields = await strict.form(request, "application/x-www-form-urlencoded", "user")
        for applicant in self._hh.world.applicants:
            if applicant.id == fields.get("user"):
                applicant.consented = True
                self._hh.world.changed("account", applicant.id)
        return await self.response(request)

    async def captcha(self, request: web.Request) -> web.Response:
        """The captcha; `backurl` with a scheme is demanded, as hh.ru's documents do."""
        if not urlsplit(request.query.get("backurl", "")).scheme:
            return trouble(400, "Проверка не открылась", "В адресе нет параметра backurl со схемой.")
        return page("captcha.html")

    async def pass_captcha(self, request: web.Request) -> web.Response:
        """The captcha is passed: back to `backurl`."""
        backurl = request.query.get("backurl", "")
        if not urlsplit(backurl).scheme:
            return trouble(400, "Проверка не открылась", "В адресе нет параметра backurl со схемой.")
        for account in self._hh.world.accounts.values():
            if account.captcha and account.captcha.state == request.query.get("state"):
                account.captcha = None
                self._hh.world.changed("account", account.id)
        return web.Response(status=302, headers={"Location": backurl})

    async def assessment(self, request: web.Request) -> web.Response:
        """A test that an employer asks for."""
        return trouble(200, "Тестирование", "Здесь соискатель проходит тест работодателя.")

    async def resume(self, request: web.Request) -> web.Response:
        """A resume by its title."""
        resume = self._hh.world.resumes.get(request.match_info["id"])
        if resume is None or resume.deleted:
            return _nowhere()
        owner = self._hh.world.applicant(resume.applicant_id)
        return trouble(200, resume.title, owner.full_name)

    async def employer(self, request: web.Request) -> web.Response:
        """A company by its name."""
        employer = self._hh.world.employers.get(request.match_info["id"])
        return trouble(200, employer.name, "Страница компании.") if employer else _nowhere()

    def _vacancy(self, id_: str) -> Vacancy | None:
        vacancy = self._hh.world.vacancies.get(id_)
        return None if vacancy is None or vacancy.hidden else vacancy

    def _company(self, vacancy: Vacancy) -> str:
        if vacancy.type_id == "anonymous":
            return "Работодатель не указан"
        return self._hh.world.employers[vacancy.employer_id].name


def _nowhere() -> web.Response:
    return trouble(404, "Страница не найдена", "Возможно, её удалили или в адресе опечатка.")


def _salary(salary: Salary | None) -> str:
    if salary is None:
        return "Уровень дохода не указан"
    bounds = [
        f"{word} {amount:,}".replace(",", "\u00a0")
        for word, amount in (("от", salary.from_), ("до", salary.to))
        if amount is not None
    ]
    currency = {"RUR": "₽", "EUR": "€", "USD": "$", "KZT": "₸"}.get(salary.currency, salary.currency)
    taxes = "до вычета налогов" if salary.gross else "на руки"
    return f"{' '.join(bounds)} {currency} {taxes}"
