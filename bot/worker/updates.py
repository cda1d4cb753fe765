"""The lane of updates: what the user did, one after the other.

A turn's effects and the removal of its update are one commit. An update whose handling fails is
tried again and then set aside; the user is told that nothing was done.
"""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec
from msgspec import structs
from telegram import Update

from bot import metrics, trail
from bot.chat.outgoing import Document, Outgoing, Say
from bot.chat.screens.own_data import unlinked
from bot.chat.screens.trouble import trouble
from bot.chat.screens.waited import internal, too_much
from bot.chat.texts import Texts
from bot.failpoints import reach
from bot.handlers.context import dispatch
from bot.handlers.turn import TooMuchWaits, Turn
from bot.hh.errors import HhError, LinkAgain, Withheld
from bot.hh.models import Tokens
from bot.log import logger
from bot.store.errors import StoreError
from bot.store.mailbox import ClaimLost
from bot.store.records import Access, Account
from bot.store.vault import VaultError
from bot.telegram.routing import ALLOWED_UPDATES
from bot.worker.access import SessionAccess, gateway, lapse, open_tokens, seal_tokens, texts_of
from bot.worker.busy import busy
from bot.worker.change import Change, Superseded, merged
from bot.worker.own_data import holdings, own_data
from bot.worker.pace import Rate
from bot.worker.roster import roster
from bot.worker.services import Services
from bot.worker.session import Session
from bot.worker.telling import release
from bot.worker.waiting import queued

log = logger(__name__)

TRIES, DEATHS = 3, 6
"""How often the handling of one update may fail, and may end with its process, before it is set aside."""

TURNS = Rate(1.0, burst=30)
"""Updates a second of one user, once he has sent many: as many as answers can be delivered to him, so that
a flood waits in his inbox and not, grown, in his outbox."""

_LONGEST_WAIT = 3600.0
_AGAIN = 0.2
_GENERAL = 1
"""The thread of the general topic; it must not be named when sending (tdlib/telegram-bot-api, Client.cpp)."""


