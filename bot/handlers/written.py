"""What is written in a message: its words, and the addresses in and behind them."""

from __future__ import annotations

from telegram import Message, MessageEntity


def written(message: Message) -> str:
    """Text or caption as plain text, "" where there is none.

    hh.ru takes no hidden links: the address of a linked word is put behind it in brackets.
    """
    text = message.text or message.caption or ""
    raw = text.encode("utf-16-le")  # entities count in UTF-16 units (Bot API, "MessageEntity")
    for entity in sorted(_entities(message), key=lambda entity: entity.offset, reverse=True):
        if entity.type == MessageEntity.TEXT_LINK and entity.url:
            end = 2 * (entity.offset + entity.length)
            word = raw[2 * entity.offset : end].decode("utf-16-le", errors="replace")
            if word.strip().rstrip("/") not in (entity.url, entity.url.rstrip("/")):
                raw = raw[:end] + f" ({entity.url})".encode("utf-16-le") + raw[end:]
    return raw.decode("utf-16-le", errors="replace")


def addresses(message: Message) -> list[str]:
    """Addresses behind words, of the link preview, and of buttons that a forwarded post has."""
    behind = [entity.url for entity in _entities(message)]
    preview = message.link_preview_options and message.link_preview_options.url
    keyboard = message.reply_markup.inline_keyboard if message.reply_markup else ()
    buttons = [button.url for row in keyboard for button in row]
    return [url for url in (*behind, preview, *buttons) if isinstance(url, str)]


def _entities(message: Message) -> tuple[MessageEntity, ...]:
    return (*message.entities, *message.caption_entities)
