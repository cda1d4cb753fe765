"""What stands in the chat of each conversation: its topic, its card, and answers not read yet. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from msgspec import Struct, structs

from bot.chat.outgoing import Keyboard, Topic
from bot.hh.models import Message, Negotiation

MOST = 1000
"""How many conversations are known; the ones touched last stay."""

_FORMER, _UNREAD = 3, 20


class Sent(Struct, frozen=True, array_like=True):
    """The user's message `chat_id` is `mid` at hh.ru, written at `at` by its clock (Unix seconds).

    `mid` is "" for a cover letter, whose id hh.ru doesn't tell.
    """

    chat_id: int
    mid: str
    at: int = 0


class Spot(Struct, frozen=True, array_like=True, omit_defaults=True):
    """One conversation in the chat; 0 and "" where there is nothing.

    `thread` and `name` are those of its topic, `former` are topics that it had before. `echoed` where
    Telegram was seen to name the thread of what was sent there. `card` is the message that shows how
    the conversation stands, in the thread `card_thread` with the look `face`. `unread` are the user's
    messages that the employer has not read.
    """

    thread: int = 0
    name: str = ""
    former: tuple[int, ...] = ()
    echoed: bool = False
    card: int = 0
    card_thread: int = 0
    face: int = 0
    unread: tuple[Sent, ...] = ()

    def moved(self, thread: int, name: str = "") -> Spot:
        """Another topic, or 0 for none; what is written in the present one still belongs here."""
        former = (self.thread, *self.former)[:_FORMER] if self.thread else self.former
        return structs.replace(self, thread=thread, name=name, former=former, echoed=False)

    def awaiting(self, sent: Sent) -> Spot:
        """One more message that the employer has yet to read."""
        others = (each for each in self.unread if each.chat_id != sent.chat_id)
        return structs.replace(self, unread=(*others, sent)[-_UNREAD:])

    def read(self, negotiation: Negotiation, messages: Iterable[Message] | None = None) -> list[int]:
        """The user's messages in the chat that the employer has read since.

        The listed conversation counts what the employer has not read (OpenAPI 2025-12,
        `counters.unread_messages`): none, or fewer than wait here, tell without reading the messages.
        A list older than the last message counts without it.
        """
        viewed = {each.id for each in messages or () if each.mine and each.viewed_by_opponent}
        count = negotiation.counters.unread_messages if negotiation.counters else None
        stale = any(sent.at > int(negotiation.updated_at.timestamp()) for sent in self.unread)
        surely = 0 if count is None or stale else len(self.unread) - count
        return [
            sent.chat_id
            for at, sent in enumerate(self.unread)
            if at < surely or sent.mid in viewed or (not sent.mid and negotiation.viewed_by_opponent)
        ]


_NOTHING = Spot()


def face(text: str, keyboard: Keyboard) -> int:
    """What tells whether a card looks different."""
    labels = (key.label for row in keyboard for key in row)
    return zlib.crc32("\x1f".join((text, *labels)).encode(errors="surrogatepass"))


class Shown(Struct, frozen=True, array_like=True, omit_defaults=True):
    """All conversations of a chat, the one touched last at the end."""

    spots: dict[str, Spot] = {}

    def of(self, nid: str) -> Spot:
        """What stands in the chat of one conversation."""
        return self.spots.get(nid, _NOTHING)

    def put(self, nid: str, spot: Spot) -> Shown:
        """With one conversation replaced."""
        if self.of(nid) == spot:
            return self
        others = {key: value for key, value in self.spots.items() if key != nid}
        kept = {**others, nid: spot} if spot != _NOTHING else others
        return Shown(dict(list(kept.items())[-MOST:]))

    def conversation_in(self, thread: int) -> str | None:
        """Whose topic a thread is, or was."""
        if not thread:
            return None
        for nid, spot in self.spots.items():
            if thread == spot.thread or thread in spot.former:
                return nid
        return None

    def opened(self, topic: Topic, thread: int) -> Shown:
        """A topic was made."""
        return self.put(topic.nid, self.of(topic.nid).moved(thread, topic.name))

    def renamed(self, topic: Topic) -> Shown:
        """A topic has its new name."""
        return self.put(topic.nid, structs.replace(self.of(topic.nid), name=topic.name))

    def heard(self, nid: str, asked: int, named: int) -> Shown:
        """A message was sent to the topic `asked`, and Telegram named the thread `named` for it.

        Telegram may put what was meant for a deleted topic into the general place, without an error
        (https://github.com/tdlib/telegram-bot-api/issues/854). That is believed only where it named
        the thread of earlier messages.
        """
        spot = self.of(nid)
        if not asked or spot.thread != asked or (named == asked) == spot.echoed:
            return self
        return self.put(nid, structs.replace(spot, echoed=True)) if named == asked else self.gone(nid)

    def gone(self, nid: str) -> Shown:
        """A topic was deleted."""
        return self.put(nid, self.of(nid).moved(0))

    def carded(self, nid: str, message_id: int, thread: int, look: int) -> Shown:
        """The newest card of a conversation is this message, and looks like this."""
        spot = self.of(nid)
        return self.put(nid, structs.replace(spot, card=message_id, card_thread=thread, face=look))

    def read(self, nid: str, chat_ids: Iterable[int]) -> Shown:
        """The employer has read these of the user's messages."""
        gone = set(chat_ids)
        spot = self.of(nid)
        rest = tuple(sent for sent in spot.unread if sent.chat_id not in gone)
        return self.put(nid, structs.replace(spot, unread=rest))

    def awaiting(self, nid: str, sent: Sent) -> Shown:
        """The user's message went to the employer; one that is not in the chat needs no sign later."""
        return self if not sent.chat_id else self.put(nid, self.of(nid).awaiting(sent))
