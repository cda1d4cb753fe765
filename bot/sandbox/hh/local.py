"""The parts of the local hh.ru tied together, without any HTTP."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.hh.applicants import ApplicantDesk
from bot.sandbox.hh.employers import EmployerDesk
from bot.sandbox.hh.faults import Faults
from bot.sandbox.hh.journal import Journal
from bot.sandbox.hh.objects import Account, Captcha
from bot.sandbox.hh.tokens import Application, Tokens
from bot.sandbox.hh.views import Views
from bot.sandbox.hh.world import World


@dataclass(frozen=True)
class Hh:
    """One local hh.ru: its state, both sides' desks, its tokens, faults and journal."""

    world: World
    applicants: ApplicantDesk
    employers: EmployerDesk
    tokens: Tokens
    faults: Faults
    journal: Journal
    views: Views

    def require_captcha(self, account: Account, on: str = "POST /negotiations") -> Captcha:
        """A captcha stands before the account's requests `on` until it is passed at the site."""
        account.captcha = Captcha(secrets.token_urlsafe(12), on)
        return account.captcha


def build(
    *,
    api_url: str,
    site_url: str,
    application: Application,
    world: World | None = None,
    now: Callable[[], float] = time.time,
    expires_in: int = 1_209_600,
) -> Hh:
    """A new local hh.ru that names itself by these addresses; `now` is ignored where `world` is given."""
    world = world or World(now=now)
    journal = Journal(world.now)
    return Hh(
        world=world,
        applicants=ApplicantDesk(world, journal),
        employers=EmployerDesk(world),
        tokens=Tokens(application, world.now, expires_in=expires_in),
        faults=Faults(),
        journal=journal,
        views=Views(world, api_url.rstrip("/"), site_url.rstrip("/")),
    )
