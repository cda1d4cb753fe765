"""What an answer of hh.ru means where it isn't the success that was asked for. Pure.

The same status means many things, so the body is always read (OpenAPI 2025-12, schemas `Errors*`):
a 403 is an expired token, a captcha, a business refusal, a conversation that is still being made or,
where it isn't JSON, the shield against floods, which stands before hh.ru and lets nothing through.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.hh.errors import (
    CaptchaRequired,
    HhError,
    LinkAgain,
    MalformedAnswer,
    NotFound,
    NotReady,
    OutcomeUnknown,
    Refused,
    Throttled,
    TokenExpired,
    Unavailable,
)
from bot.hh.wire import Answer, http_moment, interrupted

_ENDED_ACCESS = frozenset(
    {
        "bad_authorization",
        "token_revoked",
        "application_not_found",
        "user_auth_expected",
        "application_auth_expected",
        "no_scope",
    }
)
"""`ErrorsCommonBadAuthorizationError.value` without token_expired; its type may be `forbidden` too."""

_OAUTH_ERRORS = {
    "token-expired": "token_expired",
    "token-revoked": "token_revoked",
    "bad-auth-type": "bad_authorization",
    "client-id-deleted": "application_not_found",
}
"""The older `oauth_error` of `ErrorsCommonBadAuthorizationErrors`."""

_LONGEST_WAIT = 86400.0


def _word(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _dicts(value: object) -> list[object]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


Word = Annotated[str, BeforeValidator(_word)]


class Item(BaseModel):
    """One of `errors[]`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Word = ""
    value: Word = ""
    description: Word = ""
    captcha_url: Word = ""
    fallback_url: Word = ""


class Failure(BaseModel):
    """The body of an error; whatever is missing or of another type reads as ""."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    description: Word = ""
    request_id: Word = ""
    oauth_error: Word = ""
    bad_argument: Word = ""
    errors: Annotated[tuple[Item, ...], BeforeValidator(_dicts)] = ()
    error: Word = ""
    error_description: Word = ""
    """The last two are the token address's (RFC 6749 section 5.2)."""


def read(answer: Answer) -> Failure | None:
    """The body of an error; None where it isn't a JSON object, so not from hh.ru's application."""
    try:
        return Failure.model_validate_json(answer.body or b"")
    except ValidationError:
        return None


def sort(answer: Answer, *, write: bool, backurl: str) -> HhError:
    """The error that an answer other than the expected success stands for.

    `backurl` is where a passed captcha leads back to; hh.ru wants a scheme in it.
    """
    status = answer.status
    if status >= 500 or status == 408:
        return interrupted(f"status {status}", write=write)
    if status == 407:
        return Unavailable("the proxy wants a login")
    if status < 400:
        reason = f"unexpected status {status}"
        return OutcomeUnknown(reason) if write else MalformedAnswer(reason)
    failure = read(answer)
    if failure is None and status == 403:
        return Throttled(retry_after(answer))
    failure = failure or Failure()
    return _by_name(failure, answer, backurl) or _by_status(failure, answer)


def retry_after(answer: Answer) -> float | None:
    """`Retry-After` in seconds from now, given as such or as a date (RFC 9110 section 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_WAIT)
    until = http_moment(text)
    # Both moments are hh.ru's, so a skewed clock here doesn't matter.
    if until is None or answer.moment is None:
        return None
    return min(max(0.0, (until - answer.moment).total_seconds()), _LONGEST_WAIT)


def captcha_url(item: Item, backurl: str) -> str | None:
    """Where a person passes the captcha (`ErrorsCommonCaptchaError`), `backurl` set; None if unusable."""
    try:
        parts = urlsplit(item.captcha_url or item.fallback_url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "backurl"]
    return parts._replace(query=urlencode([*query, ("backurl", backurl)])).geturl()


def _by_name(failure: Failure, answer: Answer, backurl: str) -> HhError | None:
    request_id = _request_id(failure, answer)
    for item in failure.errors:
        if "captcha_required" in (item.type, item.value):
            url = captcha_url(item, backurl)
            return CaptchaRequired(url, item.description or failure.description, request_id)
        if item.value == "chat_is_not_ready":
            return NotReady(item.value)
        if item.value == "token_expired":
            return TokenExpired(item.value)
        if item.type == "oauth" or item.value in _ENDED_ACCESS:
            word = item.value or _OAUTH_ERRORS.get(failure.oauth_error, "oauth")
            return TokenExpired(word) if word == "token_expired" else LinkAgain(word)
    word = _OAUTH_ERRORS.get(failure.oauth_error, "")
    if word:
        return TokenExpired(word) if word == "token_expired" else LinkAgain(word)
    return None


def _by_status(failure: Failure, answer: Answer) -> HhError:
    status = answer.status
    item = next((one for one in failure.errors if one.type == "negotiations"), None)
    item = item or next(iter(failure.errors), Item())
    # `bad_user_agent` is a type; its values only say what is wrong with the agent.
    value = item.type if item.type == "bad_user_agent" else item.value or item.type or failure.bad_argument
    if status == 425:
        return NotReady("chat_is_not_ready")
    if status == 429 and value != "limit_exceeded":
        return Throttled(retry_after(answer))
    if status == 401:
        return LinkAgain(value or "unauthorized")
    kind = NotFound if status == 404 else Refused
    description = item.description or failure.description
    return kind(value, description, _request_id(failure, answer), status)


def _request_id(failure: Failure, answer: Answer) -> str:
    return failure.request_id or str(answer.headers.get("X-Request-ID", ""))
