"""The account's tokens, and whose turn it is, as the gateway asks for them."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from msgspec import structs

from bot import metrics
from bot.chat.screens.linking import lapsed
from bot.chat.screens.trouble import access_ended
from bot.chat.texts import Texts
from bot.failpoints import reach
from bot.hh.ceiling import Ceiling
from bot.hh.errors import (
    CaptchaRequired,
    Crowded,
    HhError,
    LinkAgain,
    NotFound,
    OutcomeUnknown,
    Refused,
    TokenExpired,
    Unavailable,
)
from bot.hh.models import Tokens
from bot.hh.negotiations import NegotiationsGateway
from bot.log import logger
from bot.store.packing import pack, unpack
from bot.store.records import Access, Account
from bot.store.vault import Vault, VaultError
from bot.worker.change import Change, Superseded
from bot.worker.outlast import outlast
from bot.worker.pace import Rate
from bot.worker.services import Services
from bot.worker.session import Session

log = logger(__name__)

USER_WAITS = 20.0
"""Seconds that a request of a user may wait for its turn."""

POLL_WAITS = 0.5
"""A poll that would wait longer is put off instead, so that users go first."""

USER_SHARE, USER_BURST = 0.25, 10
"""What one user's own doings may take of the ceiling: a part of it, after some requests at once."""


class SessionAccess:
    """The tokens of a session's account; refreshed by one at a time and stored before they are used."""

    def __init__(self, services: Services, session: Session) -> None:
        self._services = services
        self._session = session
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        """The present access token; raises `LinkAgain` where there is none."""
        return self._tokens(self._account()).access_token

    async def renew(self, expired: str) -> str:
        """A fresh token in place of `expired`.

        A refresh token works once (contract, "OAuth"), so the answer is stored before anything uses
        it, also where the claim is lost meanwhile: only the user could restore the access without it.
        Raises `LinkAgain` where hh.ru refuses; the account is marked so and the user told once.
        """
        async with self._lock:
            account = self._account()
            tokens = self._tokens(account)
            if tokens.access_token != expired:
                return tokens.access_token
            return await outlast(self._renewed(account, tokens), self._services.timing.stop)

    async def _renewed(self, account: Account, tokens: Tokens) -> str:
        try:
            fresh = await self._services.oauth.refresh(tokens.refresh_token)
        except (LinkAgain, Refused) as error:
            metrics.REFRESHES.labels("refused").inc()
            ended = _ended(error)
            # Whoever held the mailbox before may have refreshed them, and be about to store what came.
            await self._session.rest(self._services.timing.again)
            await self._session.look_up_account()
            if not self._still(self._session.account, tokens):
                return self._present(account)
            await lapse(self._session, account, ended)
            raise ended from error
        except Crowded:
            raise  # hh.ru was not asked
        except HhError as error:
            metrics.REFRESHES.labels("failed").inc()
            if isinstance(error, OutcomeUnknown):
                raise Unavailable(f"refresh: {error}") from error
            raise
        reach("token-refreshed")
        metrics.REFRESHES.labels("done").inc()
        sealed = seal_tokens(self._services.vault, fresh)

        def refreshed(now: Account) -> Account:
            if not self._still(now, tokens):
                return now
            return structs.replace(now, tokens=sealed, access=Access.LINKED)

        await self._session.exchange(refreshed)
        return self._present(account)

    async def reseal(self) -> None:
        """Seal the tokens with the first key, where an older one did; before any lane works with them."""
        account, vault = self._session.account, self._services.vault
        if account is None or not vault.rotating or vault.sealed_by_first(account.tokens):
            return
        try:
            tokens = vault.seal(vault.open(account.tokens))
        except VaultError:
            return  # found out, and told the user, by whoever needs them

        def resealed(now: Account | None) -> Account:
            now = now or account
            return structs.replace(now, tokens=tokens) if now.tokens == account.tokens else now

        await self._session.commit(Change(account=resealed, hh_id=account.hh_id))

    async def revoke(self) -> bool:
        """End the tokens at hh.ru; False where that could not be confirmed."""
        oauth = self._services.oauth
        try:
            token = await self.token()
            try:
                await oauth.revoke(token)
            except TokenExpired:
                # hh.ru takes back only a live token, and the refresh token would outlive this one.
                await oauth.revoke(await self.renew(token))
        except LinkAgain:
            return True
        except HhError as error:
            log.warning("the tokens could not be revoked", error=type(error).__name__)
            return False
        return True

    def _account(self) -> Account:
        account = self._session.account
        if account is None or account.access is not Access.LINKED:
            raise LinkAgain("not linked")
        return account

    def _present(self, account: Account) -> str:
        """The present access token of `account`; raises `Superseded` where another one is linked now."""
        present = self._account()
        if present.hh_id != account.hh_id:
            raise Superseded("another account is linked now")
        return self._tokens(present).access_token

    def _still(self, account: Account | None, tokens: Tokens) -> bool:
        """True where an account has these tokens, whatever key sealed them."""
        return account is not None and self._tokens(account) == tokens

    def _tokens(self, account: Account) -> Tokens:
        try:
            return open_tokens(self._services.vault, account.tokens)
        except VaultError as error:
            raise LinkAgain("the keys that sealed the tokens are gone") from error


