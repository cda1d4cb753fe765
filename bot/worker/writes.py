"""The lane of hh.ru: what the user wants written there, each at most once, and the polls.

Before a request that can't be repeated leaves, its attempt is noted. While the note stands the
outcome is unknown: the conversation is read back until hh.ru can no longer be busy with the first
request, and only what surely did not arrive is sent again.

That time begins when the request can't leave any more. Who finds another worker's note holds the claim
now, and a request leaves only under a claim (`bot.fence`): so for him it has begun.
"""

from __future__ import annotations

from msgspec import structs

from bot import metrics, trail
from bot.chat.html import digest
from bot.chat.intents import EditMessage, Hide, HideAll, SendMessage, Write
from bot.chat.outgoing import Conversation, Draft, Mark, Outgoing, Subject
from bot.chat.screens.answers import PENDING_EMOJI, UNKNOWN_EMOJI, waiting_for_hh
from bot.chat.screens.waited import checking, consent
from bot.chat.texts import Texts
from bot.failpoints import reach
from bot.hh.errors import HhError, LinkAgain, MalformedAnswer, OutcomeUnknown, Refused, Throttled
from bot.log import logger
from bot.worker.access import SessionAccess, gateway, lapse, texts_of
from bot.worker.change import Change, Superseded, exchanged
from bot.worker.operations import Operation, operation
from bot.worker.operations.operation import Impossible
from bot.worker.operations.places import place, sign
from bot.worker.operations.reading import InDoubt
from bot.worker.services import Services
from bot.worker.session import Session
from bot.worker.waiting import CONSENT_SECONDS, Waiting, runnable

log = logger(__name__)

_TELL_AFTER = 2


