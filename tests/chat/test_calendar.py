from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.calendar import Entry, calendar_file

STARTS = datetime(2026, 11, 26, 15, 0, tzinfo=ZoneInfo("Asia/Omsk"))


def lines(entry: Entry) -> list[str]:
    """The content lines of the file, unfolded; fails where one is too long or ends otherwise."""
    content = calendar_file(entry)
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return content.decode().replace("\r\n ", "").split("\r\n")[:-1]


def entry(title: str = "Interview", notes: str = "", place: str = "") -> Entry:
    return Entry(
        uid="1-2@hh-bridge",
        written=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        starts=STARTS,
        lasts=timedelta(hours=1),
        title=title,
        notes=notes,
        place=place,
        remind=timedelta(minutes=30),
    )


def test_moments_are_in_utc_and_the_entry_has_a_length() -> None:
    said = lines(entry())
    assert "DTSTART:20261126T090000Z" in said
    assert "DTEND:20261126T100000Z" in said
    assert "TRIGGER:-PT30M" in said


def test_what_is_special_in_a_text_is_escaped() -> None:
    said = lines(entry(notes="a,b;c\\d\r\nBEGIN:VALARM", place="Москва, 1"))
    assert "DESCRIPTION:a\\,b\\;c\\\\d\\nBEGIN:VALARM" in said
    assert "LOCATION:Москва\\, 1" in said
    assert said.count("BEGIN:VALARM") == 1


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_is_folded_and_stays_whole(text: str) -> None:
    said = lines(entry(title="x", notes=text + "."))
    (notes,) = [line for line in said if line.startswith("DESCRIPTION:") and not line.endswith(":x")]
    assert notes.endswith(".")
    assert len(said) == 18


def test_an_entry_need_not_remind() -> None:
    assert not any("ALARM" in line or "TRIGGER" in line for line in lines(replace(entry(), remind=None)))
