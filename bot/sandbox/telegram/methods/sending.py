"""Methods that put a new message into a chat."""

from __future__ import annotations

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.chats import ChatMessage, ChatState, Media
from bot.sandbox.telegram.entities import tidy, utf16_length
from bot.sandbox.telegram.html import parse_html
from bot.sandbox.telegram.keyboards import read_markup
from bot.sandbox.telegram.methods.registry import Result, method, writable_chat
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.refusals import BadRequest
from bot.sandbox.telegram.world import World

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_SOURCE_BYTES = 1 << 15
MAX_DOCUMENT_BYTES = 50 * 1024 * 1024

Formatted = tuple[str, tuple[wire.MessageEntity, ...]]


def formatted(parameters: Parameters, name: str, entities_name: str) -> Formatted:
    """A text parameter with its entities, as `parse_mode` or the entities parameter give them.

    Raises:
        BadRequest: it can't be parsed, or its source is longer than 32 KiB.
    """
    source = parameters.text(name)
    if len(source.encode()) > MAX_SOURCE_BYTES:
        raise BadRequest("text is too long")
    mode = parameters.text("parse_mode").lower()
    if mode == "html" and source:
        return tidy(*parse_html(source))
    if mode not in {"", "none", "html"}:
        raise BadRequest("unsupported parse_mode")
    given = parameters.json(entities_name, tuple[wire.MessageEntity, ...], "entities") if not mode else None
    return tidy(source, given or ())


def message_text(parameters: Parameters) -> Formatted:
    """The text of a message.

    Raises:
        BadRequest: it is empty, too long or can't be parsed.
    """
    text, entities = formatted(parameters, "text", "entities")
    if not text:
        raise BadRequest("message text is empty")
    if utf16_length(text) > MAX_TEXT:
        raise BadRequest("message is too long")
    return text, entities


def _replied(world: World, chat: ChatState, parameters: Parameters) -> int | None:
    given = parameters.json("reply_parameters", wire.ReplyParameters, "reply parameters")
    asked = given or wire.ReplyParameters(
        message_id=parameters.integer("reply_to_message_id"),
        allow_sending_without_reply=parameters.flag("allow_sending_without_reply"),
    )
    if asked.message_id <= 0:
        return None
    if asked.message_id in chat.messages:
        return asked.message_id
    if asked.allow_sending_without_reply:
        return None
    raise BadRequest("message to be replied not found")


def _thread(world: World, chat: ChatState, parameters: Parameters) -> int | None:
    thread_id = parameters.integer("message_thread_id")
    if not thread_id:
        return None
    if thread_id not in chat.topics or not world.topics_enabled:
        raise BadRequest("message thread not found")
    return thread_id


def _send(
    world: World, parameters: Parameters, content: Formatted, media: Media | None = None
) -> wire.Message:
    chat = writable_chat(world, parameters)
    thread_id = _thread(world, chat, parameters)
    reply_to = _replied(world, chat, parameters)
    markup = read_markup(parameters.text("reply_markup"))
    world.pace.spend(chat.id, world.clock.now())
    message = ChatMessage(
        id=world.next_message_id(),
        chat=chat,
        sender=world.bot,
        date=world.now(),
        text=content[0],
        entities=content[1],
        markup=markup,
        media=media or Media(),
        reply_to=reply_to,
        thread_id=thread_id,
        silent=parameters.flag("disable_notification"),
    )
    return world.post(message).to_wire()


@method("sendMessage")
def send_message(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#sendmessage ."""
    return _send(world, parameters, message_text(parameters))


def _location(parameters: Parameters) -> wire.Location:
    values: list[float] = []
    for name, bound in (("latitude", 90.0), ("longitude", 180.0)):
        source = parameters.text(name).strip()
        if not source:
            raise BadRequest(f"{name} is empty")
        try:
            value = float(source)
        except ValueError:
            value = 0.0
        if not -bound <= value <= bound:
            raise BadRequest("wrong location specified")
        values.append(value)
    return wire.Location(latitude=values[0], longitude=values[1])


@method("sendLocation")
def send_location(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#sendlocation ."""
    return _send(world, parameters, ("", ()), Media(location=_location(parameters)))


@method("sendVenue")
def send_venue(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#sendvenue ."""
    location = _location(parameters)
    title, address = parameters.text("title").strip(), parameters.text("address").strip()
    if not title:
        raise BadRequest("VENUE_TITLE_EMPTY")
    if not address:
        raise BadRequest("VENUE_ADDRESS_EMPTY")
    return _send(
        world, parameters, ("", ()), Media(venue=wire.Venue(location=location, title=title, address=address))
    )


def _caption(parameters: Parameters) -> Formatted:
    text, entities = formatted(parameters, "caption", "caption_entities")
    if utf16_length(text) > MAX_CAPTION:
        raise BadRequest("message caption is too long")
    return text, entities


def _stored(world: World, parameters: Parameters, kind: str) -> tuple[wire.File, str, str]:
    """The file of a call, with its name and media type: uploaded now, or known by its id."""
    upload = parameters.upload(kind)
    if upload is not None:
        if not upload.content:
            raise BadRequest("file must be non-empty")
        if len(upload.content) > MAX_DOCUMENT_BYTES:
            raise BadRequest("file is too big")
        return world.store_file(kind, upload.name, upload.content), upload.name, upload.mime_type
    known = world.files.get(parameters.text(kind))
    if not parameters.text(kind):
        raise BadRequest(f"there is no {kind} in the request")
    if known is None:
        raise BadRequest("wrong file identifier/HTTP URL specified")
    path, content = known
    file_id = parameters.text(kind)
    name = path.rsplit("/", 1)[-1]
    file = wire.File(file_id=file_id, file_unique_id=file_id[-12:], file_size=len(content), file_path=path)
    return file, name, "application/octet-stream"


@method("sendDocument")
def send_document(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#senddocument ."""
    writable_chat(world, parameters)
    caption = _caption(parameters)
    file, name, mime_type = _stored(world, parameters, "document")
    document = wire.Document(
        file_id=file.file_id,
        file_unique_id=file.file_unique_id,
        file_name=name,
        mime_type=mime_type,
        file_size=file.file_size,
    )
    return _send(world, parameters, caption, Media(document=document))


@method("sendPhoto")
def send_photo(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#sendphoto ."""
    writable_chat(world, parameters)
    caption = _caption(parameters)
    file, _, _ = _stored(world, parameters, "photo")
    size = wire.PhotoSize(
        file_id=file.file_id,
        file_unique_id=file.file_unique_id,
        width=1280,
        height=960,
        file_size=file.file_size,
    )
    return _send(world, parameters, caption, Media(photo=(size,)))


_ACTIONS = """
cancel typing upload_photo record_video upload_video record_voice upload_voice record_audio upload_audio
upload_document choose_sticker find_location pick_up_location record_video_note upload_video_note
"""
CHAT_ACTIONS = frozenset(_ACTIONS.split())
TYPING_SECONDS = 5


@method("sendChatAction")
def send_chat_action(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#sendchataction ."""
    action = parameters.text("action").lower()
    if action not in CHAT_ACTIONS:
        raise BadRequest("wrong parameter action in request")
    chat = writable_chat(world, parameters)
    chat.typing_thread = _thread(world, chat, parameters)
    chat.typing_until = 0 if action == "cancel" else world.clock.now() + TYPING_SECONDS
    world.changes.notify(chat.id)
    return True