def _ended(error: LinkAgain | Refused) -> LinkAgain:
    """What a refused refresh means for the access; raises `Unavailable` where it means nothing.

    Whatever else hh.ru calls it, asking again changes nothing. What it would not say at another time,
    or to another operator, is no word about this account.
    """
    if isinstance(error, LinkAgain):
        return error
    if isinstance(error, CaptchaRequired | NotFound) or error.value == "bad_user_agent":
        raise Unavailable(f"refresh: {error}") from error
    return LinkAgain(error.value or error.description)


def under_ceiling(services: Services) -> Ceiling:
    """The ceiling as polls wait under it."""
    return Ceiling(services.hh_limit, POLL_WAITS, services.timing.unnamed)


def polling(
    services: Services, session: Session, access: SessionAccess, ceiling: Ceiling
) -> NegotiationsGateway:
    """A gateway to hh.ru for polls, whose number the bridge itself decides."""
    return NegotiationsGateway(services.hh, access, ceiling, session.site)


def gateway(services: Services, session: Session, access: SessionAccess) -> NegotiationsGateway:
    """A gateway to hh.ru for what the session's user does."""
    rate = Rate(USER_SHARE * services.settings.hh_requests_per_second, USER_BURST)

    async def own() -> float:
        return await session.permit("requests", rate, USER_WAITS)

    ceiling = Ceiling(services.hh_limit, USER_WAITS, services.timing.unnamed, own)
    return NegotiationsGateway(services.hh, access, ceiling, session.site)


def seal_tokens(vault: Vault, tokens: Tokens) -> bytes:
    """Tokens as they are stored."""
    return vault.seal(pack((tokens.access_token, tokens.refresh_token, tokens.expires_in)))


# Every look needs them, and nearly every look finds them as they were.
@lru_cache(maxsize=4096)
def open_tokens(vault: Vault, sealed: bytes) -> Tokens:
    """The tokens again; raises `VaultError`."""
    opened = vault.open(sealed)
    if opened.startswith(b"{"):  # JSON: an older record
        return Tokens.model_validate_json(opened)
    access, refresh, seconds = unpack(opened, tuple[str, str, int])
    return Tokens(access_token=access, refresh_token=refresh, expires_in=seconds)


def texts_of(session: Session) -> Texts:
    """The words for the session's user where no update tells his language."""
    account = session.account
    return Texts(account.language, account.zone) if account else Texts("ru")


async def lapse(session: Session, account: Account, reason: LinkAgain) -> None:
    """Mark that the account must be linked again, and tell the user once; all that waits is kept."""
    now = session.account
    if now is None or now.access is Access.LAPSED:
        return
    # A refusal of earlier tokens tells nothing of those that a new linking or a refresh has brought.
    if now.tokens != account.tokens:
        return
    log.info("an account must be linked again", reason=str(reason))
    screen = lapsed(texts_of(session), None, access_ended(texts_of(session), reason))
    metrics.LAPSED.inc()

    def ended(now: Account | None) -> Account:
        if now is None or now.tokens != account.tokens:
            raise Superseded("the account has other tokens now")
        return structs.replace(now, access=Access.LAPSED)

    await session.commit(
        Change(
            account=ended,
            said=[screen.say(silent=session.quiet)],
            hh_id=account.hh_id,
        )
    )
