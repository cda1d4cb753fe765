"""Calendar files (RFC 5545) with one entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.chat.html import clean

_LONGEST_LINE = 75  # octets without the line break (RFC 5545, 3.1)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of a calendar. The same `uid` means the same entry; texts are plain.

    `written` is when it was made known, `place` is "" and `point` (degrees) None where unknown.
    """

    uid: str
    written: datetime
    starts: datetime
    lasts: timedelta
    title: str
    notes: str = ""
    place: str = ""
    point: tuple[float, float] | None = None
    url: str | None = None
    remind: timedelta | None = None


def calendar_file(entry: Entry) -> bytes:
    """The entry as the content of an .ics file; moments are in UTC."""
    lines = (folded for line in _lines(entry) for folded in _folded(line))
    return "".join(f"{line}\r\n" for line in lines).encode()


def _lines(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//hh-bridge//interviews//EN"
    yield "METHOD:PUBLISH"
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(entry.uid)}"
    yield f"DTSTAMP:{_moment(entry.written)}"
    yield f"DTSTART:{_moment(entry.starts)}"
    yield f"DTEND:{_moment(entry.starts + entry.lasts)}"
    yield f"SUMMARY:{_text(entry.title)}"
    if entry.notes:
        yield f"DESCRIPTION:{_text(entry.notes)}"
    if entry.place:
        yield f"LOCATION:{_text(entry.place)}"
    if entry.point:
        yield "GEO:{:.6f};{:.6f}".format(*entry.point)
    if entry.url:
        yield f"URL:{entry.url}"
    if entry.remind:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(entry.title)}"
        yield f"TRIGGER:-PT{entry.remind // timedelta(minutes=1)}M"
        yield "END:VALARM"
    yield "END:VEVENT"
    yield "END:VCALENDAR"


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """A value of the type TEXT (RFC 5545, 3.3.11)."""
    for letter in ("\\", ";", ","):
        text = text.replace(letter, f"\\{letter}")
    return clean(text).replace("\t", " ").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line in pieces that a line break and a space join (RFC 5545, 3.1), no letter cut in two."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + letter, size + octets
    yield piece
