"""What employers do at hh.ru: write, invite, refuse, read, call, close."""

from __future__ import annotations

from collections.abc import Iterable

from bot.sandbox.hh import refusals
from bot.sandbox.hh.objects import (
    APPLICANT,
    EMPLOYER,
    Address,
    Assessment,
    Message,
    Negotiation,
    PhoneCall,
    Resume,
    Vacancy,
)
from bot.sandbox.hh.world import World

CALL_STATUSES = (
    "pick_successful",
    "calling",
    "did_not_connect",
    "call_in_progress",
    "call_error",
    "call_ended",
)


class EmployerDesk:
    """The employers' side of the world; conversations and vacancies are named by id.

    Methods raise `Refusal` 404 for an unknown conversation and KeyError for an unknown vacancy.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def write(
        self,
        nid: str,
        text: str | None,
        *,
        address: Address | None = None,
        assessments: Iterable[Assessment] = (),
        state: str | None = "text",
    ) -> Message:
        """A free message, which doesn't move the conversation's state."""
        negotiation = self._world.negotiation(nid)
        self._check_address(negotiation, address)
        self._read(negotiation)
        return self._world.post(
            negotiation, EMPLOYER, text, state=state, address=address, assessments=assessments
        )

    def move(
        self,
        nid: str,
        state: str,
        text: str | None = None,
        *,
        address: Address | None = None,
        assessments: Iterable[Assessment] = (),
    ) -> Message:
        """Move a conversation to any state (interview, offer, hired, ...), with a message of it."""
        negotiation = self._world.negotiation(nid)
        self._check_address(negotiation, address)
        self._read(negotiation)
        negotiation.state = state
        return self._world.post(
            negotiation, EMPLOYER, text, state=state, address=address, assessments=assessments
        )

    def drift(self, nid: str, state: str) -> None:
        """Move a conversation to any state without a message."""
        negotiation = self._world.negotiation(nid)
        negotiation.state = state
        self._world.touch(negotiation)

    def invite(
        self,
        nid: str,
        text: str | None = "Приглашаем вас на собеседование!",
        *,
        address: Address | None = None,
        assessments: Iterable[Assessment] = (),
    ) -> Message:
        """Invite; a closed conversation opens again."""
        return self.move(nid, "invitation", text, address=address, assessments=assessments)

    def discard(self, nid: str, text: str | None = None) -> Message:
        """Refuse, with or without words; the conversation closes (`no_invitation`)."""
        return self.move(nid, "discard", text)

    def approach(self, resume: Resume, vacancy: Vacancy, text: str | None) -> Negotiation:
        """Invite somebody who hasn't applied."""
        negotiation = self._world.open_negotiation(resume, vacancy, state="invitation", source="AUTO_INVITE")
        negotiation.viewed_by_employer = True
        self._world.post(negotiation, EMPLOYER, text, state="invitation")
        return negotiation

    def read(self, nid: str, *, touch: bool = False) -> None:
        """Read everything; `updated_at` moves only where `touch`."""
        negotiation = self._world.negotiation(nid)
        self._read(negotiation)
        if touch:
            self._world.touch(negotiation)
        self._world.changed("negotiation", nid)

    def call(self, nid: str, status: str = "did_not_connect", *, duration: int | None = None) -> PhoneCall:
        """Telephone the applicant; `duration` in seconds."""
        negotiation = self._world.negotiation(nid)
        call = PhoneCall(int(self._world.next_id("call")), status, self._world.now(), duration=duration)
        negotiation.phone_calls.append(call)
        self._world.touch(negotiation)
        return call

    def change_call(self, nid: str, call_id: int, status: str, *, duration: int | None = None) -> None:
        """A call went on; raises KeyError where there is no such call."""
        negotiation = self._world.negotiation(nid)
        for call in negotiation.phone_calls:
            if call.id == call_id:
                call.status, call.duration, call.changed_at = status, duration, self._world.now()
                self._world.touch(negotiation)
                return
        raise KeyError(call_id)

    def bar(self, nid: str, status: str = "disabled_by_employer") -> None:
        """Close a conversation for the applicant with any `messaging_status`."""
        self._world.negotiation(nid).barred = status
        self._world.changed("negotiation", nid)

    def unbar(self, nid: str) -> None:
        """Take `bar` back."""
        self._world.negotiation(nid).barred = None
        self._world.changed("negotiation", nid)

    def archive(self, nid: str, *, archived: bool = True) -> None:
        """Move one conversation to the archive or back."""
        self._world.negotiation(nid).archived = archived
        self._world.changed("negotiation", nid)

    def touch(self, nid: str) -> None:
        """Move `updated_at` though nothing has happened, as hh.ru is known to do."""
        self._world.touch(self._world.negotiation(nid))

    def archive_vacancy(self, vacancy_id: str, *, archived: bool = True) -> None:
        """Close a vacancy or open it again."""
        self._world.vacancies[vacancy_id].archived = archived
        self._world.changed("vacancy", vacancy_id)

    def hide_vacancy(self, vacancy_id: str, *, hidden: bool = True) -> None:
        """Take a vacancy away altogether: its conversations show `vacancy: null`."""
        self._world.vacancies[vacancy_id].hidden = hidden
        self._world.changed("vacancy", vacancy_id)

    def allow_messages(self, vacancy_id: str, *, allowed: bool) -> None:
        """Switch the correspondence of a whole vacancy."""
        self._world.vacancies[vacancy_id].allow_messages = allowed
        self._world.changed("vacancy", vacancy_id)

    def deny(self, vacancy_id: str, applicant_id: str) -> None:
        """Take no more applications of this applicant."""
        self._world.employers[self._world.vacancies[vacancy_id].employer_id].denied.add(applicant_id)

    def _read(self, negotiation: Negotiation) -> None:
        negotiation.viewed_by_employer = True
        for message in negotiation.messages:
            if message.author == APPLICANT:
                message.viewed_by_employer = True

    def _check_address(self, negotiation: Negotiation, address: Address | None) -> None:
        vacancy = self._world.vacancies[negotiation.vacancy_id]
        if address is not None and address.employer_id != vacancy.employer_id:
            raise refusals.negotiation("address_not_found")
