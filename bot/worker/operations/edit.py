"""Another text for a message that the employer has not read yet."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import actions
from bot.chat.html import digest
from bot.chat.intents import EditMessage
from bot.chat.outgoing import Conversation, Draft, Mark, Outgoing
from bot.chat.screens import answers
from bot.chat.screens.keys import press
from bot.chat.screens.trouble import reason, trouble
from bot.chat.screens.waited import EDITED_EMOJI
from bot.chat.texts import Texts
from bot.hh.errors import CaptchaRequired, OutcomeUnknown, Refused
from bot.hh.gateway import Gateway
from bot.hh.models import Message, Negotiation
from bot.worker.change import Change
from bot.worker.operations.operation import Impossible
from bot.worker.operations.places import place, sign
from bot.worker.operations.reading import same_text
from bot.worker.session import Session


class Editing:
    """Another text. To write it twice changes nothing, but late it would undo the edit after it."""

    repeatable = False

    def __init__(self, intent: EditMessage, hh: Gateway, session: Session) -> None:
        self._intent = intent
        self._hh = hh
        self._session = session

    async def perform(self, t: Texts) -> Change:
        """Find the message, and write the text where it is not there already and can still be changed."""
        intent = self._intent
        message = await self._target()
        if message is None:
            screen = answers.nothing_to_edit(t, intent.nid, intent.text, intent.chat_message_id)
            raise Impossible(Change(said=[place(intent, screen)]))
        if not same_text(message.text, intent.text):
            if not message.editable:
                kept = self._kept(t, message, await self._hh.negotiation(intent.nid))
                raise Impossible(Change(said=[kept]))
            await self._hh.edit(intent.nid, message.id, intent.text)
        return self._edited(t, message)

    async def find(self, t: Texts, attempted_at: float, now: float) -> Change | None:
        """The message with the new text."""
        message = await self._target()
        return self._edited(t, message) if message and same_text(message.text, self._intent.text) else None

    def refused(self, t: Texts, error: Refused) -> Change:
        """The reason, with a button that sends the text as a new message."""
        intent = self._intent
        if isinstance(error, CaptchaRequired):
            again = press(t.label("🔁 Done, try again"), actions.EDIT_AGAIN, intent.nid)
            draft = Draft(intent.text, intent.chat_message_id)
            screen = answers.after_check(t, trouble(t, error), error.url, again, draft)
            return Change(said=[place(intent, screen)])
        screen = answers.not_editable(t, intent.nid, intent.text, intent.chat_message_id, reason(t, error))
        return Change(said=[place(intent, screen)])

    def unclear(self, t: Texts) -> Sequence[Outgoing]:
        """Nobody can tell."""
        screen = trouble(t, OutcomeUnknown("not shown"))
        return [*sign(self._intent, answers.UNKNOWN_EMOJI), place(self._intent, screen)]

    def _edited(self, t: Texts, message: Message) -> Change:
        intent = self._intent
        tick = Mark(
            message_id=intent.chat_message_id,
            emoji=EDITED_EMOJI,
            fallback=answers.edited_fallback(t),
            at=intent.thread,
        )
        subject = Conversation(intent.nid, message.id, digest(intent.text))
        return Change(said=[tick], mapped={intent.chat_message_id: subject})

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
        changed = (message for message in mine if same_text(message.text, self._intent.text))
        return next(before, None) or next(changed, None)

    def _kept(self, t: Texts, message: Message, negotiation: Negotiation) -> Outgoing:
        intent = self._intent
        why = answers.why_not_editable(t, message, negotiation)
        if negotiation.messaging_status != "ok":
            return place(intent, answers.cannot_edit_closed(t, why))
        return place(intent, answers.not_editable(t, intent.nid, intent.text, intent.chat_message_id, why))
