"""What can go wrong between the bridge and hh.ru.

    HhError
    ├── Refused            hh.ru understood and said no, by name; asking again changes nothing
    │   ├── NotFound       the vacancy, conversation or message is not there (404)
    │   └── CaptchaRequired  a person must pass a captcha first, then the same request works
    ├── LinkAgain          the account's access has ended; only the user can restore it
    ├── TokenExpired       the access token is over; refresh it and repeat
    ├── Throttled          too many requests; nothing happened; repeat after `retry_after`
    │   └── Crowded        by the bridge's own ceiling: hh.ru was not asked
    ├── Unavailable        nothing happened; repeat later
    │   ├── Withheld       by the bridge itself: whoever asked has lost the right to (bot.fence)
    │   ├── NotReady       the conversation is still being made (chat_is_not_ready)
    │   └── TokenStillValid  a refresh came before the access token had expired; it still works
    ├── OutcomeUnknown     a write may or may not have happened; read back before repeating
    └── MalformedAnswer    a read was answered with something that is not the contract

Writes never raise `MalformedAnswer` and reads never raise `OutcomeUnknown`. What `str` makes of any of them
may be logged: it quotes no answer, and of an address no more than the host that could not be connected to.
"""

import re

_NAME = re.compile(r"[a-z][a-z _-]{0,60}")
"""What hh.ru calls things by; whatever else it writes there may be about somebody."""


class HhError(Exception):
    """Base of everything that a call to hh.ru raises."""


class Refused(HhError):
    """hh.ru refused by name.

    `value` is `errors[].value` (or `.type` where there is no value, or "" when hh.ru gave only a
    description), `description` is hh.ru's own sentence, `request_id` is what its support asks for.
    """

    def __init__(self, value: str, description: str = "", request_id: str = "", status: int = 0) -> None:
        super().__init__(value if _NAME.fullmatch(value) else str(status))
        self.value = value
        self.description = description
        self.request_id = request_id
        self.status = status


class NotFound(Refused):
    """404: the object is not there, or not for this account."""


class CaptchaRequired(Refused):
    """403 captcha_required. `url` is where a person passes it, `backurl` already added; may be None."""

    def __init__(self, url: str | None, description: str = "", request_id: str = "") -> None:
        super().__init__("captcha_required", description, request_id, 403)
        self.url = url


class LinkAgain(HhError):
    """The account must be linked again; `reason` is hh.ru's own word (token_revoked, ...)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason if _NAME.fullmatch(reason) else "")
        self.reason = reason


class TokenExpired(HhError):
    """403 token_expired."""


class Throttled(HhError):
    """429 without `limit_exceeded`; `retry_after` in seconds, None where hh.ru did not say."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__(f"retry after {retry_after}")
        self.retry_after = retry_after


class Crowded(Throttled):
    """The bridge asks as much as it may already; `retry_after` is when there is a turn."""


class Unavailable(HhError):
    """The request surely had no effect, or was a read; repeat later."""


class Withheld(Unavailable):
    """The request did not leave: who made it may not act for this account any more (`bot.fence`)."""


class NotReady(Unavailable):
    """425, or 403 with chat_is_not_ready."""


class TokenStillValid(Unavailable):
    """400 invalid_grant "token not expired": only an expired access token can be refreshed."""


class OutcomeUnknown(HhError):
    """A write timed out, was cut off, met a 5xx, or succeeded with an unreadable answer."""


class MalformedAnswer(HhError):
    """A read was answered with a body that can't be parsed into the contract's objects."""
