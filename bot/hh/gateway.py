"""The gateway: what polls and answers may ask of hh.ru, in the words of the field.

One gateway speaks for one account. Of a conversation it knows the sister site itself, of a vacancy
it is told (`host`; None is hh.ru or what is configured). The implementation here talks to
`/negotiations`; another surface of hh.ru (`/common/chats` in OpenAPI 2026-06) can stand behind the
same protocol.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.hh.models import Dictionaries, Me, Message, Negotiation, Negotiations, Resumes, Vacancy


@dataclass(frozen=True)
class Applied:
    """hh.ru took the application; `nid` is the new conversation, None where hh.ru didn't name it."""

    nid: str | None


@dataclass(frozen=True)
class DirectVacancy:
    """One applies to this vacancy only on the employer's own site, at `url`."""

    url: str


@dataclass(frozen=True)
class History:
    """The messages of a conversation, oldest first.

    `unreadable` is how many more there are that can't be read, `server_time` hh.ru's clock when it
    answered (UTC).
    """

    messages: list[Message]
    unreadable: int = 0
    server_time: datetime | None = None


class Gateway(Protocol):
    """Everything raises `bot.hh.errors.HhError`; nothing follows redirects."""

    async def me(self) -> Me:
        """Whose account it is."""

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
        """One page of conversations, latest update first; `host` is the site of `vacancy_id`."""

    async def negotiation(self, nid: str) -> Negotiation:
        """One conversation."""

    async def messages(self, nid: str) -> History:
        """All messages of a conversation. May mark them read at hh.ru."""

    async def send(self, nid: str, text: str) -> Message:
        """Write to the employer. Not idempotent: after `OutcomeUnknown` read `messages` first."""

    async def edit(self, nid: str, mid: str, text: str) -> None:
        """Replace the text of a message that is still `editable`."""

    async def hide(self, nid: str, *, decline: bool) -> None:
        """Hide a conversation, with the decline message where `decline`."""

    async def apply(
        self, vacancy_id: str, resume_id: str, letter: str, *, host: str | None = None
    ) -> Applied | DirectVacancy:
        """Apply to a vacancy of the site `host`; `letter` "" sends none."""

    async def vacancy(self, vacancy_id: str, *, host: str | None = None) -> Vacancy:
        """A vacancy; `host` names the sister site it was seen on."""

    async def suitable_resumes(self, vacancy_id: str, *, host: str | None = None) -> Resumes:
        """The applicant's resumes that fit a vacancy of the site `host`."""

    async def own_resumes(self) -> Resumes:
        """All resumes of the applicant."""

    async def dictionaries(self) -> Dictionaries:
        """hh.ru's own names of states and statuses."""
