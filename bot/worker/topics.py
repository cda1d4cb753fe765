"""Sending where it belongs: each conversation has a topic, made when the first news of it comes.

A topic is noted as soon as Telegram has made it, before anything is sent there. Only where a process
dies in between, or Telegram never confirms that it made one, an empty topic stays behind. Whatever
happens to topics, the message itself is sent once: without one it stands in the general place, and
the map of messages finds its conversation all the same.
"""

from __future__ import annotations

from bot import metrics
from bot.chat.outgoing import Document, DropTopic, Outgoing, Place, Retitle, Say, Sendable, Topic
from bot.failpoints import reach
from bot.log import logger
from bot.telegram.sender import DeliveryError, Paused, Sent, ThreadGone, Unconfirmed
from bot.worker.change import Change
from bot.worker.services import Services
from bot.worker.session import Session

log = logger(__name__)

LINEAR_SECONDS, _UNCONFIRMED_SECONDS = 600.0, 60.0
"""For how long no topic is tried in a chat where Telegram refused one, or did not confirm it."""

_WAITED_FOR, _PATIENCE = 10.0, 3
"""A pause in seconds for which news may wait to get its topic, and how often; else it comes without."""


class Topics:
    """The topics of one session's chat."""

    def __init__(self, services: Services, session: Session) -> None:
        self._services = services
        self._session = session
        self._patience = _PATIENCE

    async def perform(self, entry: Outgoing) -> Sent | None:
        """Send one entry where it belongs; raises `DeliveryError` where the entry itself failed."""
        match entry:
            case Retitle():
                await self._rename(entry.topic)
                return None
            case DropTopic():
                await self._drop(entry.nid)
                return None
            case Say(at=Topic() as topic) | Place(at=Topic() as topic) | Document(at=Topic() as topic):
                return await self._in_topic(entry, topic)
        thread = getattr(entry, "at", 0)
        if isinstance(thread, int) and thread:
            return await self._in_thread(entry, thread)
        return await self._services.sender.perform(self._session.user_id, entry)

    async def _in_thread(self, entry: Sendable, thread: int) -> Sent | None:
        sender, user_id = self._services.sender, self._session.user_id
        try:
            return await sender.perform(user_id, entry, thread)
        except ThreadGone:
            return await sender.perform(user_id, entry)

    async def _in_topic(self, entry: Say | Place | Document, topic: Topic) -> Sent | None:
        sender, user_id = self._services.sender, self._session.user_id
        for find in (self._thread, self._made):
            thread = await find(topic)
            if not thread:
                break
            try:
                return await sender.perform(user_id, entry, thread)
            except ThreadGone:
                # Deleted, or out of order for all: a new one is made, and noted only when it is there.
                metrics.TOPICS.labels("gone").inc()
        else:
            await self._give_up("messages are refused in a new topic, too")
        if isinstance(entry, Say) and entry.only_there:
            return None
        return await sender.perform(user_id, entry)

    async def _thread(self, topic: Topic) -> int:
        """The thread of a conversation, made where it is missing; 0 where there is none to be had."""
        if not self._services.topic_mode.on or self._session.head.linear > self._services.clock():
            return 0
        return self._session.shown.of(topic.nid).thread or await self._made(topic)

    async def _made(self, topic: Topic) -> int:
        """A new topic; 0 where Telegram refuses or does not confirm it."""
        try:
            thread = await self._services.sender.create_topic(self._session.user_id, topic.name)
        except DeliveryError as error:
            if isinstance(error, Paused) and (error.seconds or 0.0) <= _WAITED_FOR and self._patience:
                self._patience -= 1
                raise
            refused = not isinstance(error, Unconfirmed)
            await self._give_up(
                f"{type(error).__name__}: {error}", LINEAR_SECONDS if refused else _UNCONFIRMED_SECONDS
            )
            return 0
        self._patience = _PATIENCE
        metrics.TOPICS.labels("made").inc()
        reach("topic-made")
        await self._session.commit(Change(shown=lambda shown: shown.opened(topic, thread)))
        return thread

    async def _rename(self, topic: Topic) -> None:
        spot = self._session.shown.of(topic.nid)
        if not spot.thread or spot.name == topic.name:
            return
        try:
            await self._services.sender.rename_topic(self._session.user_id, spot.thread, topic.name)
        except DeliveryError as error:
            log.info("a topic keeps its name", error=type(error).__name__, reason=str(error))
        else:
            await self._session.commit(Change(shown=lambda shown: shown.renamed(topic)))

    async def _drop(self, nid: str) -> None:
        spot = self._session.shown.of(nid)
        if not spot.thread:
            return
        try:
            await self._services.sender.delete_topic(self._session.user_id, spot.thread)
        except Paused:
            raise
        except DeliveryError as error:
            log.info("a topic was not deleted", error=type(error).__name__, reason=str(error))
        else:
            await self._session.commit(Change(shown=lambda shown: shown.gone(nid)))

    async def _give_up(self, why: str, seconds: float = LINEAR_SECONDS) -> None:
        metrics.TOPICS.labels("refused").inc()
        log.info("no topics in a chat for a while", reason=why, seconds=seconds)
        await self._session.commit(Change(head={"linear": self._services.clock() + seconds}))
