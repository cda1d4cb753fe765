"""What an applicant does at hh.ru: list, read, apply, write, edit, hide."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.hh import refusals, rules
from bot.sandbox.hh.journal import Journal
from bot.sandbox.hh.objects import APPLICANT, Applicant, Message, Negotiation, Resume, Vacancy
from bot.sandbox.hh.world import World

_DAY = 86_400
_DECLINE = "Спасибо за приглашение! К сожалению, сейчас эта вакансия мне не подходит."


@dataclass(frozen=True)
class Selection:
    """What a list of conversations is narrowed to and how it is ordered."""

    status: str = "all"
    vacancy_id: str | None = None
    has_updates: bool = False
    order_by: str = "updated_at"
    descending: bool = True


@dataclass
class Fitting:
    """The resumes that fit a vacancy, and how many don't, by reason."""

    suitable: list[Resume] = field(default_factory=list)
    not_published: int = 0
    already_applied: int = 0
    unavailable: int = 0

    def overall(self) -> dict[str, int]:
        """As JSON (`ResumesSuitableResumeOverall`)."""
        return {
            "not_published": self.not_published,
            "already_applied": self.already_applied,
            "unavailable": self.unavailable,
        }


class ApplicantDesk:
    """The applicant's side of the world. Every method raises `Refusal`."""

    def __init__(self, world: World, journal: Journal) -> None:
        self._world = world
        self._journal = journal

    def negotiations(self, applicant: Applicant, selection: Selection) -> list[Negotiation]:
        """The applicant's conversations; a tie of moments is broken by id."""
        if selection.vacancy_id is not None and selection.vacancy_id not in self._world.vacancies:
            raise refusals.not_found()
        found = [
            negotiation
            for negotiation in self._world.of_applicant(applicant.id)
            if rules.fits_status(self._world, negotiation, selection.status)
            and selection.vacancy_id in (None, negotiation.vacancy_id)
            and (negotiation.has_updates or not selection.has_updates)
        ]
        by_creation = selection.order_by == "created_at"
        found.sort(
            key=lambda item: (item.created_at if by_creation else item.updated_at, int(item.id)),
            reverse=selection.descending,
        )
        return found

    def view_messages(self, negotiation: Negotiation) -> None:
        """The applicant has seen all messages; `has_updates` falls."""
        unseen = [message for message in negotiation.messages if not message.viewed_by_applicant]
        for message in unseen:
            message.viewed_by_applicant = True
        if unseen:
            self._world.changed("negotiation", negotiation.id)

    def apply(self, applicant: Applicant, vacancy_id: str, resume_id: str, letter: str | None) -> Negotiation:
        """Apply to a vacancy that isn't direct."""
        world = self._world
        vacancy = world.vacancies.get(vacancy_id)
        if vacancy is None:
            raise refusals.negotiation("vacancy_not_found")
        self._check_application(applicant, vacancy, resume_id, letter)
        resume = world.resumes[resume_id]
        negotiation = world.open_negotiation(resume, vacancy, state="response")
        world.post(negotiation, APPLICANT, letter, state="response", letter=letter is not None)
        applicant.applied_at.append(world.moment)
        self._journal.effect("apply", applicant.id, negotiation.id, negotiation.messages[0].id, letter)
        return negotiation

    def _check_application(
        self, applicant: Applicant, vacancy: Vacancy, resume_id: str, letter: str | None
    ) -> None:
        world = self._world
        resume = self._own_resume(applicant, resume_id)
        if not applicant.consented:
            raise refusals.description_only('"enable_applicant_visibility_in_country" param required')
        if vacancy.archived or vacancy.hidden:
            raise refusals.negotiation("invalid_vacancy")
        if self.applied(resume, vacancy):
            raise refusals.negotiation("already_applied")
        if vacancy.has_test:
            raise refusals.negotiation("test_required")
        if vacancy.type_id == "anonymous" and resume.access == "whitelist":
            raise refusals.negotiation("resume_visibility_conflict")
        if applicant.id in world.employers[vacancy.employer_id].denied:
            raise refusals.negotiation("application_denied")
        if letter is not None:
            rules.check_text(world, letter, empty="empty_message")
        elif vacancy.letter_required:
            raise refusals.negotiation("empty_message")
        recent = [at for at in applicant.applied_at if at > world.now() - _DAY]
        if len(recent) >= world.limits.applications_a_day:
            raise refusals.negotiation("limit_exceeded", world.limits.limit_status)

    def _own_resume(self, applicant: Applicant, resume_id: str) -> Resume:
        resume = self._world.resumes.get(resume_id)
        if resume is None or resume.applicant_id != applicant.id:
            raise refusals.negotiation("resume_not_found", 400)
        if not resume.visible:
            raise refusals.negotiation("resume_not_found", 403)
        return resume

    def applied(self, resume: Resume, vacancy: Vacancy) -> bool:
        """Whether this resume already stands in a conversation about this vacancy."""
        return any(
            negotiation.vacancy_id == vacancy.id and negotiation.resume_id == resume.id
            for negotiation in self._world.of_applicant(resume.applicant_id)
        )

    def fitting_resumes(self, applicant: Applicant, vacancy: Vacancy) -> Fitting:
        """The applicant's resumes, sorted by whether he can apply with them."""
        fitting = Fitting()
        for resume in applicant.resumes:
            if resume.deleted:
                continue
            if not resume.visible:
                fitting.not_published += 1
            elif self.applied(resume, vacancy):
                fitting.already_applied += 1
            elif vacancy.type_id == "anonymous" and resume.access == "whitelist":
                fitting.unavailable += 1
            else:
                fitting.suitable.append(resume)
        return fitting

    def send(self, negotiation: Negotiation, text: str) -> Message:
        """Write to the employer."""
        rules.check_may_write(self._world, negotiation)
        rules.check_text(self._world, text, empty="message_cannot_be_empty", where="_message")
        message = self._world.post(negotiation, APPLICANT, text)
        self._journal.effect("send", negotiation.applicant_id, negotiation.id, message.id, text)
        return message

    def edit(self, negotiation: Negotiation, message: Message, text: str) -> None:
        """Replace the text of the cover letter."""
        refusal = rules.edit_refusal(self._world, negotiation, message)
        if refusal is not None:
            raise refusals.negotiation(refusal, 403)
        rules.check_text(self._world, text, empty="message_cannot_be_empty", where="_message")
        message.text, message.edited = text, True
        self._journal.effect("edit", negotiation.applicant_id, negotiation.id, message.id, text)
        self._world.changed("message", message.id)

    def hide(self, negotiation: Negotiation, *, decline: bool) -> None:
        """Hide a conversation, with the standard decline message where `decline`."""
        world = self._world
        if not rules.is_ready(world, negotiation):
            raise refusals.negotiation("chat_is_not_ready")
        if negotiation.hidden:
            raise refusals.negotiation("wrong_state")
        mid = None
        if decline:
            self._check_decline(negotiation)
            mid = world.post(negotiation, APPLICANT, _DECLINE).id
        negotiation.hidden = True
        self._journal.effect("hide", negotiation.applicant_id, negotiation.id, mid, _DECLINE if mid else None)
        world.changed("negotiation", negotiation.id)

    def _check_decline(self, negotiation: Negotiation) -> None:
        if rules.decline_allowed(self._world, negotiation):
            return
        status = rules.messaging_status(self._world, negotiation)
        if status == "disabled_by_employer":
            raise refusals.negotiation("disabled_by_employer")
        if negotiation.state not in rules.INVITING:
            raise refusals.negotiation("no_invitation")
        raise refusals.negotiation("wrong_state")
