"""OAuth of the local hh.ru: the token address and the authorization page.

Source: OpenAPI 2025-12, "Авторизация", and PKCE of OpenAPI 2026-06.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import web

from bot.sandbox.hh import refusals, strict
from bot.sandbox.hh.answers import json_answer
from bot.sandbox.hh.gate import bearer
from bot.sandbox.hh.local import Hh
from bot.sandbox.hh.objects import Account, Applicant, Manager
from bot.sandbox.hh.pages import page, trouble
from bot.sandbox.hh.refusals import OauthRefusal
from bot.sandbox.hh.tokens import Pair, redirect_allowed

_FIELDS = {
    "authorization_code": {"client_id", "client_secret", "code", "redirect_uri", "code_verifier"},
    "refresh_token": {"refresh_token"},
    "client_credentials": {"client_id", "client_secret"},
}
_ALL_FIELDS = frozenset({"grant_type"}).union(*_FIELDS.values())
_OPTIONAL = frozenset({"code_verifier"})

_PARAMETERS = frozenset(
    {
        "response_type",
        "client_id",
        "state",
        "redirect_uri",
        "force_login",
        "skip_choose_account",
        "code_challenge",
        "code_challenge_method",
    }
)
_COOKIE = "hh_sandbox_account"


class TokenEndpoint:
    """`POST` and `DELETE` of the token address, the same at its old and its new place."""

    def __init__(self, hh: Hh) -> None:
        self._hh = hh

    async def grant(self, request: web.Request) -> web.Response:
        """A code, a refresh token or the application's secret against a token."""
        strict.check_agent(request)
        strict.query(request)
        fields = await strict.form(request, "application/x-www-form-urlencoded", *_ALL_FIELDS)
        grant_type = fields.pop("grant_type", "")
        if grant_type not in _FIELDS:
            raise OauthRefusal("unsupported_grant_type", "unsupported grant_type")
        for name in sorted(fields.keys() ^ _FIELDS[grant_type]):
            if name in fields or name not in _OPTIONAL:
                raise refusals.bad_argument(name)
        pair = self._grant(grant_type, fields)
        answer: dict[str, object] = {"access_token": pair.access_token, "token_type": "bearer"}
        if pair.account is not None:
            answer |= {"refresh_token": pair.refresh_token, "expires_in": self._hh.tokens.expires_in}
        return json_answer(answer)

    def _grant(self, grant_type: str, fields: dict[str, str]) -> Pair:
        tokens = self._hh.tokens
        match grant_type:
            case "refresh_token":
                return tokens.refresh(fields["refresh_token"])
            case "client_credentials":
                return tokens.application_token(fields["client_id"], fields["client_secret"])
            case _:
                return tokens.exchange(
                    fields["client_id"],
                    fields["client_secret"],
                    fields["code"],
                    fields["redirect_uri"],
                    fields.get("code_verifier"),
                )

    async def revoke(self, request: web.Request) -> web.Response:
        """End the token that stands in the Authorization header."""
        strict.check_agent(request)
        token = bearer(request)
        if token is None:
            raise refusals.oauth("bad_authorization")
        self._hh.tokens.revoke(token)
        return web.Response(status=204)


class _BadRequest(Exception):
    """An authorization request that can't even be sent back to its application."""


@dataclass(frozen=True)
class _Request:
    """A sound authorization request; `redirect_uri` is None where it named none."""

    state: str | None
    redirect_uri: str | None
    challenge: str | None
    force_login: bool
    skip_choose_account: bool


