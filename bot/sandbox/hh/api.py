"""The API side of the local hh.ru (`api.hh.ru`): the applicant's operations of OpenAPI 2025-12."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from aiohttp import web

from bot.sandbox.hh import names, refusals, rules, strict
from bot.sandbox.hh.answers import json_answer
from bot.sandbox.hh.applicants import Selection
from bot.sandbox.hh.gate import bearer, gate
from bot.sandbox.hh.local import Hh
from bot.sandbox.hh.oauth import TokenEndpoint
from bot.sandbox.hh.objects import Account, Applicant, Manager, Negotiation

T = TypeVar("T")

_LISTING = ("page", "per_page", "order_by", "order", "vacancy_id", "has_updates", "with_job_search_status")


def api_app(hh: Hh, prefix: str = "") -> web.Application:
    """The application of the API, to be mounted at `prefix`."""
    api = Api(hh)
    tokens = TokenEndpoint(hh)
    app = web.Application(middlewares=[gate(hh, prefix)])
    app.add_routes(
        [
            web.post("/token", tokens.grant),
            web.delete("/token", tokens.revoke),
            web.delete("/oauth/token", tokens.revoke),
            web.get("/me", api.me),
            web.get("/negotiations", api.negotiations),
            web.get("/negotiations/active", api.active_negotiations),
            web.post("/negotiations", api.apply),
            web.delete("/negotiations/active/{nid}", api.hide),
            web.get("/negotiations/{nid}", api.negotiation),
            web.get("/negotiations/{nid}/messages", api.messages),
            web.post("/negotiations/{nid}/messages", api.send),
            web.put("/negotiations/{nid}/messages/{mid}", api.edit),
            web.get("/vacancies/{id}", api.vacancy),
            web.get("/vacancies/{id}/suitable_resumes", api.suitable_resumes),
            web.get("/resumes/mine", api.own_resumes),
            web.get("/dictionaries", api.dictionaries),
        ]
    )
    return app


def _page(found: Sequence[T], page: int, per_page: int) -> tuple[Sequence[T], dict[str, object]]:
    start = page * per_page
    paging: dict[str, object] = {
        "found": len(found),
        "page": page,
        "pages": -(-len(found) // per_page),
        "per_page": per_page,
    }
    return found[start : start + per_page], paging


class Api:
    """One method per operation; each raises `Refusal`."""

    def __init__(self, hh: Hh) -> None:
        self._hh = hh

    def _account(self, request: web.Request) -> Account | None:
        """Who asks: None is the application itself."""
        token = bearer(request)
        if token is None:
            raise refusals.oauth("bad_authorization")
        return self._hh.tokens.check(token)

    def _applicant(self, request: web.Request) -> Applicant:
        strict.check_agent(request)
        account = self._account(request)
        if account is None:
            raise refusals.oauth("user_auth_expected")
        if not isinstance(account, Applicant):
            raise refusals.forbidden()
        return account

    def _own(self, request: web.Request, applicant: Applicant) -> Negotiation:
        nid = strict.path_id(request.match_info["nid"])
        return self._hh.world.negotiation(nid, of=applicant.id)

    async def me(self, request: web.Request) -> web.Response:
        """GET /me, for every kind of token."""
        strict.check_agent(request)
        strict.query(request)
        views = self._hh.views
        match self._account(request):
            case Applicant() as applicant:
                return json_answer(views.applicant(applicant))
            case Manager() as manager:
                return json_answer(views.manager(manager))
            case _:
                return json_answer(views.application())

    async def negotiations(self, request: web.Request) -> web.Response:
        """GET /negotiations."""
        applicant = self._applicant(request)
        query = strict.query(request, *_LISTING, "status", "with_generated_collections")
        query.flag("with_generated_collections")
        return self._listing(applicant, query, query.text("status", rules.STATUSES, "all"))

    async def active_negotiations(self, request: web.Request) -> web.Response:
        """GET /negotiations/active, deprecated."""
        applicant = self._applicant(request)
        return self._listing(applicant, strict.query(request, *_LISTING), "active")

    def _listing(self, applicant: Applicant, query: strict.Query, status: str) -> web.Response:
        selection = Selection(
            status=status,
            vacancy_id=query.id("vacancy_id"),
            has_updates=query.flag("has_updates"),
            order_by=query.text("order_by", ("updated_at", "created_at"), "updated_at"),
            descending=query.text("order", ("asc", "desc"), "desc") == "desc",
        )
        page, per_page = query.page()
        depth = self._hh.views.quirks.depth
        if depth is not None and page * per_page >= depth:
            raise refusals.bad_argument("page")
        search_status = query.flag("with_job_search_status")
        found = self._hh.applicants.negotiations(applicant, selection)
        shown, paging = _page(found, page, per_page)
        items = [self._hh.views.negotiation(item, search_status=search_status) for item in shown]
        following = found[(page + 1) * per_page : (page + 1) * per_page + 1]
        if self._hh.views.quirks.moving_lists:
            for negotiation in following:
                self._hh.world.touch(negotiation)
        return json_answer(paging | {"items": items})

    async def negotiation(self, request: web.Request) -> web.Response:
        """GET /negotiations/{nid}."""
        negotiation = self._own(request, self._applicant(request))
        strict.query(request)
        return json_answer(self._hh.views.negotiation(negotiation))

    async def messages(self, request: web.Request) -> web.Response:
        """GET /negotiations/{nid}/messages; reading marks them viewed."""
        negotiation = self._own(request, self._applicant(request))
        query = strict.query(request, "page", "per_page", "with_text_only")
        page, per_page = query.page()
        messages = self._hh.views.quirks.order(negotiation.messages)
        if query.flag("with_text_only"):
            messages = [message for message in messages if message.text]
        shown, paging = _page(messages, page, per_page)
        items = [self._hh.views.message(negotiation, message) for message in shown]
        self._hh.applicants.view_messages(negotiation)
        return json_answer(paging | {"items": items})

    async def send(self, request: web.Request) -> web.Response:
        """POST /negotiations/{nid}/messages."""
        negotiation = self._own(request, self._applicant(request))
        strict.query(request)
        fields = await strict.form(request, "application/x-www-form-urlencoded", "message")
        message = self._hh.applicants.send(negotiation, strict.required(fields, "message"))
        return json_answer(self._hh.views.message(negotiation, message), status=201)

    async def edit(self, request: web.Request) -> web.Response:
        """PUT /negotiations/{nid}/messages/{mid}."""
        negotiation = self._own(request, self._applicant(request))
        message = self._hh.world.message(negotiation, strict.path_id(request.match_info["mid"]))
        strict.query(request)
        fields = await strict.form(request, "application/x-www-form-urlencoded", "message")
        self._hh.applicants.edit(negotiation, message, strict.required(fields, "message"))
        return web.Response(status=204)

    async def hide(self, request: web.Request) -> web.Response:
        """DELETE /negotiations/active/{nid}."""
        applicant = self._applicant(request)
        nid = strict.path_id(request.match_info["nid"])
        negotiation = self._hh.world.negotiations.get(nid)
        if negotiation is None or negotiation.applicant_id != applicant.id:
            raise refusals.not_found()
        query = strict.query(request, "with_decline_message")
        self._hh.applicants.hide(negotiation, decline=query.flag("with_decline_message"))
        return web.Response(status=204)

    async def apply(self, request: web.Request) -> web.Response:
        """POST /negotiations: 201 with the new conversation's path, 303 for a direct vacancy."""
        applicant = self._applicant(request)
        strict.query(request)
        fields = await strict.form(request, "multipart/form-data", "vacancy_id", "resume_id", "message")
        vacancy_id = strict.required(fields, "vacancy_id")
        resume_id = strict.required(fields, "resume_id")
        vacancy = self._hh.world.vacancies.get(vacancy_id)
        if vacancy is not None and vacancy.type_id == "direct" and vacancy.response_url:
            return web.Response(status=303, headers={"Location": vacancy.response_url})
        negotiation = self._hh.applicants.apply(applicant, vacancy_id, resume_id, fields.get("message"))
        return web.Response(status=201, headers={"Location": f"/negotiations/{negotiation.id}"})

    async def vacancy(self, request: web.Request) -> web.Response:
        """GET /vacancies/{id}, also without a token."""
        strict.check_agent(request)
        account = self._account(request) if "Authorization" in request.headers else None
        strict.query(request)
        vacancy = self._hh.world.vacancies.get(strict.path_id(request.match_info["id"]))
        if vacancy is None or vacancy.hidden:
            raise refusals.not_found()
        applicant = account if isinstance(account, Applicant) else None
        return json_answer(self._hh.views.vacancy(vacancy, applicant))

    async def suitable_resumes(self, request: web.Request) -> web.Response:
        """GET /vacancies/{id}/suitable_resumes."""
        applicant = self._applicant(request)
        query = strict.query(request, "page", "per_page")
        vacancy = self._hh.world.vacancies.get(strict.path_id(request.match_info["id"]))
        if vacancy is None or vacancy.hidden:
            raise refusals.not_found()
        fitting = self._hh.applicants.fitting_resumes(applicant, vacancy)
        shown, paging = _page(fitting.suitable, *query.page())
        items = [self._hh.views.suitable_resume(resume) for resume in shown]
        return json_answer(paging | {"items": items, "overall": fitting.overall()})

    async def own_resumes(self, request: web.Request) -> web.Response:
        """GET /resumes/mine."""
        applicant = self._applicant(request)
        query = strict.query(request, "page", "per_page")
        resumes = [resume for resume in applicant.resumes if not resume.deleted]
        shown, paging = _page(resumes, *query.page())
        return json_answer(paging | {"items": [self._hh.views.own_resume(item) for item in shown]})

    async def dictionaries(self, request: web.Request) -> web.Response:
        """GET /dictionaries, also without a token."""
        strict.check_agent(request)
        strict.query(request)
        return json_answer(names.dictionaries())
