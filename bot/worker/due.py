"""When a held mailbox needs a worker again, by what is known of it in memory; nothing is asked or changed."""

from __future__ import annotations

from bot.sync import quiet
from bot.sync.quiet import quiet_ends, zone_of
from bot.worker.session import Session
from bot.worker.waiting import next_at

BLOCKED_SECONDS = 180 * 24 * 3600
"""How long the account of a user who blocked the bot waits for him."""

LEFT_OUT_SECONDS = 3600
"""How often it is looked whether an account is let in again."""


def kept_until(session: Session) -> float | None:
    """When a user who blocked the bot is forgotten; None while he has not."""
    account = session.account
    return None if session.reachable or account is None else account.blocked_at + BLOCKED_SECONDS


def held_due(session: Session, now: float) -> float | None:
    """When the news that quiet hours hold back may be told; None where there is none."""
    account = session.account
    if account is None or not (session.head.held and session.tells):
        return None
    return quiet_ends(account.preferences, zone_of(account.zone), now)


def digest_due(session: Session, now: float) -> float | None:
    """When the digest may be told; None where there is nothing for it."""
    account = session.account
    if account is None or not (session.head.digest and session.tells):
        return None
    return quiet.digest_due(account.preferences, zone_of(account.zone), session.head.digest, now)


def wake_at(session: Session, now: float) -> float | None:
    """When this mailbox needs a worker again, as far as is known now."""
    moments = [kept_until(session), held_due(session, now), digest_due(session, now)]
    if session.linked:
        # What he wrote goes out also where nobody can tell him.
        moments.append(next_at(session.queue))
    if session.linked and session.reachable:
        # Whoever is let in again gets his news without having to write first.
        poll = session.head.poll
        moments.append(poll if session.let_in else max(poll, now + LEFT_OUT_SECONDS))
    if session.delivers:
        moments.append(session.head.outbox)
    return min((moment for moment in moments if moment is not None), default=None)
