"""What Telegram takes: its HTML, its lengths, its keyboards (Bot API, "HTML style", "sendMessage")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.chat.buttons import LIMIT, seal, unseal
from bot.chat.html import blank
from bot.chat.outgoing import Document, Keyboard, Mark, Outgoing, Place, Retitle, Rewrite, Say, Screen, Topic
from bot.sandbox.telegram.reactions import ALLOWED, bare

TAGS = {"b", "i", "code", "blockquote", "a"}
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
_TOKEN = re.compile(r'<(/?)([a-z]+)( href="[^"<>]*")?>|(&[a-z]+;)|([^<>&]+)')

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

Seen = list[tuple[str, tuple[str, ...]]]

KEY = b"k" * 32
USER = 9_007_199_254_740_991


def parse(html: str) -> Seen:
    """Each visible character with the tags it stands in; fails on what Telegram can't parse."""
    return [(character, tags) for text, tags in _runs(html) for character in text]


def _runs(html: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    opened: list[str] = []
    at = 0
    while at < len(html):
        token = _TOKEN.match(html, at)
        assert token, f"not Telegram's HTML: {html[at : at + 40]!r}"
        close, tag, _, entity, text = token.groups()
        if tag:
            assert tag in TAGS, tag
            if close:
                assert opened, f"nothing to close with </{tag}>"
                assert opened.pop() == tag, "crossed tags"
            else:
                opened.append(tag)
        else:
            yield text or ENTITIES[entity], tuple(opened)
        at = token.end()
    assert not opened, f"left open: {opened}"


def units(text: str) -> int:
    """Length in UTF-16 units, by encoding it; fails on what can't be encoded."""
    return len(text.encode("utf-16-le")) // 2


def shown(html: str) -> str:
    """The text that is seen."""
    return "".join(text for text, _ in _runs(html))


def check(entry: Outgoing | Screen) -> None:
    """Fail where Telegram would refuse this, or where something in it is disguised."""
    check_direction(*_words(entry))
    at = getattr(entry, "at", 0)
    if isinstance(at, Topic):
        check_topic(at)
    match entry:
        case Say() | Rewrite() | Screen():
            text = shown(entry.text)
            assert not blank(text)
            assert units(text) <= 4096
            check_keyboard(entry.keyboard)
            if isinstance(entry, Say) and entry.prompt is not None:
                assert not entry.keyboard
                assert 1 <= units(entry.prompt) <= 64
        case Place():
            assert not blank(entry.title)
            assert not blank(entry.address)
            assert abs(entry.lat) <= 90
            assert abs(entry.lng) <= 180
        case Document():
            assert entry.name
            assert entry.content
            assert units(shown(entry.caption)) <= 1024
        case Mark():
            assert bare(entry.emoji) in ALLOWED
        case Retitle():
            check_topic(entry.topic)
        case _:
            raise AssertionError(entry)


def _words(entry: Outgoing | Screen) -> Iterator[str]:
    """Everything in it that is read."""
    for name in ("text", "prompt", "title", "address", "caption", "name", "fallback"):
        yield getattr(entry, name, None) or ""
    yield from labels(getattr(entry, "keyboard", ()))
    for topic in (getattr(entry, "at", None), getattr(entry, "topic", None)):
        if isinstance(topic, Topic):
            yield topic.name


def check_direction(*words: str) -> None:
    """Fail where writing is turned around, which can show an address backwards (UAX 9, 2.2 and 2.4)."""
    for text in words:
        assert not _TURNING.search(text), f"turns around what is read: {text!r}"


def check_topic(topic: Topic) -> None:
    """Fail where Telegram would refuse a topic of this name (Bot API, createForumTopic)."""
    assert not blank(topic.name)
    assert units(topic.name) <= 128


def check_keyboard(keyboard: Keyboard) -> None:
    """Fail where Telegram would refuse this keyboard, or a press would not come back."""
    assert sum(len(row) for row in keyboard) <= 100
    for row in keyboard:
        assert 1 <= len(row) <= 8
        for key in row:
            assert not blank(key.label)
            assert units(key.label) <= 64
            assert key.style in (None, "primary", "success", "danger")
            assert (key.press is None) != (key.url is None)
            if key.press:
                data = seal(key.press, USER, KEY)
                assert len(data.encode()) <= LIMIT
                assert unseal(data, USER, KEY) == key.press
            else:
                parts = urlsplit(key.url or "")
                assert parts.scheme in ("http", "https")
                assert parts.hostname


def labels(keyboard: Keyboard) -> list[str]:
    """All labels, in order."""
    return [key.label for row in keyboard for key in row]


def presses(keyboard: Keyboard) -> dict[str, tuple[str, ...]]:
    """All actions with their arguments (of the first button of that action)."""
    found: dict[str, tuple[str, ...]] = {}
    for row in keyboard:
        for key in row:
            if key.press:
                found.setdefault(key.press.action, key.press.args)
    return found


def urls(keyboard: Keyboard) -> list[str]:
    """All addresses that buttons open."""
    return [key.url for row in keyboard for key in row if key.url]
