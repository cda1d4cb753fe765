"""The lane of deliveries: the outbox goes to Telegram, in order, paced, each entry until it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from msgspec import structs

from bot import metrics, trail
from bot.chat.outgoing import Conversation, Document, Leave, Outgoing, Place, Rewrite, Say, Subject, Topic
from bot.chat.screens.waited import repeated
from bot.chat.shown import Shown, face
from bot.failpoints import reach
from bot.log import logger
from bot.store.errors import StoreError
from bot.store.mailbox import ClaimLost
from bot.telegram.sender import Paused, Rejected, Sent, Unconfirmed, Unreachable
from bot.trail import Span
from bot.worker.access import texts_of
from bot.worker.change import Change, Superseded
from bot.worker.outbox import LONGEST_WAIT
from bot.worker.pace import Rate
from bot.worker.services import Services
from bot.worker.session import Session
from bot.worker.topics import Topics

log = logger(__name__)

CHAT_BURST = 10
"""Messages to one chat at once; more are spaced by `Timing.chat`."""

_LONGEST_AGAIN = 60.0
"""Seconds until what Telegram did not confirm is repeated, at most."""


class DeliveryLane:
    """Delivers the outbox of one session."""

    def __init__(self, services: Services, session: Session) -> None:
        self._services = services
        self._session = session
        self._topics = Topics(services, session)
        self._rate = Rate(1 / services.timing.chat, CHAT_BURST)

    def ready(self) -> bool:
        """True where something waits and nothing asked for a pause."""
        session = self._session
        return bool(session.outbox) and session.reachable and session.head.outbox <= self._services.clock()

    async def run(self) -> None:
        """Deliver what is in memory, until a pause is due."""
        outbox = self._session.outbox
        while (entry := outbox.first) is not None and self.ready() and not self._session.ending:
            # Waiting here holds up neither the other lanes of this user nor other users.
            if not await self._turn(entry):
                return
            try:
                with trail.follow(entry.trace_id, "deliver") as span:
                    async with self._session.delivering:
                        await self._deliver(entry, span)
            except Superseded:
                log.info("the outbox was emptied while an entry was on its way")

    async def _turn(self, entry: Outgoing) -> bool:
        """Wait for the permits; False where the session ends meanwhile."""
        session = self._session
        if isinstance(entry, Say | Place | Document) and not await session.rest(
            await session.permit("messages", self._rate, LONGEST_WAIT)
        ):
            return False
        return await session.rest(await session.outbox.turn())

    async def _deliver(self, entry: Outgoing, span: Span) -> None:
        session, name, outcome = self._session, type(entry).__name__, "delivered"
        reach("delivery-due")
        try:
            sent = await self._topics.perform(entry)
            reach("notified")
        except Paused as pause:
            outcome = "put_off"
            seconds = self._services.timing.pause if pause.seconds is None else pause.seconds
            log.debug("a delivery is put off", entry=name, seconds=seconds)
            await self._pause(seconds)
        except Unconfirmed:
            outcome = "unconfirmed"
            log.warning("Telegram did not confirm", entry=name)
            await self._unconfirmed(entry)
        except asyncio.CancelledError:
            # The process stops, or has lost the claim: then Redis will not have this.
            outcome = "unconfirmed"
            with suppress(StoreError, ClaimLost, Superseded):
                await self._unconfirmed(entry)
            raise
        except Unreachable:
            outcome = "unreachable"
            await self._unreachable(entry)
        except Rejected as error:
            outcome = "rejected"
            log.error("Telegram refuses for ever", entry=name, reason=str(error))
            await session.commit(Change(delivered=entry))
        else:
            change = _delivered(entry, sent)
            if session.head.unconfirmed:
                change = structs.replace(change, head={"unconfirmed": 0})
            await session.commit(change)
            if isinstance(entry, Say) and entry.since:
                delay = max(0.0, self._services.clock() - entry.since)
                metrics.NEWS_DELAY.observe(delay)
                log.debug("delivered", entry=name, delay=round(delay, 1))
            else:
                log.debug("delivered", entry=name)
        finally:
            metrics.DELIVERIES.labels(name, outcome).inc()
            span.note(entry=name, outcome=outcome)

    async def _unconfirmed(self, entry: Outgoing) -> None:
        """Nobody knows whether it arrived: again later, and the longer the oftener that has been so."""
        session = self._session
        again = repeated(texts_of(session), entry) if isinstance(entry, Say) else entry
        rest = min(self._services.timing.repeat * 2.0 ** min(session.head.unconfirmed, 10), _LONGEST_AGAIN)
        head = {"outbox": self._services.clock() + rest, "unconfirmed": session.head.unconfirmed + 1}
        await session.commit(Change(delivered=entry, retried=again, head=head))

    async def _pause(self, seconds: float) -> None:
        until = self._services.clock() + seconds
        await self._session.commit(Change(head={"outbox": until}))

    async def _unreachable(self, entry: Outgoing) -> None:
        """The user blocked the bot: keep everything until he returns; without an account, nothing waits.

        A group that lets the bot say nothing is left all the same.
        """
        session = self._session
        account = session.account
        if account is None:
            leaving = session.user_id < 0 and not isinstance(entry, Leave)
            await session.commit(Change(erase=True, said=[Leave()] if leaving else []))
            return
        log.info("a user can't be reached any more")
        at = self._services.clock()
        await session.commit(
            Change(account=lambda now: structs.replace(now or account, blocked_at=at), hh_id=account.hh_id)
        )


def _delivered(entry: Outgoing, sent: Sent | None) -> Change:
    """What is known of a message from now on: what it is about, and what stands in the chat with it."""
    about = getattr(entry, "about", None)
    if sent is None or about is None:
        return Change(delivered=entry)
    return Change(delivered=entry, mapped={sent.message_id: about}, shown=_standing(entry, about, sent))


def _standing(entry: Outgoing, about: Subject, sent: Sent) -> Callable[[Shown], Shown] | None:
    """Whether Telegram has the conversation's topic still, and which message is its card."""
    if not isinstance(about, Conversation):
        return None
    nid, asked = about.nid, sent.asked if isinstance(getattr(entry, "at", 0), Topic) else 0
    if not (isinstance(entry, Say | Rewrite) and about.card):
        return (lambda shown: shown.heard(nid, asked, sent.thread)) if asked else None
    look, thread = face(entry.text, entry.keyboard), sent.thread or sent.asked
    if isinstance(entry, Rewrite) and isinstance(entry.at, int):
        thread = entry.at

    def standing(shown: Shown) -> Shown:
        return shown.heard(nid, asked, sent.thread).carded(nid, sent.message_id, thread, look)

    return standing