class UpdatesLane:
    """Handles the updates of one session."""

    def __init__(self, services: Services, session: Session, access: SessionAccess) -> None:
        self._services = services
        self._session = session
        self._access = access

    def ready(self) -> bool:
        """True where an update waits."""
        return bool(self._session.updates)

    async def run(self) -> None:
        """Handle every update that is in memory."""
        while self._session.updates and not self._session.ending:
            # Who is too quick waits here; nothing of his is lost, and nobody else waits with him.
            if not await self._session.rest(await self._session.permit("turns", TURNS, _LONGEST_WAIT)):
                return
            raw = self._session.updates[0]
            with trail.follow(trail.of_update(raw), "handle update"):
                await self._handle(raw)

    async def _handle(self, raw: bytes) -> None:
        for attempt in range(0 if await self._kills() else TRIES):
            try:
                update = Update.de_json(msgspec.json.decode(raw), self._services.application.bot)
                turn, before = await self._turn(update), self._session.account
                await self._take(turn, update)
                reach("update-handled")
                await self._commit(raw, turn, before)
                await self._finish(turn)
                metrics.HANDLED.labels("done").inc()
                wanted = [type(intent).__name__ for intent in turn.intents]
                log.debug("an update was handled", kind=_kind(update), says=len(turn.outgoing), wants=wanted)
                return
            except (StoreError, ClaimLost, Superseded):
                raise
            except Exception:
                metrics.HANDLED.labels("failed").inc()
                log.exception("an update could not be handled", attempt=attempt + 1, of=TRIES)
                await asyncio.sleep(_AGAIN * attempt)
        await self._set_aside(raw)

    async def _kills(self) -> bool:
        """True for an update in whose handling process after process has died.

        Only where the mailbox was claimed before is it noted that the handling begins: most updates
        are handled at once, and a holder may also have died, or been too slow, over something else.
        """
        head = self._session.head
        if head.tries <= 1:
            return False
        await self._session.commit(Change(head={"begun": head.begun + 1}))
        return head.begun >= DEATHS

    async def _take(self, turn: Turn, update: Update) -> None:
        """Let the handlers collect effects; an error of hh.ru becomes a sentence."""
        try:
            async with busy(self._services.sender, turn.user_id, turn.thread):
                await dispatch(self._services.application, update, turn)
        except TooMuchWaits:
            turn.forget_effects()
            turn.say(too_much(turn.texts).say())
        except Withheld as error:
            # This tells nothing of hh.ru: the update is for whoever holds the mailbox now.
            raise ClaimLost(self._session.user_id) from error
        except HhError as error:
            turn.forget_effects()
            if isinstance(error, LinkAgain) and self._session.account is not None:
                await lapse(self._session, self._session.account, error)
            else:
                turn.say(trouble(turn.texts, error).say())

    async def _commit(self, raw: bytes, turn: Turn, before: Account | None) -> None:
        if turn.unlink_card is not None:
            erased = await holdings(self._services.store, turn.user_id)
            revoked = await self._access.revoke()
            screen = unlinked(turn.texts, revoked, erased)
            done = screen.rewrite(turn.unlink_card) if turn.unlink_card else screen.say()
            said = [_answer(entry) for entry in (*turn.outgoing, done)]
            await self._session.commit(Change(handled=raw, erase=True, said=said))
            return
        if turn.wants_own_data:
            turn.say(await own_data(self._services.store, turn.user_id, turn.texts, turn.now))
        wanted = turn.account if turn.account_changed else None
        head: dict[str, float | str] = {}
        fresh = wanted is not None and _newly_linked(before, wanted)
        if fresh or turn.intents:
            # Who does something often enough would never see what is due, if that put it off.
            later = min(turn.now + self._services.settings.poll_min_interval, self._session.head.poll)
            soon = turn.now if fresh else later
            head = {"news": int(turn.now), "poll": soon, **({"page": ""} if fresh else {})}
        if fresh or _returned(before, wanted):
            # Looks that failed before they ended tell nothing of those that come.
            head["failing"] = 0
        said = [_answer(entry) for entry in turn.outgoing]
        held = [entry for entry in await self._session.later() if not entry.digest] if turn.tells_held else []
        if held and turn.account is not None:
            said += release(self._session, held, turn.now, topics=self._services.topic_mode.on)
        replaced: list[bytes] = []

        def saved(now: Account | None, wanted: Account) -> Account:
            account = merged(before, wanted, now)
            if now is not None and now.tokens != account.tokens:
                replaced.append(now.tokens)
            return account

        await self._session.commit(
            Change(
                handled=raw,
                said=said,
                told=held,
                queue=(lambda queue: queued(queue, turn.intents, turn.now, trail.current()))
                if turn.intents
                else None,
                account=partial(saved, wanted=wanted) if wanted is not None else None,
                reset=fresh and before is None,
                mapped=turn.remembered,
                templates=turn.changed_templates,
                language=turn.strangers_language,
                seen=frozenset(turn.looked),
                head=head,
            )
        )
        for sealed in replaced:
            turn.at_last(partial(self._give_back, sealed))

    async def _give_back(self, sealed: bytes) -> None:
        """End the access that a new linking has replaced."""
        try:
            old = open_tokens(self._services.vault, sealed)
        except VaultError:  # pragma: no cover - its key was dropped before the user linked again
            return
        # hh.ru is free to give the same token again.
        if await self._present() != old.access_token:  # pragma: no branch - the local hh.ru never does
            await self._services.linking.give_back(self._session.user_id, old)

    async def _present(self) -> str | None:
        try:
            return await self._access.token()
        except LinkAgain:  # pragma: no cover - the new access ended within the step that stored it
            return None

    async def _finish(self, turn: Turn) -> None:
        """What can be done only now that all is written down; it is not worth doing the rest again."""
        for step in turn.finishing:
            try:
                await step()
            except Exception:  # pragma: no cover - none of these steps is known to fail
                log.exception("what ends an update could not be done")

    async def _set_aside(self, raw: bytes) -> None:
        log.error("an update was set aside")
        metrics.HANDLED.labels("set_aside").inc()
        said = [internal(texts_of(self._session)).say()] if self._session.user_id > 0 else []
        await self._session.commit(Change(handled=raw, said=said, failed=raw))

    async def _turn(self, update: Update) -> Turn:
        services, session = self._services, self._session
        held = [entry for entry in await session.later() if not entry.digest] if session.head.held else []
        account = session.account
        user = update.effective_user
        kept = None if account else await session.kept.strangers_language()
        code = kept or (user.language_code if user else None) or "ru"
        thread = _thread(update)

        asking = gateway(services, session, self._access)

        def seal(tokens: Tokens) -> bytes:
            return seal_tokens(services.vault, tokens)

        return Turn(
            user_id=session.user_id,
            texts=Texts(account.language, account.zone) if account else Texts(code),
            account=account,
            hh=asking,
            linking=services.linking,
            seal=seal,
            subjects=session.subject,
            stored_templates=session.kept.templates,
            roster=lambda: roster(session, asking),
            unseen=session.kept.unseen,
            applications=session.kept.applications,
            now=services.clock(),
            bot_username=services.bot_username,
            site_url=services.settings.hh_site_url,
            public=services.settings.public_url is not None,
            pending=[waiting.intent for waiting in session.queue],
            topics=services.topic_mode.on,
            thread=thread,
            here=session.shown.conversation_in(thread) if thread else None,
            held=len(held),
            let_in=session.let_in,
        )


def _kind(update: Update) -> str:
    return next((kind for kind in ALLOWED_UPDATES if getattr(update, kind) is not None), "")


def _thread(update: Update) -> int:
    """The topic where the user acts, 0 for the general place of the chat."""
    message = update.effective_message
    if message is None or not message.is_topic_message or message.message_thread_id == _GENERAL:
        return 0
    return message.message_thread_id or 0


def _answer(entry: Outgoing) -> Outgoing:
    # Who has just written or pressed is looking: only news rings.
    return structs.replace(entry, silent=True) if isinstance(entry, Say | Document) else entry


def _newly_linked(before: Account | None, wanted: Account) -> bool:
    if wanted.access is not Access.LINKED:
        return False
    return before is None or before.access is Access.LAPSED


def _returned(before: Account | None, wanted: Account | None) -> bool:
    """True of a user who blocked the bot, and does no more."""
    return before is not None and wanted is not None and bool(before.blocked_at) and not wanted.blocked_at
