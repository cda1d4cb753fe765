"""One `Outgoing` becomes one call of the Bot API; what goes wrong is sorted by what may be done next.

    DeliveryError
    ├── Paused       nothing was sent; repeat after `seconds`
    ├── Unconfirmed  Telegram may have taken it (a timeout, a reset, a 5xx)
    ├── Unreachable  the user blocked the bot, left or was deleted; nothing was sent
    └── Rejected     Telegram refuses this entry for ever

`BadRequest` is a subclass of `NetworkError` in python-telegram-bot, so it is looked at first.
"""

from __future__ import annotations

import httpx
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
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
from bot.chat.html import Html, escape, plain
from bot.chat.outgoing import Document, Keyboard, Leave, Mark, Outgoing, Place, Rewrite, Say

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_PAUSE_SECONDS = 3.0
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class DeliveryError(Exception):
    """Telegram did not confirm an entry of the outbox."""


class Paused(DeliveryError):
    """Repeat after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


class Unconfirmed(DeliveryError):
    """The outcome is unknown; the Bot API can't be asked for it."""


class Unreachable(DeliveryError):
    """There is nobody to send to."""


class Rejected(DeliveryError):
    """Telegram's own description says why."""


class Sender:
    """Performs entries of the outbox. `button_key` seals what buttons mean for their one user."""

    def __init__(self, bot: Bot, button_key: bytes) -> None:
        self._bot = bot
        self._key = button_key

    async def perform(self, user_id: int, entry: Outgoing) -> int | None:
        """Send one entry; returns the id of the new message, if there is one. Raises `DeliveryError`."""
        try:
            return await self._perform(user_id, entry)
        except BadRequest as error:
            return await self._refused(user_id, entry, error)
        except TelegramError as error:
            raise _sorted(error) from error

    async def _perform(self, user_id: int, entry: Outgoing) -> int | None:
        match entry:
            case Say():
                return await self._say(user_id, entry)
            case Rewrite():
                await self._bot.edit_message_text(
                    entry.text,
                    chat_id=user_id,
                    message_id=entry.message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=self._markup(user_id, entry.keyboard),
                    link_preview_options=_NO_PREVIEW,
                )
                return entry.message_id
            case Place():
                venue = await self._bot.send_venue(user_id, entry.lat, entry.lng, entry.title, entry.address)
                return venue.message_id
            case Document():
                return await self._document(user_id, entry)
            case Mark():
                await self._bot.set_message_reaction(user_id, entry.message_id, entry.emoji)
            case Leave():
                await self._bot.leave_chat(user_id)
        return None

    async def _say(self, user_id: int, say: Say) -> int:
        markup: InlineKeyboardMarkup | ForceReply | None = self._markup(user_id, say.keyboard)
        if say.prompt is not None:
            markup = ForceReply(input_field_placeholder=say.prompt[:64] or None)
        message = await self._bot.send_message(
            user_id,
            say.text,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
            reply_parameters=_replying(say.reply_to),
            disable_notification=say.silent,
            link_preview_options=_NO_PREVIEW,
        )
        return message.message_id

    async def _document(self, user_id: int, document: Document) -> int:
        message = await self._bot.send_document(
            user_id,
            document.content,
            filename=document.name,
            caption=document.caption or None,
            parse_mode=ParseMode.HTML,
            reply_parameters=_replying(document.reply_to),
            disable_notification=document.silent,
        )
        return message.message_id

    def _markup(self, user_id: int, keyboard: Keyboard) -> InlineKeyboardMarkup | None:
        if not keyboard:
            return None
        return InlineKeyboardMarkup(
            [
                [
                    InlineKeyboardButton(key.label, url=key.url)
                    if key.press is None
                    else InlineKeyboardButton(key.label, callback_data=seal(key.press, user_id, self._key))
                    for key in row
                ]
                for row in keyboard
            ]
        )

    async def _refused(self, user_id: int, entry: Outgoing, error: BadRequest) -> int | None:
        """What Telegram's refusal of this one entry means for it."""
        reason = error.message.lower()
        if "not modified" in reason and isinstance(entry, Rewrite):
            return entry.message_id
        if "chat not found" in reason or "user not found" in reason:
            raise Unreachable(error.message) from error
        instead = _instead(entry)
        if instead is None:
            raise Rejected(error.message) from error
        return await self.perform(user_id, instead)


def _replying(to: int | None) -> ReplyParameters | None:
    return None if to is None else ReplyParameters(to, allow_sending_without_reply=True)


def _instead(entry: Outgoing) -> Outgoing | None:
    """What serves the user where Telegram refuses `entry`.

    An edit of a message that is gone becomes a new message, a reaction a reply, a message that
    can't be shown as it is its bare text; a venue or a calendar entry is left out, it stands in the text.
    """
    match entry:
        case Say() if entry.keyboard or "<" in entry.text:
            return Say(text=escape(plain(Html(entry.text))), about=entry.about, silent=entry.silent)
        case Rewrite():
            return Say(text=entry.text, keyboard=entry.keyboard, about=entry.about, silent=True)
        case Mark():
            return Say(text=entry.fallback, reply_to=entry.message_id, silent=True)
        case _:
            return None


def _sorted(error: TelegramError) -> DeliveryError:
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return Paused(float(wait if isinstance(wait, int) else wait.total_seconds()))
    if isinstance(error, Forbidden | ChatMigrated):
        return Unreachable(error.message)
    if isinstance(error, InvalidToken | Conflict):
        return Paused(_PAUSE_SECONDS)
    if isinstance(error.__cause__, _NEVER_LEFT) or "too many requests" in error.message.lower():
        return Paused(_PAUSE_SECONDS)
    if isinstance(error, NetworkError):
        return Unconfirmed(type(error).__name__)
    return Rejected(error.message)
