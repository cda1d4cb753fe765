"""Conversations, vacancies and resumes to show, kind and hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.hh.models import (
    Address,
    Author,
    Employer,
    IdName,
    Message,
    Negotiation,
    Negotiations,
    PhoneCall,
    Resume,
    Resumes,
    ResumeShort,
    Vacancy,
    VacancyShort,
)

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NASTY = "<b>Ёж & Ко</b> \"'«»\u202e{n} %s 😀\x00\ud800\r\n"
LONG = NASTY * 200
RESUME_ID = "0123456789abcdef0123456789abcdef012345"
BIG_ID = "98765432109876543210"

ADDRESS = Address.model_validate(
    {
        "city": "Москва",
        "street": "улица Годовикова",
        "building": "9с10",
        "description": "На проходной потребуется паспорт",
        "lat": 55.807794,
        "lng": 37.638699,
        "metro_stations": [{"station_name": "Алексеевская", "line_name": "Калужско-Рижская"}],
    }
)


def negotiation(
    nid: str = "101",
    *,
    state: str = "response",
    state_name: str = "Отклик",
    company: str | None = "ООО «Ромашка»",
    vacancy: str | None = "Python-разработчик",
    url: str | None = "https://hh.ru/vacancy/1",
    messaging_status: str = "ok",
    decline_allowed: bool = False,
    hidden: bool = False,
    has_updates: bool = False,
    archived: bool = False,
) -> Negotiation:
    """A conversation; `vacancy` None: hh.ru gives none, `company` None: an anonymous one."""
    employer = Employer(name=company) if company is not None else None
    short = (
        VacancyShort(id="1", name=vacancy, alternate_url=url, employer=employer, archived=archived)
        if vacancy is not None
        else None
    )
    return Negotiation(
        id=nid,
        state=IdName(id=state, name=state_name),
        created_at=NOW - timedelta(days=3),
        updated_at=NOW - timedelta(minutes=5),
        messaging_status=messaging_status,
        decline_allowed=decline_allowed,
        hidden=hidden,
        has_updates=has_updates,
        resume=ResumeShort(id=RESUME_ID, title="Разработчик"),
        vacancy=short,
    )


def bare_negotiation() -> Negotiation:
    """Everything null that hh.ru may give as null."""
    return Negotiation.model_validate(
        {
            "id": 7,
            "state": {"id": "response"},
            "created_at": "2026-11-01T10:00:00+0300",
            "updated_at": "2026-11-01T10:00:00+0300",
            "resume": None,
            "vacancy": None,
        }
    )


def message(
    mid: str = "501",
    text: str | None = "Здравствуйте!",
    *,
    mine: bool = False,
    state: str = "text",
    minutes_ago: int = 5,
    address: Address | None = None,
    viewed: bool = False,
) -> Message:
    """A message of the employer, or of the applicant where `mine`."""
    return Message(
        id=mid,
        created_at=NOW - timedelta(minutes=minutes_ago),
        text=text,
        state=IdName(id=state),
        author=Author(participant_type="applicant" if mine else "employer"),
        address=address,
        viewed_by_opponent=viewed,
    )


def missed_call(call_id: str = "77", status: str = "did_not_connect", minutes_ago: int = 20) -> PhoneCall:
    """A telephone call that came to nothing."""
    return PhoneCall(id=call_id, status=status, creation_time=NOW - timedelta(minutes=minutes_ago))


def page(*items: Negotiation, number: int = 0, pages: int = 1, per_page: int = 8) -> Negotiations:
    """A page of the list."""
    return Negotiations(
        items=list(items), page=number, pages=pages, per_page=per_page, found=len(items) * pages
    )


def vacancy(**fields: object) -> Vacancy:
    """A vacancy as `GET /vacancies/{id}` gives it."""
    return Vacancy.model_validate(
        {
            "id": "1",
            "name": "Python-разработчик",
            "alternate_url": "https://hh.ru/vacancy/1",
            "employer": {"id": "5", "name": "ООО «Ромашка»", "trusted": True},
            "published_at": "2026-11-20T10:00:00+0300",
            "area": {"id": "1", "name": "Москва"},
            "salary": {"from": 150000, "to": 200000, "currency": "RUR", "gross": True},
            "experience": {"id": "between1And3", "name": "От 1 года до 3 лет"},
            "employment": {"id": "full", "name": "Полная занятость"},
            "work_format": [{"id": "REMOTE", "name": "Удалённо"}],
            "key_skills": [{"name": "Python"}, {"name": "Redis"}],
            **fields,
        }
    )


def bare_vacancy() -> Vacancy:
    """A vacancy of which only the id is known."""
    return Vacancy.model_validate({"id": "1"})


def resumes(*titles: str | None, **overall: int) -> Resumes:
    """Suitable resumes with these titles."""
    items = [Resume(id=f"{number:038x}", title=title) for number, title in enumerate(titles, 1)]
    return Resumes.model_validate(
        {"items": [item.model_dump() for item in items], "overall": overall or None}
    )
