"""What the console can be told, as the JSON bodies of its addresses."""

from __future__ import annotations

from typing import Literal, TypedDict

from pydantic import BaseModel, ConfigDict

from bot.sandbox.hh.objects import Address, Assessment


class Enclosed(TypedDict):
    """What goes along with a message."""

    address: Address | None
    assessments: tuple[Assessment, ...]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(_Order):
    """A message; `assessment` is the name of a test to attach."""

    text: str | None = None
    address_id: str | None = None
    assessment: str | None = None


class Move(Words):
    """A state, with a message unless `silent`."""

    state: str
    silent: bool = False


class Refusal(_Order):
    """A refusal, with words or without."""

    text: str | None = None


class Approach(_Order):
    """An invitation out of the blue."""

    resume_id: str
    vacancy_id: str
    text: str | None = None


class Read(_Order):
    """Reading; `touch` moves `updated_at` too."""

    touch: bool = False


class Call(_Order):
    """A telephone call; `duration` in seconds."""

    status: str = "did_not_connect"
    duration: int | None = None


class Messaging(_Order):
    """A messaging status to force, null to force none."""

    status: str | None = None


class Archive(_Order):
    """To the archive or out of it."""

    archived: bool = True


class VacancyChange(_Order):
    """What isn't given stays."""

    archived: bool | None = None
    hidden: bool | None = None
    allow_messages: bool | None = None
    has_test: bool | None = None
    letter_required: bool | None = None


class ResumeChange(_Order):
    """What isn't given stays."""

    status: str | None = None
    access: str | None = None
    deleted: bool | None = None


class AccountChange(_Order):
    """What isn't given stays; `lock` null unlocks."""

    lock: str | None = None
    consented: bool | None = None
    captcha: bool = False
    token: Literal["expire", "revoke", "deactivate", "descope"] | None = None


class FaultOrder(_Order):
    """A fault of `bot.sandbox.hh.faults.KINDS` with its options."""

    kind: str
    on: str = "* **"
    times: int | None = 1
    account_id: str | None = None
    options: dict[str, str | int | float | bool | None] = {}


class QuirkChange(_Order):
    """What isn't given stays; `ceiling` is requests per second, null for none."""

    skew: float | None = None
    nulls: frozenset[str] | None = None
    moving_lists: bool | None = None
    shuffled_messages: bool | None = None
    ceiling: float | None = None
