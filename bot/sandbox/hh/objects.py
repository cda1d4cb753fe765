"""What the local hh.ru consists of: people, vacancies, conversations.

Moments are whole unix seconds, as coarse as hh.ru's own dates.
"""

from __future__ import annotations

from dataclasses import dataclass, field

APPLICANT = "applicant"
EMPLOYER = "employer"


@dataclass(frozen=True)
class Metro:
    """A metro station."""

    station_id: str
    station_name: str
    line_id: str
    line_name: str
    lat: float
    lng: float


@dataclass(frozen=True)
class Address:
    """An office of an employer."""

    id: str
    employer_id: str
    city: str
    street: str
    building: str
    lat: float
    lng: float
    description: str | None = None
    metro: tuple[Metro, ...] = ()

    @property
    def raw(self) -> str:
        """The address in one line."""
        return ", ".join(part for part in (self.city, self.street, self.building) if part)


@dataclass(frozen=True)
class Assessment:
    """A test that an employer attaches to a message."""

    id: str
    name: str
    enabled: bool = True


@dataclass(frozen=True)
class Salary:
    """Bounds in whole units of `currency` a month; either may be open."""

    from_: int | None = None
    to: int | None = None
    currency: str = "RUR"
    gross: bool = False


@dataclass
class Employer:
    """A company; `denied` holds the applicants whose applications it does not take."""

    id: str
    name: str
    trusted: bool = True
    denied: set[str] = field(default_factory=set)


@dataclass
class Resume:
    """An applicant's resume; `status` and `access` are ids of hh.ru's dictionaries."""

    id: str
    applicant_id: str
    title: str
    created_at: int
    status: str = "published"
    access: str = "clients"
    area: str = "Москва"
    salary: int | None = None
    experience_months: int = 36
    finished: bool = True
    deleted: bool = False

    @property
    def visible(self) -> bool:
        """Whether employers can open it."""
        return self.status == "published" and not self.deleted


@dataclass(frozen=True)
class Captcha:
    """A captcha that stands before an account's requests `on` ("METHOD path") until it is passed."""

    state: str
    on: str
    captcha_url: bool = True
    fallback_url: bool = True


@dataclass
class Account:
    """Who can log in at the site. `lock` is the token address's own word for a closed account."""

    id: str
    first_name: str
    last_name: str
    middle_name: str | None = None
    email: str | None = None
    phone: str | None = None
    lock: str | None = None
    captcha: Captcha | None = None

    @property
    def full_name(self) -> str:
        """Surname, name, patronymic."""
        return " ".join(part for part in (self.last_name, self.first_name, self.middle_name) if part)


@dataclass
class Applicant(Account):
    """A job seeker. `consented` is his consent to be visible to employers of his country."""

    resumes: list[Resume] = field(default_factory=list)
    consented: bool = True
    applied_at: list[int] = field(default_factory=list)


@dataclass
class Manager(Account):
    """A person who works for an employer."""

    employer_id: str = ""


@dataclass
class Vacancy:
    """A vacancy; an anonymous one (`type_id="anonymous"`) does not tell its employer.

    `site` is the host of a sister site, None for hh.ru itself.
    """

    id: str
    name: str
    employer_id: str
    published_at: int
    area: str = "Москва"
    description: str = ""
    salary: Salary | None = None
    address: Address | None = None
    key_skills: tuple[str, ...] = ()
    experience: str = "between1And3"
    schedule: str = "fullDay"
    employment: str = "full"
    work_format: tuple[str, ...] = ("ON_SITE",)
    type_id: str = "open"
    response_url: str | None = None
    archived: bool = False
    hidden: bool = False
    has_test: bool = False
    letter_required: bool = False
    allow_messages: bool = True
    premium: bool = False
    site: str | None = None


@dataclass
class Message:
    """A message; `letter` marks what the applicant wrote when he applied."""

    id: str
    author: str
    text: str | None
    state: str | None
    created_at: int
    viewed_by_applicant: bool
    viewed_by_employer: bool
    letter: bool = False
    address: Address | None = None
    assessments: tuple[Assessment, ...] = ()
    edited: bool = False


@dataclass
class PhoneCall:
    """A call of the employer; `duration` in seconds, None while it lasts or where nobody answered."""

    id: int
    status: str
    created_at: float
    changed_at: float | None = None
    duration: int | None = None


@dataclass
class Negotiation:
    """One conversation. `barred` is a messaging status that outweighs the computed one."""

    id: str
    applicant_id: str
    resume_id: str
    vacancy_id: str
    state: str
    created_at: int
    updated_at: int
    source: str = "NEGOTIATION"
    messages: list[Message] = field(default_factory=list)
    phone_calls: list[PhoneCall] = field(default_factory=list)
    hidden: bool = False
    archived: bool = False
    viewed_by_employer: bool = False
    barred: str | None = None
    ready_at: float = 0.0

    @property
    def has_updates(self) -> bool:
        """Whether the applicant has messages that he hasn't seen."""
        return any(not message.viewed_by_applicant for message in self.messages)
