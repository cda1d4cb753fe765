"""Linking an hh.ru account to the Telegram user who asked for it, and to nobody else.

    LinkingError
    ├── StateUnknown    the attempt is over ten minutes old, was finished before, or never was
    ├── CodeUnknown     the same of the code in a deep link
    ├── ForeignLink     the attempt or the code belongs to another Telegram user
    ├── NotApplicant    an employer's or an application's account
    ├── AccessDenied    the user refused at hh.ru
    └── Incomplete      the address has neither a code nor a refusal, or no state

What hh.ru answers comes as `bot.hh.errors.HhError`, what Redis can't do as `StoreUnavailable`.

The attempt goes: `begin` gives the address of hh.ru's page; hh.ru sends the user back with a code and
the state, and `finish` turns them into a `Candidate`. Where the browser is not known to be the
asker's, `offer` makes a one-time code of the candidate, and only `confirm`, in the chat of the one who
asked, gives it out again: whoever opens somebody else's link gives nothing away.

An access that nobody wants is given back to hh.ru: at once where somebody else opened the link, for one of
the two is being deceived, and by `sweep` where nobody has confirmed in time, or hh.ru could not take it then.

All of an attempt lies in the shard of its user: nobody waits for a part of Redis that serves others.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import parse_qs

import msgspec
from pydantic import TypeAdapter, ValidationError

from bot.hh.errors import HhError, LinkAgain, Refused, TokenExpired
from bot.hh.models import Me, Tokens
from bot.hh.oauth import OAuth, pkce
from bot.log import logger
from bot.store import keys
from bot.store.errors import StoreUnavailable, unavailable
from bot.store.packets import Word
from bot.store.scripts import Runner, Script, Store
from bot.store.vault import Vault, VaultError

log = logger(__name__)

LINK_ANEW: Final = "link"
"""What a deep link carries in place of a code to start linking from the beginning."""

# Bot API, "Deep linking": A-Z, a-z, 0-9, _ and -, at most 64; hh.ru hands back any state.
_TOKEN = re.compile(r"[0-9]{2}[A-Za-z0-9_-]{20,62}")
_ERROR_NAME = re.compile(r"[a-z_]{1,40}")

_SWEEP_SECONDS = 30.0
_NOBODY = "nobody"
_AGAIN_SECONDS, _TRIES = 40, 12
"""From the first to the second try to give an access back, each further one after twice as long, and how many
there are: the last is within a day of the first."""
_KEPT_SECONDS = 2 * 24 * 3600

_keeping, _taking = Script("keep"), Script("take")


class LinkingError(Exception):
    """The attempt to link ends here."""


class StateUnknown(LinkingError):
    """No such attempt (any more)."""


class CodeUnknown(LinkingError):
    """No such code (any more)."""


class ForeignLink(LinkingError):
    """It is for the Telegram user who asked for it."""


class NotApplicant(LinkingError):
    """`me` is no job seeker; the token is revoked already."""

    def __init__(self, me: Me) -> None:
        super().__init__("not an applicant")
        self.me = me


class AccessDenied(LinkingError):
    """The user said no at hh.ru."""


class Incomplete(LinkingError):
    """Not an address that hh.ru sends users back to."""


@dataclass(frozen=True)
class Candidate:
    """Who is about to be linked to which Telegram user."""

    user_id: int
    me: Me
    tokens: Tokens


class _Attempt(msgspec.Struct, frozen=True):
    user_id: int
    verifier: str


_candidates = TypeAdapter(Candidate)


class Linking:
    """All attempts that are under way. `lifetime` of a state and of a code is in seconds.

    `whose` asks hh.ru's `/me` with an access token. `redirect_uri` is the one registered with hh.ru.
    `clock` replaces Redis's own time in tests.
    """

    def __init__(
        self,
        store: Store,
        oauth: OAuth,
        vault: Vault,
        *,
        whose: Callable[[str], Awaitable[Me]],
        redirect_uri: str,
        lifetime: float = 600,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._store = store
        self._run = Runner(store)
        self._oauth = oauth
        self._vault = vault
        self._whose = whose
        self._redirect_uri = redirect_uri
        self._lifetime = int(lifetime * 1000)
        self._clock = clock

    async def begin(self, user_id: int, *, force_login: bool = False) -> str:
        """Start an attempt for a Telegram user; the address of hh.ru's page for him."""
        state = keys.token(user_id, secrets.token_urlsafe(32))
        verifier, challenge = pkce()
        sealed = self._vault.seal(msgspec.json.encode(_Attempt(user_id, verifier)))
        with unavailable():
            await self._store.set(keys.link_state(state), sealed, px=self._lifetime)
        return self._oauth.authorize_url(state, self._redirect_uri, challenge, force_login=force_login)

    async def finish(self, query: Mapping[str, str], *, user_id: int | None = None) -> Candidate:
        """Go on with what hh.ru wrote into the address that it sent the user back to.

        `user_id` is who brought it, where that is known. Raises every LinkingError but CodeUnknown.
        """
        state, code, error = (query.get(name, "") for name in ("state", "code", "error"))
        if not state or not (code or error):
            raise Incomplete("no state, or neither code nor error")
        if not error:
            return await self.exchange(state, code, user_id=user_id)
        await self._attempt(state, user_id)
        if error == "access_denied":
            raise AccessDenied("access_denied")
        # Only a name: anybody can write an address with any sentence in it.
        raise Refused(error if _ERROR_NAME.fullmatch(error) else "unknown_error")

    async def exchange(self, state: str, code: str, *, user_id: int | None = None) -> Candidate:
        """Whose account the code opens; the state is used up, however it ends.

        Raises StateUnknown, ForeignLink, NotApplicant, HhError.
        """
        attempt = await self._attempt(state, user_id)
        tokens = await self._oauth.exchange(code, self._redirect_uri, attempt.verifier)
        try:
            me = await self._whose(tokens.access_token)
        except HhError:
            await self.give_back(attempt.user_id, tokens)
            raise
        if not me.is_applicant:
            await self.give_back(attempt.user_id, tokens)
            raise NotApplicant(me)
        return Candidate(attempt.user_id, me, tokens)

    async def offer(self, candidate: Candidate) -> str:
        """Keep the candidate until he confirms; the code for his deep link."""
        sealed = self._vault.seal(_candidates.dump_json(candidate))
        code = await self._keep(candidate.user_id, sealed, self._lifetime / 1000)
        with unavailable():
            await self._store.set(keys.link_code(code), sealed, px=self._lifetime)
        return code

    async def confirm(self, user_id: int, code: str, *, update_id: int | None = None) -> Candidate:
        """The candidate that waits under `code`, once, for the Telegram user who began.

        The same update may ask again, because its first handling may have been cut off; `settled` is for
        when it can't be any more. Opened by another user the code is over for both, and the access is given
        back: whoever allowed it may have been deceived, and an honest owner takes a fresh link.
        Raises CodeUnknown, ForeignLink.
        """
        if not _is_token(code):
            raise CodeUnknown("no code of ours")
        with unavailable():
            sealed = await self._store.get(keys.link_code(code))
        if not isinstance(sealed, bytes):
            raise CodeUnknown("expired")
        candidate = self._opened(sealed)
        taken = await self._take(code, secrets.token_hex(8) if update_id is None else str(update_id))
        if candidate.user_id != user_id:
            if taken:
                await self._revoke(code, candidate, _unconfirmed(code, sealed))
            raise ForeignLink("another user's code")
        if not taken:
            raise CodeUnknown("used")
        # From here on whoever asked answers for the access, and no sweep may take it from him.
        await self._decided(code, _unconfirmed(code, sealed))
        return candidate

    async def settled(self, code: str) -> None:
        """What came of the code is written down: the tokens are not kept a second time."""
        with suppress(StoreUnavailable), unavailable():
            await self._store.delete(keys.link_code(code))

    async def discard(self, tokens: Tokens) -> Tokens | None:
        """End tokens that nobody will use; gives those that hh.ru did not take back, refreshed it may be."""
        left = tokens
        try:
            try:
                await self._oauth.revoke(left.access_token)
            except TokenExpired:
                # hh.ru takes back only a live token, and the refresh token would outlive this one.
                left = await self._oauth.refresh(tokens.refresh_token)
                await self._oauth.revoke(left.access_token)
        except LinkAgain:
            return None  # they open nothing any more
        except HhError as error:
            log.warning("a token that is not wanted could not be revoked", error=type(error).__name__)
            return left
        return None

    async def give_back(self, user_id: int, tokens: Tokens) -> None:
        """End tokens that nobody will use; what hh.ru does not take now, the sweep gives back."""
        if (left := await self.discard(tokens)) is None:
            return
        try:
            await self._put_by(user_id, left)
        except StoreUnavailable as error:
            log.warning("a token that is not wanted stays", reason=str(error))

    async def run(self) -> NoReturn:
        """Sweep for ever."""
        while True:
            await self.sweep()
            await asyncio.sleep(_SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Give back what is due; what hh.ru does not take now, ever later, and at last no more."""
        for shard in keys.all_shards():
            try:
                while (member := await self._due(shard)) is not None:
                    await self._end(member)
            except StoreUnavailable as error:
                log.info("unconfirmed links are looked at later", shard=shard, reason=str(error))

    async def _due(self, shard: int) -> bytes | None:
        """An access of a shard that is to be given back now, by nobody else for a while."""
        with unavailable():
            reply = await self._run(_taking, [keys.unconfirmed(shard)], [self._now(), _AGAIN_SECONDS, _TRIES])
        return msgspec.convert(reply, bytes | None)

    async def _end(self, member: bytes) -> None:
        token, _, sealed = member.split(b" ", 2)
        code = token.decode()
        # Whoever confirms at the very last moment has taken it before; it is his.
        if not await self._take(code, _NOBODY):
            return
        try:
            candidate = self._opened(sealed)
        except CodeUnknown:  # nobody can read it any more
            await self._decided(code, member)
            return
        await self._revoke(code, candidate, member)

    async def _revoke(self, code: str, candidate: Candidate, member: bytes) -> None:
        """Give an access back that is kept as `member`; it stays kept where hh.ru does not take it."""
        left = await self.discard(candidate.tokens)
        if left == candidate.tokens:
            return
        if left is not None:
            # hh.ru gave them instead, and they would outlive the old ones.
            await self._put_by(candidate.user_id, left)
        await self._decided(code, member)

    async def _put_by(self, user_id: int, tokens: Tokens) -> None:
        """Have tokens given back by the sweep."""
        sealed = self._vault.seal(_candidates.dump_json(Candidate(user_id, Me(), tokens)))
        await self._keep(user_id, sealed, _AGAIN_SECONDS)

    async def _keep(self, user_id: int, sealed: bytes, seconds: float) -> str:
        """Have an access given back after so many seconds; the code that it is kept under."""
        code = keys.token(user_id, secrets.token_urlsafe(24))
        words: list[Word] = [code, sealed, seconds, self._now(), _KEPT_SECONDS]
        with unavailable():
            await self._run(_keeping, [keys.unconfirmed(keys.shard_of(user_id))], words)
        return code

    async def _decided(self, code: str, member: bytes) -> None:
        with unavailable():
            await self._store.zrem(keys.unconfirmed(keys.shard_of_token(code)), member)

    def _now(self) -> str:
        return "" if self._clock is None else f"{self._clock():.6f}"

    async def _take(self, code: str, taker: str) -> bool:
        key = keys.link_taken(code)
        with unavailable():
            if await self._store.set(key, taker, nx=True, px=self._lifetime):
                return True
            return bool(await self._store.get(key) == taker.encode())

    async def _attempt(self, state: str, user_id: int | None) -> _Attempt:
        if not _is_token(state):
            raise StateUnknown("no state of ours")
        with unavailable():
            sealed = await self._store.getdel(keys.link_state(state))
        if not isinstance(sealed, bytes):
            raise StateUnknown("expired or used")
        try:
            attempt = msgspec.json.decode(self._vault.open(sealed), type=_Attempt)
        except VaultError:
            raise StateUnknown("sealed with a key that was taken away") from None
        if user_id is not None and attempt.user_id != user_id:
            raise ForeignLink("another user's attempt")
        return attempt

    def _opened(self, sealed: bytes) -> Candidate:
        try:
            return _candidates.validate_json(self._vault.open(sealed))
        except (VaultError, ValidationError):  # whose text would quote the tokens
            raise CodeUnknown("of another version, or sealed with a key that was taken away") from None


def _is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None and keys.shard_of_token(text) in keys.all_shards()


def _unconfirmed(code: str, sealed: bytes) -> bytes:
    """The member of an access before the first try to give it back."""
    return code.encode() + b" 0 " + sealed


def redirected(text: str) -> dict[str, str] | None:
    """The query of the address, pasted somewhere in `text`, that hh.ru sent the user back to."""
    for word in text.split():
        query = parse_qs(word.partition("?")[2].partition("#")[0])
        if "state" in query and ("code" in query or "error" in query):
            return {name: values[0].rstrip(".,;:!?)>»\"'") for name, values in query.items()}
    return None
