"""Keyboards: buttons that mean an action, buttons that open a page."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.chat import actions
from bot.chat.html import clean, shorten
from bot.chat.outgoing import Key, Keyboard, Press

_LABEL = 60
_STYLES = {
    actions.REPLY: "primary",
    actions.LINK: "primary",
    actions.APPLY: "success",
    actions.APPLY_YES: "success",
    actions.DECLINE_YES: "danger",
    actions.HIDE_YES: "danger",
    actions.UNLINK_YES: "danger",
    actions.TOPIC_DROP: "danger",
}
"""Colours by what a button does; Telegram clients that know none show it as any other."""


def press(label: str, action: str, *args: str) -> Key:
    """A button that means `action` with `args` (see `bot.chat.actions`)."""
    return Key(shorten(label, _LABEL), press=Press(action, args), style=_STYLES.get(action))


def link(label: str, url: str | None) -> Key | None:
    """A button that opens `url`, or None where it is no absolute http(s) address.

    Telegram refuses a whole message with one bad address in it (BUTTON_URL_INVALID).
    """
    address = web_address(url)
    return Key(shorten(label, _LABEL), url=address) if address else None


def rows(*lines: Iterable[Key | None]) -> Keyboard:
    """Rows of buttons; None and empty rows are left out."""
    kept = (tuple(key for key in line if key) for line in lines)
    return tuple(line for line in kept if line)


def web_address(url: str | None) -> str | None:
    """`url` where it is an absolute http(s) address without spaces, else None.

    A user's name in it (hh.ru@elsewhere) or a backslash only serve to look like another site.
    """
    if not url or clean(url) != url or any(c.isspace() or c in '<>"\\' for c in url) or len(url) > 2048:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    honest = parts.scheme in ("http", "https") and host and "@" not in parts.netloc
    return url if honest else None
