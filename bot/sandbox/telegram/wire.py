"""The objects of the Bot API as they travel (https://core.telegram.org/bots/api#available-types).

Only fields the sandbox fills or reads. Absent fields are left out of the JSON, as Telegram does.
"""

from __future__ import annotations

from msgspec import Struct, field


class User(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A Telegram user or bot."""

    id: int
    is_bot: bool
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None


class Me(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The bot itself, as `getMe` answers."""

    id: int
    is_bot: bool
    first_name: str
    username: str
    can_join_groups: bool | None = None
    can_read_all_group_messages: bool | None = None
    supports_inline_queries: bool | None = None
    can_connect_to_business: bool | None = None
    has_main_web_app: bool | None = None
    has_topics_enabled: bool | None = None
    allows_users_to_create_topics: bool | None = None


class Chat(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A chat as messages carry it."""

    id: int
    type: str
    title: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class MessageEntity(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A styled or recognised part of a text; offset and length count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    user: User | None = None


class CopyText(Struct, frozen=True):
    """What a copying button copies."""

    text: str


class WebApp(Struct, frozen=True):
    """The address a web app button opens."""

    url: str


class InlineKeyboardButton(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One button under a message."""

    text: str
    url: str | None = None
    callback_data: str | None = None
    copy_text: CopyText | None = None
    web_app: WebApp | None = None
    switch_inline_query: str | None = None
    switch_inline_query_current_chat: str | None = None
    icon_custom_emoji_id: str | None = None
    style: str | None = None


class InlineKeyboardMarkup(Struct, frozen=True, kw_only=True):
    """The buttons under a message, row by row."""

    inline_keyboard: tuple[tuple[InlineKeyboardButton, ...], ...]


class ForceReply(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Asks the client to open the reply composer."""

    force_reply: bool = False
    input_field_placeholder: str | None = None
    selective: bool | None = None


class KeyboardButton(Struct, frozen=True, kw_only=True):
    """One button of a keyboard in place of the letters."""

    text: str


class ReplyKeyboard(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A keyboard in place of the letters, or its removal."""

    keyboard: tuple[tuple[KeyboardButton | str, ...], ...] = ()
    remove_keyboard: bool = False
    one_time_keyboard: bool = False
    resize_keyboard: bool = False
    input_field_placeholder: str | None = None


class Location(Struct, frozen=True, kw_only=True):
    """A point on the map, degrees."""

    latitude: float
    longitude: float


class Venue(Struct, frozen=True, kw_only=True):
    """A named place."""

    location: Location
    title: str
    address: str


class File(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A file that can be downloaded."""

    file_id: str
    file_unique_id: str
    file_size: int | None = None
    file_path: str | None = None


class Document(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A file sent as a document."""

    file_id: str
    file_unique_id: str
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int | None = None


class PhotoSize(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One size of a photo, pixels."""

    file_id: str
    file_unique_id: str
    width: int
    height: int
    file_size: int | None = None


class Sticker(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A sticker."""

    file_id: str
    file_unique_id: str
    type: str
    width: int
    height: int
    is_animated: bool
    is_video: bool
    emoji: str | None = None


class Voice(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A voice message, seconds."""

    file_id: str
    file_unique_id: str
    duration: int
    mime_type: str | None = None


class MessageOrigin(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Whom a forwarded message is from: `hidden_user`, `user` or `channel`."""

    type: str
    date: int
    sender_user: User | None = None
    sender_user_name: str | None = None
    chat: Chat | None = None
    message_id: int | None = None


class ForumTopicCreated(Struct, frozen=True, kw_only=True):
    """The service message that opens a topic."""

    name: str
    icon_color: int


class ForumTopicEdited(Struct, frozen=True, kw_only=True):
    """The service message that tells a topic's new name."""

    name: str


class Message(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message of a chat."""

    message_id: int
    date: int
    chat: Chat
    from_: User | None = field(name="from", default=None)
    message_thread_id: int | None = None
    is_topic_message: bool | None = None
    forward_origin: MessageOrigin | None = None
    reply_to_message: Message | None = None
    edit_date: int | None = None
    text: str | None = None
    entities: tuple[MessageEntity, ...] = ()
    caption: str | None = None
    caption_entities: tuple[MessageEntity, ...] = ()
    document: Document | None = None
    photo: tuple[PhotoSize, ...] = ()
    sticker: Sticker | None = None
    voice: Voice | None = None
    location: Location | None = None
    venue: Venue | None = None
    new_chat_members: tuple[User, ...] = ()
    left_chat_member: User | None = None
    forum_topic_created: ForumTopicCreated | None = None
    forum_topic_edited: ForumTopicEdited | None = None
    reply_markup: InlineKeyboardMarkup | None = None


class CallbackQuery(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A press of a button."""

    id: str
    from_: User = field(name="from")
    chat_instance: str
    message: Message | None = None
    data: str | None = None


class ChatMember(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Whether the bot is in a chat; `until_date` 0 means for ever."""

    user: User
    status: str
    until_date: int | None = None


class ChatMemberUpdated(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The bot was blocked, unblocked, added or removed."""

    chat: Chat
    from_: User = field(name="from")
    date: int
    old_chat_member: ChatMember
    new_chat_member: ChatMember


class Update(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that happened; at most one of the optional fields is present."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None


class ReactionType(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A reaction: `emoji` or `custom_emoji`."""

    type: str
    emoji: str | None = None
    custom_emoji_id: str | None = None


class ReplyParameters(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Which message a new one answers."""

    message_id: int = 0
    chat_id: int | str | None = None
    allow_sending_without_reply: bool = False


class BotCommand(Struct, frozen=True, kw_only=True):
    """A line of the commands menu."""

    command: str
    description: str


class CommandScope(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """To whom a list of commands is shown."""

    type: str = "default"
    chat_id: int | str | None = None
    user_id: int | None = None


class MenuButton(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The button beside the composer: `default`, `commands` or `web_app`."""

    type: str
    text: str | None = None
    web_app: WebApp | None = None


DEFAULT_BUTTON = MenuButton(type="default")


class ForumTopic(Struct, frozen=True, kw_only=True):
    """A topic of a chat."""

    message_thread_id: int
    name: str
    icon_color: int


class WebhookInfo(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The state of the webhook."""

    url: str
    has_custom_certificate: bool
    pending_update_count: int
    last_error_date: int | None = None
    last_error_message: str | None = None
    max_connections: int | None = None
    allowed_updates: tuple[str, ...] = ()


class GiftTypes(Struct, frozen=True, kw_only=True):
    """Which gifts a user accepts (a required part of `ChatFullInfo`)."""

    unlimited_gifts: bool = True
    limited_gifts: bool = True
    unique_gifts: bool = True
    premium_subscription: bool = True
    gifts_from_channels: bool = True


class ChatFullInfo(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A chat as `getChat` answers."""

    id: int
    type: str
    accent_color_id: int
    max_reaction_count: int
    accepted_gift_types: GiftTypes
    title: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class BotName(Struct, frozen=True, kw_only=True):
    """The answer of `getMyName`."""

    name: str


class BotDescription(Struct, frozen=True, kw_only=True):
    """The answer of `getMyDescription`."""

    description: str


class BotShortDescription(Struct, frozen=True, kw_only=True):
    """The answer of `getMyShortDescription`."""

    short_description: str
