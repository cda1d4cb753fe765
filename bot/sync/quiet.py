"""How a user wants to be told of news, and what that makes of each piece of it; pure.

Nothing is lost by a choice but what the user switched off himself: what comes in quiet hours is
held until they end, what belongs to the digest waits for its hour, whatever is chosen meanwhile.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, structs

from bot.sync.events import Kind

HOME_ZONE: Final = "Europe/Moscow"
DAY_MINUTES: Final = 24 * 60


class Manner(StrEnum):
    """How news of one kind is told: with a sound, without one, once a day in the digest, or not at all."""

    LOUD = "loud"
    SILENT = "silent"
    DIGEST = "digest"
    NEVER = "never"


class Telling(StrEnum):
    """What becomes of one piece of news now. HELD waits for the end of the quiet hours."""

    LOUD = "loud"
    SILENT = "silent"
    HELD = "held"
    DIGEST = "digest"
    NOT = "not"


CHOICES: Final[dict[Kind, tuple[Manner, ...]]] = {
    Kind.MESSAGE: (Manner.LOUD, Manner.SILENT),
    Kind.INVITATION: (Manner.LOUD, Manner.SILENT),
    Kind.CALL: (Manner.LOUD, Manner.SILENT, Manner.DIGEST, Manner.NEVER),
    Kind.PROGRESS: (Manner.LOUD, Manner.SILENT, Manner.DIGEST),
    Kind.REFUSAL: (Manner.LOUD, Manner.SILENT, Manner.DIGEST, Manner.NEVER),
    Kind.VIEW: (Manner.DIGEST, Manner.SILENT, Manner.LOUD, Manner.NEVER),
}
"""What can be chosen for each kind, the default first: what an employer wrote always comes."""


class Preferences(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one user chose. Times of day are minutes after midnight in his zone.

    `manners` has what differs from the defaults, by kind; `muted` are conversations without sound;
    `unopened` tells of messages without fetching their text, which would mark them read at hh.ru.
    """

    manners: dict[str, Manner] = {}
    quiet: bool = False
    quiet_from: int = 22 * 60
    quiet_to: int = 8 * 60
    invitations_ring: bool = False
    digest_at: int = 19 * 60
    unopened: bool = False
    muted: tuple[str, ...] = ()

    def manner(self, kind: Kind) -> Manner:
        """How news of a kind is told."""
        return self.manners.get(kind, CHOICES[kind][0])

    def choose(self, kind: Kind, manner: Manner) -> Preferences:
        """With another manner for a kind; one that is no choice for it changes nothing."""
        if manner not in CHOICES[kind]:
            return self
        return structs.replace(self, manners={**self.manners, kind: manner})

    def mutes(self, nid: str) -> bool:
        """True where a conversation has no sound."""
        return nid in self.muted

    def mute(self, nid: str, *, on: bool = True) -> Preferences:
        """With a conversation muted, or with its sound back."""
        others = tuple(one for one in self.muted if one != nid)
        return structs.replace(self, muted=(*others, nid) if on else others)


def telling(kind: Kind, nid: str, chosen: Preferences, *, quiet: bool, held: bool = False) -> Telling:
    """What becomes of news in conversation `nid`; `held` where earlier news is still held back."""
    manner = chosen.manner(kind)
    if manner is Manner.NEVER:
        return Telling.NOT
    if manner is Manner.DIGEST:
        return Telling.DIGEST
    loud = manner is Manner.LOUD
    invited = kind is Kind.INVITATION
    if quiet and not (invited and loud and chosen.invitations_ring):
        return Telling.HELD
    if held and not quiet:
        return Telling.HELD
    # An interview is what the whole search is for: muting a conversation does not hush it.
    return Telling.LOUD if loud and (invited or not chosen.mutes(nid)) else Telling.SILENT


def late(kind: Kind, nid: str, chosen: Preferences) -> Telling:
    """How news that was held is told in the end, by what is chosen then: LOUD or SILENT."""
    now = telling(kind, nid, chosen, quiet=False)
    return now if now is Telling.LOUD else Telling.SILENT


def is_quiet(chosen: Preferences, local: datetime) -> bool:
    """True in the quiet hours; they may pass midnight, and the same start and end mean none."""
    if not chosen.quiet:
        return False
    minute = local.hour * 60 + local.minute
    start, end = chosen.quiet_from, chosen.quiet_to
    return start <= minute < end if start <= end else not end <= minute < start


def quiet_ends(chosen: Preferences, zone: ZoneInfo, now: float) -> float:
    """The first moment from `now` on outside the quiet hours, in Unix seconds; `now` where it is."""
    if not is_quiet(chosen, datetime.fromtimestamp(now, zone)):
        return now
    return next_at(chosen.quiet_to, zone, now)


def digest_due(chosen: Preferences, zone: ZoneInfo, first: float, now: float) -> float:
    """When the digest whose first news came at `first` may be told; at once where that was before `now`."""
    return quiet_ends(chosen, zone, max(next_at(chosen.digest_at, zone, first), now))


def next_at(minute: int, zone: ZoneInfo, after: float) -> float:
    """The first moment after `after` when a clock in `zone` shows `minute`, in Unix seconds."""
    today = datetime.fromtimestamp(after, zone).date()
    for days in range(3):
        day = today + timedelta(days=days)
        moment = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone).timestamp()
        if moment > after:
            return moment
    raise AssertionError(  # pragma: no cover - cannot happen
        "every day has every minute, or the one it was moved to"
    )


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone; an unknown one is Moscow's."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(HOME_ZONE)
