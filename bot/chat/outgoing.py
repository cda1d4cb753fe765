"""What the bridge wants Telegram to do, as data: the entries of the outbox.

Rendering makes these, the outbox stores them, delivery turns each into one Bot API call. A button
carries a `Press`; delivery seals it into callback data for the one user who may press it.
"""

from __future__ import annotations

from msgspec import Struct, structs


class Press(Struct, frozen=True, array_like=True):
    """What a button means: an action (see `bot.handlers`) and its arguments."""

    action: str
    args: tuple[str, ...] = ()


class Key(Struct, frozen=True, array_like=True):
    """One button: a label, and either a press or an address to open.

    `style` is its colour, "primary", "success" or "danger" (Bot API 9.4, InlineKeyboardButton).
    """

    label: str
    press: Press | None = None
    url: str | None = None
    style: str | None = None


Keyboard = tuple[tuple[Key, ...], ...]


class Conversation(Struct, frozen=True, tag="c", array_like=True):
    """The message belongs to a conversation; `mid` is its hh.ru message where it is one of the user's own.

    `digest` is `bot.chat.html.digest` of the text for the user's own messages: Telegram reports
    edits that changed nothing. `card` where the message shows how the conversation stands.
    """

    nid: str
    mid: str | None = None
    digest: str = ""
    card: bool = False


class Draft(Struct, frozen=True, tag="d", array_like=True):
    """A text of the user that no employer has got: of his own message, or of the question about it.

    `message_id` is the user's message; `text` is "" once it was sent or dropped. `nid` is the conversation
    for which hh.ru did not take it, "" for none: an edit of the message is another try there.
    """

    text: str
    message_id: int
    nid: str = ""


class Application(Struct, frozen=True, tag="a", array_like=True):
    """The message is a step of applying. `letter` is None until the user wrote or skipped it.

    `host` names the sister site of the vacancy; `message_id` is the user's message with the letter,
    0 where there is none. It is None for both `resume_id` and `letter` once it was sent or dropped.
    """

    vacancy_id: str
    resume_id: str | None = None
    letter: str | None = None
    host: str | None = None
    message_id: int = 0


class Album(Struct, frozen=True, tag="m", array_like=True):
    """The message is part of an album of media that was answered as one; `group` is Telegram's id."""

    group: str


class Question(Struct, frozen=True, tag="q", array_like=True):
    """The message asks for a text that no employer gets; the reply to it is the answer.

    `what` says for what (see `bot.handlers.questions`), `ref` for which.
    """

    what: str
    ref: str = ""


Subject = Conversation | Draft | Application | Album | Question
"""What a Telegram message is about: the value of the message map."""


class Topic(Struct, frozen=True, array_like=True):
    """The topic of a conversation, in chats that have topics; `name` is how it is to be called now."""

    nid: str
    name: str


Where = Topic | int
"""Where a message stands: in the topic of a conversation, made where it is missing, or in a thread of
the chat, by Telegram's id; 0 is the general place, the only one of a chat without topics."""


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all entries have: `trace_id` names the trail that they belong to (`bot.trail`)."""

    trace_id: str = ""


class Say(Entry, frozen=True, tag="say", kw_only=True):
    """A new message. `text` is Telegram HTML of at most 4096 UTF-16 units after parsing.

    `since` is when hh.ru says that what it tells of happened (Unix seconds), 0 where it is no news, or old.
    `prompt` is the placeholder of a forced reply; it excludes a keyboard. `repeat` is set by
    delivery when Telegram never confirmed an earlier try. `only_there`: left out where `at` can't be had.
    """

    text: str
    keyboard: Keyboard = ()
    about: Subject | None = None
    reply_to: int | None = None
    silent: bool = False
    prompt: str | None = None
    repeat: bool = False
    at: Where = 0
    only_there: bool = False
    since: float = 0


class Rewrite(Entry, frozen=True, tag="rewrite", kw_only=True):
    """New text and keyboard for a message of the bot.

    Where that one is gone: a new message in the thread `at`, or nothing where not `lasting`.
    """

    message_id: int
    text: str
    keyboard: Keyboard = ()
    about: Subject | None = None
    at: Where = 0
    lasting: bool = True


class Place(Entry, frozen=True, tag="place", kw_only=True):
    """A venue."""

    lat: float
    lng: float
    title: str
    address: str
    about: Subject | None = None
    at: Where = 0


class Document(Entry, frozen=True, tag="document", kw_only=True):
    """A file. `caption` is Telegram HTML of at most 1024 UTF-16 units after parsing."""

    name: str
    content: bytes
    caption: str = ""
    about: Subject | None = None
    reply_to: int | None = None
    silent: bool = False
    at: Where = 0


class Mark(Entry, frozen=True, tag="mark", kw_only=True):
    """A reaction on a message of the user, in place of the one before; "" takes it off.

    `fallback` is said as a reply where reactions fail; "" for nothing.
    """

    message_id: int
    emoji: str
    fallback: str
    at: Where = 0


class Retitle(Entry, frozen=True, tag="retitle"):
    """Rename the topic of a conversation, if it has one."""

    topic: Topic


class DropTopic(Entry, frozen=True, tag="drop"):
    """Delete the topic of a conversation with everything in it."""

    nid: str


class Leave(Entry, frozen=True, tag="leave"):
    """Leave the chat (a group): the bridge is for private chats."""


Sendable = Say | Rewrite | Place | Document | Mark | Leave
Outgoing = Sendable | Retitle | DropTopic


def on_trail(entry: Outgoing, trace_id: str) -> Outgoing:
    """The entry on this trail, unless it is on one already."""
    return entry if entry.trace_id or not trace_id else structs.replace(entry, trace_id=trace_id)


def placed(entry: Outgoing, at: Where) -> Outgoing:
    """The entry at this place, unless it has one already or stands nowhere."""
    if isinstance(entry, Say | Rewrite | Place | Document | Mark) and entry.at == 0:
        return structs.replace(entry, at=at)
    return entry


class Screen(Struct, frozen=True, kw_only=True):
    """What one message shows; becomes a `Say` or, on paging, a `Rewrite`."""

    text: str
    keyboard: Keyboard = ()
    about: Subject | None = None

    def say(self, *, reply_to: int | None = None, silent: bool = False, at: Where = 0) -> Say:
        """Show it as a new message."""
        return Say(
            text=self.text,
            keyboard=self.keyboard,
            about=self.about,
            reply_to=reply_to,
            silent=silent,
            at=at,
        )

    def rewrite(self, message_id: int, *, at: Where = 0, lasting: bool = True) -> Rewrite:
        """Show it in place of the message `message_id`."""
        return Rewrite(
            message_id=message_id,
            text=self.text,
            keyboard=self.keyboard,
            about=self.about,
            at=at,
            lasting=lasting,
        )
