"""Telegram's HTML, read strictly: plain text and entities out, or a refusal.

The rules are those of TDLib's `MessageEntity.cpp` (`parse_html`, `decode_html_entity`), which
differ from a browser's: four named references, unknown tags refused, every tag closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec.structs import replace

from bot.sandbox.telegram.entities import checked_link, utf16_length
from bot.sandbox.telegram.refusals import BadRequest
from bot.sandbox.telegram.wire import MessageEntity

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")


@dataclass
class _Open:
    tag: str
    argument: str
    offset: int
    start: int


class _Parser:
    """One pass over the source; refuses with the words of TDLib."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.parts: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[MessageEntity] = []

    def parse(self) -> tuple[str, list[MessageEntity]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self._tag()
            elif char == "&":
                self._write(self._reference() or self._next())
            else:
                self._write(self._next())
        if self.open:
            raise self._wrong(f"Can't find end tag corresponding to start tag {self.open[-1].tag}")
        text = "".join(self.parts)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise self._wrong(
                "Text contains invalid Unicode characters after decoding HTML entities"
            ) from None
        outer_first = reversed(self.entities)
        return text, sorted(outer_first, key=lambda e: (e.offset, -e.length))

    def _wrong(self, reason: str) -> BadRequest:
        return BadRequest(f"can't parse entities: {reason}")

    def _next(self) -> str:
        self.at += 1
        return self.source[self.at - 1]

    def _peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self.offset += utf16_length(text)

    def _reference(self) -> str | None:
        match = _REFERENCE.match(self.source, self.at)
        if match is None:
            return None
        hexadecimal, decimal, name = match.groups()
        if name is None:
            code = int(hexadecimal, 16) if hexadecimal else int(decimal or "0")
            if not 0 < code < 0x10FFFF or len(match.group().rstrip(";")) >= 10:
                return None
        self.at = match.end()
        return _NAMED[name] if name else chr(code)

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))

    def _until(self, *stops: str) -> str:
        start = self.at
        while (char := self._peek()) and not char.isspace() and char not in stops:
            self.at += 1
        return self.source[start : self.at]

    def _spaces(self) -> None:
        while self._peek().isspace():
            self.at += 1

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self._peek() == "/":
            self.at += 1
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        tag = self._until(">").lower()
        if not self._peek():
            raise self._wrong(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if tag not in TAGS:
            raise self._wrong(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        argument = ""
        while True:
            self._spaces()
            if self._peek() == ">":
                self.at += 1
                break
            name, value = self._attribute(tag, begin)
            argument = self._argument(tag, name, value) or argument
        if tag == "span" and argument != "spoiler":
            raise self._wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self.open.append(_Open(tag, argument, self.offset, len(self.parts)))

    @staticmethod
    def _argument(tag: str, name: str, value: str) -> str:
        match tag, name:
            case ("a", "href") | ("tg-emoji", "emoji-id"):
                return value
            case ("code", "class") if value.startswith("language-"):
                return value.removeprefix("language-")
            case ("span", "class") if value.startswith("tg-"):
                return value.removeprefix("tg-")
            case ("blockquote", "expandable"):
                return name
        return ""

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        where = self._byte(begin)
        name = self._until("=", ">") if tag == "blockquote" else self._until("=")
        if not name:
            raise self._wrong(f'Empty attribute name in the tag "{tag}" at byte offset {where}')
        self._spaces()
        if self._peek() != "=":
            if tag == "blockquote" and name == "expandable":
                return name, ""
            missing = "Expected equal sign in declaration of an attribute of the tag"
            raise self._wrong(f'{missing} "{tag}" at byte offset {where}')
        self.at += 1
        self._spaces()
        if not self._peek():
            raise self._wrong(f'Unclosed start tag "{tag}" at byte offset {where}')
        value = self._quoted() if self._peek() in "'\"" else self._bare()
        if not self._peek():
            raise self._wrong(f"Unclosed start tag at byte offset {where}")
        return name, value

    def _bare(self) -> str:
        begin = self.at
        match = _TOKEN.match(self.source, self.at)
        value = match.group() if match else ""
        self.at += len(value)
        if (char := self._peek()) and not char.isspace() and char != ">":
            raise self._wrong(f"Unexpected end of name token at byte offset {self._byte(begin)}")
        return value.lower()

    def _quoted(self) -> str:
        quote = self._next()
        parts: list[str] = []
        while (char := self._peek()) and char != quote:
            parts.append((self._reference() if char == "&" else None) or self._next())
        self.at += 1
        return "".join(parts)

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise self._wrong(f"Unexpected end tag at byte offset {self._byte(begin)}")
        tag = self._until(">").lower()
        self._spaces()
        if self._peek() != ">":
            raise self._wrong(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self.at += 1
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise self._wrong(
                f"Unmatched end tag at byte offset {self._byte(begin)}, "
                f'expected "</{opened.tag}>", found "</{tag}>"'
            )
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity = MessageEntity(
            type=TAGS[opened.tag], offset=opened.offset, length=self.offset - opened.offset
        )
        inner = self.entities[-1] if self.entities else None
        same = inner is not None and (inner.offset, inner.length) == (entity.offset, entity.length)
        match opened.tag:
            case "tg-emoji":
                if not opened.argument.isdigit():
                    raise self._wrong("Invalid custom emoji identifier specified")
                entity = replace(entity, custom_emoji_id=opened.argument)
            case "a":
                url = checked_link(opened.argument or "".join(self.parts[opened.start :]))
                if url is None:
                    return
                entity = replace(entity, url=url)
            case "code" if opened.argument:
                entity = replace(entity, language=opened.argument)
            case "pre" if same and inner is not None and inner.type == "code":
                entity = replace(entity, language=inner.language)
                self.entities.pop()
            case "blockquote" if opened.argument:
                entity = replace(entity, type="expandable_blockquote")
        if opened.tag == "code" and not any(each.tag == "pre" for each in self.open):
            entity = replace(entity, language=None)
        self.entities.append(entity)


def parse_html(source: str) -> tuple[str, list[MessageEntity]]:
    """Plain text and entities of Telegram HTML.

    Raises:
        BadRequest: "can't parse entities: …", as Telegram refuses it.
    """
    return _Parser(source).parse()
