"""How news is told, by what the user chose; and that no choice loses it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.sync.events import Kind
from bot.sync.quiet import (
    CHOICES,
    DAY_MINUTES,
    Manner,
    Preferences,
    Telling,
    digest_due,
    is_quiet,
    late,
    next_at,
    quiet_ends,
    telling,
    zone_of,
)

MOSCOW, NEW_YORK = ZoneInfo("Europe/Moscow"), ZoneInfo("America/New_York")
NIGHT = Preferences(quiet=True, quiet_from=22 * 60, quiet_to=8 * 60)

minutes = st.integers(0, DAY_MINUTES - 1)
preferences = st.builds(
    Preferences,
    quiet=st.booleans(),
    quiet_from=minutes,
    quiet_to=minutes,
    invitations_ring=st.booleans(),
    digest_at=minutes,
    muted=st.sampled_from(((), ("7",))),
    manners=st.dictionaries(st.sampled_from(list(Kind)), st.sampled_from(list(Manner)), max_size=3),
)
zones = st.sampled_from(
    ("Europe/Moscow", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/GMT-14")
).map(ZoneInfo)
moments = st.floats(1_600_000_000, 1_900_000_000)


def at(hour: int, minute: int = 0, *, zone: ZoneInfo = MOSCOW, day: int = 10) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=zone).timestamp()


def test_every_kind_can_be_chosen_and_begins_with_its_default() -> None:
    for kind in Kind:
        assert CHOICES[kind][0] is Preferences().manner(kind)


def test_messages_and_invitations_always_come() -> None:
    for kind, manner in product((Kind.MESSAGE, Kind.INVITATION), Manner):
        chosen = Preferences().choose(kind, manner)
        for quiet, held in product((True, False), repeat=2):
            told = telling(kind, "1", chosen, quiet=quiet, held=held)
            assert told in (Telling.LOUD, Telling.SILENT, Telling.HELD)


@pytest.mark.parametrize(
    ("manner", "told"),
    [
        (Manner.LOUD, Telling.LOUD),
        (Manner.SILENT, Telling.SILENT),
        (Manner.DIGEST, Telling.DIGEST),
        (Manner.NEVER, Telling.NOT),
    ],
)
def test_news_is_told_as_it_was_chosen_for_its_kind(manner: Manner, told: Telling) -> None:
    chosen = Preferences().choose(Kind.REFUSAL, manner)
    assert telling(Kind.REFUSAL, "1", chosen, quiet=False) is told
    assert telling(Kind.MESSAGE, "1", chosen, quiet=False) is Telling.LOUD


def test_quiet_hours_hold_news_back_but_not_the_digest() -> None:
    assert telling(Kind.MESSAGE, "1", NIGHT, quiet=True) is Telling.HELD
    assert telling(Kind.INVITATION, "1", NIGHT, quiet=True) is Telling.HELD
    assert telling(Kind.VIEW, "1", NIGHT, quiet=True) is Telling.DIGEST


def test_an_invitation_comes_in_quiet_hours_where_the_user_wants_it() -> None:
    chosen = structs.replace(NIGHT, invitations_ring=True)
    assert telling(Kind.INVITATION, "1", chosen, quiet=True, held=True) is Telling.LOUD
    assert telling(Kind.MESSAGE, "1", chosen, quiet=True) is Telling.HELD
    silent = chosen.choose(Kind.INVITATION, Manner.SILENT)
    assert telling(Kind.INVITATION, "1", silent, quiet=True) is Telling.HELD


def test_what_comes_while_earlier_news_is_still_held_queues_behind_it() -> None:
    assert telling(Kind.MESSAGE, "1", NIGHT, quiet=False, held=True) is Telling.HELD


def test_a_muted_conversation_has_no_sound_but_for_an_invitation() -> None:
    chosen = Preferences().mute("7")
    assert telling(Kind.MESSAGE, "7", chosen, quiet=False) is Telling.SILENT
    assert telling(Kind.MESSAGE, "8", chosen, quiet=False) is Telling.LOUD
    assert telling(Kind.INVITATION, "7", chosen, quiet=False) is Telling.LOUD
    assert chosen.mute("7").muted == ("7",)
    assert chosen.mute("7", on=False) == Preferences()


@pytest.mark.parametrize(
    ("start", "end", "quiet", "loud"),
    [
        (22 * 60, 8 * 60, ["22:00", "23:59", "00:00", "07:59"], ["08:00", "12:00", "21:59"]),
        (13 * 60, 14 * 60, ["13:00", "13:59"], ["12:59", "14:00", "00:00"]),
        (0, 7 * 60, ["00:00", "06:59"], ["07:00", "23:59"]),
        (12 * 60, 12 * 60, [], ["11:59", "12:00", "12:01"]),
    ],
)
def test_quiet_hours_begin_and_end_to_the_minute(
    start: int, end: int, quiet: list[str], loud: list[str]
) -> None:
    chosen = Preferences(quiet=True, quiet_from=start, quiet_to=end)
    for clock in (*quiet, *loud):
        local = datetime.fromisoformat(f"2026-11-10T{clock}")
        assert is_quiet(chosen, local) is (clock in quiet)
        assert not is_quiet(structs.replace(chosen, quiet=False), local)


def test_quiet_hours_end_in_the_morning_of_the_users_zone() -> None:
    assert quiet_ends(NIGHT, MOSCOW, at(23, 30)) == at(8, day=11)
    assert quiet_ends(NIGHT, MOSCOW, at(3)) == at(8)
    assert quiet_ends(NIGHT, MOSCOW, at(12)) == at(12)
    assert quiet_ends(NIGHT, NEW_YORK, at(3)) == at(3)


def test_the_digest_comes_at_its_hour_and_never_in_quiet_hours() -> None:
    chosen = Preferences(digest_at=19 * 60)
    assert digest_due(chosen, MOSCOW, at(10), at(11)) == at(19)
    assert digest_due(chosen, MOSCOW, at(20), at(20)) == at(19, day=11)
    assert digest_due(chosen, MOSCOW, at(10), at(21)) == at(21)
    late_digest = structs.replace(NIGHT, digest_at=23 * 60)
    assert digest_due(late_digest, MOSCOW, at(10), at(11)) == at(8, day=11)


def test_a_time_that_summer_time_skips_comes_when_the_clock_has_passed_it() -> None:
    before = datetime(2026, 3, 8, 0, 0, tzinfo=NEW_YORK).timestamp()
    moment = datetime.fromtimestamp(next_at(2 * 60 + 30, NEW_YORK, before), UTC)
    assert moment == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_an_unknown_zone_is_moscows() -> None:
    assert zone_of("Mars/Olympus") == MOSCOW
    assert zone_of("../../etc/passwd") == MOSCOW


@given(preferences, zones, moments)
def test_what_is_held_back_is_told_within_a_day(chosen: Preferences, zone: ZoneInfo, now: float) -> None:
    end = quiet_ends(chosen, zone, now)
    # A clock that is put back shows an hour twice.
    assert now <= end <= now + 25 * 3600


@given(preferences, zones, moments, st.floats(0, 400_000))
def test_the_digest_comes_within_two_days_whatever_was_chosen(
    chosen: Preferences, zone: ZoneInfo, first: float, later: float
) -> None:
    due = digest_due(chosen, zone, first, first + later)
    assert due >= max(first, first + later)
    assert due <= max(first + later, first + 25 * 3600) + 25 * 3600


@given(minutes, zones, moments)
def test_a_time_of_day_comes_once_a_day(minute: int, zone: ZoneInfo, now: float) -> None:
    moment = next_at(minute, zone, now)
    assert now < moment <= now + 25 * 3600


@given(st.lists(st.tuples(preferences, st.sampled_from(list(Kind)), st.booleans()), max_size=30), preferences)
def test_nothing_is_lost_whatever_is_chosen_in_between(
    steps: list[tuple[Preferences, Kind, bool]], last: Preferences
) -> None:
    """What is held or in the digest at the end is told by the last choices: with or without a sound."""
    waiting: list[tuple[Kind, Telling]] = []
    told = refused = 0
    for chosen, kind, quiet in steps:
        held = any(how is Telling.HELD for _, how in waiting)
        how = telling(kind, "7", chosen, quiet=quiet, held=held)
        if how in (Telling.LOUD, Telling.SILENT):
            told += 1
        elif how is Telling.NOT:
            assert chosen.manner(kind) is Manner.NEVER
            refused += 1
        else:
            waiting.append((kind, how))
    assert told + len(waiting) + refused == len(steps)
    assert all(late(kind, "7", last) in (Telling.LOUD, Telling.SILENT) for kind, _ in waiting)
