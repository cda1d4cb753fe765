"""What may stand under a message (https://core.telegram.org/bots/api#inlinekeyboardmarkup)."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from bot.sandbox.telegram.entities import checked_link
from bot.sandbox.telegram.refusals import BadRequest
from bot.sandbox.telegram.wire import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboard

MAX_BUTTONS = 100
MAX_IN_ROW = 8
MAX_CALLBACK_BYTES = 64
MAX_MARKUP_BYTES = 10_240
STYLES = {None, "", "primary", "success", "danger"}

T = TypeVar("T")
Markup = InlineKeyboardMarkup | ForceReply | ReplyKeyboard


def read_markup(source: str) -> Markup | None:
    """The `reply_markup` parameter, checked; None where nothing would be shown.

    Raises:
        BadRequest: in Telegram's words (`BUTTON_DATA_INVALID` and the others).
    """
    if not source:
        return None
    try:
        shape = msgspec.json.decode(source, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        raise BadRequest("can't parse reply keyboard markup JSON object") from None
    if "inline_keyboard" in shape:
        inline = _decode(source, InlineKeyboardMarkup)
        return _checked(inline) if any(inline.inline_keyboard) else None
    if "keyboard" in shape or "remove_keyboard" in shape:
        return _decode(source, ReplyKeyboard)
    prompt = _decode(source, ForceReply)
    return prompt if prompt.force_reply else None


def _decode(source: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(source, type=kind, strict=False)
    except msgspec.DecodeError as error:
        raise BadRequest(f"can't parse inline keyboard button: {error}") from None


def _checked(markup: InlineKeyboardMarkup) -> InlineKeyboardMarkup:
    rows = tuple(tuple(_button(button) for button in row) for row in markup.inline_keyboard if row)
    if sum(map(len, rows)) > MAX_BUTTONS or max(map(len, rows)) > MAX_IN_ROW:
        raise BadRequest("reply markup is too long")
    checked = InlineKeyboardMarkup(inline_keyboard=rows)
    if len(msgspec.json.encode(checked)) > MAX_MARKUP_BYTES:
        raise BadRequest("reply markup is too long")
    return checked


def _button(button: InlineKeyboardButton) -> InlineKeyboardButton:
    if not button.text.strip():
        raise BadRequest("BUTTON_TEXT_INVALID")
    if button.style not in STYLES:
        raise BadRequest("can't parse inline keyboard button: Invalid button style specified")
    if button.url:
        url = checked_link(button.url)
        if url is None:
            raise BadRequest(f"inline keyboard button URL '{button.url}' is invalid: Wrong HTTP URL")
        return msgspec.structs.replace(button, url=url)
    if button.callback_data:
        if len(button.callback_data.encode()) > MAX_CALLBACK_BYTES:
            raise BadRequest("BUTTON_DATA_INVALID")
        return button
    if button.web_app and not button.web_app.url.startswith("https://"):
        wrong = f"inline keyboard button Web App URL '{button.web_app.url}' is invalid"
        raise BadRequest(f"{wrong}: Only HTTPS links are allowed")
    inline_queries = (button.switch_inline_query, button.switch_inline_query_current_chat)
    others = (button.copy_text, button.web_app, *inline_queries)
    if all(other is None for other in others):
        raise BadRequest(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    return button
