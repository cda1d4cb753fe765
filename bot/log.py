"""Where log lines go and what they look like; and that no secret gets into one.

A line is an event, always in the same words, and fields. `trace_id` is in every line that is written while
an update or a poll is worked on, or what came of one (`bot.trail`). No field holds anything of a user:
neither texts and names nor ids, whether Telegram's or hh.ru's. DEBUG shows every step. INFO is what was
written at hh.ru and what did not go as usual but mends itself, WARNING what an operator should know of,
ERROR what has failed for good.

Four defences, each enough for what is known today: the libraries that log addresses or updates are heard
only when they warn, and those that quote answers not at all; tracebacks have no texts but the bridge's own
(`bot.tracebacks`); known secrets are replaced wherever they stand in a finished line; and so is everything
that looks like one.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, Literal, TextIO

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter, filter_by_level, render_to_log_kwargs
from structlog.typing import EventDict, Processor, WrappedLogger

from bot import trail
from bot.tracebacks import told

HIDDEN = "[hidden]"

# httpx, httpcore and aiohttp write addresses (the bot's token stands in Telegram's, hh.ru's code in the
# callback's), python-telegram-bot writes whole updates.
TALKATIVE = ("aiohttp.access", "asyncio", "httpcore", "httpx", "telegram", "urllib3")

# python-telegram-bot quotes an answer that it can't read, and Telegram's answers repeat what was sent;
# aiohttp quotes requests that it can't read, which anybody may send (`bot.web.app` tells of them).
QUOTING = ("aiohttp.server", "telegram.request.BaseRequest")

LOOKS_SECRET = re.compile(
    r"""
      (?<![\w-]) \d{5,}:[A-Za-z0-9_-]{20,}              # a bot's token (Bot API, "Authorizing your bot")
    | (?<=/bot) [^/\s"'\\]+ (?=/)                        # the same in an address, also a made-up one
    | (?<=Bearer[ ]) [^\s"'\\,]+                         # RFC 6750, section 2.1
    | (?P<query> (?<=[?&]) (?:code|state)= ) [^&\s"'\\]+  # RFC 6749, section 4.1.2: the callback's query
    | (?P<field>                                         # forms, JSON, dicts
        \b (?:access_token|refresh_token|client_secret|code_verifier|secret_token|(?:\w+_)?password) \b
        ["'\\]* \s? [=:] \s? ["'\\]*
      ) [^&\s"'\\,}]+
    | (?P<user> (?<=://) [^/\s:@"']* : ) [^/\s@"']+ (?=@)  # a password in an address
    """,
    re.VERBOSE,
)


def logger(name: str) -> BoundLogger:
    """The logger of a module: `log.info("event", field=value)`."""
    return _Logger(logging.getLogger(name), [filter_by_level, render_to_log_kwargs], {})


class _Logger(BoundLogger):
    def debug(self, event: str | None = None, *args: object, **fields: object) -> None:
        # Several stand on the way of every poll, and mostly nobody reads them.
        if self._logger.isEnabledFor(logging.DEBUG):
            super().debug(event, *args, **fields)


def set_up(
    level: str,
    style: Literal["console", "json"],
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send all logging to `stream` (standard error) in one style; `secrets` never appear in it.

    May be called again; the last call counts.
    """
    output = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter(style, secrets=secrets, colours=output.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in QUOTING:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(True)


def unheard(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For `set_exception_handler`: asyncio's own line quotes the error of a task that nobody waited for."""
    logging.getLogger("asyncio").error(context["message"], exc_info=context.get("exception"))


def formatter(
    style: Literal["console", "json"], *, secrets: Iterable[str] = (), colours: bool = False
) -> logging.Formatter:
    """How a line looks; `secrets` and whatever looks like one are hidden in it."""
    return _Formatter(style, hider(secrets), colours=colours)


def hider(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces `secrets` and whatever looks like one."""
    # Shorter ones would tear words apart, and guessing finds them anyway.
    known = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, known))) if known else None

    def hide(text: str) -> str:
        if pattern is not None:
            text = pattern.sub(HIDDEN, text)
        return LOOKS_SECRET.sub(_keep_name, text)

    return hide


def _keep_name(found: re.Match[str]) -> str:
    return (found["query"] or found["field"] or found["user"] or "") + HIDDEN


def _add_trail(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if trace_id := trail.current():
        event["trace_id"] = trace_id
    return event


class _Formatter(ProcessorFormatter):
    def __init__(
        self, style: Literal["console", "json"], hide: Callable[[str], str], *, colours: bool
    ) -> None:
        render: Processor = (
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if style == "json"
            else structlog.dev.ConsoleRenderer(colors=colours, sort_keys=False)
        )
        super().__init__(
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                _add_trail,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.ExceptionRenderer(told),
            ],
            processors=[ProcessorFormatter.remove_processors_meta, render],
        )
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        return self._hide(super().format(record))
