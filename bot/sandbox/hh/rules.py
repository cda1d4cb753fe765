"""hh.ru's rules of conversation, as functions of the world's state.

Sources: contract of the applicant API and OpenAPI 2025-12 (`messaging_status`, `editable`,
`decline_allowed`, POST /negotiations and its refusals).
"""

from __future__ import annotations

from bot.sandbox.hh import refusals
from bot.sandbox.hh.objects import APPLICANT, Message, Negotiation
from bot.sandbox.hh.world import World

# States in which the employer has asked the applicant further.
INVITING = frozenset({"invitation", "interview", "offer", "hired"})

# GET /negotiations?status= ; see `fits_status`.
STATUSES = (
    "all",
    "active",
    "invitations",
    "response",
    "discard",
    "archived",
    "non_archived",
    "deleted",
)

# What a message meets where the conversation's status isn't ok. hh.ru has no refusal named
# "prohibited": the general one stands for it.
_SEND_REFUSALS = {"prohibited": "wrong_state"}


def messages_in_a_row(negotiation: Negotiation) -> int:
    """How many messages the applicant has written since the employer's last one."""
    count = 0
    for message in reversed(negotiation.messages):
        if message.author != APPLICANT:
            break
        count += message.text is not None
    return count


def is_archived(world: World, negotiation: Negotiation) -> bool:
    """Whether the conversation or its vacancy lies in the archive."""
    vacancy = world.vacancy_of(negotiation)
    return negotiation.archived or vacancy is None or vacancy.archived


def messaging_status(world: World, negotiation: Negotiation) -> str:
    """The conversation's `messaging_status`, the gravest reason first."""
    vacancy = world.vacancy_of(negotiation)
    if not world.resumes[negotiation.resume_id].visible:
        return "resume_deleted"
    if is_archived(world, negotiation):
        return "archived"
    if negotiation.barred:
        return negotiation.barred
    if vacancy is not None and not vacancy.allow_messages:
        return "disabled_by_employer"
    if negotiation.state == "discard":
        return "no_invitation"
    written = sum(m.author == APPLICANT and m.text is not None for m in negotiation.messages)
    if written >= world.limits.overall:
        return "overall_limit"
    if messages_in_a_row(negotiation) >= world.limits.in_a_row:
        return "in_a_row_limit"
    return "ok"


def is_ready(world: World, negotiation: Negotiation) -> bool:
    """Whether hh.ru has finished making the conversation's chat."""
    return world.now() >= negotiation.ready_at


def decline_allowed(world: World, negotiation: Negotiation) -> bool:
    """Whether the applicant may hide the conversation with a decline message."""
    return (
        negotiation.state in INVITING
        and not negotiation.hidden
        and messaging_status(world, negotiation) in {"ok", "in_a_row_limit"}
    )


def edit_refusal(world: World, negotiation: Negotiation, message: Message) -> str | None:
    """Why a message can't be edited, None where it can.

    Only the cover letter can, while it is unread, the vacancy active and the resume visible.
    """
    if message.author != APPLICANT or not message.letter:
        return "edit_forbidden"
    if not world.resumes[negotiation.resume_id].visible:
        return "resume_not_found"
    vacancy = world.vacancy_of(negotiation)
    if vacancy is None:
        return "vacancy_not_found"
    if vacancy.archived or negotiation.archived:
        return "vacancy_archived"
    if message.viewed_by_employer:
        return "message_already_viewed"
    if messaging_status(world, negotiation) == "disabled_by_employer":
        return "disabled_by_employer"
    return None


def check_text(world: World, text: str, *, empty: str, where: str = "") -> None:
    """Raise the refusal that a text meets; `where` is the ending of the moderation's names."""
    if not text.strip():
        raise refusals.negotiation(empty)
    if len(text) > world.limits.message_length:
        raise refusals.negotiation("too_long_message")
    for phrase, name in world.moderation.items():
        if phrase in text.casefold():
            raise refusals.negotiation(name + where)


def check_may_write(world: World, negotiation: Negotiation) -> None:
    """Raise the refusal that a new message of the applicant meets."""
    if not is_ready(world, negotiation):
        raise refusals.negotiation("chat_is_not_ready")
    if negotiation.archived:
        raise refusals.negotiation("chat_archived")
    status = messaging_status(world, negotiation)
    if status != "ok":
        raise refusals.negotiation(_SEND_REFUSALS.get(status, status))


def fits_status(world: World, negotiation: Negotiation, status: str) -> bool:
    """Whether a conversation belongs to a list of `status`; hidden ones only to `deleted`."""
    if status == "deleted" or negotiation.hidden:
        return negotiation.hidden and status == "deleted"
    archived = is_archived(world, negotiation)
    active = not archived and negotiation.state != "discard"
    match status:
        case "active":
            return active
        case "invitations":
            return active and negotiation.state in INVITING
        case "response":
            return active and negotiation.state == "response"
        case "discard":
            return negotiation.state == "discard"
        case "archived":
            return archived
        case "non_archived":
            return not archived
        case _:
            return True
