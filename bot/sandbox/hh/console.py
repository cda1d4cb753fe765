"""The employers' console of the local hh.ru: JSON over HTTP, for the sandbox's page and for tests.

Bodies are JSON objects; an unknown key or conversation is answered with `{"error": ...}`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from bot.sandbox.hh import faults, orders, reports
from bot.sandbox.hh.answers import json_answer
from bot.sandbox.hh.local import Hh
from bot.sandbox.hh.objects import Account, Address, Applicant, Assessment
from bot.sandbox.hh.refusals import Refusal
from bot.sandbox.hh.world import Change

M = TypeVar("M", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_KEEP_ALIVE = 15.0


def console_app(hh: Hh) -> web.Application:
    """The application of the console, to be mounted at any prefix."""
    console = Console(hh)
    app = web.Application(middlewares=[_errors])
    negotiation = "/negotiations/{nid}"
    app.add_routes(
        [
            web.get("/state", console.state),
            web.post("/negotiations", console.approach),
            web.get(negotiation, console.negotiation),
            web.post(negotiation + "/write", console.write),
            web.post(negotiation + "/invite", console.invite),
            web.post(negotiation + "/discard", console.discard),
            web.post(negotiation + "/move", console.move),
            web.post(negotiation + "/read", console.read),
            web.post(negotiation + "/call", console.call),
            web.post(negotiation + "/messaging", console.messaging),
            web.post(negotiation + "/archive", console.archive),
            web.post(negotiation + "/touch", console.touch),
            web.post("/vacancies/{id}", console.vacancy),
            web.post("/resumes/{id}", console.resume),
            web.post("/accounts/{id}", console.account),
            web.get("/faults", console.faults),
            web.post("/faults", console.add_fault),
            web.delete("/faults", console.clear_faults),
            web.delete("/faults/{id}", console.remove_fault),
            web.put("/quirks", console.quirks),
            web.get("/journal", console.journal),
            web.get("/events", console.events),
        ]
    )
    return app


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return json_answer({"error": refusal.body}, refusal.status)
    except KeyError as missing:
        return json_answer({"error": f"not found: {missing.args[0]}"}, 404)
    except ValueError as invalid:  # pydantic's ValidationError too
        return json_answer({"error": str(invalid)}, 400)


async def _order(request: web.Request, model: type[M]) -> M:
    if request.content_type != "application/json":
        # A form of a foreign page can't send this content type without being asked first.
        raise Refusal(415, description="application/json expected")
    return model.model_validate_json(await request.text() or "{}")


class Console:
    """One method per address."""

    def __init__(self, hh: Hh) -> None:
        self._hh = hh

    async def state(self, request: web.Request) -> web.Response:
        """Everything, conversations without their messages."""
        return json_answer(reports.state(self._hh))

    async def negotiation(self, request: web.Request) -> web.Response:
        """One conversation with its messages; looking marks nothing as read."""
        negotiation = self._hh.world.negotiation(request.match_info["nid"])
        return json_answer(reports.negotiation(self._hh, negotiation, messages=True))

    async def approach(self, request: web.Request) -> web.Response:
        """Invite somebody who hasn't applied."""
        order = await _order(request, orders.Approach)
        world = self._hh.world
        negotiation = self._hh.employers.approach(
            world.resumes[order.resume_id], world.vacancies[order.vacancy_id], order.text
        )
        return json_answer(reports.negotiation(self._hh, negotiation, messages=True))

    async def write(self, request: web.Request) -> web.Response:
        """A free message."""
        order = await _order(request, orders.Words)
        self._hh.employers.write(self._nid(request), order.text, **self._enclosed(order))
        return await self.negotiation(request)

    async def invite(self, request: web.Request) -> web.Response:
        """An invitation."""
        order = await _order(request, orders.Words)
        self._hh.employers.invite(self._nid(request), order.text, **self._enclosed(order))
        return await self.negotiation(request)

    async def discard(self, request: web.Request) -> web.Response:
        """A refusal."""
        order = await _order(request, orders.Refusal)
        self._hh.employers.discard(self._nid(request), order.text)
        return await self.negotiation(request)

    async def move(self, request: web.Request) -> web.Response:
        """Any other state, with a message or silently."""
        order = await _order(request, orders.Move)
        if order.silent:
            self._hh.employers.drift(self._nid(request), order.state)
        else:
            self._hh.employers.move(self._nid(request), order.state, order.text, **self._enclosed(order))
        return await self.negotiation(request)

    async def read(self, request: web.Request) -> web.Response:
        """The employer reads everything."""
        order = await _order(request, orders.Read)
        self._hh.employers.read(self._nid(request), touch=order.touch)
        return await self.negotiation(request)

    async def call(self, request: web.Request) -> web.Response:
        """The employer telephones."""
        order = await _order(request, orders.Call)
        self._hh.employers.call(self._nid(request), order.status, duration=order.duration)
        return await self.negotiation(request)

    async def messaging(self, request: web.Request) -> web.Response:
        """Close the conversation with a messaging status, or open it (null)."""
        order = await _order(request, orders.Messaging)
        if order.status is None:
            self._hh.employers.unbar(self._nid(request))
        else:
            self._hh.employers.bar(self._nid(request), order.status)
        return await self.negotiation(request)

    async def archive(self, request: web.Request) -> web.Response:
        """To the archive and back."""
        order = await _order(request, orders.Archive)
        self._hh.employers.archive(self._nid(request), archived=order.archived)
        return await self.negotiation(request)

    async def touch(self, request: web.Request) -> web.Response:
        """`updated_at` moves, nothing else."""
        self._hh.employers.touch(self._nid(request))
        return await self.negotiation(request)

    async def vacancy(self, request: web.Request) -> web.Response:
        """Change a vacancy."""
        order = await _order(request, orders.VacancyChange)
        vacancy = self._hh.world.vacancies[request.match_info["id"]]
        for name, value in order.model_dump(exclude_none=True).items():
            setattr(vacancy, name, value)
        self._hh.world.changed("vacancy", vacancy.id)
        return json_answer(reports.vacancy(self._hh, vacancy))

    async def resume(self, request: web.Request) -> web.Response:
        """Change a resume."""
        order = await _order(request, orders.ResumeChange)
        resume = self._hh.world.resumes[request.match_info["id"]]
        for name, value in order.model_dump(exclude_none=True).items():
            setattr(resume, name, value)
        self._hh.world.changed("account", resume.applicant_id)
        return json_answer(asdict(resume))

    async def account(self, request: web.Request) -> web.Response:
        """Change an account, its tokens or the captcha before it."""
        order = await _order(request, orders.AccountChange)
        account = self._hh.world.accounts[request.match_info["id"]]
        if "lock" in order.model_fields_set:
            account.lock = order.lock
        if order.consented is not None and isinstance(account, Applicant):
            account.consented = order.consented
        if order.captcha:
            self._hh.require_captcha(account)
        self._change_tokens(account, order.token)
        self._hh.world.changed("account", account.id)
        return json_answer(reports.account(self._hh, account))

    def _change_tokens(self, account: Account, action: str | None) -> None:
        match action:
            case "expire":
                self._hh.tokens.expire(account.id)
            case "revoke":
                self._hh.tokens.end(account.id)
            case "deactivate":
                self._hh.tokens.end(account.id, "deactivated")
            case "descope":
                self._hh.tokens.descope(account.id)

    async def faults(self, request: web.Request) -> web.Response:
        """The faults in force and the kinds there are."""
        return json_answer(reports.faults(self._hh))

    async def add_fault(self, request: web.Request) -> web.Response:
        """A new fault: `kind`, `on`, `times`, `account_id`, and the kind's own `options`."""
        order = await _order(request, orders.FaultOrder)
        try:
            fault = faults.KINDS[order.kind](**order.options)
        except TypeError as wrong:
            raise Refusal(400, description=str(wrong)) from wrong
        self._hh.faults.add(fault, order.on, times=order.times, account_id=order.account_id)
        return await self.faults(request)

    async def remove_fault(self, request: web.Request) -> web.Response:
        """One fault less."""
        self._hh.faults.remove(int(request.match_info["id"]))
        return await self.faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """No faults."""
        self._hh.faults.clear()
        return await self.faults(request)

    async def quirks(self, request: web.Request) -> web.Response:
        """Set the oddities; what isn't named stays."""
        order = await _order(request, orders.QuirkChange)
        for name, value in order.model_dump(exclude_none=True).items():
            setattr(self._hh.views.quirks, name, value)
        self._hh.faults.ceiling = (
            order.ceiling if "ceiling" in order.model_fields_set else self._hh.faults.ceiling
        )
        return await self.faults(request)

    async def journal(self, request: web.Request) -> web.Response:
        """All accepted effects and the latest requests; `?requests=` says how many."""
        latest = int(request.query.get("requests", "100"))
        return json_answer(reports.journal(self._hh, latest))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events, one per change, as `{"what", "id"}`."""
        queue: asyncio.Queue[Change] = asyncio.Queue()
        answer = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await answer.prepare(request)
        unsubscribe = self._hh.world.subscribe(queue.put_nowait)
        try:
            while True:
                try:
                    async with asyncio.timeout(_KEEP_ALIVE):
                        change = await queue.get()
                    await answer.write(f"data: {json.dumps(asdict(change))}\n\n".encode())
                except TimeoutError:
                    await answer.write(b": still here\n\n")
        except ConnectionError:
            return answer
        finally:
            unsubscribe()

    def _nid(self, request: web.Request) -> str:
        return request.match_info["nid"]

    def _enclosed(self, order: orders.Words) -> orders.Enclosed:
        address: Address | None = None
        if order.address_id is not None:
            address = self._hh.world.addresses[order.address_id]
        assessments: tuple[Assessment, ...] = ()
        if order.assessment:
            assessments = (Assessment(self._hh.world.next_id("assessment"), order.assessment),)
        return {"address": address, "assessments": assessments}
