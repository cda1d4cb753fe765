"""Formatted text as Telegram keeps it: plain text and entities, counted in UTF-16 code units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit

from msgspec.structs import replace

from bot.sandbox.telegram.wire import MessageEntity

_RECOGNISED = (
    (
        "url",
        re.compile(
            r"(?:https?|tg)://[^\s<>\"«»]+[^\s<>\"«».,:;!?)]|\b(?:[\w-]+\.)+(?:ru|com|org|by|kz|uz|me)\b(?:/[^\s<>\"«»]*)?",
            re.I,
        ),
    ),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z0-9_]{4,32}\b")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d_]\w*")),
)


def utf16_length(text: str) -> int:
    """Length of `text` in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of `text` an entity covers."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def checked_link(url: str) -> str | None:
    """The address as Telegram accepts it, or None: http, https and tg; a host without a dot is none."""
    if url.startswith(("tg:", "ton:")):
        return url
    full = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(full)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    plain = parts.scheme in {"http", "https"} and not re.search(r"[\s<>\"\\]", host)
    return full if plain and ("." in host.strip(".") or ":" in host) else None


def tidy(text: str, entities: Sequence[MessageEntity]) -> tuple[str, tuple[MessageEntity, ...]]:
    """The text as Telegram keeps it: no control characters, no outer white space.

    Entities move with it; addresses, commands and mentions in it become entities.
    """
    clean = "".join(" " if char < " " and char != "\n" else char for char in text.replace("\r", ""))
    if len(clean) != len(text):
        entities = [_moved_by_returns(entity, text) for entity in entities]
    stripped = clean.strip()
    cut = utf16_length(clean[: len(clean) - len(clean.lstrip())])
    end = utf16_length(stripped)
    kept: list[MessageEntity] = []
    for entity in entities:
        start, stop = max(entity.offset - cut, 0), min(entity.offset + entity.length - cut, end)
        if stop > start:
            kept.append(replace(entity, offset=start, length=stop - start))
    kept.extend(_recognised(stripped, kept))
    return stripped, tuple(sorted(kept, key=lambda e: (e.offset, -e.length)))


def _moved_by_returns(entity: MessageEntity, text: str) -> MessageEntity:
    before = utf16_slice(text, 0, entity.offset).count("\r")
    inside = utf16_slice(text, entity.offset, entity.length).count("\r")
    return replace(entity, offset=entity.offset - before, length=entity.length - inside)


def _recognised(text: str, present: Iterable[MessageEntity]) -> list[MessageEntity]:
    taken = [(e.offset, e.offset + e.length) for e in present if e.type in {"code", "pre", "text_link"}]
    found: list[MessageEntity] = []
    for kind, pattern in _RECOGNISED:
        for match in pattern.finditer(text):
            start = utf16_length(text[: match.start()])
            stop = start + utf16_length(match.group())
            if all(stop <= left or start >= right for left, right in taken):
                taken.append((start, stop))
                found.append(MessageEntity(type=kind, offset=start, length=stop - start))
    return found


def to_html(text: str, entities: Iterable[MessageEntity]) -> str:
    """The text as Telegram HTML again; recognised parts (addresses, commands) are left plain."""
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}
    for entity in sorted(entities, key=lambda e: (e.offset, -e.length)):
        if (pair := _pair(entity)) is not None:
            opening.setdefault(entity.offset, []).append(pair[0])
            closing.setdefault(entity.offset + entity.length, []).insert(0, pair[1])
    out: list[str] = []
    offset = 0
    for char in text:
        out += [*closing.get(offset, ()), *opening.get(offset, ()), escape(char, quote=False)]
        offset += utf16_length(char)
    return "".join([*out, *closing.get(offset, ())])


def _pair(entity: MessageEntity) -> tuple[str, str] | None:
    simple = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code",
              "spoiler": "tg-spoiler", "blockquote": "blockquote"}  # fmt: skip
    match entity.type:
        case "text_link":
            return f'<a href="{escape(entity.url or "")}">', "</a>"
        case "pre":
            if entity.language:
                return f'<pre><code class="language-{escape(entity.language)}">', "</code></pre>"
            return "<pre>", "</pre>"
        case "expandable_blockquote":
            return "<blockquote expandable>", "</blockquote>"
        case "custom_emoji":
            return f'<tg-emoji emoji-id="{entity.custom_emoji_id}">', "</tg-emoji>"
        case kind if kind in simple:
            return f"<{simple[kind]}>", f"</{simple[kind]}>"
    return None
