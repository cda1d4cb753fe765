"""A session: one held mailbox, its state in memory, and the commits that keep Redis the same.

Three lanes work in a session at once: updates, hh.ru, and delivery. Each changes the state only by
`commit`, which writes everything that belongs together in one script under the claim and only then
changes the memory. `ClaimLost` ends the session: another worker has the mailbox.

The account alone may change under it: tokens that came late are stored by whoever got them (`exchange`).
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType

from msgspec.structs import replace

from bot import trail
from bot.chat.outgoing import Outgoing, Subject, on_trail
from bot.chat.shown import Shown
from bot.store import keys
from bot.store.errors import StoreUnavailable
from bot.store.limiter import Limiter
from bot.store.mailbox import Claim, Mailboxes, Outdated
from bot.store.packing import pack, unpack
from bot.store.records import Access, Account
from bot.store.scripts import Store
from bot.sync.book import Book
from bot.sync.quiet import is_quiet, zone_of
from bot.telegram.order import in_order
from bot.worker.change import MAP_SIZE, After, Change, Head, Superseded, Writing, moved
from bot.worker.kept import Kept
from bot.worker.later import Later, firsts
from bot.worker.outbox import BATCH, Outbox, decoded
from bot.worker.pace import Paces, Rate
from bot.worker.waiting import Waiting


class Session:
    """The state of one held mailbox.

    `stirred` is set whenever a lane may have new work, `stale` while updates may wait in Redis that
    are not in memory. `ending` asks every lane to stop after the step that it is in. `changes` counts
    what made a kept roster old. `kept` reads what is not in memory. `delivering` is held while an entry of
    the outbox is on its way to Telegram and not yet noted. `let_in` is False of a user whom the operator
    leaves out. `unwritten` are fields of the head that go to Redis when the mailbox is given back. `bot` is
    the number of the bot that serves (`bot.store.bots`).
    """

    def __init__(
        self,
        claim: Claim,
        mailboxes: Mailboxes,
        store: Store,
        telegram: Limiter,
        *,
        let_in: bool = True,
        bot: int = 0,
    ) -> None:
        self.claim = claim
        self.let_in = let_in
        self.user_id = claim.mailbox
        self.head = Head.parse(claim.head)
        self.account: Account | None = None
        self._take_account(claim.account)
        self.queue = unpack(claim.intents, list[Waiting]) if claim.intents else []
        self.updates = deque(in_order(claim.updates))
        self.outbox = Outbox(claim.outbox, telegram)
        self.stirred = asyncio.Event()
        self.stale = False
        self.ending = False
        self.delivering = asyncio.Lock()
        self.changes = 0
        self.bot = bot
        self.unwritten: dict[str, float | str] = {}
        self.kept = Kept(store, claim.mailbox)
        self._paces = Paces({name: getattr(self.head, name) for name in ("turns", "messages", "requests")})
        self._mailboxes = mailboxes
        self._store = store
        self._book: Book | None = None
        self._shown: Shown | None = None
        self._later: list[Later] | None = None
        self._lock = asyncio.Lock()
        self._unsure = False
        self._ended = asyncio.Event()

    @property
    def linked(self) -> bool:
        """True where hh.ru can be asked for this user."""
        return self.account is not None and self.account.access is Access.LINKED

    @property
    def linked_account(self) -> Account:
        """The account of a lane that needs one; raises `Superseded` where there is none any more."""
        if self.account is None:
            raise Superseded("no account is linked any more")
        return self.account

    @property
    def reachable(self) -> bool:
        """False where the user has blocked the bot: nothing is polled or delivered until he returns.

        What he has written before still goes out.
        """
        return self.account is None or not self.account.blocked_at

    @property
    def tells(self) -> bool:
        """True where news is told."""
        return self.reachable and self.let_in

    @property
    def watched(self) -> bool:
        """True where news is looked for at hh.ru."""
        return self.linked and self.tells

    @property
    def delivers(self) -> bool:
        """True where something waits in the outbox for a user who can be reached."""
        return self.reachable and self.outbox.waiting

    def end(self) -> None:
        """Let running steps end and begin no new ones."""
        self.ending = True
        self.stirred.set()
        self._ended.set()

    async def rest(self, seconds: float) -> bool:
        """Wait; False where the session ends meanwhile."""
        if seconds > 0 and not self.ending:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ended.wait()
        return not self.ending

    @property
    def quiet(self) -> bool:
        """True in the user's quiet hours; raises `Superseded` where nobody is linked any more."""
        account = self.linked_account
        local = datetime.fromtimestamp(self._mailboxes.now(), zone_of(account.zone))
        return is_quiet(account.preferences, local)

    def mutes(self, nid: str) -> bool:
        """True where the user took the sound from a conversation."""
        return self.account is not None and self.account.preferences.mutes(nid)

    async def subject(self, message_id: int) -> Subject | None:
        """What one of the chat's messages is about; one that has just arrived may still have to be noted."""
        if (known := await self.kept.subject(message_id)) is not None:
            return known
        async with self.delivering:
            return await self.kept.subject(message_id)

    @property
    def book(self) -> Book:
        """What is known of the conversations."""
        # Most claims end without a look into it.
        if self._book is None:
            self._book = unpack(self.claim.book, Book) if self.claim.book else Book()
        return self._book

    @property
    def shown(self) -> Shown:
        """What stands in the chat of each conversation."""
        if self._shown is None:
            self._shown = unpack(self.claim.shown, Shown) if self.claim.shown else Shown()
        return self._shown

    async def site(self, nid: str) -> str | None:
        """The sister site of a conversation, None for hh.ru."""
        return await self.kept.site(nid) if self.head.sites else None

    async def later(self) -> list[Later]:
        """The news that waits for its time, oldest first."""
        # Under the lock: what another lane adds while this is read must not be forgotten.
        async with self._lock:
            if self._later is None:
                self._later = await self.kept.later()
            return self._later

    def now(self) -> float:
        """Unix time in seconds by the clock of all processes."""
        return self._mailboxes.now()

    async def refill(self) -> None:
        """Fetch updates that may have arrived while the mailbox was held, and the rest of the outbox."""
        async with self._lock:
            if self.stale:
                self.stale = False
                self.updates = deque(in_order(await self._mailboxes.updates(self.claim, BATCH)))
            if not self.outbox and not self.outbox.whole:
                self.outbox.take(await self._mailboxes.outbox(self.claim, BATCH))

    async def waiting_deliveries(self) -> list[Outgoing]:
        """All that waits in the outbox, also what is not in memory; raises `StoreUnavailable`."""
        if self.outbox.whole:
            return list(self.outbox)
        return list(decoded(await self._mailboxes.outbox(self.claim, None)))

    def look_next(
        self,
        at: float,
        hh_id: str,
        *,
        turn: bool = False,
        seen: Mapping[str, float | str] = MappingProxyType({}),
    ) -> None:
        """Set when to look at hh.ru next, without a commit: if that is lost, there is one look more.

        `turn` where a place in the line of all looks is taken for it; `seen` are fields of the head that
        tell what the last look saw. Raises `Superseded` where the account `hh_id` is not linked any more.
        """
        self._still(hh_id)
        # Milliseconds are enough, and half as many digits to keep for as long as the account sleeps.
        self._note({**seen, "poll": math.floor(at * 1000) / 1000})
        self._turn(at if turn else 0)

    def take_turn(self) -> bool:
        """True where a place in the line was taken for the look that is due; it is used up now."""
        taken = self.head.turn > 0
        self._turn(0)
        return taken

    def _turn(self, at: float) -> None:
        if self.head.turn != at:
            self._note({"turn": at})

    def _note(self, fields: Mapping[str, float | str]) -> None:
        """Change the head, to be written down when the mailbox is given back."""
        for name, value in fields.items():
            setattr(self.head, name, value)
        self.unwritten |= fields

    async def commit(self, change: Change) -> None:
        """Write a step, or raise and change nothing.

        Raises `Superseded`, `ClaimLost` or `StoreUnavailable`; after the last, nobody knows what is
        written, and nothing more is.
        """
        async with self._lock:
            while not await self._written(change):
                await self._read_account()
        self.stirred.set()

    async def exchange(self, changed: Callable[[Account], Account]) -> None:
        """Change the account as it is stored by now, whoever holds the mailbox.

        `changed` may be asked several times, and gives an account as it is where nothing is to be changed in
        it. It waits for Redis however long it is away.
        """
        async with self._lock:
            while self.account is not None and self._record is not None:
                account = changed(self.account)
                if account == self.account:
                    break
                stored = await self._mailboxes.exchange(self.claim, self._record, pack(account))
                self._take_account(stored)
        self.stirred.set()

    async def look_up_account(self) -> None:
        """Take over the account as it is stored by now; raises `StoreUnavailable`."""
        async with self._lock:
            await self._read_account()

    async def _written(self, change: Change) -> bool:
        """Write a step; False where the account has changed under it."""
        if self._unsure:
            raise StoreUnavailable("it is not known what was written before")
        if change.hh_id is not None:
            self._still(change.hh_id)
        if change.delivered is not None and self.outbox.first is not change.delivered:
            raise Superseded("the outbox was emptied")
        if not {id(entry) for entry in change.told} <= {id(entry) for entry in self._later or ()}:
            raise Superseded("the news was told meanwhile")
        rest = self._rest(change)
        said = [on_trail(entry, trail.current()) for entry in change.said]
        head = {**change.head, **self._firsts(change, rest), **self._aside(change)}
        # What is at no message of the chat (bot.chat.intents) can't be found by one.
        mapped = {number: about for number, about in change.mapped.items() if number}
        change = replace(change, said=said, head=head, mapped=mapped)
        queue = change.queue(self.queue) if change.queue else None
        account = change.account(self.account) if change.account else None
        shown = change.shown(self.shown) if change.shown else None
        after = After(queue, account, None if shown is self._shown else shown, rest)
        replaced = None if account is None else self._record
        if said and not self.outbox.waiting and self.reachable and self.head.outbox <= self.now():
            self.outbox.expect()
        commands = [*Writing(self.user_id, self.claim.mapped, self.claim.head).commands(change, after)]
        try:
            with trail.part("commit"):
                await self._mailboxes.commit(self.claim, commands, replacing=replaced)
        except Outdated:
            return False
        except (StoreUnavailable, asyncio.CancelledError):
            self._unsure = True
            raise
        self._apply(change, after)
        return True

    async def permit(self, name: str, rate: Rate, longest: float) -> float:
        """Seconds to wait for the permit now reserved for this user; over `longest` nothing is reserved."""
        if self.account is None:
            # Of somebody without an account nothing stays, so his time is up by itself.
            key = self._key(name)
            limiter = Limiter(self._store, key, rate=rate.per_second, burst=rate.burst)
            return await limiter.reserve(longest)
        return self._paces.reserve(name, rate, self.now(), longest)

    def _still(self, hh_id: str) -> None:
        if self.account is None or self.account.hh_id != hh_id:
            raise Superseded("another account is linked now")

    async def _read_account(self) -> None:
        self._take_account(await self._mailboxes.account(self.user_id))

    def _take_account(self, record: bytes | None) -> None:
        """The account is what this record says."""
        self._record = record
        self.account = unpack(record, Account) if record else None

    def _rest(self, change: Change) -> list[Later] | None:
        """What waits after a change, where it is in memory."""
        if self._later is None or not (change.later or change.told):
            return self._later
        told = {id(entry) for entry in change.told}
        return [*(entry for entry in self._later if id(entry) not in told), *change.later]

    def _firsts(self, change: Change, rest: list[Later] | None) -> dict[str, float]:
        if not (change.later or change.told):
            return {}
        if rest is not None:
            return firsts(rest)
        return firsts(change.later, self.head.held, self.head.digest)

    def _aside(self, change: Change) -> dict[str, float]:
        """What is noted along with a change: what the user has used up, and that there are sister sites."""
        noted = {} if self.account is None or change.erase else self._paces.to_store(self.now())
        if change.reset and self.head.sites:
            noted["sites"] = 0
        if self.account is None and change.account is not None and self.bot:
            noted["bot"] = self.bot
        if change.sites and (change.reset or not self.head.sites):
            noted["sites"] = 1
        return noted

    def _key(self, name: str) -> str:
        return keys.of(self.user_id, name)

    def _apply(self, change: Change, after: After) -> None:
        self._later = after.later
        if change.erase:
            self._later = []
            self._take_account(None)
            self._book, self.head, self.queue = Book(), Head(), []
            self._shown = Shown()
            self.outbox.empty()
            self.claim.mapped = 0
        if change.new_chat is not None:
            self._shown, self.claim.mapped = Shown(), 0
            self.outbox.empty(change.new_chat)
        if change.handled:
            self.updates.remove(change.handled)
        self.outbox.apply(change)
        self.changes += moved(change)
        if change.reset:
            self._book, self._shown = Book(), Shown()
        if after.account is not None:
            self.account, self._record = after.account, pack(after.account)
        if change.book is not None:
            self._book = change.book
        if after.shown is not None:
            self._shown = after.shown
        if after.queue is not None:
            self.queue = after.queue
        overflow = self.claim.mapped + len(change.mapped) > MAP_SIZE
        self.claim.mapped = len(change.mapped) if overflow else self.claim.mapped + len(change.mapped)
        if change.erase:
            self.unwritten = {}
        for name, value in change.head.items():
            setattr(self.head, name, value)
            self.unwritten.pop(name, None)
        if change.handled:
            self.head.tries = self.head.begun = 0
