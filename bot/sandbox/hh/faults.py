"""Faults on command: what the local hh.ru does wrong, when, and how often.

    faults.add(reset(after=True), on="POST /negotiations/*/messages", times=1)

A fault strikes before the request has its effect, or after it (`after=True`): then the effect
happens and only the answer suffers.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.hh import refusals
from bot.sandbox.hh.patterns import path_pattern
from bot.sandbox.hh.refusals import OauthRefusal, Refusal

_GATEWAY_PAGE = (
    "<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"
)
_SHIELD_PAGE = (
    "<!DOCTYPE html><html><head><title>DDoS-Guard</title></head>"
    "<body><h1>Checking your browser before accessing hh.ru</h1></body></html>"
)


@dataclass(frozen=True)
class Answer:
    """Any answer, JSON or not, in place of the true one."""

    status: int
    body: str
    content_type: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reset:
    """The connection is reset without an answer."""


@dataclass(frozen=True)
class Cut:
    """Half of the true answer. `hang_up` promises the whole length and closes the connection."""

    hang_up: bool = False


@dataclass(frozen=True)
class ExpireToken:
    """The request's access token has just expired; it can be refreshed."""


@dataclass(frozen=True)
class AskCaptcha:
    """A captcha stands before this request and all like it until somebody passes it."""

    captcha_url: bool = True
    fallback_url: bool = True


Outcome = Answer | Reset | Cut | ExpireToken | AskCaptcha | Refusal


@dataclass(frozen=True)
class Fault:
    """What happens to a request; `delay` is in seconds and comes before the outcome."""

    kind: str
    outcome: Outcome | None = None
    delay: float = 0.0
    after: bool = False


def delay(seconds: float, *, after: bool = False) -> Fault:
    """The effect comes late, or (`after`) at once and its answer late."""
    return Fault("delay", delay=seconds, after=after)


def reset(*, after: bool = False) -> Fault:
    """The connection is reset."""
    return Fault("reset", Reset(), after=after)


def broken(status: int = 502, *, after: bool = False) -> Fault:
    """A 5xx page in HTML."""
    return Fault("broken", Answer(status, _GATEWAY_PAGE.format(status=status)), after=after)


def throttled(retry_after: int | str | None = None) -> Fault:
    """429; `retry_after` in seconds or as an HTTP date."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return Fault("throttled", Answer(429, "Too Many Requests", "text/plain", headers))


def shield() -> Fault:
    """403 with the page of a DDoS shield."""
    return Fault("shield", Answer(403, _SHIELD_PAGE))


def not_ready(status: int = 425) -> Fault:
    """The chat is still being made; also seen as 403."""
    return Fault("not_ready", refusals.negotiation("chat_is_not_ready", status))


def truncated(*, hang_up: bool = False) -> Fault:
    """The effect happens; half of the answer arrives."""
    return Fault("truncated", Cut(hang_up), after=True)


def captcha(*, captcha_url: bool = True, fallback_url: bool = True) -> Fault:
    """captcha_required until it is passed at the site; either address may be missing."""
    return Fault("captcha", AskCaptcha(captcha_url, fallback_url))


def refused(name: str, status: int | None = None) -> Fault:
    """Any refusal by name (`errors[].type` negotiations)."""
    return Fault("refused", refusals.negotiation(name, status))


def oauth(value: str) -> Fault:
    """Any refusal of the token by name (`errors[].type` oauth), though the token is good."""
    return Fault("oauth", refusals.oauth(value))


def no_tokens(error: str, description: str) -> Fault:
    """A refusal of the token address, in the words of RFC 6749 section 5.2."""
    return Fault("no_tokens", OauthRefusal(error, description))


def only_described(
    description: str = '"enable_applicant_visibility_in_country" param required', status: int = 400
) -> Fault:
    """A refusal without `errors`."""
    return Fault("only_described", refusals.description_only(description, status))


def token_expired() -> Fault:
    """The access token expires at this request."""
    return Fault("token_expired", ExpireToken())


KINDS: dict[str, Callable[..., Fault]] = {
    maker.__name__: maker
    for maker in (
        delay,
        reset,
        broken,
        throttled,
        shield,
        not_ready,
        truncated,
        captcha,
        refused,
        oauth,
        no_tokens,
        only_described,
        token_expired,
    )
}


@dataclass
class Rule:
    """A fault waiting for its requests; `left` None is for ever, `account_id` None is anybody's."""

    id: int
    fault: Fault
    method: str
    path: str
    left: int | None
    account_id: str | None = None
    struck: int = 0

    def strikes(self, method: str, path: str, account_id: str | None) -> bool:
        """Whether this request is meant."""
        return (
            self.left != 0
            and self.method in ("*", method)
            and self.account_id in (None, account_id)
            and path_pattern(self.path)(path)
        )


@dataclass
class Faults:
    """The faults in force, the first that matches strikes; `ceiling` is requests per second, then 429."""

    ceiling: float | None = None
    rules: list[Rule] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _recent: deque[float] = field(default_factory=deque)

    def add(
        self,
        fault: Fault,
        on: str = "* **",
        *,
        times: int | None = 1,
        account_id: str | None = None,
    ) -> Rule:
        """Put a fault on the next `times` requests (None: until cleared) of "METHOD path".

        The path has no mount prefix; `*` is one segment, `**` anything, method `*` any.
        """
        method, path = on.split()
        rule = Rule(next(self._ids), fault, method, path, times, account_id)
        self.rules.append(rule)
        return rule

    def take(self, method: str, path: str, account_id: str | None) -> Fault | None:
        """The fault for this request, counted down."""
        for rule in self.rules:
            if rule.strikes(method, path, account_id):
                rule.struck += 1
                if rule.left is not None:
                    rule.left -= 1
                return rule.fault
        return None

    def crowded(self) -> bool:
        """Count a request against the ceiling; True where it is one too many."""
        if self.ceiling is None:
            return False
        moment = time.monotonic()
        while self._recent and self._recent[0] <= moment - 1:
            self._recent.popleft()
        if len(self._recent) >= self.ceiling:
            return True
        self._recent.append(moment)
        return False

    def remove(self, rule_id: int) -> None:
        """Forget one rule; an unknown id is no error."""
        self.rules = [rule for rule in self.rules if rule.id != rule_id]

    def clear(self) -> None:
        """No faults any more."""
        self.rules.clear()
        self.ceiling = None
