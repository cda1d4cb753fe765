"""hh.ru's objects, cut down to the fields that the bridge uses.

Every model tolerates unknown fields and unknown values, and takes null wherever hh.ru's OpenAPI
documents (2025-12 and 2026-06) allow it; what else may be missing is put right in `bot.hh.parsing`, for a
validator that sees a whole page before it is parsed makes that twice as slow. Names are those of the
documents.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.hh.vacancy_links import MAIN_SITE, site_of


def _moment(value: object) -> object:
    # hh.ru writes `2013-10-07T18:30:57+0400` (OpenAPI 2025-12, info, "date-format"); pydantic reads
    # that form too. A moment without an offset is taken as UTC, so that moments always compare.
    if isinstance(value, str):
        parsed = datetime.fromisoformat(value)
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return value


def _text_id(value: object) -> object:
    return str(value) if isinstance(value, int) else value


def _items(value: object) -> object:
    # The documents allow null for some lists and for single items of others (`VacancyRelationItem`).
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [] if value is None else value


def _text(value: object) -> object:
    return "" if value is None else value


Moment = Annotated[datetime, BeforeValidator(_moment)]
Id = Annotated[str, BeforeValidator(_text_id)]
Text = Annotated[str, BeforeValidator(_text)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class IdName(_Model):
    """An entry of one of hh.ru's dictionaries."""

    id: Text = ""
    name: Text = ""


class Metro(_Model):
    """A metro station (`_IncludesMetroStation`)."""

    station_name: Text = ""
    line_name: Text = ""


class Address(_Model):
    """Where a vacancy or an interview is (`VacancyAddressRawOutput`); `raw` is all of it in one line."""

    city: str | None = None
    street: str | None = None
    building: str | None = None
    description: str | None = None
    raw: str | None = None
    lat: float | None = None
    lng: float | None = None
    metro: Metro | None = None
    metro_stations: Annotated[list[Metro], BeforeValidator(_items)] = []


class Salary(_Model):
    """A range of money; an open end is None, `gross` is before taxes.

    `mode` is what it is paid for (dictionary "salary_range_mode"), in `salary_range` only.
    """

    from_: int | None = Field(default=None, alias="from")
    to: int | None = None
    currency: str | None = None
    gross: bool | None = None
    mode: IdName | None = None


class Employer(_Model):
    """Who offers a vacancy; without `id` where the name is withheld. hh.ru has checked a `trusted` one."""

    id: Id | None = None
    name: Text = ""
    alternate_url: str | None = None
    trusted: bool = False
    accredited_it_employer: bool | None = None


class VacancyShort(_Model):
    """The vacancy inside a negotiation (`VacanciesNegotiationsVacancyShort`)."""

    id: Id
    name: Text = ""
    alternate_url: str | None = None
    archived: bool = False
    employer: Employer | None = None


class VacancyType(_Model):
    """The kind of a vacancy: open, closed, anonymous, direct."""

    id: Text = ""


class Vacancy(_Model):
    """`GET /vacancies/{id}` (`VacanciesVacancyForApplicant`)."""

    id: Id
    name: Text = ""
    alternate_url: str | None = None
    apply_alternate_url: str | None = None
    archived: bool = False
    published_at: Moment | None = None
    employer: Employer | None = None
    area: IdName | None = None
    salary: Salary | None = None
    salary_range: Salary | None = None
    experience: IdName | None = None
    schedule: IdName | None = None
    employment: IdName | None = None
    employment_form: IdName | None = None
    work_format: Annotated[list[IdName], BeforeValidator(_items)] = []
    key_skills: Annotated[list[KeySkill], BeforeValidator(_items)] = []
    address: Address | None = None
    has_test: bool = False
    response_letter_required: bool = False
    response_url: str | None = None
    type: VacancyType | None = None
    closed_for_applicants: bool | None = None
    relations: Annotated[list[str], BeforeValidator(_items)] = []

    @property
    def direct(self) -> bool:
        """True where one applies on the employer's own site (`type.id=direct`)."""
        return self.type is not None and self.type.id == "direct"


class KeySkill(_Model):
    """A skill that a vacancy asks for."""

    name: Text = ""


class ResumeShort(_Model):
    """The resume inside a negotiation; without `title` where it was deleted."""

    id: Id
    title: str | None = None


class Resume(_Model):
    """An item of `/resumes/mine` or `/vacancies/{id}/suitable_resumes`."""

    id: Id
    title: str | None = None
    status: IdName | None = None
    finished: bool = True
    requires_completion: bool = False
    alternate_url: str | None = None


