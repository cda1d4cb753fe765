"""Telegram's HTML: escaping, measuring, cutting.

Telegram counts a message in UTF-16 units after parsing, at most 4096 (Bot API, "sendMessage" and
"HTML style"). Everything from outside goes through `escape`, so tags are only ours: letters, and
`href` of `<a>`.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import takewhile

LIMIT = 4096
"""UTF-16 units of one Telegram message after parsing."""

_NEWLINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(r"(<[^<>]*>)")
_LAST_SPACE = re.compile(r"\s\S*\Z")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


class Html(str):
    """Text that is Telegram HTML already and is not escaped again."""

    __slots__ = ()

    def __html__(self) -> str:
        """The convention of template engines: safe as it is."""
        return str(self)


def clean(text: str) -> str:
    """`text` without what breaks or disguises a message.

    Line ends become "\\n". Control characters but newline and tab, lone surrogates, and the
    bidirectional overrides and isolates (U+202A..202E, U+2066..2069), which can show an address
    backwards, are dropped; the mere marks U+200E and U+200F stay.
    """
    if text.isprintable():  # as nearly every name is; nothing of all this is printable
        return text
    return _UNWANTED.sub("", _NEWLINES.sub("\n", text))


def escape(text: str) -> Html:
    """`text` from outside as Telegram HTML, cleaned; `Html` is returned as it is."""
    if isinstance(text, Html):
        return text
    return _entities(clean(text))


def _entities(text: str) -> Html:
    return Html(html.escape(text, quote=False).replace('"', "&quot;"))


def join(parts: Iterable[str], separator: str = "\n") -> Html:
    """The non-empty parts, each escaped unless it is `Html`, with `separator` between."""
    return Html(separator.join(escape(part) for part in parts if part))


def blank(text: str) -> bool:
    """True where nothing would be seen of `text`; Telegram refuses such messages."""
    return all(unicodedata.category(c) in _UNSEEN for c in text)


def utf16_len(text: str) -> int:
    """Length of plain text as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def plain(text: Html) -> str:
    """What is seen of `text`: no tags, entities decoded."""
    return html.unescape(_TAG.sub("", text))


def length(text: Html) -> int:
    """Length of Telegram HTML after parsing, in UTF-16 units."""
    return utf16_len(plain(text))


def shorten(text: str, limit: int) -> str:
    """Plain `text` on one line, of at most `limit` (3 or more) UTF-16 units, "…" where it was cut."""
    text = " ".join(clean(text).split())
    return text if utf16_len(text) <= limit else excerpt(text, limit)


def excerpt(text: str, limit: int) -> str:
    """The beginning of plain `text`, of at most `limit` (3 or more) UTF-16 units, "…" where it was cut."""
    text = clean(text).strip()
    if utf16_len(text) <= limit:
        return text
    parts = split(escape(text[:limit]), limit - 1) or [Html("")]
    return plain(parts[0]).rstrip(" ,.;:—-") + "…"


def digest(text: str) -> str:
    """A short stable hash of `text`, to notice an edit that changed nothing."""
    return hashlib.sha256(text.strip().encode(errors="surrogatepass")).hexdigest()[:16]


def split(text: Html, limit: int = LIMIT) -> list[Html]:
    """Cut Telegram HTML into parts of at most `limit` (2 or more) UTF-16 units after parsing.

    Cuts between paragraphs, else lines, sentences, words; never inside a tag, an entity or a
    character; tags open at a cut are closed and opened again. Space around cuts is dropped, and so
    is a part in which nothing would be seen. `text` is balanced, made by `escape` and our own tags.
    """
    letters, tags = _parsed(text)
    spans = list(_spans(letters, limit))
    parts: list[Html] = []
    opened: list[str] = []
    for number, (start, stop) in enumerate(spans, 1):
        here = tags if number == len(spans) else list(takewhile(partial(_belongs_before, stop), tags))
        tags = tags[len(here) :]
        part, opened = _rendered(letters, start, stop, here, opened)
        if not blank(letters[start:stop]):
            parts.append(part)
    return parts


_Tag = tuple[int, str]  # where it stands in the letters, and the tag itself


def _parsed(text: Html) -> tuple[str, list[_Tag]]:
    """What is seen of `text`, and the tags apart from it."""
    letters, tags, at = [], [], 0
    for number, piece in enumerate(_TAG.split(text)):
        if number % 2:
            tags.append((at, piece))
        else:
            letters.append(html.unescape(piece))
            at += len(letters[-1])
    return "".join(letters), tags


def _spans(letters: str, limit: int) -> Iterator[tuple[int, int]]:
    """Where the parts start and stop, without the space around them."""
    start = 0
    while start < len(letters):
        window = _window(letters[start : start + limit], limit)
        ahead = letters[start + len(window) : start + len(window) + 1]
        size = _cut(window, ahead) if ahead else len(window)
        part = letters[start : start + size]
        first, last = start + size - len(part.lstrip()), start + len(part.rstrip())
        if first < last:
            yield first, last
        start += size


def _window(letters: str, limit: int) -> str:
    """The beginning of at most `limit` UTF-16 units, without half a character; never empty."""
    units = letters.encode("utf-16-le", errors="surrogatepass")
    if len(units) <= 2 * limit:
        return letters
    return units[: 2 * limit].decode("utf-16-le", errors="ignore") or letters[0]


def _cut(window: str, ahead: str) -> int:
    """How much of `window` is best in a part, where the letter `ahead` follows; at least 1."""
    text, middle = window + ahead, len(window) // 2
    for ends in (("\n\n",), ("\n",), (". ", "! ", "? ", "… ")):
        found = max(text.rfind(end) + len(end) - 1 for end in ends)
        if found > middle:
            return found
    space = _LAST_SPACE.search(text)
    if space and space.start():
        return space.start()
    for size in range(len(window), max(0, len(window) - 32), -1):
        if not _joined(text[size - 1], text[size]):
            return size
    return len(window)


def _joined(left: str, right: str) -> bool:
    """True where the two are one character to the eye (marks, emoji sequences)."""
    return (
        left == "\u200d"
        or right in ("\u200d", "\ufe0f", "\ufe0e", "\u20e3")
        or bool(unicodedata.combining(right))
        or "\U0001f3fb" <= right <= "\U0001f3ff"
    )


def _belongs_before(stop: int, tag: _Tag) -> bool:
    return tag[0] < stop or (tag[0] == stop and tag[1].startswith("</"))


def _rendered(
    letters: str, start: int, stop: int, tags: list[_Tag], opened: list[str]
) -> tuple[Html, list[str]]:
    """Letters and tags as one well-formed part, after the tags left open before; and what it leaves open."""
    body, opened = list(opened), list(opened)
    for at, tag in tags:
        here = min(max(at, start), stop)
        body += (_entities(letters[start:here]), tag)
        start = here
        if tag.startswith("</"):
            opened.pop()
        else:
            opened.append(tag)
    body.append(_entities(letters[start:stop]))
    body += (f"</{tag[1:-1].split()[0]}>" for tag in reversed(opened))
    return Html("".join(body)), opened
