"""One turn: what a user did, and everything that follows from it.

Handlers read through a turn and collect their effects in it. The worker commits the effects
together with the removal of the update, so an interrupted turn leaves nothing behind and is simply
taken again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from msgspec.structs import replace

from bot.chat.intents import Intent, Wish
from bot.chat.outgoing import Outgoing, Subject, placed
from bot.chat.templates import Templates
from bot.chat.texts import Texts
from bot.hh.errors import LinkAgain
from bot.hh.gateway import Gateway
from bot.hh.models import Tokens
from bot.linking import Candidate
from bot.store.records import Access, Account
from bot.sync.applications import Applications
from bot.sync.roster import Roster

MOST_WAITING = 200
"""Writes of one user that may wait for hh.ru, where it is away for long."""


class TooMuchWaits(Exception):
    """More writes of this user wait for hh.ru than may."""


class LinkingDesk(Protocol):
    """`bot.linking.Linking`, as far as handlers need it; errors as there."""

    async def begin(self, user_id: int, *, force_login: bool = False) -> str:
        """Address of hh.ru's page where this user allows access."""

    async def finish(self, query: Mapping[str, str], *, user_id: int | None = None) -> Candidate:
        """Turn what hh.ru wrote into the redirected address into an account to link."""

    async def confirm(self, user_id: int, code: str, *, update_id: int | None = None) -> Candidate:
        """Take the account that the callback page offered to this user."""

    async def settled(self, code: str) -> None:
        """What came of a confirmed code is written down."""

    async def give_back(self, user_id: int, tokens: Tokens) -> None:
        """End tokens of this user that nobody will use."""


@dataclass(kw_only=True)
class Turn:
    """The reads a handler may do, and the effects it collects. `now` is Unix time in seconds.

    `hh` may be asked only where the account is LINKED; its `HhError`s go up to the caller of `dispatch`.
    `roster` is of all conversations, `unseen` are those with news that the user has not looked into,
    `applications` are those of the last day;
    `site_url` is hh.ru's own address, `public` is True where the callback page is reachable, and
    `pending` are the writes that still wait for hh.ru, in order; `held` is how much news quiet hours
    hold back. `update_id` is set by dispatch.
    `topics` is True where conversations have topics of their own; `thread` is the thread of the chat
    where the user acts, 0 for the general place, and `here` the conversation whose topic that is.
    `let_in` is False for whom the operator leaves out.
    """

    user_id: int
    texts: Texts
    account: Account | None
    hh: Gateway
    linking: LinkingDesk
    seal: Callable[[Tokens], bytes]
    subjects: Callable[[int], Awaitable[Subject | None]]
    roster: Callable[[], Awaitable[Roster]]
    unseen: Callable[[], Awaitable[frozenset[str]]]
    applications: Callable[[], Awaitable[Applications]]
    stored_templates: Callable[[], Awaitable[Templates]]
    now: float
    bot_username: str
    site_url: str
    public: bool
    pending: Sequence[Intent] = ()
    topics: bool = False
    thread: int = 0
    here: str | None = None
    held: int = 0
    let_in: bool = True

    update_id: int = field(default=0, init=False)
    outgoing: list[Outgoing] = field(default_factory=list, init=False)
    looked: set[str] = field(default_factory=set, init=False)
    intents: list[Wish] = field(default_factory=list, init=False)
    remembered: dict[int, Subject] = field(default_factory=dict, init=False)
    account_changed: bool = field(default=False, init=False)
    changed_templates: Templates | None = field(default=None, init=False)
    unlink_card: int | None = field(default=None, init=False)
    strangers_language: str | None = field(default=None, init=False)
    wants_own_data: bool = field(default=False, init=False)
    tells_held: bool = field(default=False, init=False)
    finishing: list[Callable[[], Awaitable[object]]] = field(default_factory=list, init=False)

    @property
    def linked(self) -> bool:
        """True where hh.ru can be asked for this user."""
        return self.account is not None and self.account.access is Access.LINKED

    @property
    def linked_account(self) -> Account:
        """The account, behind `for_linked`; raises `LinkAgain` where there is none."""
        if self.account is None:
            raise LinkAgain("not linked")
        return self.account

    @property
    def clock(self) -> datetime:
        """`now` as a moment."""
        return datetime.fromtimestamp(self.now, UTC)

    def mutes(self, nid: str) -> bool:
        """True where the user took the sound from a conversation."""
        return self.account is not None and self.account.preferences.mutes(nid)

    async def subject(self, message_id: int) -> Subject | None:
        """What one of the chat's messages is about; None where it is not on the map."""
        return self.remembered.get(message_id) or await self.subjects(message_id)

    async def templates(self) -> Templates:
        """The user's letters and answers."""
        return await self.stored_templates() if self.changed_templates is None else self.changed_templates

    def keep_templates(self, templates: Templates) -> None:
        """Store these in place of the ones there are."""
        self.changed_templates = templates

    def say(self, *operations: Outgoing) -> None:
        """Put these on the outbox, in order; what names no other place stands where the user acts."""
        self.outgoing.extend(placed(operation, self.thread) for operation in operations)

    def seen(self, nid: str) -> None:
        """The user has looked into a conversation: nothing in it is unread any more."""
        self.looked.add(nid)

    def intend(self, *intents: Wish) -> None:
        """Have these carried out at hh.ru, in order, each at most once; raises `TooMuchWaits`."""
        if len(self.pending) + len(self.intents) + len(intents) > MOST_WAITING:
            raise TooMuchWaits
        self.intents.extend(
            replace(intent, thread=self.thread) if self.thread else intent for intent in intents
        )

    def remember(self, message_id: int, subject: Subject) -> None:
        """Put a message on the map, in place of what it was about before."""
        self.remembered[message_id] = subject

    def save(self, account: Account) -> None:
        """Store this account in place of the one there is."""
        self.account, self.account_changed = account, True

    def speak(self, language: str) -> None:
        """Speak this language from now on; to who has no account it is kept for a month."""
        if self.account:
            self.save(replace(self.account, language=language))
        else:
            self.strangers_language = language
        self.texts = Texts(language, self.account.zone) if self.account else Texts(language)

    def tell_held(self) -> None:
        """Have the news told now that quiet hours hold back."""
        self.tells_held = True

    def unlink(self, card_id: int) -> None:
        """Have the tokens revoked and everything about the user erased; `card_id` then shows the result."""
        self.unlink_card = card_id

    def show_own_data(self) -> None:
        """Have everything that is stored about the user sent to him as a file."""
        self.wants_own_data = True

    def at_last(self, step: Callable[[], Awaitable[object]]) -> None:
        """Have this done once all effects are written down; lost where the process dies before it."""
        self.finishing.append(step)

    def forget_effects(self) -> None:
        """Drop all that was collected, but not what became of the account."""
        self.outgoing.clear()
        self.intents.clear()
        self.remembered.clear()
        self.changed_templates = None
        self.looked.clear()
        self.unlink_card = None
        self.strangers_language = None
        self.wants_own_data = False
        self.tells_held = False
        self.finishing.clear()
