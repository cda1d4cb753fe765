"""The state of the local hh.ru: what exists, what time it is, who wants to know of changes."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from bot.sandbox.hh import refusals
from bot.sandbox.hh.objects import (
    APPLICANT,
    Account,
    Address,
    Applicant,
    Assessment,
    Employer,
    Manager,
    Message,
    Negotiation,
    Resume,
    Salary,
    Vacancy,
)

# What hh.ru's own ids look like: digits, growing.
_FIRST_IDS = {
    "account": 150_000_001,
    "employer": 1_000_001,
    "vacancy": 128_000_001,
    "negotiation": 4_600_000_001,
    "message": 9_800_000_001,
    "call": 501,
    "address": 3_001,
    "assessment": 7_001,
    "resume": 1,
}


@dataclass(frozen=True)
class Change:
    """Something has changed: `what` is one of negotiation, message, vacancy, account, request."""

    what: str
    id: str


@dataclass
class Limits:
    """The numbers of hh.ru's rules; `chat_ready_after` is in seconds."""

    in_a_row: int = 5
    overall: int = 1000
    message_length: int = 10_000
    applications_a_day: int = 200
    limit_status: int = 403
    chat_ready_after: float = 0.0


@dataclass
class World:
    """Everything that the local hh.ru knows. `now` gives unix seconds.

    `moderation` maps a phrase to the refusal that a text with it meets: `inappropriate_language`
    or `resource_policy_violation`.
    """

    now: Callable[[], float] = time.time
    limits: Limits = field(default_factory=Limits)
    moderation: dict[str, str] = field(default_factory=dict)
    employers: dict[str, Employer] = field(default_factory=dict)
    addresses: dict[str, Address] = field(default_factory=dict)
    vacancies: dict[str, Vacancy] = field(default_factory=dict)
    resumes: dict[str, Resume] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    negotiations: dict[str, Negotiation] = field(default_factory=dict)
    _listeners: list[Callable[[Change], None]] = field(default_factory=list)
    _ids: dict[str, Iterator[int]] = field(default_factory=dict)
    _of_applicant: dict[str, list[Negotiation]] = field(default_factory=dict)

    @property
    def moment(self) -> int:
        """Now, in whole seconds."""
        return int(self.now())

    def next_id(self, kind: str) -> str:
        """A new id of `kind`, greater than all before."""
        return str(next(self._ids.setdefault(kind, itertools.count(_FIRST_IDS[kind]))))

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` after every change, in the loop's thread; the result ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self, what: str, id_: str) -> None:
        """Tell the listeners."""
        for listener in tuple(self._listeners):
            listener(Change(what, id_))

    # Making things.

    def add_applicant(
        self,
        first_name: str,
        last_name: str,
        middle_name: str | None = None,
        *,
        email: str | None = None,
        phone: str | None = None,
    ) -> Applicant:
        """A new job seeker without resumes."""
        applicant = Applicant(self.next_id("account"), first_name, last_name, middle_name, email, phone)
        self.accounts[applicant.id] = applicant
        return applicant

    def add_manager(self, employer: Employer, first_name: str, last_name: str) -> Manager:
        """A new person who works for `employer`; his token is no applicant's."""
        manager = Manager(self.next_id("account"), first_name, last_name, employer_id=employer.id)
        self.accounts[manager.id] = manager
        return manager

    def add_resume(
        self,
        applicant: Applicant,
        title: str,
        *,
        status: str = "published",
        access: str = "clients",
        area: str = "Москва",
        salary: int | None = None,
        experience_months: int = 36,
    ) -> Resume:
        """A new resume; ids of resumes are 38 hexadecimal digits, as at hh.ru."""
        digest = hashlib.sha256(f"resume {self.next_id('resume')}".encode()).hexdigest()[:38]
        resume = Resume(
            digest, applicant.id, title, self.moment, status, access, area, salary, experience_months
        )
        applicant.resumes.append(resume)
        self.resumes[resume.id] = resume
        return resume

    def add_employer(self, name: str, *, trusted: bool = True) -> Employer:
        """A new company."""
        employer = Employer(self.next_id("employer"), name, trusted)
        self.employers[employer.id] = employer
        return employer

    def add_address(self, address: Address) -> Address:
        """Register an office; its id must be new."""
        self.addresses[address.id] = address
        return address

    def add_vacancy(
        self,
        employer: Employer,
        name: str,
        *,
        area: str = "Москва",
        description: str = "",
        salary: Salary | None = None,
        address: Address | None = None,
        key_skills: Iterable[str] = (),
        experience: str = "between1And3",
        schedule: str = "fullDay",
        employment: str = "full",
        work_format: Iterable[str] = ("ON_SITE",),
        type_id: str = "open",
        response_url: str | None = None,
        archived: bool = False,
        has_test: bool = False,
        letter_required: bool = False,
        allow_messages: bool = True,
        site: str | None = None,
    ) -> Vacancy:
        """A new vacancy; `type_id` direct wants a `response_url`."""
        vacancy = Vacancy(
            id=self.next_id("vacancy"),
            name=name,
            employer_id=employer.id,
            published_at=self.moment,
            area=area,
            description=description,
            salary=salary,
            address=address,
            key_skills=tuple(key_skills),
            experience=experience,
            schedule=schedule,
            employment=employment,
            work_format=tuple(work_format),
            type_id=type_id,
            response_url=response_url,
            archived=archived,
            has_test=has_test,
            letter_required=letter_required,
            allow_messages=allow_messages,
            site=site,
        )
        self.vacancies[vacancy.id] = vacancy
        return vacancy

    def open_negotiation(
        self, resume: Resume, vacancy: Vacancy, *, state: str, source: str = "NEGOTIATION"
    ) -> Negotiation:
        """A new conversation without messages."""
        at = self.moment
        negotiation = Negotiation(
            id=self.next_id("negotiation"),
            applicant_id=resume.applicant_id,
            resume_id=resume.id,
            vacancy_id=vacancy.id,
            state=state,
            created_at=at,
            updated_at=at,
            source=source,
            ready_at=self.now() + self.limits.chat_ready_after,
        )
        self.negotiations[negotiation.id] = negotiation
        self._of_applicant.setdefault(negotiation.applicant_id, []).append(negotiation)
        return negotiation

    def post(
        self,
        negotiation: Negotiation,
        author: str,
        text: str | None,
        *,
        state: str | None = "text",
        letter: bool = False,
        address: Address | None = None,
        assessments: Iterable[Assessment] = (),
    ) -> Message:
        """Append a message and move `updated_at`; no rule is checked here."""
        message = Message(
            id=self.next_id("message"),
            author=author,
            text=text,
            state=state,
            created_at=self.moment,
            viewed_by_applicant=author == APPLICANT,
            viewed_by_employer=author != APPLICANT,
            letter=letter,
            address=address,
            assessments=tuple(assessments),
        )
        negotiation.messages.append(message)
        self.touch(negotiation)
        self.changed("message", message.id)
        return message

    def touch(self, negotiation: Negotiation) -> None:
        """Move `updated_at` to now, and nothing else."""
        negotiation.updated_at = self.moment
        self.changed("negotiation", negotiation.id)

    def applicant(self, id_: str) -> Applicant:
        """An applicant's account; KeyError where there is none."""
        account = self.accounts[id_]
        if not isinstance(account, Applicant):
            raise KeyError(id_)
        return account

    @property
    def applicants(self) -> list[Applicant]:
        """All job seekers, in the order of their registration."""
        return [account for account in self.accounts.values() if isinstance(account, Applicant)]

    def of_applicant(self, applicant_id: str) -> list[Negotiation]:
        """All conversations of an applicant, oldest first."""
        return list(self._of_applicant.get(applicant_id, ()))

    def negotiation(self, nid: str, *, of: str | None = None) -> Negotiation:
        """A conversation, where `of` is given only this applicant's; raises `Refusal` 404."""
        found = self.negotiations.get(nid)
        if found is None or (of is not None and found.applicant_id != of):
            raise refusals.negotiation("topic_not_found")
        return found

    def message(self, negotiation: Negotiation, mid: str) -> Message:
        """A message of a conversation; raises `Refusal` 404."""
        for message in negotiation.messages:
            if message.id == mid:
                return message
        raise refusals.not_found()

    def vacancy_of(self, negotiation: Negotiation) -> Vacancy | None:
        """The vacancy of a conversation, None when it has been taken away."""
        vacancy = self.vacancies.get(negotiation.vacancy_id)
        return None if vacancy is None or vacancy.hidden else vacancy
