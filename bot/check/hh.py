"""Whether hh.ru takes the agent and the application; its clock."""

from __future__ import annotations

import time

import httpx

from bot.check.finding import Finding
from bot.hh.application import client_of, oauth_of
from bot.hh.client import Call
from bot.hh.errors import HhError, LinkAgain, NotFound, Refused, Unavailable
from bot.hh.oauth import OAuth, pkce
from bot.hh.wire import ask
from bot.settings import Settings
from bot.transport import open_client

# Seconds between the clocks that no user notices: quiet hours and digests go by ours.
CLOCK_TOLERANCE = 60.0


async def hh(settings: Settings) -> list[Finding]:
    """The agent, the clock and the application."""
    async with open_client(settings.hh_proxy_url) as http:
        client = client_of(settings, http)
        try:
            moment = (await client.request(Call("GET", "/dictionaries"))).moment
        except LinkAgain:
            return [Finding("hh.ru", "?", _GUARDED), *await _application(settings, http)]
        except Refused as error:
            return [_refused(error)]
        except HhError as error:
            return [Finding("hh.ru", "FAIL", f"doesn't answer as it should: {error}", _FOREIGN)]
        found = [Finding("hh.ru", "ok", "answers, and accepts HH_USER_AGENT")]
        if moment is not None:
            found.append(_clock(time.time() - moment.timestamp()))
        return [*found, *await _application(settings, http)]


def _refused(error: Refused) -> Finding:
    if error.value == "bad_user_agent":
        mend = "set HH_USER_AGENT to the name and mail of your application: MyBridge/1.0 (mail@my-site.org)"
        return Finding("hh.ru", "FAIL", "refuses HH_USER_AGENT", mend)
    return Finding("hh.ru", "FAIL", f"refuses: {error.description or error.value}", _FOREIGN)


def _clock(ahead: float) -> Finding:
    if abs(ahead) <= CLOCK_TOLERANCE:
        return Finding("Clock", "ok", "agrees with hh.ru's")
    text = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} hh.ru's"
    return Finding("Clock", "FAIL", text, "let the system's time service (NTP) set it")


_GUARDED = "answers only with an account, so HH_USER_AGENT and the clock are not checked"
_FOREIGN = "check HH_API_URL; hh.ru refuses some foreign addresses: set HH_PROXY_URL there"


async def _application(settings: Settings, http: httpx.AsyncClient) -> list[Finding]:
    """What hh.ru thinks of the application, and of its redirect address where it knows the application."""
    oauth = oauth_of(settings, http)
    found = await _tokens(settings, oauth)
    if found.verdict == "FAIL":
        return [found]
    return [found, await _redirect(settings, oauth, http)]


async def _tokens(settings: Settings, oauth: OAuth) -> Finding:
    """Ask for tokens with a code that never was: the refusal tells what hh.ru thinks of the rest."""
    verifier, _ = pkce()
    try:
        await oauth.exchange("hh-bridge-check", settings.redirect_uri, verifier)
    except NotFound:
        return Finding("Application", "FAIL", "there is nothing at HH_TOKEN_URL", _MISTYPED)
    except LinkAgain as error:
        return _judge(error.reason, settings)
    except Refused as error:
        return _judge(error.value or error.description, settings)
    except HhError as error:
        return Finding("Application", "FAIL", f"HH_TOKEN_URL doesn't answer as it should: {error}", _FOREIGN)
    return Finding("Application", "?", "HH_TOKEN_URL accepts any code, so it is not hh.ru's")


def _judge(reason: str, settings: Settings) -> Finding:
    """What a refusal means (OpenAPI, `ErrorsCommonBadAuthorizationBadParameters`).

    A wrong id or secret is `invalid_client`, or `invalid_request` with "account not found"; a bare
    `forbidden` is of the same family, but says nothing of them. Where all is right, the code is not found.
    """
    match reason:
        case "client_id or client_secret not found" | "account not found" | "invalid_client":
            text = f"hh.ru doesn't know HH_CLIENT_ID with HH_CLIENT_SECRET ({reason})"
            return Finding("Application", "FAIL", text, _COMPARE)
        case "application_not_found":
            return Finding("Application", "FAIL", "it was deleted at hh.ru", _COMPARE)
        case "forbidden":
            text = "hh.ru gives it no tokens and doesn't say why (forbidden)"
            mend = (
                "look at https://dev.hh.ru/admin whether it is approved, and ask hh.ru for applicant access"
            )
            return Finding("Application", "FAIL", text, mend)
        case "bad redirect url":
            text = f"the redirect address {settings.redirect_uri} is not registered"
            return Finding("Application", "FAIL", text, _COMPARE)
        case "code not found" | "bad token" | "code expired":
            return Finding("Application", "ok", "known to hh.ru")
        case _:
            return Finding("Application", "?", f"hh.ru answers {reason!r} to a code that never was")


async def _redirect(settings: Settings, oauth: OAuth, http: httpx.AsyncClient) -> Finding:
    """Open the page where users agree, as nobody; hh.ru's documents name no status where it refuses."""
    address = settings.redirect_uri
    url = oauth.authorize_url("hh-bridge-check", address, pkce()[1])
    request = http.build_request("GET", url, headers={"User-Agent": settings.hh_user_agent})
    try:
        status = (await ask(http, request, write=False)).status
    except Unavailable as error:
        mend = "check HH_SITE_URL; hh.ru refuses some foreign addresses: set HH_PROXY_URL there"
        return Finding("Redirect", "?", f"the page where users agree doesn't open: {error}", mend)
    if status == 200:
        return Finding("Redirect", "ok", f"the page where users agree opens with {address}")
    if status == 400:
        return Finding("Redirect", "FAIL", f"hh.ru doesn't take the redirect address {address}", _COMPARE)
    return Finding("Redirect", "?", f"can't be told before a login; it must be {address}", _COMPARE)


_COMPARE = "compare with your application at https://dev.hh.ru/admin"
_MISTYPED = "check HH_TOKEN_URL; hh.ru's own is https://api.hh.ru/token"