class Authorization:
    """`/oauth/authorize`: a page to choose an account and to allow or refuse."""

    def __init__(self, hh: Hh) -> None:
        self._hh = hh

    async def show(self, request: web.Request) -> web.Response:
        """The page; with `skip_choose_account` and a known account straight back with a code."""
        try:
            asked = self._read(request)
        except _BadRequest as reason:
            return trouble(400, "Не удалось войти", str(reason))
        known = self._hh.world.accounts.get(request.cookies.get(_COOKIE, ""))
        if known and asked.skip_choose_account and not asked.force_login:
            return self._allow(asked, known)
        return page(
            "authorize.html",
            application=self._hh.tokens.application.name,
            accounts=[_card(self._hh, account) for account in self._hh.world.accounts.values()],
            chosen=known.id if known and not asked.force_login else None,
            force_login=asked.force_login,
        )

    async def decide(self, request: web.Request) -> web.Response:
        """The form's answer: `user`, and `decision` allow or refuse."""
        try:
            asked = self._read(request)
        except _BadRequest as reason:
            return trouble(400, "Не удалось войти", str(reason))
        fields = await strict.form(request, "application/x-www-form-urlencoded", "user", "decision")
        if fields.get("decision") == "refuse":
            return self._back(asked, {"error": "access_denied"})
        account = self._hh.world.accounts.get(fields.get("user", ""))
        if account is None or fields.get("decision") != "allow":
            return trouble(400, "Не удалось войти", "Выберите, кто вы, и разрешите или отклоните доступ.")
        return self._allow(asked, account)

    def _allow(self, asked: _Request, account: Account) -> web.Response:
        code = self._hh.tokens.issue_code(account, asked.redirect_uri, asked.challenge)
        answer = self._back(asked, {"code": code})
        answer.set_cookie(_COOKIE, account.id, httponly=True, samesite="Lax")
        return answer

    def _back(self, asked: _Request, values: dict[str, str]) -> web.Response:
        parts = urlsplit(asked.redirect_uri or self._hh.tokens.application.redirect_uri)
        if asked.state is not None:
            values = values | {"state": asked.state}
        query = "&".join(part for part in (parts.query, urlencode(values)) if part)
        return web.Response(status=302, headers={"Location": urlunsplit(parts._replace(query=query))})

    def _read(self, request: web.Request) -> _Request:
        asked = dict(request.query)
        application = self._hh.tokens.application
        if unknown := asked.keys() - _PARAMETERS:
            raise _BadRequest(f"Неизвестный параметр {min(unknown)}.")
        if len(asked) != len(request.query):
            raise _BadRequest("Параметр указан дважды.")
        if application.deleted or asked.get("client_id") != application.client_id:
            raise _BadRequest("Приложение с таким client_id не найдено.")
        redirect_uri = asked.get("redirect_uri")
        if redirect_uri is not None and not redirect_allowed(application.redirect_uri, redirect_uri):
            raise _BadRequest("redirect_uri не соответствует указанному в настройках приложения.")
        if asked.get("response_type") != "code":
            raise _BadRequest("Поддерживается только response_type=code.")
        challenge = asked.get("code_challenge")
        if (challenge is None) != ("code_challenge_method" not in asked):
            raise _BadRequest("code_challenge и code_challenge_method передаются только вместе.")
        if challenge is not None and (asked["code_challenge_method"] != "S256" or len(challenge) != 43):
            raise _BadRequest("Поддерживается только code_challenge_method=S256.")
        return _Request(
            state=asked.get("state"),
            redirect_uri=redirect_uri,
            challenge=challenge,
            force_login=asked.get("force_login") == "true",
            skip_choose_account=asked.get("skip_choose_account") == "true",
        )


def _card(hh: Hh, account: Account) -> dict[str, str]:
    about, kind = "", ""
    match account:
        case Applicant():
            titles = [resume.title for resume in account.resumes if not resume.deleted]
            about = ", ".join(titles) or "пока без резюме"
            kind = "соискатель"
        case Manager():  # pragma: no branch - the last kind there is
            about, kind = hh.world.employers[account.employer_id].name, "работодатель"
    initials = (account.first_name[:1] + account.last_name[:1]).upper()
    return {"id": account.id, "name": account.full_name, "about": about, "kind": kind, "initials": initials}
