"""The lane that hides many conversations, one by one, beside all else; what has changed meanwhile stays.

All of them are one intent, so that neither the queue nor its commits grow with their number. Each is two
requests, and the pause between them leaves the better part of the user's share to what he does meanwhile.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec import structs

from bot import trail
from bot.chat.html import escape
from bot.chat.intents import HideAll
from bot.chat.screens import hiding, naming
from bot.chat.screens.trouble import reason
from bot.chat.texts import Texts
from bot.hh.errors import HhError, LinkAgain, NotFound, Refused, Throttled
from bot.hh.gateway import Gateway
from bot.hh.models import Negotiation
from bot.log import logger
from bot.sync.roster import Tab, belongs, entry
from bot.worker.access import SessionAccess, gateway, lapse, texts_of
from bot.worker.change import Change, Superseded, exchanged
from bot.worker.operations.places import place
from bot.worker.services import Services
from bot.worker.session import Session
from bot.worker.waiting import Waiting, to_hide

log = logger(__name__)

REASONS = 3
"""How many of the conversations that stayed are named."""

_SHOW_EVERY = 3.0
"""Seconds after which the user is shown again how far it is: Telegram limits edits."""


class Sweep:
    """Carries out the `HideAll` of one session."""

    def __init__(self, services: Services, session: Session, access: SessionAccess) -> None:
        self._services = services
        self._session = session
        self._access = access

    def ready(self) -> bool:
        """True where one may be hidden now."""
        hiding = self._next()
        return hiding is not None and hiding[0].not_before <= self._services.clock()

    async def run(self) -> None:
        """Hide on, until all are done or a longer pause is due."""
        while (hiding := self._next()) is not None:
            pause = hiding[0].not_before - self._services.clock()
            if pause > self._services.timing.sweep or not await self._session.rest(pause):
                return
            # It may have been stopped during the pause.
            hiding = self._next()
            if hiding is None:  # pragma: no cover - tried; Python 3.11 does not trace what follows a timeout
                return
            waiting, intent = hiding
            with trail.follow(waiting.trace_id, "hide"):
                await self._step(waiting, intent)

    def _next(self) -> tuple[Waiting, HideAll] | None:
        return to_hide(self._session.queue) if self._session.linked else None

    async def _step(self, waiting: Waiting, intent: HideAll) -> None:
        asking = gateway(self._services, self._session, self._access)
        try:
            account = self._session.linked_account
            rest = await hide_next(intent, asking, texts_of(self._session))
            await self._write_down(waiting, intent, rest, account.hh_id)
        except LinkAgain as error:
            await lapse(self._session, account, error)
        except Superseded:
            log.info("hiding was stopped, or the account changed under it")
        except HhError as error:
            log.info("hh.ru can't hide now", error=type(error).__name__)
            pause = error.retry_after if isinstance(error, Throttled) else None
            later = waiting.parked(self._services.clock(), pause, first=self._services.timing.again)
            with suppress(Superseded):
                await self._session.commit(Change(queue=exchanged(waiting, later), hh_id=account.hh_id))

    async def _write_down(self, waiting: Waiting, intent: HideAll, rest: HideAll, hh_id: str) -> None:
        t, now = texts_of(self._session), self._services.clock()
        gone = frozenset(intent.nids[:1]) if rest.hidden > intent.hidden else frozenset()
        after, said = None, []
        if rest.stopped or not rest.nids:
            said = [place(rest, hiding.done(t, rest))]
        else:
            # `since` is when the user was last shown how far it is: at the card, where there is one.
            show = bool(rest.card_id) and now - waiting.since >= _SHOW_EVERY
            said = [place(rest, hiding.progress(t, rest))] if show else []
            pause = self._services.timing.sweep
            since = now if show else waiting.since
            after = Waiting(rest, since=since, not_before=now + pause, trace_id=waiting.trace_id)
        change = Change(queue=exchanged(waiting, after), said=said, seen=gone, moved=True, hh_id=hh_id)
        await self._session.commit(change)
        log.debug("one of many was hidden or kept", hidden=rest.hidden, kept=rest.kept, left=len(rest.nids))


async def hide_next(intent: HideAll, hh: Gateway, t: Texts) -> HideAll:
    """Hide the first of them, or say why not. Raises the errors of hh.ru after which it is tried again.

    Looked at before, a conversation that was hidden by a try of unknown outcome counts as hidden, and
    nobody's change of mind is lost.
    """
    try:
        negotiation = await hh.negotiation(intent.nids[0])
        if _is_hidden(negotiation):
            return _hidden(intent)
        if intent.stopped:
            return intent
        title = naming.title(t, negotiation)
        if negotiation.has_updates or not belongs(entry(negotiation), Tab(intent.tab)):
            return _stays(intent, title, hiding.moved_on(t))
        return await _hide(intent, hh, t, title)
    except NotFound:
        return _hidden(intent)


async def _hide(intent: HideAll, hh: Gateway, t: Texts, title: str) -> HideAll:
    nid = intent.nids[0]
    try:
        await hh.hide(nid, decline=False)
    except NotFound:
        return _hidden(intent)
    except Refused as error:
        # A try that was cut off before may have come through only now.
        hidden = _is_hidden(await hh.negotiation(nid))
        return _hidden(intent) if hidden else _stays(intent, title, reason(t, error))
    return _hidden(intent)


def _is_hidden(negotiation: Negotiation) -> bool:
    return negotiation.hidden or negotiation.state.id == "hidden"


def _hidden(intent: HideAll) -> HideAll:
    return structs.replace(intent, nids=intent.nids[1:], hidden=intent.hidden + 1)


def _stays(intent: HideAll, title: str, why: str) -> HideAll:
    reasons = (*intent.reasons, (title, escape(why)))[:REASONS]
    return structs.replace(intent, nids=intent.nids[1:], kept=intent.kept + 1, reasons=reasons)
