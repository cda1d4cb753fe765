"""A message to an employer: never twice, so an attempt of unknown outcome is looked for on hh.ru."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import actions
from bot.chat.html import digest
from bot.chat.intents import SendMessage
from bot.chat.outgoing import Conversation, Draft, Mark, Outgoing
from bot.chat.screens import answers
from bot.chat.screens.keys import press
from bot.chat.screens.trouble import reason
from bot.chat.shown import Sent
from bot.chat.texts import Texts
from bot.hh.errors import CaptchaRequired, MalformedAnswer, Refused
from bot.hh.gateway import Gateway
from bot.hh.models import Message
from bot.sync.book import after_known
from bot.worker.change import Change
from bot.worker.operations.places import place, sign, ticked
from bot.worker.operations.reading import DOUBTFUL, SKEW, InDoubt, older, same_text
from bot.worker.session import Session

LONGEST_SKEW = 3600.0
"""`SKEW` for what stands after the employer's last known word."""


class Sending:
    """One message, noted before it leaves."""

    repeatable = False

    def __init__(self, intent: SendMessage, hh: Gateway, session: Session) -> None:
        self._intent = intent
        self._hh = hh
        self._session = session

    async def perform(self, t: Texts) -> Change:
        """Send it."""
        return await self._accepted(t, await self._hh.send(self._intent.nid, self._intent.text))

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        """Among the messages of the conversation: one of this text and time that is no other answer.

        One of another time may be it, too, where nothing tells that it was there before.
        """
        history = await self._hh.messages(self._intent.nid)
        known = self._session.book.known.get(self._intent.nid)
        later = {message.id for message in after_known(known, history.messages)}
        in_doubt = False
        for message in history.messages:
            age = older(message.created_at, history.server_time, attempted_at, now)
            theirs = message.author.participant_type == "employer"
            if theirs or age > DOUBTFUL or not same_text(message.text, self._intent.text):
                continue
            if await self._session.kept.was_sent(self._sent(message)):
                continue
            if age <= (LONGEST_SKEW if message.id in later else SKEW):
                return await self._accepted(t, message)
            in_doubt = True
        if history.unreadable:
            raise MalformedAnswer("a message that can't be read may be the one")
        if in_doubt:
            raise InDoubt
        return None

    def refused(self, t: Texts, error: Refused) -> Change:
        """Said under his message, and marked on it; an edit tries again, and after a captcha a press, too."""
        intent = self._intent
        mark = Mark(
            message_id=intent.chat_message_id,
            emoji=answers.REFUSED_EMOJI,
            fallback=answers.refused_fallback(t),
            at=intent.thread,
        )
        draft = Draft(intent.text, intent.chat_message_id, intent.nid)
        screen = answers.not_sent(t, reason(t, error))
        if isinstance(error, CaptchaRequired):
            again = press(t.label("🔁 Done, try again"), actions.CORRECT, intent.nid)
            screen = answers.after_check(t, screen, error.url, again, draft)
        return Change(said=[mark, place(intent, screen)], mapped={intent.chat_message_id: draft})

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        """It may have arrived, or not: the user decides."""
        screen = answers.may_not_have_been_sent(t, self._intent.text)
        return [*sign(self._intent, answers.UNKNOWN_EMOJI), place(self._intent, screen)]

    async def _accepted(self, t: Texts, message: Message) -> Change:
        book = self._session.book.answered(self._intent.nid)
        chat_id = self._intent.chat_message_id
        subject = Conversation(self._intent.nid, message.id, digest(self._intent.text))
        nid, sent = self._intent.nid, Sent(chat_id, message.id, int(message.created_at.timestamp()))
        return Change(
            said=[ticked(t, self._intent)],
            mapped={chat_id: subject},
            sent=self._sent(message),
            book=book,
            shown=lambda shown: shown.awaiting(nid, sent),
        )

    def _sent(self, message: Message) -> str:
        return f"{self._intent.nid}:{message.id}"
