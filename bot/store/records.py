"""What is stored about a user, as typed records (packed by `bot.store.packing`)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from bot.sync.quiet import HOME_ZONE, Preferences


class Access(StrEnum):
    """LINKED works; LAPSED must be linked again (everything that waits is kept)."""

    LINKED = "linked"
    LAPSED = "lapsed"


class Account(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A linked hh.ru account. `tokens` is encrypted; moments are seconds of Unix time."""

    hh_id: str
    name: str
    tokens: bytes
    access: Access = Access.LINKED
    linked_at: float = 0
    language: str = "ru"
    zone: str = HOME_ZONE
    blocked_at: float = 0
    last_resume_id: str | None = None
    preferences: Preferences = Preferences()
