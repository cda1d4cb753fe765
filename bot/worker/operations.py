"""How each intent is carried out at hh.ru, what tells that it was, and what the user sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from bot.chat import actions
from bot.chat.html import digest
from bot.chat.intents import Apply, EditMessage, Hide, HideAll, Intent, SendMessage, Write
from bot.chat.outgoing import Application, Conversation, Draft, Mark, Outgoing, Screen
from bot.chat.screens import answers, applying, conversation
from bot.chat.screens.glances import refreshed
from bot.chat.screens.keys import press
from bot.chat.screens.trouble import reason, trouble
from bot.chat.screens.waited import EDITED_EMOJI
from bot.chat.shown import Sent
from bot.chat.texts import Texts
from bot.hh.errors import CaptchaRequired, HhError, MalformedAnswer, NotFound, OutcomeUnknown, Refused
from bot.hh.gateway import DirectVacancy, Gateway
from bot.hh.models import Message, Negotiation
from bot.hh.vacancy_links import MAIN_SITE
from bot.sync.applications import Applications
from bot.sync.book import after_known
from bot.worker.change import Change
from bot.worker.session import Session

SKEW, LONGEST_SKEW = 300, 3600
"""Seconds by which hh.ru may date a message too early; the longer one after the employer's last known
word. Within it the very same text, written on the site just before, passes for the message that was
sent: the employer has it either way."""


class Operation(Protocol):
    """One intent. `repeatable` where doing it twice does no harm."""

    repeatable: bool

    async def perform(self, t: Texts) -> Change:
        """Ask hh.ru; returns what to write down. Raises `HhError`."""

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        """What an attempt of unknown outcome came to: as `perform`, or None where nothing is there.

        Raises `MalformedAnswer` where it may stand in something that can't be read.
        """

    def refused(self, t: Texts, error: Refused) -> Sequence[Outgoing]:
        """Said where hh.ru refuses."""

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        """Said where hh.ru does not show what an attempt came to."""


def operation(intent: Write, hh: Gateway, session: Session) -> Operation:
    """The operation for an intent."""
    match intent:
        case SendMessage():
            return _Send(intent, hh, session)
        case EditMessage():
            return _Edit(intent, hh, session)
        case Hide():
            return _Hide(intent, hh, session)
        case Apply():
            return _Apply(intent, hh, session)


def place(intent: Intent, screen: Screen, *, silent: bool = False) -> Outgoing:
    """Show a screen where the user looks for what became of his intent.

    `silent` for what asks nothing of him; a failure rings.
    """
    match intent:
        case Hide() | Apply() | HideAll() if intent.card_id:
            return screen.rewrite(intent.card_id, at=intent.thread)
        case Hide() | HideAll():
            return screen.say(at=intent.thread, silent=silent)
        case _:
            return screen.say(reply_to=intent.chat_message_id or None, at=intent.thread, silent=silent)


def sign(intent: Intent, emoji: str) -> list[Outgoing]:
    """A sign on the message whose text is on its way; "" takes it off. Whatever it means is said, too."""
    if not isinstance(intent, SendMessage | EditMessage) or not intent.chat_message_id:
        return []
    return [Mark(message_id=intent.chat_message_id, emoji=emoji, fallback="")]


class _Send:
    repeatable = False

    def __init__(self, intent: SendMessage, hh: Gateway, session: Session) -> None:
        self._intent = intent
        self._hh = hh
        self._session = session

    async def perform(self, t: Texts) -> Change:
        return await self._accepted(t, await self._hh.send(self._intent.nid, self._intent.text))

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        history = await self._hh.messages(self._intent.nid)
        known = (await self._session.book()).known.get(self._intent.nid)
        later = {message.id for message in after_known(known, history.messages)}
        # Only spans of time are compared, so that it doesn't matter how far the two clocks are apart.
        hh_now = history.server_time or datetime.fromtimestamp(now, UTC)
        for message in history.messages:
            age = (hh_now - message.created_at).total_seconds() - (now - attempted_at)
            if message.author.participant_type == "employer" or not _same_text(
                message.text, self._intent.text
            ):
                continue
            if age > (LONGEST_SKEW if message.id in later else SKEW):
                continue
            if not await self._session.kept.was_sent(self._sent(message)):
                return await self._accepted(t, message)
        if history.unreadable:
            raise MalformedAnswer("a message that can't be read may be the one")
        return None

    def refused(self, t: Texts, error: Refused) -> Sequence[Outgoing]:
        mark = Mark(
            message_id=self._intent.chat_message_id,
            emoji=answers.REFUSED_EMOJI,
            fallback=answers.refused_fallback(t),
            at=self._intent.thread,
        )
        screen = answers.not_sent(t, reason(t, error))
        if isinstance(error, CaptchaRequired):
            again = press(t.label("🔁 Done, try again"), actions.CORRECT, self._intent.nid)
            draft = Draft(self._intent.text, self._intent.chat_message_id)
            screen = answers.after_check(t, screen, error.url, again, draft)
        return [mark, place(self._intent, screen)]

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        screen = answers.may_not_have_been_sent(t, self._intent.text)
        return [*sign(self._intent, answers.UNKNOWN_EMOJI), place(self._intent, screen)]

    async def _accepted(self, t: Texts, message: Message) -> Change:
        book = (await self._session.book()).answered(self._intent.nid)
        chat_id = self._intent.chat_message_id
        subject = Conversation(self._intent.nid, message.id, digest(self._intent.text))
        nid, sent = self._intent.nid, Sent(chat_id, message.id, int(message.created_at.timestamp()))
        tick = Mark(
            message_id=chat_id,
            emoji=answers.ACCEPTED_EMOJI,
            fallback=answers.accepted_fallback(t),
            at=self._intent.thread,
        )
        return Change(
            said=[tick],
            mapped={chat_id: subject},
            sent=self._sent(message),
            book=book,
            shown=lambda shown: shown.awaiting(nid, sent),
        )

    def _sent(self, message: Message) -> str:
        return f"{self._intent.nid}:{message.id}"


class _Edit:
    repeatable = True

    def __init__(self, intent: EditMessage, hh: Gateway, session: Session) -> None:
        self._intent = intent
        self._hh = hh
        self._session = session

    async def perform(self, t: Texts) -> Change:
        intent = self._intent
        message = await self._target()
        if message is None:
            return Change(said=[self._kept(t, None, None)])
        if not _same_text(message.text, intent.text):
            if not message.editable:
                return Change(said=[self._kept(t, message, await self._hh.negotiation(intent.nid))])
            await self._hh.edit(intent.nid, message.id, intent.text)
        subject = Conversation(intent.nid, message.id, digest(intent.text))
        tick = Mark(
            message_id=intent.chat_message_id,
            emoji=EDITED_EMOJI,
            fallback=answers.edited_fallback(t),
            at=intent.thread,
        )
        return Change(said=[tick], mapped={intent.chat_message_id: subject})

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        return None

    def refused(self, t: Texts, error: Refused) -> Sequence[Outgoing]:
        intent = self._intent
        if isinstance(error, CaptchaRequired):
            return [place(intent, trouble(t, error))]
        screen = answers.not_editable(t, intent.nid, intent.text, intent.chat_message_id, reason(t, error))
        return [place(intent, screen)]

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        return [place(self._intent, trouble(t, OutcomeUnknown("not shown")))]

    async def _target(self) -> Message | None:
        """The hh.ru message that the edited Telegram message became; a cover letter by its text."""
        subject = await self._session.kept.subject(self._intent.chat_message_id)
        if not isinstance(subject, Conversation):
            return None
        messages = (await self._hh.messages(self._intent.nid)).messages
        if subject.mid is not None:
            return next((message for message in messages if message.id == subject.mid), None)
        mine = [message for message in messages if message.mine]
        before = (message for message in mine if digest(message.text or "") == subject.digest)
        # An earlier try that nobody confirmed may have changed it already.
        changed = (message for message in mine if _same_text(message.text, self._intent.text))
        return next(before, None) or next(changed, None)

    def _kept(self, t: Texts, message: Message | None, negotiation: Negotiation | None) -> Outgoing:
        intent = self._intent
        why = answers.why_not_editable(t, message, negotiation)
        if negotiation is not None and negotiation.messaging_status != "ok":
            return place(intent, answers.cannot_edit_closed(t, why))
        return place(intent, answers.not_editable(t, intent.nid, intent.text, intent.chat_message_id, why))


class _Hide:
    def __init__(self, intent: Hide, hh: Gateway, session: Session) -> None:
        self._intent = intent
        self._hh = hh
        self._session = session
        # A second decline could be a second message to the employer.
        self.repeatable = not intent.decline

    async def perform(self, t: Texts) -> Change:
        try:
            await self._hh.hide(self._intent.nid, decline=self._intent.decline)
        except Refused:
            # It may be hidden already, by an earlier try that nobody confirmed or on the site.
            if self._intent.decline or (done := await self._hidden(t)) is None:
                raise
            return done
        return await self._done(t, await _glimpse(self._hh, self._intent.nid))

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        return await self._hidden(t)

    async def _hidden(self, t: Texts) -> Change | None:
        try:
            negotiation = await self._hh.negotiation(self._intent.nid)
        except NotFound:
            return await self._done(t)
        hidden = negotiation.hidden or negotiation.state.id == "hidden"
        return await self._done(t, negotiation) if hidden else None

    def refused(self, t: Texts, error: Refused) -> Sequence[Outgoing]:
        screen = answers.not_done(t, reason(t, error))
        if isinstance(error, CaptchaRequired):
            action = actions.DECLINE_YES if self._intent.decline else actions.HIDE_YES
            again = press(t.label("🔁 Done, try again"), action, self._intent.nid)
            screen = answers.after_check(t, screen, error.url, again)
        return [place(self._intent, screen)]

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        return [place(self._intent, trouble(t, OutcomeUnknown("not shown")))]

    async def _done(self, t: Texts, negotiation: Negotiation | None = None) -> Change:
        intent, spot = self._intent, (await self._session.shown()).of(self._intent.nid)
        screen = conversation.hidden(
            t, intent.decline, negotiation, topic_of=intent.nid if spot.thread else None
        )
        topics, muted = bool(spot.thread), self._session.mutes(intent.nid)
        changes = refreshed(t, negotiation, spot, topics=topics, muted=muted) if negotiation else []
        return Change(said=[place(intent, screen), *changes])


class _Apply:
    repeatable = False

    def __init__(self, intent: Apply, hh: Gateway, session: Session) -> None:
        self._intent = intent
        self._hh = hh
        self._session = session
        self._before = Applications()

    async def perform(self, t: Texts) -> Change:
        intent = self._intent
        self._before = await self._session.kept.applications()
        result = await self._hh.apply(intent.vacancy_id, intent.resume_id, intent.letter, host=intent.host)
        if isinstance(result, DirectVacancy):
            return Change(said=[place(intent, applying.direct(t, result.url))])
        listed = await _glimpse(self._hh, result.nid) if result.nid is not None else None
        return self._accepted(t, result.nid, listed)

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        intent = self._intent
        self._before = await self._session.kept.applications()
        listed = await self._hh.negotiations(vacancy_id=intent.vacancy_id, host=intent.host)
        for negotiation in listed.items:
            vacancy, resume = negotiation.vacancy, negotiation.resume
            this_vacancy = vacancy is None or vacancy.id == intent.vacancy_id
            if this_vacancy and (resume is None or resume.id == intent.resume_id):
                return self._accepted(t, negotiation.id, negotiation)
        if listed.unreadable:
            raise MalformedAnswer("a conversation that can't be read may be the one")
        return None

    def refused(self, t: Texts, error: Refused) -> Sequence[Outgoing]:
        intent = self._intent
        again = Application(
            intent.vacancy_id, intent.resume_id, intent.letter, intent.host, intent.chat_message_id
        )
        if isinstance(error, CaptchaRequired):
            return [place(intent, applying.captcha(t, error.url, again))]
        if error.value == "limit_exceeded":
            now = self._session.now()
            return [place(intent, applying.limit(t, self._before.free_at(now), now, again))]
        return [place(intent, answers.not_sent(t, reason(t, error)))]

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
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
        tick = Mark(
            message_id=intent.chat_message_id,
            emoji=answers.ACCEPTED_EMOJI,
            fallback=answers.accepted_fallback(t),
            at=intent.thread,
        )
        return Change(
            said=[*said, tick],
            mapped={intent.chat_message_id: Conversation(nid, None, digest(intent.letter))},
            shown=lambda shown: shown.awaiting(nid, letter),
            sites=sites,
            applied=applied,
        )


async def _glimpse(hh: Gateway, nid: str) -> Negotiation | None:
    """The conversation, for its vacancy's name: what was done stands without it, too."""
    try:
        return await hh.negotiation(nid)
    except HhError:
        return None


def _same_text(theirs: str | None, ours: str) -> bool:
    # hh.ru may trim a text or change its line ends.
    return (theirs or "").split() == ours.split()
