"""When an employer's text names one date and one time, beyond doubt. Pure.

A wrong entry in a calendar is worse than none, so everything that leaves a choice gives none: two
dates or two times, ranges, "after 3 pm", "next Thursday", a weekday that contradicts its date, what
is cancelled or put off, what has passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from re import Pattern
from typing import Final
from zoneinfo import ZoneInfo

FARTHEST: Final = timedelta(days=90)
"""What is named for later than this is more likely something else."""

_EARLIEST_HOUR, _LATEST_HOUR = 8, 21
_MONTHS_RU = (
    r"янв(?:аря|\.)?",
    r"фев(?:раля|р\.?|\.)?",
    r"мар(?:та|\.)?",
    r"апр(?:еля|\.)?",
    r"мая",
    r"июн(?:я|\.)?",
    r"июл(?:я|\.)?",
    r"авг(?:уста|\.)?",
    r"сен(?:тября|т\.?|\.)?",
    r"окт(?:ября|\.)?",
    r"ноя(?:бря|б\.?|\.)?",
    r"дек(?:абря|\.)?",
)
_MONTHS_EN = (
    r"jan(?:uary|\.)?",
    r"feb(?:ruary|\.)?",
    r"mar(?:ch|\.)?",
    r"apr(?:il|\.)?",
    r"may",
    r"june?\.?",
    r"july?\.?",
    r"aug(?:ust|\.)?",
    r"sep(?:tember|t\.?|\.)?",
    r"oct(?:ober|\.)?",
    r"nov(?:ember|\.)?",
    r"dec(?:ember|\.)?",
)
_WEEKDAYS = (
    r"понедельник|monday",
    r"вторник|tuesday",
    r"сред[ау]|wednesday",
    r"четверг|thursday",
    r"пятниц[ау]|friday",
    r"суббот[ау]|saturday",
    r"воскресенье|sunday",
)
_DAYS_AHEAD = {
    "сегодня": 0,
    "today": 0,
    "завтра": 1,
    "tomorrow": 1,
    "послезавтра": 2,
    "the day after tomorrow": 2,
}
_ANY_MONTH = "|".join((*_MONTHS_RU, *_MONTHS_EN))
_ORDINAL = r"(?:\s*-?\s*(?:го|е)|st|nd|rd|th)?"
_DAY = rf"(?P<day>\d{{1,2}}){_ORDINAL}"
_YEAR = r"(?:,?\s+(?P<year>20\d\d)\b(?:\s*г(?:ода|\.)?)?)?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)"
_HALF = r"(?P<half>утра|дня|вечера|[ap]\.?m\b\.?)"
_LIST = r"\s*(?:[-–—/,]|и|или|либо|по|до|or|and|to)\s*"
_HOUR = r"\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?|час\w*|ч\.?)?"


def _words(pattern: str) -> Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


def _each(group: str, words: Iterable[str], start: int) -> str:
    """Alternatives, each in a group of its own with a number."""
    return "|".join(f"(?P<{group}{n}>{word})" for n, word in enumerate(words, start))


_DATES = (
    _words(rf"(?<![.:]){_DAY}\s+(?:{_each('month', _MONTHS_RU, 1)}){_YEAR}"),
    _words(rf"(?<![.:]){_DAY}\s+(?:of\s+)?(?:{_each('month', _MONTHS_EN, 1)}){_YEAR}"),
    _words(rf"(?:{_each('month', _MONTHS_EN, 1)})\s+{_DAY}(?!:){_YEAR}"),
    _words(r"(?<!\.)(?<!№ )(?P<day>\d\d)\.(?P<month>0[1-9]|1[0-2])(?:\.(?P<year>20\d\d|\d\d))?(?!\.\d)"),
    _words(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)"),
)
_TIMES = (
    _words(rf"{_CLOCK}(?:\s*{_HALF})?"),
    _words(rf"(?:в|на|к|at)\s+(?P<hour>\d{{1,2}})[-–.](?P<minute>\d\d)(?:\s*{_HALF})?"),
    _words(
        r"(?:в|к)\s+(?P<hour>\d{1,2})\s*(?:час(?:ов|а)?|ч\.?)(?:\s*(?P<minute>\d\d)\s*мин(?:ут|\.)?)?"
        rf"(?:\s+{_HALF})?"
    ),
    # "2 дня" is two days, "в 2 дня" is two in the afternoon.
    _words(r"(?:в|к)\s+(?P<hour>\d{1,2})\s+(?P<half>дня)"),
    _words(r"(?P<hour>\d{1,2})\s*(?P<half>утра|вечера|[ap]\.?m\b\.?)"),
    _words(r"(?P<noon>полдень|noon)"),
)
_RELATIVE = _words("|".join(sorted(_DAYS_AHEAD, key=len, reverse=True)))
_WEEKDAY = _words(_each("weekday", _WEEKDAYS, 0))
_ON = re.compile(r"(?:\b(?:в|во|на|on|this|this coming)|\bэт\w+|\bближайш\w+)\s+$")
_NEXT = re.compile(r"следующ|через\s|\bnext\b|\bin (?:a|one|two|\d) ")
_MOSCOW = _words(r"мск|msk|по\s+москве|по\s+московскому(?:\s+времени)?|московское\s+время|moscow(?:\s+time)?")

_DOUBTFUL = (
    # Ranges and lists of times and of days.
    _words(rf"(?:с|со|от|from|between)\s+{_HOUR}\s*(?:[-–—]|до|по|to|till|until|and)\s*{_HOUR}"),
    _words(rf"\d{{1,2}}[:.]\d\d{_LIST}\d{{1,2}}[:.]\d\d"),
    _words(rf"\d{{1,2}}{_ORDINAL}{_LIST}\d{{1,2}}{_ORDINAL}\s+(?:{_ANY_MONTH})"),
    # A limit, not a moment.
    _words(
        r"(?:до|после|с|со|около|примерно|ориентировочно|не позднее|не позже|не раньше|раньше|"
        r"until|till|before|after|by|around|about|from|since)\s+"
        rf"(?:\d{{1,2}}(?:[:.-]\d\d|\s*(?:[ap]\.?m|час|ч\b|утра|дня|вечера)|{_ORDINAL}\s+(?:{_ANY_MONTH}))|"
        r"завтра|сегодня|послезавтра|tomorrow|today)\w*"
    ),
    # Called off or put off: which of the moments named counts is not for us to say.
    re.compile(r"отмен|перен[её]с|перенос|не смо[жг]|не получится|не состоится"),
    re.compile(r"cancel|postpon|resched|unable"),
    # Something to be done by then.
    re.compile(r"дедлайн|крайний срок|срок сдачи|deadline|\bdue\b|истека|expire"),
    # Clocks other than Moscow's.
    re.compile(r"(?:мск|msk)\s*[+-]\s*\d|\b(?:utc|gmt|cet|eet|est|pst|bst)\b"),
    re.compile(r"по\s+(?!московск)\w+\s+времени|\b(?:local|your|our) time\b"),
)


def appointment(text: str, written: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment that `text` names, in the zone it is meant in, or None.

    `written` is when the text was written: "tomorrow" counts from there. `zone` counts where the text
    does not name Moscow's.
    """
    said = " ".join(text.lower().replace("ё", "е").split())
    if any(pattern.search(said) for pattern in _DOUBTFUL):
        return None
    if _MOSCOW.search(said):
        zone = ZoneInfo("Europe/Moscow")
    today = written.astimezone(zone).date()
    days, times = set(_days(said, today)), set(_times(said))
    if len(days) != 1 or len(times) != 1:
        return None
    (day,), (moment,) = days, times
    if day is None or moment is None:
        return None
    starts = datetime.combine(day, moment, zone)
    return starts if written < starts <= written + FARTHEST else None


