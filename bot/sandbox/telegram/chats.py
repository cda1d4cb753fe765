"""Chats and their messages, as a person sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.entities import to_html
from bot.sandbox.telegram.keyboards import Markup

GENERAL_TOPIC = 1


class Standing(Enum):
    """Whether the bot may write in a chat."""

    NEVER_STARTED = "never started"
    OPEN = "open"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    LEFT = "left"


@dataclass
class Media:
    """What a message carries besides text; at most one is set."""

    document: wire.Document | None = None
    photo: tuple[wire.PhotoSize, ...] = ()
    sticker: wire.Sticker | None = None
    voice: wire.Voice | None = None
    location: wire.Location | None = None
    venue: wire.Venue | None = None

    @property
    def has_caption(self) -> bool:
        """Whether the message's text is a caption."""
        return bool(self.document or self.photo or self.voice)

    @property
    def is_empty(self) -> bool:
        """Whether the message is plain text."""
        return not (self.has_caption or self.sticker or self.location or self.venue)


@dataclass
class Service:
    """What a service message reports; at most one is set."""

    new_members: tuple[wire.User, ...] = ()
    left_member: wire.User | None = None
    topic_created: wire.ForumTopicCreated | None = None
    topic_edited: wire.ForumTopicEdited | None = None


@dataclass(eq=False)
class ChatMessage:
    """One message. `text` is the caption where there is a document, photo or voice message."""

    id: int
    chat: ChatState
    sender: wire.User
    date: int
    text: str = ""
    entities: tuple[wire.MessageEntity, ...] = ()
    markup: Markup | None = None
    media: Media = field(default_factory=Media)
    service: Service | None = None
    reply_to: int | None = None
    thread_id: int | None = None
    forward_origin: wire.MessageOrigin | None = None
    silent: bool = False
    edit_date: int | None = None
    reactions: tuple[str, ...] = ()

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.sender.is_bot

    @property
    def html(self) -> str:
        """The text as Telegram HTML; addresses and commands that Telegram recognised stay plain."""
        return to_html(self.text, self.entities)

    @property
    def edited(self) -> bool:
        """Whether it shows the mark "edited"."""
        return self.edit_date is not None

    @property
    def keyboard(self) -> tuple[tuple[wire.InlineKeyboardButton, ...], ...]:
        """The rows of inline buttons."""
        return self.markup.inline_keyboard if isinstance(self.markup, wire.InlineKeyboardMarkup) else ()

    @property
    def buttons(self) -> tuple[wire.InlineKeyboardButton, ...]:
        """All inline buttons in reading order."""
        return tuple(button for row in self.keyboard for button in row)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all inline buttons in reading order."""
        return tuple(button.text for button in self.buttons)

    @property
    def prompt(self) -> str | None:
        """The placeholder of a forced reply; "" for one without, None where none is asked."""
        return (
            (self.markup.input_field_placeholder or "") if isinstance(self.markup, wire.ForceReply) else None
        )

    @property
    def venue(self) -> wire.Venue | None:
        """The place it shows."""
        return self.media.venue

    @property
    def document(self) -> wire.Document | None:
        """The file it carries."""
        return self.media.document

    def button(self, which: str | int) -> wire.InlineKeyboardButton:
        """The button with that label (exactly, or the only one that contains it), or at that index.

        Raises:
            LookupError: there is none, or several.
        """
        if isinstance(which, int):
            return self.buttons[which]
        exact = [button for button in self.buttons if button.text == which]
        found = exact or [button for button in self.buttons if which in button.text]
        if len(found) != 1:
            raise LookupError(f"{len(found)} buttons {which!r} among {self.labels}")
        return found[0]

    def to_wire(self, *, with_reply: bool = True) -> wire.Message:
        """The message as the Bot API shows it to the bot."""
        caption = self.media.has_caption
        replied = self.chat.messages.get(self.reply_to) if with_reply and self.reply_to else None
        service = self.service or Service()
        return wire.Message(
            message_id=self.id,
            date=self.date,
            chat=self.chat.wire_chat,
            from_=self.sender,
            message_thread_id=self.thread_id,
            is_topic_message=True if self.thread_id else None,
            forward_origin=self.forward_origin,
            reply_to_message=replied.to_wire(with_reply=False) if replied else None,
            edit_date=self.edit_date,
            text=self.text if self.text and not caption else None,
            entities=() if caption else self.entities,
            caption=self.text if self.text and caption else None,
            caption_entities=self.entities if caption else (),
            document=self.media.document,
            photo=self.media.photo,
            sticker=self.media.sticker,
            voice=self.media.voice,
            location=self.media.venue.location if self.media.venue else self.media.location,
            venue=self.media.venue,
            new_chat_members=service.new_members,
            left_chat_member=service.left_member,
            forum_topic_created=service.topic_created,
            forum_topic_edited=service.topic_edited,
            reply_markup=self.markup if isinstance(self.markup, wire.InlineKeyboardMarkup) else None,
        )

    def __repr__(self) -> str:
        """For failing tests: who, what, which buttons."""
        who = "bot" if self.from_bot else self.sender.first_name
        kind = "" if self.media.is_empty else " +media"
        return f"<{self.id} {who}: {self.text!r}{kind} {list(self.labels) or ''} {' '.join(self.reactions)}>"


@dataclass
class Topic:
    """A topic of a chat; its id is that of the message that opened it."""

    id: int
    name: str
    icon_color: int


@dataclass
class ChatState:
    """A chat between the bot and one person, or a group."""

    wire_chat: wire.Chat
    instance: str
    standing: Standing
    messages: dict[int, ChatMessage] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    typing_until: float = 0
    typing_thread: int | None = None
    menu_button: wire.MenuButton | None = None

    @property
    def id(self) -> int:
        """The chat's id: the person's in a private chat, negative in a group."""
        return self.wire_chat.id

    @property
    def is_private(self) -> bool:
        """Whether it is a chat with one person."""
        return self.wire_chat.type == "private"
