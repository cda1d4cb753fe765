"""A conversation hidden, with a polite refusal to the employer or without."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import actions
from bot.chat.intents import Hide
from bot.chat.outgoing import Outgoing
from bot.chat.screens import answers, conversation
from bot.chat.screens.glances import refreshed
from bot.chat.screens.keys import press
from bot.chat.screens.trouble import reason, trouble
from bot.chat.texts import Texts
from bot.hh.errors import CaptchaRequired, NotFound, OutcomeUnknown, Refused
from bot.hh.gateway import Gateway
from bot.hh.models import Negotiation
from bot.worker.change import Change
from bot.worker.operations.places import place
from bot.worker.operations.reading import glimpse
from bot.worker.session import Session


class Hiding:
    """Out of the lists of hh.ru; with `decline` the employer is told, once."""

    def __init__(self, intent: Hide, hh: Gateway, session: Session) -> None:
        self._intent = intent
        self._hh = hh
        self._session = session
        # A second decline could be a second message to the employer.
        self.repeatable = not intent.decline

    async def perform(self, t: Texts) -> Change:
        """Hide it; what is hidden already is done."""
        try:
            await self._hh.hide(self._intent.nid, decline=self._intent.decline)
        except Refused:
            # It may be hidden already, by an earlier try that nobody confirmed or on the site.
            if self._intent.decline or (done := await self._hidden(t)) is None:
                raise
            return done
        return await self._done(t, await glimpse(self._hh, self._intent.nid))

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        """A conversation that is hidden, or that hh.ru does not list any more."""
        return await self._hidden(t)

    async def _hidden(self, t: Texts) -> Change | None:
        try:
            negotiation = await self._hh.negotiation(self._intent.nid)
        except NotFound:
            return await self._done(t)
        hidden = negotiation.hidden or negotiation.state.id == "hidden"
        return await self._done(t, negotiation) if hidden else None

    def refused(self, t: Texts, error: Refused) -> Change:
        """Said in place of the question; after a captcha it can be done with a press."""
        screen = answers.not_done(t, reason(t, error))
        if isinstance(error, CaptchaRequired):
            action = actions.DECLINE_YES if self._intent.decline else actions.HIDE_YES
            again = press(t.label("🔁 Done, try again"), action, self._intent.nid)
            screen = answers.after_check(t, screen, error.url, again)
        return Change(said=[place(self._intent, screen)])

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        """Nobody can tell."""
        return [place(self._intent, trouble(t, OutcomeUnknown("not shown")))]

    async def _done(self, t: Texts, negotiation: Negotiation | None = None) -> Change:
        intent, spot = self._intent, self._session.shown.of(self._intent.nid)
        screen = conversation.hidden(
            t, intent.decline, negotiation, topic_of=intent.nid if spot.thread else None
        )
        topics, muted = bool(spot.thread), self._session.mutes(intent.nid)
        changes = refreshed(t, negotiation, spot, topics=topics, muted=muted) if negotiation else []
        return Change(said=[place(intent, screen), *changes])
