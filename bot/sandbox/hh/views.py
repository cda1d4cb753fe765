"""Objects of the local hh.ru as the JSON of its API (schemas of OpenAPI 2025-12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from bot.sandbox.hh import names, rules
from bot.sandbox.hh.objects import (
    APPLICANT,
    Address,
    Applicant,
    Assessment,
    Manager,
    Message,
    Metro,
    Negotiation,
    PhoneCall,
    Resume,
    Salary,
    Vacancy,
)
from bot.sandbox.hh.quirks import Quirks
from bot.sandbox.hh.world import World

Json = dict[str, object]

_MOSCOW = timezone(timedelta(hours=3))


@dataclass
class Views:
    """Renders; every address comes from `api_url` and `site_url`."""

    world: World
    api_url: str
    site_url: str
    quirks: Quirks = field(default_factory=Quirks)

    def date(self, at: float) -> str:
        """A moment as hh.ru writes it: whole seconds, no colon in the offset."""
        return datetime.fromtimestamp(int(at + self.quirks.skew), _MOSCOW).strftime("%Y-%m-%dT%H:%M:%S%z")

    def call_date(self, at: float) -> str:
        """A moment of a phone call: microseconds and Z."""
        return datetime.fromtimestamp(at + self.quirks.skew, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def negotiation(self, negotiation: Negotiation, *, search_status: bool = False) -> Json:
        """A conversation (`NegotiationsListItem`, `NegotiationsApplicantNegotiation`)."""
        world = self.world
        vacancy = world.vacancy_of(negotiation)
        resume = world.resumes[negotiation.resume_id]
        document: Json = {
            "id": negotiation.id,
            "state": names.named("negotiations_state", negotiation.state),
            "created_at": self.date(negotiation.created_at),
            "updated_at": self.date(negotiation.updated_at),
            "has_updates": negotiation.has_updates,
            "viewed_by_opponent": negotiation.viewed_by_employer,
            "messaging_status": rules.messaging_status(world, negotiation),
            "decline_allowed": rules.decline_allowed(world, negotiation),
            "hidden": negotiation.hidden,
            "source": negotiation.source,
            "counters": {
                "messages": len(negotiation.messages),
                "unread_messages": sum(not m.viewed_by_employer for m in negotiation.messages),
            },
            "phone_calls": {
                "items": [self.phone_call(call) for call in negotiation.phone_calls],
                "picked_up_phone_by_opponent": any(c.status == "call_ended" for c in negotiation.phone_calls),
            },
            "tags": [],
            "applicant_question_state": False,
            "url": f"{self.api_url}/negotiations/{negotiation.id}",
            "messages_url": f"{self.api_url}/negotiations/{negotiation.id}/messages",
            "resume": None if resume.deleted else self.resume_nano(resume),
            "vacancy": None if vacancy is None else self.vacancy_short(vacancy),
        }
        if search_status:
            document["job_search_status"] = names.named("job_search_statuses_applicant", "active_search")
        return self.quirks.blank("negotiation", document)

    def phone_call(self, call: PhoneCall) -> Json:
        """A call (`NegotiationsPhoneCallItem`)."""
        return {
            "id": call.id,
            "status": call.status,
            "creation_time": self.call_date(call.created_at),
            "last_change_time": None if call.changed_at is None else self.call_date(call.changed_at),
            "duration_seconds": call.duration,
        }

    def message(self, negotiation: Negotiation, message: Message) -> Json:
        """A message (`NegotiationsMessagesGet`, `NegotiationsMessageSent`)."""
        document: Json = {
            "id": message.id,
            "created_at": self.date(message.created_at),
            "text": message.text,
            "state": None if message.state is None else names.named("message_state", message.state),
            "author": {"participant_type": message.author},
            "editable": rules.edit_refusal(self.world, negotiation, message) is None,
            "viewed_by_me": message.viewed_by_applicant,
            "viewed_by_opponent": message.viewed_by_employer or message.author != APPLICANT,
            "read": message.viewed_by_applicant,
            "address": None if message.address is None else self.address(message.address),
        }
        if message.assessments:
            document["assessments"] = [self.assessment(item) for item in message.assessments]
        return self.quirks.blank("message", document)

    def assessment(self, assessment: Assessment) -> Json:
        """A test (`NegotiationsAssessment`)."""
        action: Json = {
            "id": "proceed",
            "name": "Перейти к тестированию",
            "enabled": assessment.enabled,
            "alternate_url": f"{self.site_url}/applicant/assessment/{assessment.id}",
        }
        if not assessment.enabled:
            action["disable_reason"] = "Срок прохождения теста истёк"
        return {"id": assessment.id, "name": assessment.name, "actions": [action]}

    def address(self, address: Address) -> Json:
        """An office (`VacancyAddressRawOutput`)."""
        stations = [_metro(station) for station in address.metro]
        return {
            "id": address.id,
            "city": address.city,
            "street": address.street,
            "building": address.building,
            "description": address.description,
            "raw": address.raw,
            "lat": address.lat,
            "lng": address.lng,
            "metro": stations[0] if stations else None,
            "metro_stations": stations,
        }

    def employer(self, vacancy: Vacancy) -> Json | None:
        """The company (`VacanciesEmployerPublic`), None where the vacancy is anonymous."""
        if vacancy.type_id == "anonymous":
            return None
        employer = self.world.employers[vacancy.employer_id]
        return {
            "id": employer.id,
            "name": employer.name,
            "url": f"{self.api_url}/employers/{employer.id}",
            "alternate_url": f"{self.site_url}/employer/{employer.id}",
            "vacancies_url": f"{self.api_url}/vacancies?employer_id={employer.id}",
            "logo_urls": None,
            "trusted": employer.trusted,
            "accredited_it_employer": False,
        }

    def vacancy_url(self, vacancy: Vacancy) -> str:
        """The vacancy's page, on the sister site where it belongs to one."""
        return f"{self._site(vacancy)}/vacancy/{vacancy.id}"

    def vacancy_short(self, vacancy: Vacancy) -> Json:
        """The vacancy inside a conversation (`VacanciesNegotiationsVacancyShort`)."""
        return {
            "id": vacancy.id,
            "name": vacancy.name,
            "premium": vacancy.premium,
            "department": None,
            "has_test": vacancy.has_test,
            "response_letter_required": vacancy.letter_required,
            "response_url": vacancy.response_url,
            "area": self._area(vacancy.area),
            "salary": _salary(vacancy.salary),
            "salary_range": _salary_range(vacancy.salary),
            "type": names.named("vacancy_type", vacancy.type_id),
            "address": None if vacancy.address is None else self.address(vacancy.address),
            "created_at": self.date(vacancy.published_at),
            "published_at": self.date(vacancy.published_at),
            "archived": vacancy.archived,
            "show_contacts": False,
            "url": f"{self.api_url}/vacancies/{vacancy.id}",
            "alternate_url": self.vacancy_url(vacancy),
            "apply_alternate_url": self._apply_url(vacancy),
            "employer": self.employer(vacancy),
            "professional_roles": [{"id": "40", "name": "Другое"}],
        }

    def vacancy(self, vacancy: Vacancy, applicant: Applicant | None) -> Json:
        """The vacancy in full (`VacanciesVacancyForApplicant`), with the applicant's relations to it."""
        document = self.vacancy_short(vacancy) | {
            "description": vacancy.description,
            "key_skills": [{"name": skill} for skill in vacancy.key_skills],
            "schedule": names.named("schedule", vacancy.schedule),
            "experience": names.named("experience", vacancy.experience),
            "employment": names.named("employment", vacancy.employment),
            "employment_form": names.named("employment_form", names.FORM_OF[vacancy.employment]),
            "work_format": [names.named("work_format", item) for item in vacancy.work_format],
            "accept_handicapped": False,
            "accept_kids": False,
            "accept_temporary": False,
            "accept_incomplete_resumes": True,
            "age_restriction": None,
            "allow_messages": vacancy.allow_messages,
            "approved": True,
            "billing_type": names.named("vacancy_billing_type", "standard"),
            "closed_for_applicants": vacancy.type_id == "closed",
            "contacts": None,
            "driver_license_types": [],
            "hidden": False,
            "initial_created_at": self.date(vacancy.published_at),
            "internship": False,
            "languages": [],
            "negotiations_url": None,
            "night_shifts": False,
            "relations": self._relations(vacancy, applicant),
            "suitable_resumes_url": f"{self.api_url}/vacancies/{vacancy.id}/suitable_resumes",
            "test": {"required": True} if vacancy.has_test else None,
        }
        return self.quirks.blank("vacancy", document)

    def resume_nano(self, resume: Resume) -> Json:
        """The resume inside a conversation (`NegotiationsObjectsTopicResume`)."""
        return {
            "id": resume.id,
            "title": resume.title,
            "url": f"{self.api_url}/resumes/{resume.id}",
            "alternate_url": f"{self.site_url}/resume/{resume.id}",
            "created_at": self.date(resume.created_at),
            "updated_at": self.date(resume.created_at),
        }

    def _resume_short(self, resume: Resume) -> Json:
        owner = self.world.applicant(resume.applicant_id)
        download: Json = {
            form: {"url": f"{self.api_url}/resumes/{resume.id}/download/resume.{form}?type={form}"}
            for form in ("pdf", "rtf")
        }
        document = self.resume_nano(resume) | {
            "real_id": str(int(resume.id[:8], 16)),
            "first_name": owner.first_name,
            "last_name": owner.last_name,
            "middle_name": owner.middle_name,
            "age": None,
            "area": self._area(resume.area),
            "gender": None,
            "salary": None if resume.salary is None else {"amount": resume.salary, "currency": "RUR"},
            "photo": None,
            "total_experience": {"months": resume.experience_months},
            "certificate": [],
            "education": {"level": names.named("education_level", "higher")},
            "experience": [],
            "hidden_fields": [],
            "marked": False,
            "download": download,
            "actions": {"download": download},
            "platform": {"id": "headhunter"},
            "finished": resume.finished,
            "status": names.named("resume_status", resume.status),
            "access": {"type": names.named("resume_access_type", resume.access)},
        }
        return self.quirks.blank("resume", document)

    def suitable_resume(self, resume: Resume) -> Json:
        """An item of the suitable ones (`ResumesSuitableResumeItem`)."""
        return self._resume_short(resume) | {"requires_completion": not resume.finished}

    def own_resume(self, resume: Resume) -> Json:
        """An item of the applicant's own ones (`ResumesMineItem`)."""
        return self._resume_short(resume) | {
            "blocked": resume.status == "blocked",
            "can_publish_or_update": None,
            "visible": resume.visible,
            "created": self.date(resume.created_at),
            "updated": self.date(resume.created_at),
            "next_publish_at": None,
            "total_views": 0,
            "new_views": 0,
            "views_url": f"{self.api_url}/resumes/{resume.id}/views",
            "paid_services": [],
            "contact": [],
            "similar_vacancies": {
                "url": f"{self.api_url}/resumes/{resume.id}/similar_vacancies",
                "counters": {"total": 0},
            },
        }

    def applicant(self, applicant: Applicant) -> Json:
        """`GET /me` of a job seeker (`MeApplicantProfile`)."""
        unread = sum(item.has_updates for item in self.world.of_applicant(applicant.id))
        document = _flags("applicant") | {
            "id": applicant.id,
            "first_name": applicant.first_name,
            "last_name": applicant.last_name,
            "middle_name": applicant.middle_name,
            "mid_name": applicant.middle_name,
            "email": applicant.email,
            "phone": applicant.phone,
            "is_in_search": True,
            "is_anonymous": False,
            "resumes_url": f"{self.api_url}/resumes/mine",
            "negotiations_url": f"{self.api_url}/negotiations",
            "counters": {
                "unread_negotiations": unread,
                "new_resume_views": 0,
                "resumes_count": len(applicant.resumes),
            },
            "employer": None,
            "manager": None,
            "personal_manager": None,
        }
        return self.quirks.blank("me", document)

    def manager(self, manager: Manager) -> Json:
        """`GET /me` of an employer's person (`MeManagerProfile`)."""
        employer = self.world.employers[manager.employer_id]
        own_url = f"{self.api_url}/employers/{employer.id}/managers/{manager.id}"
        return _flags("employer") | {
            "id": manager.id,
            "first_name": manager.first_name,
            "last_name": manager.last_name,
            "middle_name": manager.middle_name,
            "email": manager.email,
            "phone": manager.phone,
            "employer": {"id": employer.id, "name": employer.name, "manager_id": manager.id},
            "manager": {
                "id": manager.id,
                "has_admin_rights": False,
                "has_multiple_manager_accounts": False,
                "is_main_contact_person": True,
                "manager_settings_url": f"{own_url}/settings",
            },
            "resumes_url": None,
            "negotiations_url": None,
            "is_in_search": None,
        }

    def application(self) -> Json:
        """`GET /me` of an application (`MeAnyProfile`)."""
        return _flags("application")

    def _area(self, name: str) -> Json:
        id_ = names.AREAS.get(name, "113")
        return {"id": id_, "name": name, "url": f"{self.api_url}/areas/{id_}"}

    def _apply_url(self, vacancy: Vacancy) -> str:
        return f"{self._site(vacancy)}/applicant/vacancy_response?vacancyId={vacancy.id}"

    def _site(self, vacancy: Vacancy) -> str:
        return f"https://{vacancy.site}" if vacancy.site else self.site_url

    def _relations(self, vacancy: Vacancy, applicant: Applicant | None) -> list[str]:
        if applicant is None:
            return []
        states = [n.state for n in self.world.of_applicant(applicant.id) if n.vacancy_id == vacancy.id]
        relation = {"response": "got_response", "discard": "got_rejection"}
        return sorted({relation.get(state, "got_invitation") for state in states})


def _flags(auth_type: str) -> Json:
    return {
        "auth_type": auth_type,
        "is_applicant": auth_type == "applicant",
        "is_employer": auth_type == "employer",
        "is_application": auth_type == "application",
        "is_admin": False,
        "is_employer_integration": False,
    }


def _metro(station: Metro) -> Json:
    return {
        "station_id": station.station_id,
        "station_name": station.station_name,
        "line_id": station.line_id,
        "line_name": station.line_name,
        "lat": station.lat,
        "lng": station.lng,
    }


def _salary(salary: Salary | None) -> Json | None:
    if salary is None:
        return None
    return {"from": salary.from_, "to": salary.to, "currency": salary.currency, "gross": salary.gross}


def _salary_range(salary: Salary | None) -> Json | None:
    if salary is None:
        return None
    return {
        "from": salary.from_,
        "to": salary.to,
        "currency": salary.currency,
        "gross": salary.gross,
        "mode": {"id": "MONTH", "name": "За месяц"},
        "frequency": {"id": "TWICE_PER_MONTH", "name": "Два раза в месяц"},
    }
