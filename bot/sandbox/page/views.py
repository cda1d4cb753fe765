"""A chat as the page shows it, as JSON."""

from __future__ import annotations

from msgspec import Struct

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.chats import ChatMessage, Service
from bot.sandbox.telegram.people import LocalUser
from bot.sandbox.telegram.server import LocalTelegram

EXCERPT = 120
LATEST = 400


class Button(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An inline button; `url` is set where it opens an address."""

    text: str
    url: str | None = None
    copy: str | None = None
    style: str | None = None


class Quoted(Struct, frozen=True, kw_only=True):
    """The message that another one answers; `gone` where it was deleted."""

    id: int
    from_bot: bool
    text: str
    gone: bool


class Attachment(Struct, frozen=True, kw_only=True):
    """A file to download; `size` in bytes."""

    name: str
    size: int
    url: str


class Bubble(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One message. `kind` is text, photo, document, sticker, voice, location, venue or service."""

    id: int
    kind: str
    from_bot: bool
    date: int
    text: str = ""
    entities: tuple[wire.MessageEntity, ...] = ()
    keyboard: tuple[tuple[Button, ...], ...] = ()
    prompt: str | None = None
    quoted: Quoted | None = None
    reactions: tuple[str, ...] = ()
    edited: bool = False
    silent: bool = False
    forwarded_from: str | None = None
    thread_id: int | None = None
    document: Attachment | None = None
    venue: wire.Venue | None = None
    location: wire.Location | None = None
    emoji: str | None = None
    service: str | None = None
    topic_renamed: bool = False


class TopicView(Struct, frozen=True, kw_only=True):
    """A topic of the chat; `color` is 0xRRGGBB."""

    id: int
    name: str
    color: int


class Person(Struct, frozen=True, kw_only=True):
    """Somebody with a phone."""

    id: int
    first_name: str
    last_name: str | None
    language_code: str | None


class BotView(Struct, frozen=True, kw_only=True):
    """The bot's profile in the person's language."""

    name: str
    username: str
    description: str
    commands: tuple[wire.BotCommand, ...]


class Phone(Struct, frozen=True, kw_only=True):
    """One person's chat with the bot, its latest messages. `standing` is that of `chats.Standing`.

    `threaded` where the bot's chats have topics.
    """

    person: Person
    bot: BotView
    standing: str
    typing: bool
    typing_thread: int | None
    threaded: bool
    topics: tuple[TopicView, ...]
    messages: tuple[Bubble, ...]


class FaultView(Struct, frozen=True, kw_only=True):
    """What Telegram does wrong on command."""

    waiting: int
    limits: bool
    topics: bool


class State(Struct, frozen=True, kw_only=True):
    """All phones and the faults in force."""

    phones: tuple[Phone, ...]
    faults: FaultView
    receiving: str
    pending: int


def state(telegram: LocalTelegram) -> State:
    """Everything the page shows of Telegram. `receiving`: webhook, polling or nobody."""
    world = telegram.world
    receiving = "webhook" if world.webhooks.webhook else "polling" if world.updates.polled else "nobody"
    return State(
        phones=tuple(phone(telegram, user) for user in telegram.users.values()),
        faults=FaultView(
            waiting=telegram.faults.waiting, limits=telegram.limits is not None, topics=world.topics_enabled
        ),
        receiving=receiving,
        pending=world.updates.count,
    )


def phone(telegram: LocalTelegram, user: LocalUser) -> Phone:
    """One person's phone."""
    profile, bot, language = telegram.world.profile, telegram.world.bot, user.user.language_code or ""
    return Phone(
        person=Person(
            id=user.id,
            first_name=user.user.first_name,
            last_name=user.user.last_name,
            language_code=user.user.language_code,
        ),
        bot=BotView(
            name=profile.names.get(language) or profile.names.get("") or bot.first_name,
            username=bot.username or "",
            description=profile.descriptions.get(language) or profile.descriptions.get("", ""),
            commands=profile.commands_for(user.id, language),
        ),
        standing=user.state.standing.value,
        typing=user.typing,
        typing_thread=user.state.typing_thread,
        threaded=telegram.world.topics_enabled,
        topics=tuple(TopicView(id=t.id, name=t.name, color=t.icon_color) for t in user.state.topics.values()),
        messages=tuple(bubble(message) for message in user.messages[-LATEST:]),
    )


def bubble(message: ChatMessage) -> Bubble:
    """One message."""
    media = message.media
    origin = message.forward_origin
    return Bubble(
        id=message.id,
        kind=_kind(message),
        from_bot=message.from_bot,
        date=message.date,
        text=message.text,
        entities=message.entities,
        keyboard=tuple(tuple(_button(each) for each in row) for row in message.keyboard),
        prompt=message.prompt,
        quoted=_quoted(message),
        reactions=message.reactions,
        edited=message.edited,
        silent=message.silent,
        forwarded_from=origin.sender_user_name if origin else None,
        thread_id=message.thread_id,
        document=_attachment(media.document),
        venue=media.venue,
        location=media.venue.location if media.venue else media.location,
        emoji=media.sticker.emoji if media.sticker else None,
        service=_service(message.service),
        topic_renamed=bool(message.service and message.service.topic_edited),
    )


def _kind(message: ChatMessage) -> str:
    media = message.media
    kinds = {
        "service": message.service,
        "document": media.document,
        "photo": media.photo,
        "sticker": media.sticker,
        "voice": media.voice,
        "venue": media.venue,
        "location": media.location,
    }
    return next((kind for kind, content in kinds.items() if content), "text")


def _button(button: wire.InlineKeyboardButton) -> Button:
    copied = button.copy_text.text if button.copy_text else None
    return Button(text=button.text, url=button.url, copy=copied, style=button.style or None)


def _quoted(message: ChatMessage) -> Quoted | None:
    if message.reply_to is None:
        return None
    replied = message.chat.messages.get(message.reply_to)
    if replied is None:
        return Quoted(id=message.reply_to, from_bot=False, text="", gone=True)
    text = replied.text or (replied.venue.title if replied.venue else "")
    return Quoted(id=replied.id, from_bot=replied.from_bot, text=text[:EXCERPT], gone=False)


def _attachment(document: wire.Document | None) -> Attachment | None:
    if document is None:
        return None
    return Attachment(
        name=document.file_name or "file",
        size=document.file_size or 0,
        url=f"/console/telegram/files/{document.file_id}",
    )


def _service(service: Service | None) -> str | None:
    if service is None:
        return None
    about = service.topic_created or service.topic_edited
    return about.name if about else ""