def _days(said: str, today: date) -> Iterator[date | None]:
    """Every day that is named; None for what can't be told."""
    named = [_day(found, today) for pattern in _DATES for found in pattern.finditer(said)]
    named += [today + timedelta(_DAYS_AHEAD[found[0]]) for found in _RELATIVE.finditer(said)]
    yield from named
    found = list(_WEEKDAY.finditer(said))
    weekdays = {_number(each, "weekday", range(7)) for each in found}
    if named:
        if weekdays - {day.weekday() for day in named if day}:
            yield None
    elif any(_ON.search(said[: each.start()]) for each in found):
        ahead = min(weekdays) - today.weekday()
        beyond_doubt = len(weekdays) == 1 and ahead and not _NEXT.search(said)
        yield today + timedelta(ahead % 7) if beyond_doubt else None


def _day(found: re.Match[str], today: date) -> date | None:
    groups = found.groupdict()
    month = int(groups["month"]) if groups.get("month") else _number(found, "month", range(1, 13))
    year = groups.get("year")
    try:
        if year:
            return date(int(year) % 100 + 2000, month, int(groups["day"]))
        day = date(today.year, month, int(groups["day"]))
        return day if day >= today else day.replace(year=today.year + 1)
    except ValueError:
        return None


def _times(said: str) -> Iterator[time | None]:
    """Every time of day that is named; None for what can't be told."""
    taken: list[range] = []
    for pattern in _TIMES:
        for found in pattern.finditer(said):
            if not any(found.start() in span for span in taken):
                taken.append(range(*found.span()))
                yield _time(found)


def _time(found: re.Match[str]) -> time | None:
    groups = found.groupdict()
    if groups.get("noon"):
        return time(12)
    hour, minute = int(groups["hour"]), int(groups.get("minute") or 0)
    separator = found[0][found.end("hour") - found.start() :][:1]
    # "14-15" is a range of hours, "10.12" a date: minutes that can't be either are minutes.
    if separator in ("-", "–") and 0 < minute <= 24:
        return None
    if separator == "." and 0 < minute <= 12:
        return None
    half = (groups.get("half") or "").replace(".", "")
    if half:
        if not 1 <= hour <= 12 and half != "дня":
            return None
        afternoon = half in ("pm", "вечера") or (half == "дня" and hour < _EARLIEST_HOUR)
        hour = hour % 12 + 12 if afternoon else hour % 12 if half in ("am", "утра") else hour
    elif hour < _EARLIEST_HOUR:
        return None
    try:
        return time(hour, minute) if hour <= _LATEST_HOUR else None
    except ValueError:
        return None


def _number(found: re.Match[str], group: str, numbers: range) -> int:
    """Which of the numbered groups was found."""
    return next(n for n in numbers if found[f"{group}{n}"])
