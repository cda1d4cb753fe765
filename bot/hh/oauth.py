"""OAuth at hh.ru: the page where a user agrees, and the token address.

Sources: OpenAPI 2025-12, info, "Авторизация пользователя", and operation `authorize`; PKCE from
OpenAPI 2026-06 and RFC 7636.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

import httpx

from bot.hh import refusals
from bot.hh.errors import HhError, LinkAgain, Refused, TokenStillValid
from bot.hh.models import Tokens
from bot.hh.pace import Pace, Unpaced, paced
from bot.hh.parsing import parse
from bot.hh.wire import DEADLINE_SECONDS, Answer, ask

_ENDED = frozenset({"invalid_grant", "invalid_request", "invalid_client", "forbidden"})
"""`error` of `ErrorsCommonBadAuthorizationBadParameters` after which only the user can go on."""


def pkce() -> tuple[str, str]:
    """A fresh (code_verifier, code_challenge) of method S256 (RFC 7636 sections 4.1 and 4.2)."""
    verifier = secrets.token_urlsafe(48)
    digest = sha256(verifier.encode("ascii")).digest()
    return verifier, urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class OAuth:
    """The operator's application at hh.ru. `token_url` is the full address of the token operation.

    Every request waits for its turn in `pace`, and raises `Crowded` where that would take too long.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        client_id: str,
        client_secret: str,
        site_url: str,
        api_url: str,
        token_url: str,
        user_agent: str,
        captcha_backurl: str = "https://t.me/",
        deadline: float = DEADLINE_SECONDS,
        pace: Pace | None = None,
    ) -> None:
        self._http = http
        self._client_id = client_id
        self._client_secret = client_secret
        self._site_url = site_url.rstrip("/")
        self._token_url = token_url
        self._revoke_url = revoke_url(token_url, api_url)
        self._agent = {"User-Agent": user_agent, "HH-User-Agent": user_agent}
        self._backurl = captcha_backurl
        self._deadline = deadline
        self._pace = pace or Unpaced()

    def authorize_url(self, state: str, redirect_uri: str, challenge: str, force_login: bool = False) -> str:
        """Where the user agrees; `force_login` asks for a login also where one is signed in."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "state": state,
            "redirect_uri": redirect_uri,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if force_login:
            query["force_login"] = "true"
        return f"{self._site_url}/oauth/authorize?{urlencode(query)}"

    async def exchange(self, code: str, redirect_uri: str, verifier: str) -> Tokens:
        """Turn a code into tokens; `redirect_uri` is the very one of `authorize_url`.

        Raises `LinkAgain` for a code that is over, used or false, `OutcomeUnknown` where hh.ru may
        have used it up.
        """
        return await self._tokens(
            {
                "grant_type": "authorization_code",
                "client_id": self._client_id,
                "client_secret": self._client_secret,
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            }
        )

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for old; store them before using them, the old ones have ended.

        Raises `TokenStillValid` before the access token has expired, `LinkAgain` where only the user
        can restore access, `OutcomeUnknown` where `refresh_token` may have been used up.
        """
        # Nothing else may stand in it: `AuthRefreshToken` has `additionalProperties: false`.
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, access_token: str) -> None:
        """End a live access token and with it its refresh token (`invalidate-token`)."""
        headers = self._agent | {"Authorization": f"Bearer {access_token}"}
        request = self._http.build_request("DELETE", self._revoke_url, headers=headers)
        await self._ask(request, lambda answer: refusals.sort(answer, write=True, backurl=self._backurl))

    async def _tokens(self, form: dict[str, str]) -> Tokens:
        request = self._http.build_request("POST", self._token_url, data=form, headers=self._agent)
        return parse(Tokens, await self._ask(request, self._refusal), write=True)

    async def _ask(self, request: httpx.Request, refusal: Callable[[Answer], HhError]) -> Answer:
        async def asked() -> Answer:
            answer = await ask(self._http, request, write=True, deadline=self._deadline)
            if answer.status not in range(200, 300):
                raise refusal(answer)
            return answer

        return await paced(self._pace, asked)

    def _refusal(self, answer: Answer) -> HhError:
        error = refusals.sort(answer, write=True, backurl=self._backurl)
        failure = refusals.read(answer)
        # Only what `sort` found to be a plain refusal may carry RFC 6749's words instead of hh.ru's.
        if type(error) is not Refused or failure is None or not failure.error:
            return error
        if failure.error_description == "token not expired":
            return TokenStillValid(failure.error_description)
        if failure.error in _ENDED:
            return LinkAgain(failure.error_description or failure.error)
        return Refused(failure.error, failure.error_description, error.request_id, error.status)


def revoke_url(token_url: str, api_url: str) -> str:
    """Where tokens are revoked: always on the API's host.

    The older token address `https://hh.ru/oauth/token` has its DELETE at
    `https://api.hh.ru/oauth/token`; the newer `https://api.hh.ru/token` answers both.
    """
    api_url = api_url.rstrip("/")
    if token_url.startswith(api_url + "/"):
        return token_url
    old = urlsplit(token_url).path.endswith("/oauth/token")
    return f"{api_url}/oauth/token" if old else f"{api_url}/token"
