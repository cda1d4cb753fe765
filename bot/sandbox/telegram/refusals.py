"""What the local Bot API refuses, in Telegram's words.

    Refusal
    ├── BadRequest        400
    ├── Unauthorized      401
    ├── Forbidden         403
    ├── NotFound          404
    ├── Conflict          409
    ├── TooManyRequests   429, with `retry_after` seconds
    ├── ServerTrouble     500, 502
    └── Undocumented      any other code

The wording is that of https://github.com/tdlib/telegram-bot-api (`Client.cpp`) and of TDLib.
"""

from __future__ import annotations


class Refusal(Exception):
    """An answer with `ok: false`."""

    code = 400
    retry_after: int | None = None

    @property
    def description(self) -> str:
        """The sentence for the caller, with its prefix."""
        return str(self.args[0])


class BadRequest(Refusal):
    """The call can't be carried out as it stands."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Bad Request: {reason}")


class Unauthorized(Refusal):
    """The token isn't that of the bot."""

    code = 401

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class Forbidden(Refusal):
    """The bot may not write there."""

    code = 403

    def __init__(self, reason: str) -> None:
        super().__init__(f"Forbidden: {reason}")


class NotFound(Refusal):
    """No such method."""

    code = 404

    def __init__(self) -> None:
        super().__init__("Not Found: method not found")


class Conflict(Refusal):
    """Another `getUpdates`, or a webhook, takes the updates."""

    code = 409

    def __init__(self, reason: str) -> None:
        super().__init__(f"Conflict: {reason}")


class TooManyRequests(Refusal):
    """Wait `retry_after` seconds."""

    code = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too Many Requests: retry after {retry_after}")
        self.retry_after = retry_after


class ServerTrouble(Refusal):
    """Telegram itself is out of order."""

    def __init__(self, code: int) -> None:
        super().__init__({500: "Internal Server Error", 502: "Bad Gateway"}.get(code, "Service Unavailable"))
        self.code = code


class Undocumented(Refusal):
    """An answer that no documentation names."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Something unheard of: {code}")
        self.code = code
