from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession, DummyCookieJar

from bot.sandbox.hh.objects import Applicant, Employer, Resume, Vacancy
from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import Caller


class Clock:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.time = 1_795_000_000.25

    def __call__(self) -> float:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class Cast:
    """One applicant with a resume, one employer with a vacancy."""

    applicant: Applicant
    resume: Resume
    employer: Employer
    vacancy: Vacancy


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def hh(clock: Clock) -> AsyncIterator[LocalHh]:
    async with LocalHh(now=clock) as hh:
        yield hh


@pytest.fixture
def cast(hh: LocalHh) -> Cast:
    applicant = hh.world.add_applicant("Анна", "Смирнова", "Павловна")
    employer = hh.world.add_employer("ООО «Ромашка»")
    return Cast(
        applicant,
        hh.world.add_resume(applicant, "Флорист"),
        employer,
        hh.world.add_vacancy(employer, "Флорист в салон"),
    )


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield session


@pytest.fixture
def call(session: ClientSession, hh: LocalHh, cast: Cast) -> Caller:
    return Caller(session, hh, cast.applicant)


@pytest.fixture
async def nid(call: Caller, cast: Cast) -> str:
    """A conversation that the applicant has begun with a letter."""
    reply = await call.apply(cast.vacancy.id, cast.resume.id, "Здравствуйте!")
    return reply.headers["Location"].rpartition("/")[2]


@pytest.fixture
def stranger(session: ClientSession, hh: LocalHh) -> Caller:
    """Another applicant, who has nothing."""
    return Caller(session, hh, hh.world.add_applicant("Пётр", "Иванов"))
