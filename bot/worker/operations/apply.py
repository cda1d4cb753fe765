"""An application: never twice, so an attempt of unknown outcome is looked for on hh.ru."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.html import digest
from bot.chat.intents import Apply
from bot.chat.outgoing import Application, Conversation, Outgoing
from bot.chat.screens import answers, applying
from bot.chat.screens.trouble import reason
from bot.chat.shown import Sent
from bot.chat.texts import Texts
from bot.hh.errors import CaptchaRequired, MalformedAnswer, Refused
from bot.hh.gateway import DirectVacancy, Gateway
from bot.hh.models import Negotiation
from bot.hh.vacancy_links import MAIN_SITE
from bot.sync.applications import Applications
from bot.worker.change import Change
from bot.worker.operations.operation import Impossible
from bot.worker.operations.places import place, ticked
from bot.worker.operations.reading import DOUBTFUL, SKEW, InDoubt, glimpse, older
from bot.worker.session import Session


class Applying:
    """One application, noted before it leaves."""

    repeatable = False

    def __init__(self, intent: Apply, hh: Gateway, session: Session) -> None:
        self._intent = intent
        self._hh = hh
        self._session = session
        self._before = Applications()

    async def perform(self, t: Texts) -> Change:
        """Apply; a vacancy that takes applications elsewhere is answered with its address."""
        intent = self._intent
        self._before = await self._session.kept.applications()
        result = await self._hh.apply(intent.vacancy_id, intent.resume_id, intent.letter, host=intent.host)
        if isinstance(result, DirectVacancy):
            raise Impossible(Change(said=[place(intent, applying.direct(t, result.url))]))
        listed = await glimpse(self._hh, result.nid) if result.nid is not None else None
        return self._accepted(t, result.nid, listed)

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        """Among the conversations about the vacancy: one of this time."""
        intent = self._intent
        self._before = await self._session.kept.applications()
        listed = await self._hh.negotiations(vacancy_id=intent.vacancy_id, host=intent.host)
        in_doubt = False
        for negotiation in filter(self._alike, listed.items):
            age = older(negotiation.created_at, listed.server_time, attempted_at, now)
            if age <= SKEW:
                return self._accepted(t, negotiation.id, negotiation)
            in_doubt |= age <= DOUBTFUL
        if listed.unreadable:
            raise MalformedAnswer("a conversation that can't be read may be the one")
        if in_doubt:
            raise InDoubt
        return None

    def _alike(self, negotiation: Negotiation) -> bool:
        vacancy, resume = negotiation.vacancy, negotiation.resume
        this_vacancy = vacancy is None or vacancy.id == self._intent.vacancy_id
        # Of a resume that was deleted since, nothing is shown.
        return this_vacancy and (resume is None or resume.id == self._intent.resume_id)

    def refused(self, t: Texts, error: Refused) -> Change:
        """Said in place of the question, with the way to try again where there is one."""
        intent = self._intent
        again = Application(
            intent.vacancy_id, intent.resume_id, intent.letter, intent.host, intent.chat_message_id
        )
        if isinstance(error, CaptchaRequired):
            return Change(said=[place(intent, applying.captcha(t, error.url, again))])
        if error.value == "limit_exceeded":
            now = self._session.now()
            return Change(said=[place(intent, applying.limit(t, self._before.free_at(now), now, again))])
        return Change(said=[place(intent, answers.not_sent(t, reason(t, error)))])

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        """It may have arrived, or not: the user decides."""
        return [place(self._intent, answers.may_not_have_been_sent(t, self._intent.letter))]

    def _accepted(self, t: Texts, nid: str | None, negotiation: Negotiation | None) -> Change:
        intent = self._intent
        name = negotiation.vacancy.name if negotiation and negotiation.vacancy else ""
        now = self._session.now()
        today = self._before.in_a_day(now) + 1
        said: list[Outgoing] = [place(intent, applying.applied(t, name, nid, today))]
        if nid is None:
            return Change(said=said)
        applied = {nid: negotiation.created_at.timestamp() if negotiation else now}
        sites = {nid: intent.host} if intent.host and intent.host != MAIN_SITE else {}
        if not intent.chat_message_id:
            return Change(said=said, sites=sites, applied=applied)
        letter = Sent(intent.chat_message_id, "")
        return Change(
            said=[*said, ticked(t, intent)],
            mapped={intent.chat_message_id: Conversation(nid, None, digest(intent.letter))},
            shown=lambda shown: shown.awaiting(nid, letter),
            sites=sites,
            applied=applied,
        )
