"""One `Sendable` becomes one call of the Bot API; what goes wrong is sorted by what may be done next.

    DeliveryError
    ├── Paused       nothing was sent; repeat after `seconds`, if Telegram says how many
    ├── Unconfirmed  Telegram may have taken it (a timeout, a reset, a 5xx)
    ├── Unreachable  the user blocked the bot, left or was deleted; nothing was sent
    ├── ThreadGone   there is no such thread, or Telegram says so; nothing was sent
    └── Rejected     Telegram refuses this entry for ever

`BadRequest` is a subclass of `NetworkError` in python-telegram-bot, so it is looked at first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx
from msgspec.structs import replace
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Location,
    Message,
    ReplyParameters,
    Venue,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.chat.buttons import seal
from bot.chat.html import Html, plain
from bot.chat.outgoing import (
    Document,
    Key,
    Keyboard,
    Leave,
    Mark,
    Place,
    Rewrite,
    Say,
    Sendable,
)

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_NO_THREAD = ("thread not found", "topic_deleted", "topic_closed", "topic_id_invalid", "topic not found")

_QUOTED = re.compile(r"""(?<!\w)["'].*["'](?!\w)|-?\d{5,}""", re.DOTALL)
"""What a refusal repeats of what was sent: a tag, an address, an id."""

TOPIC_NAME: Final = 128
"""Characters of a topic's name, at most (Bot API, createForumTopic)."""


class DeliveryError(Exception):
    """Telegram did not confirm an entry of the outbox."""


class Paused(DeliveryError):
    """Repeat after `seconds`; None where Telegram did not say."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__("again later" if seconds is None else f"again in {seconds:.0f} s")
        self.seconds = seconds


class Unconfirmed(DeliveryError):
    """The outcome is unknown; the Bot API can't be asked for it."""


class Unreachable(DeliveryError):
    """There is nobody to send to."""


class ThreadGone(DeliveryError):
    """The topic was deleted, or topics are off or out of order."""


class Rejected(DeliveryError):
    """Telegram's own description says why, without what it quotes."""


@dataclass(frozen=True)
class Sent:
    """A message that stands in the chat.

    `asked` is the thread it was meant for, `thread` the one that Telegram names for it; 0 for none.
    """

    message_id: int
    thread: int = 0
    asked: int = 0


class Sender:
    """Performs entries of the outbox. `button_key` seals what buttons mean for their one user."""

    def __init__(self, bot: Bot, button_key: bytes) -> None:
        self._bot = bot
        self._key = button_key

    async def perform(self, user_id: int, entry: Sendable, thread: int = 0) -> Sent | None:
        """Send one entry, in a thread of the chat; returns the new message, if there is one.

        Renaming and deleting topics is `rename_topic` and `delete_topic`. Raises `DeliveryError`.
        """
        try:
            return await self._perform(user_id, entry, thread)
        except (BadRequest, InvalidToken) as error:
            return await self._refused(user_id, entry, thread, error)
        except TelegramError as error:
            raise _sorted(error) from error

    async def create_topic(self, user_id: int, name: str) -> int:
        """Make a topic; returns its thread. Raises `DeliveryError`, but never `Unreachable`."""
        try:
            topic = await self._bot.create_forum_topic(user_id, name[:TOPIC_NAME])
        except TelegramError as error:
            raise _topic_refused(error) from error
        return topic.message_thread_id

    async def rename_topic(self, user_id: int, thread: int, name: str) -> None:
        """Give a topic another name. Raises `DeliveryError`, but never `Unreachable`."""
        try:
            await self._bot.edit_forum_topic(user_id, thread, name=name[:TOPIC_NAME])
        except TelegramError as error:
            if "not_modified" not in error.message.lower():
                raise _topic_refused(error) from error

    async def delete_topic(self, user_id: int, thread: int) -> None:
        """Delete a topic and everything in it. Raises `DeliveryError`, but never `Unreachable`."""
        try:
            await self._bot.delete_forum_topic(user_id, thread)
        except TelegramError as error:
            raise _topic_refused(error) from error

    async def typing(self, user_id: int, thread: int) -> None:
        """Show for a few seconds that the bot is busy; raises `DeliveryError`."""
        try:
            await self._bot.send_chat_action(user_id, ChatAction.TYPING, message_thread_id=thread or None)
        except TelegramError as error:
            raise _sorted(error) from error

    async def _perform(self, user_id: int, entry: Sendable, thread: int) -> Sent | None:
        match entry:
            case Say():
                return await self._say(user_id, entry, thread)
            case Rewrite():
                await self._bot.edit_message_text(
                    entry.text,
                    chat_id=user_id,
                    message_id=entry.message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=self._markup(user_id, entry.keyboard),
                    link_preview_options=_NO_PREVIEW,
                )
                return Sent(entry.message_id)
            case Place():
                # One object, because the library takes a latitude or longitude of 0 for a missing one.
                where = Venue(Location(entry.lng, entry.lat), entry.title, entry.address)
                venue = await self._bot.send_venue(
                    user_id,
                    venue=where,
                    message_thread_id=thread or None,
                    disable_notification=True,  # it comes with a message that rings
                )
                return _sent(venue, thread)
            case Document():
                return await self._document(user_id, entry, thread)
            case Mark():
                await self._bot.set_message_reaction(user_id, entry.message_id, entry.emoji or None)
            case Leave():  # pragma: no branch - the last of all
                await self._bot.leave_chat(user_id)
        return None

    async def _say(self, user_id: int, say: Say, thread: int, *, html: bool = True) -> Sent:
        markup: InlineKeyboardMarkup | ForceReply | None = self._markup(user_id, say.keyboard)
        if say.prompt is not None:
            markup = ForceReply(input_field_placeholder=say.prompt[:64] or None)
        message = await self._bot.send_message(
            user_id,
            say.text if html else plain(Html(say.text)),
            parse_mode=ParseMode.HTML if html else None,
            reply_markup=markup,
            reply_parameters=_replying(say.reply_to),
            disable_notification=say.silent,
            link_preview_options=_NO_PREVIEW,
            message_thread_id=thread or None,
        )
        return _sent(message, thread)

    async def _document(self, user_id: int, document: Document, thread: int) -> Sent:
        message = await self._bot.send_document(
            user_id,
            document.content,
            filename=document.name,
            caption=document.caption or None,
            parse_mode=ParseMode.HTML,
            reply_parameters=_replying(document.reply_to),
            disable_notification=document.silent,
            message_thread_id=thread or None,
        )
        return _sent(message, thread)

    def _markup(self, user_id: int, keyboard: Keyboard) -> InlineKeyboardMarkup | None:
        if not keyboard:
            return None
        return InlineKeyboardMarkup([[self._button(user_id, key) for key in row] for row in keyboard])

    def _button(self, user_id: int, key: Key) -> InlineKeyboardButton:
        if key.press is None:
            return InlineKeyboardButton(key.label, url=key.url, style=key.style)
        return InlineKeyboardButton(
            key.label, callback_data=seal(key.press, user_id, self._key), style=key.style
        )

    async def _refused(self, user_id: int, entry: Sendable, thread: int, error: TelegramError) -> Sent | None:
        """What Telegram's refusal of this one entry means for it."""
        reason = error.message.lower()
        # 404 is also the answer to a method that an older Bot API server does not have.
        if _from_elsewhere(error) or (isinstance(error, InvalidToken) and not _unknown_method(entry, reason)):
            raise _sorted(error) from error
        if "not modified" in reason and isinstance(entry, Rewrite):
            return Sent(entry.message_id)
        if thread and any(words in reason for words in _NO_THREAD):
            raise ThreadGone(_words(error)) from error
        if "chat not found" in reason or "user not found" in reason:
            raise Unreachable(_words(error)) from error
        if isinstance(entry, Say):
            return await self._plainer(user_id, entry, thread, error)
        instead = _instead(entry)
        if instead is None:
            raise Rejected(_words(error)) from error
        return await self.perform(user_id, instead, thread)

    async def _plainer(self, user_id: int, say: Say, thread: int, error: TelegramError) -> Sent:
        """Say it less finely, as far as Telegram takes it. Raises `DeliveryError`."""
        for less, html in _ever_plainer(say):
            try:
                return await self._say(user_id, less, thread, html=html)
            except BadRequest as again:
                if _from_elsewhere(again):
                    raise _sorted(again) from again
                error = again
            except TelegramError as other:
                raise _sorted(other) from other
        raise Rejected(_words(error)) from error


def _words(error: TelegramError) -> str:
    """What Telegram says, fit for the log."""
    return _QUOTED.sub("…", error.message)


def _from_elsewhere(error: TelegramError) -> bool:
    """True for an answer that is no JSON: a proxy, a portal or a balancer speaks, not Telegram."""
    return isinstance(error.__cause__, TelegramError)


def _unknown_method(entry: Sendable, reason: str) -> bool:
    return "unauthorized" not in reason and not isinstance(entry, Say)


def _ever_plainer(say: Say) -> Iterator[tuple[Say, bool]]:
    """The message with less and less of what Telegram may refuse; True where its text is HTML still.

    First without a reply and colours of buttons, which an older Bot API server may not know; then as
    bare text, at last without buttons.
    """
    simple = replace(say, reply_to=None, keyboard=_uncoloured(say.keyboard))
    bare = replace(simple, keyboard=(), prompt=None)
    if simple != say:
        yield simple, True
    if "<" in say.text or "&" in say.text:
        yield simple, False
    if bare != simple:
        yield bare, False


def _uncoloured(keyboard: Keyboard) -> Keyboard:
    return tuple(tuple(replace(key, style=None) for key in row) for row in keyboard)


def _replying(to: int | None) -> ReplyParameters | None:
    return None if to is None else ReplyParameters(to, allow_sending_without_reply=True)


def _instead(entry: Sendable) -> Sendable | None:
    """What serves the user where Telegram refuses `entry`.

    An edit of a message that is gone becomes a new message, a reaction a reply; a venue or a calendar
    entry is left out, it stands in the text. Colours of buttons, which an older Bot API server may not
    know, go first.
    """
    match entry:
        case Rewrite() if any(key.style for row in entry.keyboard for key in row):
            return replace(entry, keyboard=_uncoloured(entry.keyboard))
        case Rewrite() if entry.lasting:
            return Say(text=entry.text, keyboard=entry.keyboard, about=entry.about, silent=True)
        case Mark() if entry.fallback:
            return Say(text=entry.fallback, reply_to=entry.message_id, silent=True)
        case _:
            return None


def _sent(message: Message, asked: int) -> Sent:
    named = (message.message_thread_id or 0) if message.is_topic_message else 0
    return Sent(message.message_id, named, asked)


def _topic_refused(error: TelegramError) -> DeliveryError:
    """A refusal of a topic says nothing of the chat; a server that has no topics answers 404."""
    if any(words in error.message.lower() for words in _NO_THREAD):
        return ThreadGone(_words(error))
    if isinstance(error, Forbidden | InvalidToken | ChatMigrated):
        return Rejected(_words(error))
    return _sorted(error)


def _sorted(error: TelegramError) -> DeliveryError:
    if type(error) is TelegramError:
        return Unconfirmed("a success that can't be read")
    if _from_elsewhere(error) and isinstance(error, Forbidden | BadRequest):
        return Paused()
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return Paused(float(wait if isinstance(wait, int) else wait.total_seconds()))
    if isinstance(error, Forbidden | ChatMigrated):
        return Unreachable(_words(error))
    if isinstance(error, InvalidToken | Conflict):
        return Paused()
    if isinstance(error.__cause__, _NEVER_LEFT) or "too many requests" in error.message.lower():
        return Paused()
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        return Unconfirmed(type(error).__name__)
    return Rejected(_words(error))
