"""How the local hh.ru says no.

    Refusal            an answer with hh.ru's error body
    └── OauthRefusal   the token address's own form, {error, error_description}

The bodies follow the `Errors*` schemas of OpenAPI 2025-12; `request_id` is added by the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Body = dict[str, object]

# Statuses as in OpenAPI 2025-12, POST /negotiations and DELETE /negotiations/active/{nid};
# every name that isn't here is answered with 403.
_STATUSES = {
    "vacancy_not_found": 400,
    "resource_policy_violation": 400,
    "inappropriate_language": 400,
    "topic_not_found": 404,
    "chat_is_not_ready": 425,
}

# hh.ru's older names of the token errors, still sent beside the new ones (`oauth_error`).
_OAUTH_ERRORS = {
    "token_expired": "token-expired",
    "token_revoked": "token-revoked",
    "bad_authorization": "bad-auth-type",
    "application_not_found": "client-id-deleted",
}


class Refusal(Exception):
    """hh.ru's refusal: `status`, the `errors` list and further keys of the body."""

    def __init__(
        self,
        status: int,
        errors: Sequence[Mapping[str, object]] = (),
        *,
        description: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        named = [str(error.get("value") or error["type"]) for error in errors]
        super().__init__(f"{status} {', '.join(named) or description}")
        self.status = status
        self.headers = dict(headers or {})
        self.body: Body = {}
        if errors:
            self.body["errors"] = [dict(error) for error in errors]
        if description is not None:
            self.body["description"] = description
        self.body.update(more)


class OauthRefusal(Refusal):
    """A refusal of the token address (`ErrorsCommonBadAuthorizationBadParameters`)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(400, error=error, error_description=description)


def negotiation(name: str, status: int | None = None) -> Refusal:
    """A refusal by name, `errors[].type` negotiations; the status is the documented one unless given."""
    return Refusal(
        status or _STATUSES.get(name, 403), [{"type": "negotiations", "value": name}], description=name
    )


def bad_argument(name: str, reason: str = "invalid") -> Refusal:
    """400: the parameter or field `name` is unknown, missing or wrong."""
    return Refusal(
        400,
        [{"type": "bad_argument", "value": name, "reason": reason}],
        description=f"bad argument: {name}",
        bad_argument=name,
        bad_arguments=[{"name": name, "description": reason}],
    )


def bad_user_agent(value: str | None) -> Refusal:
    """400: no agent at all, or one that names nobody."""
    error = {"type": "bad_user_agent"} | ({"value": value} if value else {})
    return Refusal(400, [error], description="User-Agent should look like MyApp/1.0 (mail)")


def not_found() -> Refusal:
    """404 without further words."""
    return Refusal(404, [{"type": "not_found"}], description="Not Found")


def forbidden() -> Refusal:
    """403: the method is not for whoever holds this token."""
    return Refusal(403, [{"type": "forbidden"}], description="Forbidden")


def oauth(value: str) -> Refusal:
    """403: the token is missing, wrong, expired, revoked or not of a user."""
    refusal = Refusal(403, [{"type": "oauth", "value": value}], description="Forbidden")
    if value in _OAUTH_ERRORS:
        refusal.body["oauth_error"] = _OAUTH_ERRORS[value]
    return refusal


def captcha(captcha_url: str | None, fallback_url: str | None) -> Refusal:
    """403: a person must pass a captcha first. Either address may be missing."""
    error = {"type": "captcha_required", "value": "captcha_required"}
    if captcha_url:
        error["captcha_url"] = captcha_url
    if fallback_url:
        error["fallback_url"] = fallback_url
    return Refusal(403, [error], description="Captcha required")


def description_only(description: str, status: int = 400) -> Refusal:
    """A refusal without `errors`, as hh.ru is known to send outside its documents."""
    return Refusal(status, description=description)
