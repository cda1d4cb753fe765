"""The roster of a session: read from hh.ru as a whole, then kept until something changes, for minutes."""

from __future__ import annotations

from bot.hh.gateway import Gateway
from bot.hh.models import Negotiation
from bot.sync.roster import Roster, entry
from bot.worker.change import Change
from bot.worker.session import Session

PER_PAGE = 100
"""The most that hh.ru lists on a page."""

MOST_PAGES = 20
"""More than 2,000 conversations are not listed: what is held in memory has a limit."""


async def roster(session: Session, hh: Gateway) -> Roster:
    """All conversations: as kept, else read anew. Raises `HhError`."""
    kept = await session.kept.roster()
    if kept is not None:
        return kept
    account, changes = session.account, session.changes
    listed: dict[str, Negotiation] = {}
    found = 0
    for number in range(MOST_PAGES):
        page = await hh.negotiations(page=number, per_page=PER_PAGE)
        # The list moves under its reader: what shifted to the next page is there already.
        listed |= {negotiation.id: negotiation for negotiation in page.items}
        found = page.found
        if number + 1 >= page.pages or not page.items:
            break
    shown = [negotiation for negotiation in listed.values() if not negotiation.hidden]
    fresh = Roster(tuple(entry(negotiation) for negotiation in shown), max(found, len(shown)))
    unread = frozenset(negotiation.id for negotiation in shown if negotiation.has_updates)
    # What was read while something changed may be old already: shown once, but not kept.
    keep = fresh if session.changes == changes else None
    await session.commit(Change(roster=keep, unseen=unread, hh_id=account.hh_id if account else None))
    return fresh
