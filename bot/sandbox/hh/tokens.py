"""Codes and tokens of the local hh.ru: who may act for whom, and for how long.

Sources: OpenAPI 2025-12, "Авторизация" (single use of codes and refresh tokens, refresh only after
expiry, rules of the redirect address) and OpenAPI 2026-06 (PKCE with S256).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from bot.sandbox.hh import refusals
from bot.sandbox.hh.objects import Account
from bot.sandbox.hh.refusals import OauthRefusal

_TOKEN_SHAPE = re.compile(r"[A-Z0-9]{64}")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass
class Application:
    """The one application registered at the local hh.ru; `deleted` takes its tokens' force."""

    client_id: str
    client_secret: str
    redirect_uri: str
    name: str = "hh-bridge"
    deleted: bool = False


@dataclass
class Code:
    """An `authorization_code`; `redirect_uri` is None where the request named none."""

    value: str
    account: Account
    redirect_uri: str | None
    challenge: str | None
    expires_at: float
    used: bool = False


@dataclass
class Pair:
    """An access token with its refresh token; `account` None makes it an application's token.

    `ended` is why it is over before its time: token_revoked, deactivated; `refreshed` tells that
    the refresh token has been used; `scoped` False is a token without the needed scope.
    """

    access_token: str
    refresh_token: str
    account: Account | None
    expires_at: float
    ended: str | None = None
    refreshed: bool = False
    scoped: bool = True


def redirect_allowed(registered: str, given: str) -> bool:
    """Whether `given` follows from the registered redirect address.

    Rules: "Правила формирования специального redirect_uri". Added www., a longer path and a query
    are allowed; another scheme, domain, path or an added port aren't.
    """
    ours, theirs = urlsplit(registered), urlsplit(given)
    try:
        same_port = ours.port == theirs.port
    except ValueError:
        return False
    path = ours.path.rstrip("/")
    return (
        same_port
        and ours.scheme == theirs.scheme
        and theirs.hostname in (ours.hostname, f"www.{ours.hostname}")
        and (theirs.path == ours.path or theirs.path.startswith(path + "/"))
        and set(parse_qsl(ours.query)) <= set(parse_qsl(theirs.query))
        and not theirs.fragment
        and "@" not in theirs.netloc
    )


def _token() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(64))