class Writes:
    """Carries out the intents of one session."""

    def __init__(self, services: Services, session: Session, access: SessionAccess) -> None:
        self._services = services
        self._session = session
        self._access = access

    def next(self) -> Waiting | None:
        """The intent that may go now."""
        if not self._session.linked:
            return None
        return runnable(self._session.queue, self._services.clock())

    async def carry_out(self, waiting: Waiting) -> None:
        """One step with one intent: it is done, refused, asked about, or waits for its next try."""
        with trail.follow(waiting.trace_id, "write") as span:
            span.note(intent=_name(waiting), tries=waiting.tries)
            await self._carry_out(waiting)

    async def _carry_out(self, waiting: Waiting) -> None:
        intent = waiting.intent
        if isinstance(intent, HideAll):  # pragma: no cover - these go on in the background
            return
        asking = gateway(self._services, self._session, self._access)
        step = operation(intent, asking, self._session)
        try:
            account = self._session.linked_account
            if waiting.attempted_at:
                await self._look_up(step, waiting, account.hh_id)
            elif isinstance(intent, EditMessage) and await self._refused_before(intent):
                await self._send_instead(waiting, intent, account.hh_id)
            elif self._stale(waiting):
                await self._ask(waiting, intent, account.hh_id)
            else:
                await self._attempt(step, waiting, account.hh_id)
        except LinkAgain as error:
            await lapse(self._session, account, error)
        except Superseded:
            log.info("the account changed under a write", intent=_name(waiting))

    async def _refused_before(self, edit: EditMessage) -> bool:
        """True where the message that is to be edited was not sent: hh.ru refused it."""
        subject = await self._session.kept.subject(edit.chat_message_id)
        return isinstance(subject, Draft) and subject.nid == edit.nid

    async def _send_instead(self, waiting: Waiting, edit: EditMessage, hh_id: str) -> None:
        """The edit of a message that was not sent is another try to send it."""
        message_id = edit.chat_message_id
        sending = SendMessage(nid=edit.nid, text=edit.text, chat_message_id=message_id, thread=edit.thread)
        mapped = {message_id: Conversation(edit.nid, None, digest(edit.text))}
        again = structs.replace(waiting, intent=sending)
        await self._replace(waiting, again, hh_id, change=Change(mapped=mapped))

    async def _ask(self, waiting: Waiting, intent: Write, hh_id: str) -> None:
        """Ask before something goes out that has waited for long; until then it is the user's draft."""
        unsigned = sign(intent, "") if waiting.told else []
        question = place(intent, consent(self._texts, intent))
        mapped: dict[int, Subject] = {}
        if isinstance(intent, SendMessage):
            mapped[intent.chat_message_id] = Draft(intent.text, intent.chat_message_id)
        await self._replace(waiting, None, hh_id, change=Change(said=[*unsigned, question], mapped=mapped))
        log.info("a write has waited too long, so the user is asked first", intent=_name(waiting))

    async def _attempt(self, step: Operation, waiting: Waiting, hh_id: str) -> None:
        """Note the attempt, make the request, and write down what came of it."""
        noted = waiting
        if not step.repeatable:
            noted = structs.replace(waiting, attempted_at=self._services.clock(), over_at=0)
            await self._replace(waiting, noted, hh_id)
            reach("attempt-noted")
        counted = metrics.WRITES.labels
        name = _name(waiting)
        try:
            change = await step.perform(self._texts)
            reach("write-accepted")
        except OutcomeUnknown as error:
            counted(name, "unknown").inc()
            log.warning("the outcome of a write is unknown", intent=name, reason=str(error))
            over = structs.replace(noted, over_at=self._services.clock())
            await self._wait(over, hh_id, self._services.timing.check, old=noted)
        except Refused as error:
            counted(name, "refused").inc()
            log.info("hh.ru refused a write", intent=name, reason=str(error), request_id=error.request_id)
            await self._replace(noted, None, hh_id, change=_unsigned(noted, step.refused(self._texts, error)))
        except Impossible as nothing:
            counted(name, "impossible").inc()
            log.info("there is nothing to write", intent=name)
            await self._replace(noted, None, hh_id, change=_unsigned(noted, nothing.change))
        except LinkAgain:
            await self._replace(noted, structs.replace(noted, attempted_at=0), hh_id)
            raise
        except HhError as error:
            counted(name, "put_off").inc()
            log.info("hh.ru can't take a write now", intent=name, error=type(error).__name__)
            pause = error.retry_after if isinstance(error, Throttled) else None
            await self._wait(structs.replace(noted, attempted_at=0), hh_id, pause, old=noted)
        else:
            counted(name, "accepted").inc()
            hot = structs.replace(
                change, moved=True, head={**change.head, "news": int(self._services.clock())}
            )
            await self._replace(noted, None, hh_id, change=_unsigned(noted, hot))
            waited = round(self._services.clock() - waiting.since, 3)
            log.info("hh.ru accepted a write", intent=name, tries=waiting.tries + 1, seconds=waited)

    async def _look_up(self, step: Operation, waiting: Waiting, hh_id: str) -> None:
        """Read back what became of an attempt whose outcome is unknown."""
        asked = self._services.clock()
        over = waiting if waiting.over_at else structs.replace(waiting, over_at=asked)
        settled = asked - over.over_at >= self._services.timing.settle
        try:
            change = await step.find(self._texts, waiting.attempted_at, asked)
        except Refused as error:
            await self._unclear(step, waiting, error, hh_id)
            return
        except InDoubt as doubt:
            # Better a question too many than the same message twice.
            if settled:
                await self._unclear(step, waiting, doubt, hh_id)
            else:
                await self._wait(over, hh_id, self._services.timing.check, old=waiting)
            return
        except LinkAgain:
            raise
        except HhError as error:
            if isinstance(error, MalformedAnswer) and asked - waiting.attempted_at > CONSENT_SECONDS:
                # hh.ru answers, but what it says will perhaps never be readable.
                await self._unclear(step, waiting, error, hh_id)
                return
            log.info("an outcome can't be looked up now", intent=_name(waiting), error=type(error).__name__)
            await self._wait(over, hh_id, None, old=waiting)
            return
        if change is not None:
            await self._replace(waiting, None, hh_id, change=_unsigned(waiting, change))
            metrics.WRITES.labels(_name(waiting), "found").inc()
            log.info("a write of unknown outcome had arrived", intent=_name(waiting))
        elif not settled:
            await self._wait(over, hh_id, self._services.timing.check, old=waiting)
        else:
            metrics.WRITES.labels(_name(waiting), "lost").inc()
            log.info("a write did not arrive and is made again", intent=_name(waiting))
            await self._replace(waiting, structs.replace(waiting, attempted_at=0), hh_id)

    async def _unclear(self, step: Operation, waiting: Waiting, error: Exception, hh_id: str) -> None:
        """Say that nobody knows: hh.ru does not show what an attempt came to."""
        await self._replace(waiting, None, hh_id, change=Change(said=step.unclear(self._texts)))
        metrics.WRITES.labels(_name(waiting), "unclear").inc()
        log.warning("the outcome of a write stays unknown", intent=_name(waiting), error=type(error).__name__)

    async def _wait(
        self, waiting: Waiting, hh_id: str, seconds: float | None, *, old: Waiting | None = None
    ) -> None:
        """Park an intent; the user is told once, when it takes longer."""
        parked = waiting.parked(self._services.clock(), seconds, first=self._services.timing.again)
        said: list[Outgoing] = []
        if parked.tries >= _TELL_AFTER and not parked.told:
            unknown = bool(waiting.attempted_at)
            screen = checking(self._texts) if unknown else waiting_for_hh(self._texts)
            shown = sign(waiting.intent, UNKNOWN_EMOJI if unknown else PENDING_EMOJI)
            said = [*shown, place(waiting.intent, screen, silent=True)]
            parked = structs.replace(parked, told=True)
        await self._replace(old or waiting, parked, hh_id, change=Change(said=said))

    async def _replace(
        self, old: Waiting, new: Waiting | None, hh_id: str, *, change: Change | None = None
    ) -> None:
        """Commit `change` with `new` in the place of `old`."""

        queue = exchanged(old, new)
        await self._session.commit(structs.replace(change or Change(), queue=queue, hh_id=hh_id))

    def _stale(self, waiting: Waiting) -> bool:
        intent = waiting.intent
        harmless = isinstance(intent, Hide) and not intent.decline
        return not harmless and self._services.clock() - waiting.since > CONSENT_SECONDS

    @property
    def _texts(self) -> Texts:
        return texts_of(self._session)


def _name(waiting: Waiting) -> str:
    return type(waiting.intent).__name__


def _unsigned(waiting: Waiting, change: Change) -> Change:
    """A change that ends an intent: its sign of waiting goes, where no other one takes its place."""
    signs = sign(waiting.intent, "") if waiting.told else []
    if any(isinstance(entry, Mark) for entry in change.said):
        return change
    return structs.replace(change, said=[*signs, *change.said])
