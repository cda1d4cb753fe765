"""The gateway to hh.ru over `/negotiations` (OpenAPI 2025-12), for one account."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from bot.failpoints import reach
from bot.hh.client import Call, Client, Value, segment
from bot.hh.errors import MalformedAnswer, OutcomeUnknown, TokenExpired
from bot.hh.gateway import Applied, DirectVacancy, History
from bot.hh.models import (
    Dictionaries,
    Me,
    Message,
    Messages,
    Negotiation,
    Negotiations,
    Resumes,
    Vacancy,
)
from bot.hh.pace import Pace, paced
from bot.hh.parsing import parse
from bot.hh.wire import Answer

DIGEST_BYTES = 8
_PER_PAGE = 100
_MOST_PAGES = 100
_SEE_OTHER = 303


class Access(Protocol):
    """The account's tokens."""

    async def token(self) -> str:
        """The present access token; raises `LinkAgain` where there is none."""

    async def renew(self, expired: str) -> str:
        """A token in place of `expired`, refreshed at most once for all who ask."""


Sites = Callable[[str], Awaitable[str | None]]
"""The sister site of a conversation, by its id; None for hh.ru."""


async def nowhere_else(_nid: str) -> str | None:
    """Every conversation belongs to hh.ru."""
    return None


@dataclass(frozen=True)
class ListedPage:
    """A page of conversations, `digest` of its body, and hh.ru's clock when it answered (UTC)."""

    negotiations: Negotiations
    digest: bytes
    server_time: datetime | None


