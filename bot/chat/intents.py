"""What the user wants hh.ru to do, as data: writes that wait for hh.ru in order.

A handler makes an intent; the worker carries it out at most once, in the order of its
conversation, and survives any interruption. `chat_message_id` is the user's Telegram message that
shows the outcome; 0 where there is none. `thread` is the thread of the chat where the user acted, 0
for the general place: there he is told what came of it.
"""

from __future__ import annotations

from msgspec import Struct


class SendMessage(Struct, frozen=True, tag="send", kw_only=True):
    """Write `text` to the employer of conversation `nid`."""

    nid: str
    text: str
    chat_message_id: int
    thread: int = 0


class EditMessage(Struct, frozen=True, tag="edit", kw_only=True):
    """Replace, on hh.ru, the message that was sent by Telegram message `chat_message_id`."""

    nid: str
    text: str
    chat_message_id: int
    thread: int = 0


class Hide(Struct, frozen=True, tag="hide", kw_only=True):
    """Hide conversation `nid`, with hh.ru's decline message to the employer where `decline`.

    `card_id` is the bot's message whose buttons started it.
    """

    nid: str
    decline: bool
    card_id: int
    thread: int = 0


class Apply(Struct, frozen=True, tag="apply", kw_only=True):
    """Apply to a vacancy. `letter` "" means none. `card_id` is the bot's message to rewrite or 0.

    `host` names the sister site of the vacancy.
    """

    vacancy_id: str
    resume_id: str
    letter: str
    chat_message_id: int
    card_id: int
    host: str | None = None
    thread: int = 0


class HideAll(Struct, frozen=True, tag="sweep", kw_only=True):
    """Hide the conversations `nids`, in the background, while they belong to `tab`.

    `hidden` and `kept` count what was done, of `total`; `reasons` are titles with the reason as HTML of
    the first ones kept. `card_id` is the bot's message that shows it. `stopped` by the user, no more
    are hidden.
    """

    tab: str
    nids: tuple[str, ...]
    total: int
    card_id: int
    hidden: int = 0
    kept: int = 0
    reasons: tuple[tuple[str, str], ...] = ()
    stopped: bool = False
    thread: int = 0


class StopHiding(Struct, frozen=True, tag="stop", kw_only=True):
    """Stop the `HideAll` that waits; never waits itself."""

    thread: int = 0


Write = SendMessage | EditMessage | Hide | Apply
"""One request to hh.ru."""

Intent = Write | HideAll
Wish = Intent | StopHiding
