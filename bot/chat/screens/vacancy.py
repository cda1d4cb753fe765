"""The vacancy: what the job is, what it pays, who offers it, and whether one can apply from here."""

from __future__ import annotations

from datetime import datetime

from bot.chat import actions
from bot.chat.html import Html, escape, join, shorten
from bot.chat.outgoing import Application, Screen
from bot.chat.screens import naming
from bot.chat.screens.keys import link, press, rows
from bot.chat.screens.places import address_text
from bot.chat.texts import N_, Texts
from bot.hh.models import IdName, Salary, Vacancy
from bot.hh.vacancy_links import MAIN_SITE

APPLIED = frozenset({"got_response", "got_invitation", "got_rejection"})
"""Relations of a vacancy to an applicant who has applied (OpenAPI 2025-12, dictionary "vacancy_relation")."""

_SKILLS = 12
_PAID = {
    "MONTH": N_("a month"),
    "SHIFT": N_("a shift"),
    "HOUR": N_("an hour"),
    "FLY_IN_FLY_OUT": N_("a rotation"),
    "SERVICE": N_("a job"),
}
"""What a salary is paid for (OpenAPI 2025-12, dictionary "salary_range_mode")."""


def card(
    t: Texts, vacancy: Vacancy, applied: bool = False, host: str = "", *, now: datetime | None = None
) -> Screen:
    """What the job is, and Apply where one can. `host` is the sister site it was seen on."""
    applied = applied or not APPLIED.isdisjoint(vacancy.relations)
    closed = vacancy.archived or bool(vacancy.closed_for_applicants)
    can_apply = not closed and not vacancy.direct and not vacancy.has_test
    apply_label = t.label("📨 Apply with another resume") if applied else t.label("📨 Apply")
    own_site = link(t.label("🌐 Apply on the employer's site"), vacancy.response_url)
    test = vacancy.apply_alternate_url or vacancy.alternate_url
    return Screen(
        text=join(
            (
                heading(t, vacancy),
                _facts(t, vacancy),
                _published(t, vacancy, host, now),
                _note(t, vacancy, applied, closed),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(apply_label, actions.APPLY, vacancy.id, host) if can_apply else None],
            [own_site if vacancy.direct and not closed else None],
            [
                link(t.label("📝 Take the test and apply"), test)
                if vacancy.has_test and not vacancy.direct and not closed
                else None
            ],
            [
                link(naming.open_on(t, vacancy.alternate_url), vacancy.alternate_url),
                press(t.label("Cancel"), actions.CANCEL) if can_apply else None,
            ],
        ),
        about=Application(vacancy.id),
    )


def heading(t: Texts, vacancy: Vacancy) -> Html:
    """Vacancy and company in bold, on two lines; a tick behind a company that hh.ru has checked."""
    name, company = naming.vacancy(t, vacancy.name), naming.company(t, vacancy.employer)
    trusted = " ✅" if vacancy.employer and vacancy.employer.trusted else ""
    return Html(f"<b>{escape(name)}</b>\n<b>{escape(company)}</b>{trusted}")


def salary(t: Texts, offer: Salary | None) -> str:
    """A salary as plain text: from, to, currency, for what, before or after tax."""
    if offer is None or (offer.from_ is None and offer.to is None):
        return t.label("The salary is not named")
    low, high, currency = offer.from_, offer.to, shorten(offer.currency or "", 10)
    if low is not None and high is not None and low != high:
        amount = t.money(low, currency, high)
    elif high is None:
        amount = t.label("from {amount}", amount=t.money(low or 0, currency))
    elif low is None:
        amount = t.label("up to {amount}", amount=t.money(high, currency))
    else:
        amount = t.money(low, currency)
    terms = [_paid(t, offer.mode)]
    if offer.gross is not None:
        terms.append(t.label("before tax") if offer.gross else t.label("after tax"))
    said = ", ".join(term for term in terms if term)
    return f"{amount} {said}".strip()


def _paid(t: Texts, mode: IdName | None) -> str:
    if mode is None:
        return ""
    known = _PAID.get(mode.id)
    return t.label(known) if known else shorten(mode.name, 40).lower()


def _facts(t: Texts, vacancy: Vacancy) -> Html:
    terms = [vacancy.experience, vacancy.employment_form or vacancy.employment, *_where_to_work(vacancy)]
    named = " · ".join(term.name for term in terms if term and term.name)
    return join(
        (
            f"💰 {salary(t, vacancy.salary_range or vacancy.salary)}",
            f"🏙 {shorten(vacancy.area.name, 100)}" if vacancy.area and vacancy.area.name else "",
            f"💼 {shorten(named, 300)}" if named else "",
            _skills(t, [skill.name for skill in vacancy.key_skills if skill.name.strip()]),
            address_text(t, vacancy.address) if vacancy.address else "",
        )
    )


def _skills(t: Texts, skills: list[str]) -> str:
    """The first skills, and how many more there are."""
    if not skills:
        return ""
    more = len(skills) - _SKILLS
    shown = shorten(", ".join(skills[:_SKILLS]), 300)
    return f"🛠 {shown} {t.label('and {n} more', n=t.number(more)) if more > 0 else ''}".strip()


def _where_to_work(vacancy: Vacancy) -> list[IdName | None]:
    return [*vacancy.work_format] or [vacancy.schedule]


def _published(t: Texts, vacancy: Vacancy, host: str, now: datetime | None) -> Html:
    site = host or naming.site(vacancy.alternate_url)
    elsewhere = site if site != MAIN_SITE else ""
    day = t.day(vacancy.published_at, now) if vacancy.published_at else ""
    return join(
        (
            t("🗓 Published: {day}", day=day) if day else "",
            t("🌐 Site: {site}", site=elsewhere) if elsewhere else "",
        )
    )


def _note(t: Texts, vacancy: Vacancy, applied: bool, closed: bool) -> Html:
    if closed:
        return t("🗄 The vacancy is closed: it's no longer possible to apply.")
    if vacancy.direct:
        return t("🌐 The employer takes applications only on its own site.")
    if vacancy.has_test:
        return t("📝 The employer asks to take a test: apply on hh.ru.")
    if applied:
        return t("✅ You have already applied to this vacancy.")
    if vacancy.response_letter_required:
        return t("✍️ A cover letter is required.")
    return Html("")
