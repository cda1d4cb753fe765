"""A walk over the list of conversations.

The list moves under a reader who pages through it, so a walk over several pages ends with a look at
the first page again and is repeated while that has moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from msgspec import Struct

from bot.hh.errors import HhError, LinkAgain, Refused
from bot.hh.models import Negotiation
from bot.hh.negotiations import ListedPage, NegotiationsGateway
from bot.log import logger
from bot.sync.book import Known, Moment, moved

log = logger(__name__)

PER_PAGE, MOST_PER_PAGE = 20, 100
_WALKS = 3
_MOST_PAGES = 100

_HIDDEN = "deleted"
"""`status` of the conversations that the applicant has hidden: the list of all leaves them out."""


class Look(Struct, frozen=True):
    """What a walk saw: conversations by id, and whether the list stood still meanwhile.

    `whole` is False where some of it could not be read.
    """

    listed: dict[str, Negotiation]
    digest: bytes
    now: Moment
    steady: bool
    whole: bool


class Walk:
    """A reader of one account's list, by so many `per_page`."""

    def __init__(self, hh: NegotiationsGateway, clock: Callable[[], float], *, per_page: int) -> None:
        self._hh = hh
        self._clock = clock
        self.per_page = per_page

    async def take(self, first: ListedPage, known: Mapping[str, Known], *, everything: bool) -> Look:
        """Walk on from the first page while pages bring something new, or to the end for `everything`.

        Raises `HhError`.
        """
        listed: dict[str, Negotiation] = {}
        steady = whole = False
        for _ in range(_WALKS):
            pages = await self._pages(first, known, everything=everything)
            listed |= {n.id: n for page in pages for n in page.negotiations.items}
            whole = not any(page.negotiations.unreadable for page in pages)
            now = self._moment(pages[-1])
            if len(pages) == 1:
                steady = True
                break
            again = await self._hh.page(0, self.per_page, first.digest)
            if again is None:
                steady = pages[-1].negotiations.found == first.negotiations.found
                break
            first = again
        return Look(listed, first.digest, now, steady, whole)

    async def hidden(self) -> dict[str, Negotiation]:
        """The latest of the hidden conversations: employers may write there, too."""
        try:
            page = await self._hh.page(0, MOST_PER_PAGE, status=_HIDDEN)
        except LinkAgain:
            raise
        except HhError as error:
            log.info("hh.ru does not list hidden conversations", error=type(error).__name__)
            return {}
        return {n.id: n for n in page.negotiations.items} if page else {}

    async def _pages(
        self, first: ListedPage, known: Mapping[str, Known], *, everything: bool
    ) -> list[ListedPage]:
        pages, seen = [first], {n.id for n in first.negotiations.items}
        while len(pages) < _MOST_PAGES:
            last = pages[-1].negotiations
            fresh = everything or any(moved(known.get(n.id), n) for n in last.items)
            unreadable = sum(page.negotiations.unreadable for page in pages)
            if not fresh or not last.more(len(pages) - 1, len(seen) + unreadable):
                break
            try:
                following = await self._hh.page(len(pages), self.per_page)
            except Refused as error:
                # A long list may be refused beyond some depth: what lies there is old.
                log.info(
                    "hh.ru does not show a page of the conversations", page=len(pages), reason=str(error)
                )
                break
            # Never None here: only a page whose digest is given can be as it was.
            if following is None or seen.issuperset(n.id for n in following.negotiations.items):
                break
            seen |= {n.id for n in following.negotiations.items}
            pages.append(following)
        return pages

    def _moment(self, page: ListedPage) -> Moment:
        here = self._clock()
        return Moment(page.server_time or datetime.fromtimestamp(here, UTC), here)
