"""What is left of a mailbox for the chat of another bot."""

from __future__ import annotations

import pytest

from bot.chat.intents import Apply, EditMessage, Hide, HideAll, Intent, SendMessage
from bot.chat.outgoing import (
    Application,
    Conversation,
    Document,
    Draft,
    DropTopic,
    Leave,
    Mark,
    Outgoing,
    Place,
    Retitle,
    Rewrite,
    Say,
    Topic,
)
from bot.store import keys
from bot.store.bots import number_of
from bot.store.connection import Client
from bot.worker.another_bot import move_in, moved, without_messages
from bot.worker.change import Change
from bot.worker.outbox import BATCH
from bot.worker.session import Session
from bot.worker.waiting import Waiting
from tests.worker.conftest import Desk

TOPIC = Topic("7", "Ромашка")
ABOUT = Conversation("7")


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        (Say(text="а", reply_to=5, at=6, about=ABOUT, since=9), Say(text="а", about=ABOUT, since=9)),
        (Say(text="а", at=TOPIC), Say(text="а", at=TOPIC)),
        (Say(text="а", about=Draft("б", 5)), Say(text="а", about=Draft("б", 0))),
        (
            Rewrite(message_id=5, text="а", at=6, about=Application("1", message_id=5)),
            Say(text="а", silent=True, about=Application("1")),
        ),
        (Rewrite(message_id=5, text="а", lasting=False), None),
        (Place(lat=1, lng=2, title="а", address="б", at=6), Place(lat=1, lng=2, title="а", address="б")),
        (Document(name="а", content=b"%", reply_to=5), Document(name="а", content=b"%")),
        (Mark(message_id=5, emoji="👌", fallback="Принято"), Say(text="Принято", silent=True)),
        (Mark(message_id=5, emoji="👀", fallback=""), None),
        (Retitle(topic=TOPIC), None),
        (DropTopic(nid="7"), None),
        (Leave(), Leave()),
    ],
)
def test_what_waits_is_said_without_what_it_refers_to(entry: Outgoing, left: Outgoing | None) -> None:
    assert moved(entry) == left


@pytest.mark.parametrize(
    "intent",
    [
        SendMessage(nid="7", text="а", chat_message_id=5, thread=6),
        EditMessage(nid="7", text="а", chat_message_id=5, thread=6),
        Hide(nid="7", decline=True, card_id=5, thread=6),
        HideAll(tab="all", nids=("7",), total=1, card_id=5, thread=6),
        Apply(vacancy_id="1", resume_id="2", letter="а", chat_message_id=5, card_id=5, thread=6),
    ],
)
def test_what_is_to_be_done_shows_its_outcome_at_no_old_message(intent: Intent) -> None:
    left = without_messages(intent)
    assert type(left) is type(intent)
    assert not {5, 6} & {getattr(left, name) for name in left.__struct_fields__ if name != "nids"}


async def test_bots_are_numbered_in_the_order_in_which_they_came(redis: Client) -> None:
    assert [await number_of(redis, 3, bot) for bot in (700, 800, 700, 900)] == [0, 1, 0, 2]
    assert await number_of(redis, 4, 800) == 0, "each shard numbers them by itself"


async def test_a_long_outbox_moves_as_a_whole_and_once(desk: Desk) -> None:
    texts = [str(number) for number in range(BATCH + 5)]
    intent = SendMessage(nid=desk.nid, text="а", chat_message_id=5)
    await desk.know(5, ABOUT)
    await desk.session.commit(
        Change(
            said=[*(Say(text=text, reply_to=5) for text in texts), DropTopic(nid="7")],
            queue=lambda queue: [*queue, Waiting(intent, since=1)],
            head={"outbox": 1e10, "linear": 1e10},
        )
    )
    await desk.die()
    desk.session = served(desk)
    await move_in(desk.session)
    assert list(desk.session.outbox) == [Say(text=text) for text in texts]
    assert [waiting.intent for waiting in desk.session.queue] == [without_messages(intent)]
    assert (desk.session.head.outbox, desk.session.head.linear, desk.session.head.bot) == (0, 0, 1)
    assert await desk.session.subject(5) is None
    await desk.know(5, ABOUT)
    await desk.die()
    desk.session = served(desk)
    await move_in(desk.session)
    assert await desk.session.subject(5) == ABOUT
    assert len(desk.session.claim.outbox) == BATCH
    assert await desk.services.store.llen(keys.of(desk.session.user_id, "outbox")) == len(texts)


def served(desk: Desk) -> Session:
    """The session, as another bot's worker has it."""
    return Session(
        desk.session.claim, desk.services.mailboxes, desk.services.store, desk.services.telegram_limit, bot=1
    )
