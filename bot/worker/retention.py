"""Whoever blocked the bot and does not come back is forgotten: revoked at hh.ru, erased here."""

from __future__ import annotations

from bot.log import logger
from bot.worker.access import SessionAccess
from bot.worker.change import Change
from bot.worker.due import kept_until
from bot.worker.services import Services
from bot.worker.session import Session

log = logger(__name__)


class Retention:
    """The end of one session's account."""

    def __init__(self, services: Services, session: Session, access: SessionAccess) -> None:
        self._services = services
        self._session = session
        self._access = access

    def ready(self) -> bool:
        """True where the time to return is over."""
        until = kept_until(self._session)
        return until is not None and until <= self._services.clock()

    async def run(self) -> None:
        """Forget the user; what hh.ru can't take back now ends by itself (contract, "OAuth")."""
        account = self._session.linked_account
        log.info("a user who blocked the bot did not come back")
        await self._access.revoke()
        await self._session.commit(Change(erase=True, hh_id=account.hh_id))