class Tokens:
    """Issues, checks, refreshes and revokes.

    `expires_in` and `code_lifetime` are in seconds and may be changed at any time.
    """

    def __init__(
        self, application: Application, now: Callable[[], float], *, expires_in: int = 1_209_600
    ) -> None:
        self.application = application
        self.expires_in = expires_in
        self.code_lifetime = 60.0
        self._now = now
        self._codes: dict[str, Code] = {}
        self._by_access: dict[str, Pair] = {}
        self._by_refresh: dict[str, Pair] = {}

    def issue(self, account: Account | None) -> Pair:
        """A fresh pair, as after a whole authorization."""
        pair = Pair(_token(), _token(), account, self._now() + self.expires_in)
        self._by_access[pair.access_token] = pair
        self._by_refresh[pair.refresh_token] = pair
        return pair

    def issue_code(self, account: Account, redirect_uri: str | None, challenge: str | None) -> str:
        """A code for the redirect, good for one exchange."""
        code = Code(_token(), account, redirect_uri, challenge, self._now() + self.code_lifetime)
        self._codes[code.value] = code
        return code.value

    def exchange(
        self,
        client_id: str,
        client_secret: str,
        code: str,
        redirect_uri: str,
        verifier: str | None,
    ) -> Pair:
        """A code becomes a pair; raises `OauthRefusal`."""
        self._check_client(client_id, client_secret)
        found = self._codes.get(code)
        if found is None:
            raise OauthRefusal("invalid_request", "code not found")
        if found.used:
            raise OauthRefusal("invalid_grant", "code has already been used")
        if self._now() >= found.expires_at:
            raise OauthRefusal("invalid_grant", "code expired")
        if redirect_uri != (found.redirect_uri or self.application.redirect_uri):
            raise OauthRefusal("invalid_request", "bad redirect url")
        if not _verified(found.challenge, verifier):
            raise OauthRefusal("invalid_grant", "bad token")
        found.used = True
        self._check_account(found.account)
        return self.issue(found.account)

    def refresh(self, refresh_token: str) -> Pair:
        """A refresh token becomes a new pair, once; raises `OauthRefusal`."""
        if not refresh_token:
            raise OauthRefusal("invalid_request", "token is empty")
        if not _TOKEN_SHAPE.fullmatch(refresh_token):
            raise OauthRefusal("invalid_grant", "bad token")
        pair = self._by_refresh.get(refresh_token)
        if pair is None or pair.account is None:
            raise OauthRefusal("invalid_request", "token not found")
        if pair.ended:
            gone = "token deactivated" if pair.ended == "deactivated" else "token was revoked"
            raise OauthRefusal("invalid_grant", gone)
        if pair.refreshed:
            raise OauthRefusal("invalid_grant", "token has already been refreshed")
        if self._now() < pair.expires_at:
            raise OauthRefusal("invalid_grant", "token not expired")
        self._check_account(pair.account)
        pair.refreshed = True
        return self.issue(pair.account)

    def application_token(self, client_id: str, client_secret: str) -> Pair:
        """The application's own token (`client_credentials`)."""
        self._check_client(client_id, client_secret)
        return self.issue(None)

    def check(self, access_token: str) -> Account | None:
        """Whose token it is, None for the application's; raises `Refusal` 403 of type oauth."""
        pair = self._by_access.get(access_token)
        if pair is None:
            raise refusals.oauth("bad_authorization")
        if self.application.deleted:
            raise refusals.oauth("application_not_found")
        if pair.ended:
            raise refusals.oauth("token_revoked")
        if self._now() >= pair.expires_at:
            raise refusals.oauth("token_expired")
        if not pair.scoped:
            raise refusals.oauth("no_scope")
        return pair.account

    def owner(self, access_token: str) -> Account | None:
        """Whose token it is or was, whatever has become of it; None for a stranger's."""
        pair = self._by_access.get(access_token)
        return pair.account if pair else None

    def revoke(self, access_token: str) -> None:
        """End a live pair, the refresh token with it; raises `Refusal`."""
        if self.check(access_token) is None:
            raise refusals.oauth("user_auth_expected")
        self._by_access[access_token].ended = "token_revoked"

    def pairs(self, account_id: str) -> list[Pair]:
        """All pairs ever issued to an account, oldest first."""
        return [pair for pair in self._by_access.values() if pair.account and pair.account.id == account_id]

    def live(self, account_id: str) -> list[Pair]:
        """The account's pairs that still open something: an access or a refresh."""
        return [pair for pair in self.pairs(account_id) if not pair.ended and not pair.refreshed]

    def expire(self, account_id: str) -> None:
        """The account's access tokens are over now; they can be refreshed."""
        for pair in self.pairs(account_id):
            pair.expires_at = min(pair.expires_at, self._now())

    def end(self, account_id: str, why: str = "token_revoked") -> None:
        """The user took his permission back (`token_revoked`) or changed his password (`deactivated`)."""
        for pair in self.pairs(account_id):
            pair.ended = pair.ended or why

    def descope(self, account_id: str) -> None:
        """The account's tokens lose the needed scope."""
        for pair in self.pairs(account_id):
            pair.scoped = False

    def _check_client(self, client_id: str, client_secret: str) -> None:
        ours = self.application
        if ours.deleted or client_id != ours.client_id or client_secret != ours.client_secret:
            raise OauthRefusal("invalid_client", "client_id or client_secret not found")

    def _check_account(self, account: Account) -> None:
        if account.lock:
            raise OauthRefusal("invalid_request", account.lock)


def _verified(challenge: str | None, verifier: str | None) -> bool:
    if challenge is None:
        return verifier is None
    if verifier is None or not 43 <= len(verifier) <= 128:
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return secrets.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"="), challenge.encode())
