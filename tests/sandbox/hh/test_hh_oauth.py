"""Linking an account at the local hh.ru: the page, codes, tokens, their refresh and their end."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiohttp import ClientSession

from bot.sandbox.hh.server import LocalHh
from bot.sandbox.hh.tokens import redirect_allowed
from tests.sandbox.hh.caller import Caller, Reply
from tests.sandbox.hh.conftest import Cast, Clock

CALLBACK = "http://127.0.0.1/oauth/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def authorize_url(hh: LocalHh, **parameters: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": "local-client-id",
        "state": "a b&c",
        "redirect_uri": CALLBACK,
    } | parameters
    return f"{hh.site_url}/oauth/authorize?{urlencode(asked)}"


@pytest.fixture
def anybody(session: ClientSession, hh: LocalHh) -> Caller:
    return Caller(session, hh, None)


async def code_of(hh: LocalHh, cast: Cast, **parameters: str) -> str:
    back = await hh.authorize(cast.applicant, authorize_url(hh, **parameters))
    return parse_qs(urlsplit(back).query)["code"][0]


async def exchange(hh: LocalHh, anybody: Caller, code: str, **fields: str) -> Reply:
    form = {
        "grant_type": "authorization_code",
        "client_id": "local-client-id",
        "client_secret": "local-client-secret",
        "redirect_uri": CALLBACK,
        "code": code,
    }
    return await anybody("POST", hh.token_url, form=form | fields)


async def refresh(hh: LocalHh, anybody: Caller, token: str) -> Reply:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return await anybody("POST", hh.token_url, form=form)


async def test_a_code_comes_back_with_the_state_and_becomes_tokens(
    hh: LocalHh, anybody: Caller, cast: Cast
) -> None:
    back = urlsplit(await hh.authorize(cast.applicant, authorize_url(hh)))
    assert parse_qs(back.query)["state"] == ["a b&c"]
    reply = await exchange(hh, anybody, parse_qs(back.query)["code"][0])
    assert (reply.status, reply.json["expires_in"], reply.json["token_type"]) == (200, 1_209_600, "bearer")
    anybody.token = reply.json["access_token"]
    me = (await anybody("GET", "/me")).json
    assert (me["id"], me["first_name"], me["is_applicant"]) == (cast.applicant.id, "Анна", True)


async def test_the_page_names_the_accounts_and_escapes_them(hh: LocalHh, anybody: Caller, cast: Cast) -> None:
    hh.world.add_applicant("<b>Ян</b>", "Ли")
    hh.world.add_manager(cast.employer, "Игорь", "Воронов")
    page = await anybody("GET", authorize_url(hh))
    assert page.status == 200
    assert "Смирнова Анна Павловна" in page.text
    assert "работодатель · ООО «Ромашка»" in page.text
    assert "<b>Ян</b>" not in page.text


async def test_refusing_brings_access_denied_and_the_state(hh: LocalHh, cast: Cast) -> None:
    back = await hh.authorize(cast.applicant, authorize_url(hh), allow=False)
    assert parse_qs(urlsplit(back).query) == {"error": ["access_denied"], "state": ["a b&c"]}


async def test_a_known_account_goes_straight_back_only_when_asked(
    hh: LocalHh, anybody: Caller, cast: Cast
) -> None:
    cookie = {"Cookie": f"hh_sandbox_account={cast.applicant.id}"}
    skip = authorize_url(hh, skip_choose_account="true")
    assert (await anybody("GET", skip, headers=cookie)).status == 302
    assert (await anybody("GET", skip)).status == 200
    assert (await anybody("GET", skip + "&force_login=true", headers=cookie)).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody"},
        {"response_type": "token"},
        {"redirect_uri": "https://evil.example/oauth/callback"},
        {"code_challenge": CHALLENGE},
        {"code_challenge_method": "S256"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"colour": "red"},
    ],
)
async def test_a_wrong_request_gets_a_page_and_goes_nowhere(
    hh: LocalHh, anybody: Caller, cast: Cast, wrong: dict[str, str]
) -> None:
    assert (await anybody("GET", authorize_url(hh, **wrong))).status == 400
    with pytest.raises(RuntimeError, match="400"):
        await hh.authorize(cast.applicant, authorize_url(hh, **wrong))


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ("http://example.com/oauth", True),
        ("http://www.example.com/oauth", True),
        ("http://www.example.com/oauth/sub/path?lang=RU", True),
        ("http://example.com/oauth?lang=RU", True),
        ("https://example.com/oauth", False),
        ("http://wwwexample.com/oauth", False),
        ("http://test.example.com/oauth", False),
        ("http://wwwexample.com/", False),
        ("http://example.com/oauths", False),
        ("http://example.com:80/oauth", False),
        ("http://example.com/oauth#part", False),
        ("http://example.com:port/oauth", False),
        ("http://example.com@evil.example/oauth", False),
    ],
)
def test_the_redirect_may_only_grow(given: str, allowed: bool) -> None:
    assert redirect_allowed("http://example.com/oauth", given) is allowed


async def test_a_code_works_once_soon_and_for_its_own_redirect(
    hh: LocalHh, clock: Clock, anybody: Caller, cast: Cast
) -> None:
    code = await code_of(hh, cast)
    elsewhere = await exchange(hh, anybody, code, redirect_uri=CALLBACK + "/other")
    assert elsewhere.json == {"error": "invalid_request", "error_description": "bad redirect url"}
    assert (await exchange(hh, anybody, code)).status == 200
    assert (await exchange(hh, anybody, code)).json["error_description"] == "code has already been used"
    assert (await exchange(hh, anybody, "X" * 64)).json["error_description"] == "code not found"
    late = await code_of(hh, cast)
    clock.pass_(61)
    assert (await exchange(hh, anybody, late)).json["error_description"] == "code expired"


async def test_a_wrong_secret_is_an_invalid_client(hh: LocalHh, anybody: Caller, cast: Cast) -> None:
    reply = await exchange(hh, anybody, await code_of(hh, cast), client_secret="guess")
    assert (reply.status, reply.json["error"]) == (400, "invalid_client")


async def test_a_challenge_must_be_answered(hh: LocalHh, anybody: Caller, cast: Cast) -> None:
    code = await code_of(hh, cast, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert (await exchange(hh, anybody, code)).status == 400
    assert (await exchange(hh, anybody, code, code_verifier="w" * 43)).status == 400
    assert (await exchange(hh, anybody, code, code_verifier=VERIFIER)).status == 200
    plain = await code_of(hh, cast)
    assert (await exchange(hh, anybody, plain, code_verifier=VERIFIER)).status == 400


async def test_a_pair_is_refreshed_once_and_only_after_it_has_expired(
    hh: LocalHh, clock: Clock, anybody: Caller, cast: Cast
) -> None:
    pair = hh.link(cast.applicant)
    early = await refresh(hh, anybody, pair.refresh_token)
    assert early.json == {"error": "invalid_grant", "error_description": "token not expired"}
    clock.pass_(1_209_600)
    anybody.token = pair.access_token
    expired = await anybody("GET", "/me")
    assert (expired.status, expired.refusal) == (403, "token_expired")
    assert expired.json["oauth_error"] == "token-expired"
    renewed = await refresh(hh, anybody, pair.refresh_token)
    again = await refresh(hh, anybody, pair.refresh_token)
    assert again.json["error_description"] == "token has already been refreshed"
    anybody.token = renewed.json["access_token"]
    assert (await anybody("GET", "/me")).status == 200


async def test_refresh_takes_its_two_fields_and_no_more(hh: LocalHh, anybody: Caller, cast: Cast) -> None:
    pair = hh.link(cast.applicant)
    hh.tokens.expire(cast.applicant.id)
    form = {"grant_type": "refresh_token", "refresh_token": pair.refresh_token}
    extra = await anybody("POST", hh.token_url, form=form | {"client_id": "local-client-id"})
    assert (extra.status, extra.refusal) == (400, "client_id")
    assert (await anybody("POST", hh.old_token_url, form=form)).status == 200


@pytest.mark.parametrize(
    ("token", "error", "description"),
    [
        ("", "invalid_request", "token is empty"),
        ("short", "invalid_grant", "bad token"),
        ("A" * 64, "invalid_request", "token not found"),
    ],
)
async def test_a_wrong_refresh_token_is_told_apart(
    hh: LocalHh, anybody: Caller, cast: Cast, token: str, error: str, description: str
) -> None:
    reply = await refresh(hh, anybody, token)
    assert reply.json == {"error": error, "error_description": description}


async def test_an_unknown_grant_is_refused(hh: LocalHh, anybody: Caller, cast: Cast) -> None:
    reply = await anybody("POST", hh.token_url, form={"grant_type": "password"})
    assert reply.json["error"] == "unsupported_grant_type"


async def test_revoking_ends_the_whole_pair_and_needs_a_live_token(
    hh: LocalHh, anybody: Caller, cast: Cast
) -> None:
    pair = hh.link(cast.applicant)
    anybody.token = pair.access_token
    assert (await anybody("DELETE", "/token")).status == 204
    assert (await anybody("GET", "/me")).refusal == "token_revoked"
    assert (await anybody("DELETE", "/token")).status == 403
    hh.tokens.expire(cast.applicant.id)
    reply = await refresh(hh, anybody, pair.refresh_token)
    assert reply.json["error_description"] == "token was revoked"
    stale = hh.link(cast.applicant)
    hh.tokens.expire(cast.applicant.id)
    anybody.token = stale.access_token
    assert (await anybody("DELETE", "/oauth/token")).refusal == "token_expired"


async def test_a_changed_password_deactivates(hh: LocalHh, anybody: Caller, cast: Cast) -> None:
    pair = hh.link(cast.applicant)
    hh.tokens.end(cast.applicant.id, "deactivated")
    anybody.token = pair.access_token
    assert (await anybody("GET", "/me")).refusal == "token_revoked"
    reply = await refresh(hh, anybody, pair.refresh_token)
    assert reply.json["error_description"] == "token deactivated"


@pytest.mark.parametrize("lock", ["account is locked", "password invalidated", "login not verified"])
async def test_a_locked_account_is_not_refreshed_and_keeps_its_token(
    hh: LocalHh, anybody: Caller, cast: Cast, lock: str
) -> None:
    pair = hh.link(cast.applicant)
    hh.tokens.expire(cast.applicant.id)
    cast.applicant.lock = lock
    assert (await refresh(hh, anybody, pair.refresh_token)).json["error_description"] == lock
    cast.applicant.lock = None
    assert (await refresh(hh, anybody, pair.refresh_token)).status == 200


async def test_foreign_scopeless_and_orphaned_tokens_are_told_apart(
    hh: LocalHh, anybody: Caller, cast: Cast
) -> None:
    anybody.token = "Z" * 64
    assert (await anybody("GET", "/me")).refusal == "bad_authorization"
    anybody.token = hh.link(cast.applicant).access_token
    hh.tokens.descope(cast.applicant.id)
    assert (await anybody("GET", "/me")).refusal == "no_scope"
    hh.application.deleted = True
    assert (await anybody("GET", "/me")).refusal == "application_not_found"


async def test_an_application_gets_its_own_token(hh: LocalHh, anybody: Caller) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": "local-client-id",
        "client_secret": "local-client-secret",
    }
    reply = await anybody("POST", hh.token_url, form=form)
    assert set(reply.json) == {"access_token", "token_type"}
    anybody.token = reply.json["access_token"]
    assert (await anybody("DELETE", "/token")).refusal == "user_auth_expected"


async def test_two_refreshes_at_once_are_one_success(hh: LocalHh, anybody: Caller, cast: Cast) -> None:
    pair = hh.link(cast.applicant)
    hh.tokens.expire(cast.applicant.id)
    replies = [await refresh(hh, anybody, pair.refresh_token) for _ in range(2)]
    assert sorted(reply.status for reply in replies) == [200, 400]
    assert len(hh.tokens.live(cast.applicant.id)) == 1


async def test_a_parameter_is_named_once(hh: LocalHh, anybody: Caller) -> None:
    assert (await anybody("GET", authorize_url(hh) + "&state=again")).status == 400


async def test_without_a_state_none_comes_back(hh: LocalHh, cast: Cast) -> None:
    asked = f"{hh.site_url}/oauth/authorize?response_type=code&client_id=local-client-id"
    back = await hh.authorize(cast.applicant, asked)
    assert parse_qs(urlsplit(back).query).keys() == {"code"}


async def test_nobody_is_let_in_who_was_not_chosen(hh: LocalHh, cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="400"):
        await hh.authorize("999", authorize_url(hh))


async def test_revoking_needs_a_token(hh: LocalHh, anybody: Caller) -> None:
    assert (await anybody("DELETE", "/token")).refusal == "bad_authorization"
