"""The OAuth cycle against a local token address."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.hh.errors import (
    CaptchaRequired,
    Crowded,
    HhError,
    LinkAgain,
    OutcomeUnknown,
    Refused,
    Throttled,
    TokenExpired,
    TokenStillValid,
    Unavailable,
)
from bot.hh.models import Tokens
from bot.hh.oauth import OAuth, pkce, revoke_url
from bot.hh.pace import Pace
from tests.hh.conftest import AGENT
from tests.stub import Breaking, Steps, Stub, closed_port

REDIRECT = "https://bridge.example/oauth/callback?lang=RU&x=a b"
FRESH = {"access_token": "USERA", "refresh_token": "USERR", "expires_in": 1209600, "token_type": "bearer"}


def oauth(http: httpx.AsyncClient, url: str, pace: Pace | None = None) -> OAuth:
    return OAuth(
        http,
        client_id="CLIENT",
        client_secret="SECRET",
        site_url="https://hh.ru/",
        api_url=url,
        token_url=f"{url}/token",
        user_agent=AGENT,
        pace=pace,
    )


@pytest.fixture
def office(http: httpx.AsyncClient, stub: Stub) -> OAuth:
    return oauth(http, stub.url)


def denial(error: str, description: str) -> dict[str, str]:
    return {"error": error, "error_description": description}


async def refused(office: OAuth) -> HhError:
    with pytest.raises(HhError) as caught:
        await office.refresh("USERR")
    return caught.value


def test_the_address_of_consent_carries_every_parameter(office: OAuth) -> None:
    url = urlsplit(office.authorize_url("st&te", REDIRECT, "CHALLENGE"))
    assert (url.scheme, url.netloc, url.path) == ("https", "hh.ru", "/oauth/authorize")
    assert parse_qs(url.query, strict_parsing=True) == {
        "response_type": ["code"],
        "client_id": ["CLIENT"],
        "state": ["st&te"],
        "redirect_uri": [REDIRECT],
        "code_challenge": ["CHALLENGE"],
        "code_challenge_method": ["S256"],
    }


def test_a_login_can_be_forced(office: OAuth) -> None:
    url = urlsplit(office.authorize_url("s", REDIRECT, "c", force_login=True))
    assert parse_qs(url.query)["force_login"] == ["true"]


def test_a_challenge_is_the_digest_of_its_verifier_and_never_the_same() -> None:
    verifier, challenge = pkce()
    assert 43 <= len(verifier) <= 128
    assert urlsafe_b64encode(sha256(verifier.encode()).digest()).decode() == challenge + "="
    assert len({pkce() for _ in range(20)}) == 20


async def test_a_code_is_exchanged_for_tokens(office: OAuth, stub: Stub) -> None:
    stub.say(200, FRESH)
    tokens = await office.exchange("CODE", REDIRECT, "VERIFIER")
    assert tokens == Tokens(access_token="USERA", refresh_token="USERR", expires_in=1209600)
    assert (stub.seen[0].method, stub.seen[0].path) == ("POST", "/token")
    assert stub.seen[0].headers["User-Agent"] == stub.seen[0].headers["HH-User-Agent"] == AGENT
    assert stub.seen[0].fields == {
        "grant_type": "authorization_code",
        "client_id": "CLIENT",
        "client_secret": "SECRET",
        "code": "CODE",
        "redirect_uri": REDIRECT,
        "code_verifier": "VERIFIER",
    }


async def test_a_refresh_sends_exactly_two_fields(office: OAuth, stub: Stub) -> None:
    stub.say(200, FRESH)
    assert (await office.refresh("OLD")).access_token == "USERA"
    assert stub.seen[0].fields == {"grant_type": "refresh_token", "refresh_token": "OLD"}
    assert "Authorization" not in stub.seen[0].headers


@pytest.mark.parametrize(
    ("error", "description", "reason"),
    [
        ("invalid_grant", "token has already been refreshed", "token has already been refreshed"),
        ("invalid_grant", "token was revoked", "token was revoked"),
        ("invalid_grant", "bad token ", "bad token"),
        ("invalid_grant", "token deactivated ", "token deactivated"),
        ("invalid_grant", "code expired", "code expired"),
        ("invalid_grant", "", "invalid_grant"),
        ("invalid_request", "account is locked", "account is locked"),
        ("invalid_request", "password invalidated", "password invalidated"),
        ("invalid_client", "client_id or client_secret not found", "client_id or client_secret not found"),
    ],
)
@pytest.mark.parametrize("status", [400, 403])
async def test_a_refused_refresh_asks_to_link_again(
    office: OAuth, stub: Stub, error: str, description: str, reason: str, status: int
) -> None:
    stub.say(status, denial(error, description))
    caught = await refused(office)
    assert isinstance(caught, LinkAgain)
    assert caught.reason == reason


async def test_a_refresh_before_its_time_means_that_the_token_still_works(office: OAuth, stub: Stub) -> None:
    stub.say(400, denial("invalid_grant", "token not expired"))
    caught = await refused(office)
    assert isinstance(caught, TokenStillValid)
    assert isinstance(caught, Unavailable)


async def test_another_refusal_keeps_its_words(office: OAuth, stub: Stub) -> None:
    stub.say(400, denial("unsupported_grant_type", "unsupported grant_type"), X_Request_ID="r1")
    caught = await refused(office)
    assert type(caught) is Refused
    assert (caught.value, caught.description) == ("unsupported_grant_type", "unsupported grant_type")
    assert caught.request_id == "r1"


async def test_the_token_address_may_want_a_captcha_or_a_pause(office: OAuth, stub: Stub) -> None:
    stub.say(403, {"errors": [{"type": "captcha_required", "value": "captcha_required"}]})
    stub.say(429, None, Retry_After="9")
    stub.say(403, text="<html>shield</html>")
    stub.say(403, {"errors": [{"type": "oauth", "value": "bad_authorization"}]})
    assert isinstance(await refused(office), CaptchaRequired)
    assert isinstance(await refused(office), Throttled)
    assert isinstance(await refused(office), Throttled)
    assert isinstance(await refused(office), LinkAgain)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_fault_of_hh_may_have_used_the_refresh_token_up(
    office: OAuth, stub: Stub, status: int
) -> None:
    stub.say(status, text="<html>")
    assert isinstance(await refused(office), OutcomeUnknown)


async def test_an_unreadable_success_may_have_used_the_refresh_token_up(office: OAuth, stub: Stub) -> None:
    stub.say(200, {"access_token": "USERA"})
    assert isinstance(await refused(office), OutcomeUnknown)


async def test_a_cut_connection_may_have_used_the_refresh_token_up(
    http: httpx.AsyncClient, breaking: Breaking
) -> None:
    assert isinstance(await refused(oauth(http, breaking.url)), OutcomeUnknown)


async def test_no_connection_has_used_nothing_up(http: httpx.AsyncClient) -> None:
    async with closed_port() as url:
        assert type(await refused(oauth(http, url))) is Unavailable


async def test_a_token_is_revoked_with_itself(office: OAuth, stub: Stub) -> None:
    stub.say(204)
    await office.revoke("USERA")
    assert (stub.seen[0].method, stub.seen[0].path) == ("DELETE", "/token")
    assert stub.seen[0].headers["Authorization"] == "Bearer USERA"
    assert stub.seen[0].headers["HH-User-Agent"] == AGENT


REQUESTS: dict[str, Callable[[OAuth], Awaitable[object]]] = {
    "exchange": lambda office: office.exchange("CODE", REDIRECT, "VERIFIER"),
    "refresh": lambda office: office.refresh("USERR"),
    "revoke": lambda office: office.revoke("USERA"),
}


@pytest.mark.parametrize("request_", REQUESTS)
async def test_every_request_waits_for_its_turn_and_tells_of_a_pause_that_hh_asks_for(
    http: httpx.AsyncClient, stub: Stub, request_: str
) -> None:
    steps = Steps()
    stub.say(429, None, Retry_After="9")
    with pytest.raises(Throttled):
        await REQUESTS[request_](oauth(http, stub.url, steps))
    assert (steps.steps, steps.pauses) == (1, [9.0])


@pytest.mark.parametrize("request_", REQUESTS)
async def test_what_gets_no_turn_is_not_asked(http: httpx.AsyncClient, stub: Stub, request_: str) -> None:
    steps = Full()
    with pytest.raises(Crowded):
        await REQUESTS[request_](oauth(http, stub.url, steps))
    assert stub.seen == []
    assert steps.pauses == []


class Full(Steps):
    """A ceiling under which nobody has room."""

    async def __call__(self) -> None:
        raise Crowded(30.0)


async def test_an_expired_token_cant_be_revoked(office: OAuth, stub: Stub) -> None:
    stub.say(403, {"errors": [{"type": "oauth", "value": "token_expired"}]})
    with pytest.raises(TokenExpired):
        await office.revoke("USERA")


@pytest.mark.parametrize(
    ("token_url", "address"),
    [
        ("https://api.hh.ru/token", "https://api.hh.ru/token"),
        ("https://hh.ru/oauth/token", "https://api.hh.ru/oauth/token"),
        ("https://hh.ru/token", "https://api.hh.ru/token"),
        ("https://api.hh.ru.example/oauth/token", "https://api.hh.ru/oauth/token"),
    ],
)
def test_a_token_is_revoked_on_the_api_host(token_url: str, address: str) -> None:
    assert revoke_url(token_url, "https://api.hh.ru/") == address