class ResumesOverall(_Model):
    """How many resumes don't fit a vacancy, by reason (`ResumesSuitableResumeOverall`)."""

    not_published: int = 0
    already_applied: int = 0
    unavailable: int = 0


class Page(_Model):
    """One page of a list; `unreadable` is ours: how many items it lacks that can't be read."""

    found: int = 0
    page: int = 0
    pages: int = 1
    per_page: int = 20
    unreadable: int = 0

    def more(self, number: int, listed: int) -> bool:
        """True where page `number` is not the last, after so many items; hh.ru's counts may differ."""
        return number + 1 < self.pages or listed < self.found


class Resumes(Page):
    """Resumes; `overall` only for a vacancy."""

    items: list[Resume]
    overall: ResumesOverall | None = None


class PhoneCall(_Model):
    """A call of the employer (`NegotiationsPhoneCallItem`)."""

    id: Id
    status: Text = ""
    creation_time: Moment
    duration_seconds: float | None = None

    @property
    def missed(self) -> bool:
        """True where nobody spoke to anybody (dictionary `phone_call_status`)."""
        return self.status in ("did_not_connect", "call_error")


class PhoneCalls(_Model):
    """The calls of one conversation."""

    items: Annotated[list[PhoneCall], BeforeValidator(_items)] = []
    picked_up_phone_by_opponent: bool = False


class Counters(_Model):
    """How many messages a conversation has."""

    messages: int | None = None
    unread_messages: int | None = None


class Negotiation(_Model):
    """A response or invitation (`NegotiationsObjectsTopicItem`): one conversation."""

    id: Id
    state: IdName = IdName()
    created_at: Moment
    updated_at: Moment
    has_updates: bool = False
    viewed_by_opponent: bool = False
    messaging_status: str = "ok"
    decline_allowed: bool = False
    hidden: bool = False
    source: str | None = None
    counters: Counters | None = None
    phone_calls: PhoneCalls | None = None
    resume: ResumeShort | None = None
    vacancy: VacancyShort | None = None
    url: str | None = None

    @property
    def company(self) -> str:
        """The employer's name, "" where hh.ru gives none."""
        employer = self.vacancy.employer if self.vacancy else None
        return employer.name if employer else ""

    @property
    def sister_site(self) -> str | None:
        """The site of the group that the vacancy is shown on, None for hh.ru itself."""
        site = site_of(self.vacancy.alternate_url or "") if self.vacancy else None
        return None if site == MAIN_SITE else site


class Negotiations(Page):
    """One page of conversations; `server_time` is ours: hh.ru's clock when it answered (UTC)."""

    items: list[Negotiation]
    server_time: datetime | None = None


class Author(_Model):
    """Who wrote: `applicant` or `employer`, "" where hh.ru doesn't say."""

    participant_type: Text = ""


class AssessmentAction(_Model):
    """What the applicant can do about an assessment, at `alternate_url`."""

    id: Id = ""
    name: Text = ""
    enabled: bool = True
    alternate_url: str | None = None


class Assessment(_Model):
    """A test that the employer asks for."""

    id: Id
    name: Text = ""
    actions: Annotated[list[AssessmentAction], BeforeValidator(_items)] = []


class Message(_Model):
    """A message of a conversation (`NegotiationsMessage`)."""

    id: Id
    created_at: Moment
    text: str | None = None
    state: IdName | None = None
    author: Author = Author()
    editable: bool = False
    viewed_by_me: bool = True
    viewed_by_opponent: bool = False
    address: Address | None = None
    assessments: Annotated[list[Assessment], BeforeValidator(_items)] = []

    @property
    def mine(self) -> bool:
        """True for the applicant's own messages; what is nobody's is better told than lost."""
        return self.author.participant_type == "applicant"


class Messages(Page):
    """One page of messages."""

    items: list[Message]


class Me(_Model):
    """`GET /me`. Employers and applications have no names or other flags set."""

    id: Id | None = None
    is_applicant: bool = False
    is_employer: bool = False
    is_application: bool = False
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None


class Tokens(_Model):
    """The answer of the token address (`AuthUserToken`); `expires_in` in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int = 1209600


class Dictionaries(_Model):
    """`GET /dictionaries`, only the parts with names shown to users."""

    negotiations_state: Annotated[list[IdName], BeforeValidator(_items)] = []
    messaging_status: Annotated[list[IdName], BeforeValidator(_items)] = []
    applicant_negotiation_status: Annotated[list[IdName], BeforeValidator(_items)] = []
