"""What the console shows, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice

from bot.sandbox.hh import rules
from bot.sandbox.hh.employers import CALL_STATUSES
from bot.sandbox.hh.faults import KINDS, Rule
from bot.sandbox.hh.local import Hh
from bot.sandbox.hh.objects import Account, Applicant, Manager, Message, Negotiation, Vacancy
from bot.sandbox.hh.views import Json


def state(hh: Hh) -> Json:
    """Everything there is, conversations latest first and without messages."""
    world = hh.world
    latest = sorted(world.negotiations.values(), key=lambda n: (n.updated_at, int(n.id)), reverse=True)
    return {
        "now": hh.views.date(world.now()),
        "api_url": hh.views.api_url,
        "site_url": hh.views.site_url,
        "accounts": [account(hh, item) for item in world.accounts.values()],
        "employers": [{"id": item.id, "name": item.name} for item in world.employers.values()],
        "addresses": [
            hh.views.address(item) | {"employer_id": item.employer_id} for item in world.addresses.values()
        ],
        "vacancies": [vacancy(hh, item) for item in world.vacancies.values()],
        "negotiations": [negotiation(hh, item) for item in latest],
        "call_statuses": list(CALL_STATUSES),
    }


def account(hh: Hh, item: Account) -> Json:
    """An account, its resumes and the state of its tokens, which are never shown."""
    report: Json = {
        "id": item.id,
        "name": item.full_name,
        "kind": "applicant" if isinstance(item, Applicant) else "employer",
        "lock": item.lock,
        "captcha": item.captcha is not None,
        "linked": bool(hh.tokens.live(item.id)),
    }
    match item:
        case Applicant():
            report["consented"] = item.consented
            report["resumes"] = [
                {"id": resume.id, "title": resume.title, "status": resume.status, "deleted": resume.deleted}
                for resume in item.resumes
            ]
        case Manager():  # pragma: no branch - the last kind there is
            report["employer_id"] = item.employer_id
    return report


def vacancy(hh: Hh, item: Vacancy) -> Json:
    """A vacancy as its employer sees it."""
    return {
        "id": item.id,
        "name": item.name,
        "employer_id": item.employer_id,
        "employer": hh.world.employers[item.employer_id].name,
        "type": item.type_id,
        "archived": item.archived,
        "hidden": item.hidden,
        "has_test": item.has_test,
        "letter_required": item.letter_required,
        "allow_messages": item.allow_messages,
        "url": hh.views.vacancy_url(item),
    }


def negotiation(hh: Hh, item: Negotiation, *, messages: bool = False) -> Json:
    """A conversation as its employer sees it."""
    world = hh.world
    about = world.vacancies[item.vacancy_id]
    report: Json = {
        "id": item.id,
        "applicant_id": item.applicant_id,
        "applicant": world.accounts[item.applicant_id].full_name,
        "resume": world.resumes[item.resume_id].title,
        "vacancy_id": about.id,
        "vacancy": about.name,
        "employer_id": about.employer_id,
        "employer": world.employers[about.employer_id].name,
        "state": item.state,
        "created_at": hh.views.date(item.created_at),
        "updated_at": hh.views.date(item.updated_at),
        "messaging_status": rules.messaging_status(world, item),
        "hidden": item.hidden,
        "archived": rules.is_archived(world, item),
        "seen_by_applicant": not item.has_updates,
        "unread_by_employer": sum(not message.viewed_by_employer for message in item.messages),
        "last_message": _message(hh, item.messages[-1]) if item.messages else None,
        "phone_calls": [hh.views.phone_call(call) for call in item.phone_calls],
    }
    if messages:
        report["messages"] = [_message(hh, message) for message in item.messages]
    return report


def _message(hh: Hh, item: Message) -> Json:
    return {
        "id": item.id,
        "author": item.author,
        "text": item.text,
        "state": item.state,
        "created_at": hh.views.date(item.created_at),
        "edited": item.edited,
        "viewed_by_applicant": item.viewed_by_applicant,
        "viewed_by_employer": item.viewed_by_employer,
        "address": None if item.address is None else item.address.raw,
        "assessments": [assessment.name for assessment in item.assessments],
    }


def faults(hh: Hh) -> Json:
    """The faults and oddities in force, and which kinds there are."""
    quirks = asdict(hh.views.quirks)
    return {
        "kinds": sorted(KINDS),
        "rules": [_rule(rule) for rule in hh.faults.rules if rule.left != 0],
        "ceiling": hh.faults.ceiling,
        "quirks": {name: sorted(v) if isinstance(v, frozenset) else v for name, v in quirks.items()},
    }


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "kind": rule.fault.kind,
        "on": f"{rule.method} {rule.path}",
        "left": rule.left,
        "struck": rule.struck,
        "account_id": rule.account_id,
    }


def journal(hh: Hh, latest: int) -> Json:
    """All effects, and the `latest` requests, newest first."""
    return {
        "effects": [asdict(effect) for effect in hh.journal.effects],
        "requests": [asdict(request) for request in islice(reversed(hh.journal.requests), latest)],
    }
