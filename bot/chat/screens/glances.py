"""What changes at messages that already stand in the chat: the card, the topic's name, the signs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.chat.outgoing import Mark, Outgoing, Retitle, Say, Topic
from bot.chat.screens import answers, naming
from bot.chat.screens.conversation import card, with_topic
from bot.chat.shown import Spot, face
from bot.chat.texts import Texts
from bot.hh.models import Negotiation


def topic(t: Texts, negotiation: Negotiation) -> Topic:
    """The topic of a conversation, called by how it stands."""
    return Topic(negotiation.id, naming.topic(t, negotiation))


def opening(t: Texts, negotiation: Negotiation, *, now: datetime | None = None, muted: bool = False) -> Say:
    """The card that stands first in a new topic; without a topic it isn't needed."""
    screen = card(t, negotiation, in_topic=True, now=now, muted=muted)
    said = screen.say(silent=True, at=topic(t, negotiation))
    return Say(
        text=said.text, keyboard=said.keyboard, about=said.about, silent=True, at=said.at, only_there=True
    )


def refreshed(
    t: Texts,
    negotiation: Negotiation,
    spot: Spot,
    *,
    topics: bool,
    now: datetime | None = None,
    muted: bool = False,
) -> list[Outgoing]:
    """The card and the topic's name as they are after a change; nothing of it rings.

    `topics` where a card outside of its topic shows the way there.
    """
    changes: list[Outgoing] = []
    if spot.card:
        there = spot.card_thread or not topics
        screen = card(t, negotiation, in_topic=bool(spot.card_thread), now=now, muted=muted)
        screen = screen if there else with_topic(t, screen, negotiation.id)
        if face(screen.text, screen.keyboard) != spot.face:
            changes.append(screen.rewrite(spot.card, at=spot.card_thread, lasting=False))
    if spot.thread and spot.name != naming.topic(t, negotiation):
        changes.append(Retitle(topic(t, negotiation)))
    return changes


def read_by_employer(chat_ids: Iterable[int]) -> list[Outgoing]:
    """The sign on the user's messages that the employer has read."""
    return [Mark(message_id=chat_id, emoji=answers.READ_EMOJI, fallback="") for chat_id in chat_ids]