class NegotiationsGateway:
    """Implements `bot.hh.gateway.Gateway`; every request waits for `pace` and renews `access` once.

    What concerns one conversation or vacancy names its site, where that is not hh.ru (OpenAPI
    2025-12, info, "Выбор сайта").
    """

    def __init__(self, client: Client, access: Access, pace: Pace, sites: Sites = nowhere_else) -> None:
        self._client = client
        self._access = access
        self._pace = pace
        self._sites = sites

    async def me(self) -> Me:
        """Whose account it is (`get-current-user-info`)."""
        return parse(Me, await self._ask(Call("GET", "/me")))

    async def negotiations(
        self,
        *,
        page: int = 0,
        per_page: int = 20,
        status: str | None = None,
        vacancy_id: str | None = None,
        has_updates: bool | None = None,
        host: str | None = None,
    ) -> Negotiations:
        """One page of conversations, latest update first (`get-negotiations`)."""
        filters = {"status": status, "vacancy_id": vacancy_id, "has_updates": has_updates}
        answer = await self._list(page, per_page, filters, host)
        return parse(Negotiations, answer).model_copy(update={"server_time": answer.moment})

    async def page(
        self, page: int, per_page: int, known: bytes | None = None, *, status: str | None = None
    ) -> ListedPage | None:
        """One page for a poll; None, unparsed, where its body's digest is `known`: nothing changed."""
        answer = await self._list(page, per_page, {"status": status})
        digest = sha256(answer.body or b"").digest()[:DIGEST_BYTES]
        if digest == known:
            return None
        found = parse(Negotiations, answer)
        if found.unreadable and not found.items:
            raise MalformedAnswer("nothing on a page of conversations can be read")
        return ListedPage(found, digest, answer.moment)

    async def negotiation(self, nid: str) -> Negotiation:
        """One conversation (`get-negotiation-item`)."""
        call = Call("GET", f"/negotiations/{segment(nid)}", host=await self._sites(nid))
        return parse(Negotiation, await self._ask(call))

    async def messages(self, nid: str) -> History:
        """All messages of a conversation, oldest first (`get-negotiation-messages`).

        hh.ru promises no order, and the list may move while it is paged through.
        """
        path, host = f"/negotiations/{segment(nid)}/messages", await self._sites(nid)
        found: dict[str, Message] = {}
        unreadable, number = 0, 0
        while True:
            params: dict[str, Value] = {"page": number, "per_page": _PER_PAGE}
            answer = await self._ask(Call("GET", path, params=params, host=host))
            page = parse(Messages, answer)
            before = len(found)
            found |= {message.id: message for message in page.items}
            unreadable += page.unreadable
            more = page.more(number, len(found) + unreadable)
            number += 1
            if not more or len(found) == before or number == _MOST_PAGES:
                return History(sorted(found.values(), key=_age), unreadable, answer.moment)

    async def send(self, nid: str, text: str) -> Message:
        """Write to the employer (`send-negotiation-message`). Never repeated here."""
        path, host = f"/negotiations/{segment(nid)}/messages", await self._sites(nid)
        call = Call("POST", path, form={"message": text}, host=host)
        return parse(Message, await self._ask(call), write=True)

    async def edit(self, nid: str, mid: str, text: str) -> None:
        """Replace the text of a message that is `editable` (`edit-negotiation-message`)."""
        path = f"/negotiations/{segment(nid)}/messages/{segment(mid)}"
        await self._ask(Call("PUT", path, form={"message": text}, host=await self._sites(nid)))

    async def hide(self, nid: str, *, decline: bool) -> None:
        """Hide a conversation (`hide-active-response`), telling the employer so where `decline`."""
        path = f"/negotiations/active/{segment(nid)}"
        params: dict[str, Value] = {"with_decline_message": decline}
        await self._ask(Call("DELETE", path, params=params, host=await self._sites(nid)))

    async def apply(
        self, vacancy_id: str, resume_id: str, letter: str, *, host: str | None = None
    ) -> Applied | DirectVacancy:
        """Apply to a vacancy (`apply-to-vacancy`); `letter` "" sends none."""
        fields = {"vacancy_id": vacancy_id, "resume_id": resume_id}
        if letter:
            fields["message"] = letter
        call = Call("POST", "/negotiations", multipart=fields, host=host, expected=range(200, 304))
        answer = await self._ask(call)
        location = answer.headers.get("Location", "")
        if answer.status < 300:
            return Applied(_nid(location))
        if answer.status == _SEE_OTHER and _is_web_address(location):
            return DirectVacancy(location)
        raise OutcomeUnknown(f"unexpected status {answer.status} without an address to show")

    async def vacancy(self, vacancy_id: str, *, host: str | None = None) -> Vacancy:
        """A vacancy as it stands on the site `host` (`get-vacancy`)."""
        return parse(Vacancy, await self._ask(Call("GET", f"/vacancies/{segment(vacancy_id)}", host=host)))

    async def suitable_resumes(self, vacancy_id: str, *, host: str | None = None) -> Resumes:
        """The applicant's resumes that fit a vacancy (`get-suitable-resumes`), all pages."""
        return await self._resumes(f"/vacancies/{segment(vacancy_id)}/suitable_resumes", host)

    async def own_resumes(self) -> Resumes:
        """All resumes of the applicant (`get-mine-resumes`)."""
        return await self._resumes("/resumes/mine")

    async def dictionaries(self) -> Dictionaries:
        """hh.ru's own names of states and statuses (`get-dictionaries`)."""
        return parse(Dictionaries, await self._ask(Call("GET", "/dictionaries")))

    async def _resumes(self, path: str, host: str | None = None) -> Resumes:
        # An applicant has at most 20 resumes, hh.ru's default page: a second one is nearly never asked.
        first = parse(Resumes, await self._ask(Call("GET", path, host=host)))
        items = list(first.items)
        for number in range(1, min(first.pages, _MOST_PAGES)):
            call = Call("GET", path, params={"page": number}, host=host)
            items += parse(Resumes, await self._ask(call)).items
        return first.model_copy(update={"items": items})

    async def _list(
        self, page: int, per_page: int, filters: Mapping[str, Value], host: str | None = None
    ) -> Answer:
        order: dict[str, Value] = {"order_by": "updated_at", "order": "desc"}
        params = {**order, "page": page, "per_page": per_page, **filters}
        return await self._ask(Call("GET", "/negotiations", params=params, host=host))

    async def _ask(self, call: Call) -> Answer:
        token = await self._access.token()
        try:
            return await self._attempt(call, token)
        except TokenExpired:
            # A refusal: nothing happened, so even a write may be repeated.
            return await self._attempt(call, await self._access.renew(token))

    async def _attempt(self, call: Call, token: str) -> Answer:
        async def request() -> Answer:
            if call.write:
                reach("write-due")
            return await self._client.request(call, token=token)

        return await paced(self._pace, request)


def _age(message: Message) -> tuple[datetime, bool, int, str]:
    # Ids are numbers, so the longer one is the later; anything else comes last.
    numeric = message.id.isascii() and message.id.isdigit()
    return message.created_at, not numeric, len(message.id) if numeric else 0, message.id


def _nid(location: str) -> str | None:
    found = re.search(r"/negotiations/([^/?#]+)", location)
    return found[1] if found else None


def _is_web_address(location: str) -> bool:
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
