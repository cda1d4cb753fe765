from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import warnings
from typing import Literal

import httpx
import pytest
from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot import log, trail

TOKEN = "123456789:AAE-it-is-a-token-of-nobody-00000000"


pytestmark = pytest.mark.usefixtures("logging_as_before")


def output(style: Literal["console", "json"] = "console", level: str = "DEBUG", *secrets: str) -> io.StringIO:
    stream = io.StringIO()
    log.set_up(level, style, secrets=secrets, stream=stream)
    return stream


def test_a_json_line_has_time_level_logger_and_event() -> None:
    stream = output("json")
    logging.getLogger("bot.web").info("listening on %s", "порт 80")
    line = json.loads(stream.getvalue())
    assert line["event"] == "listening on порт 80"
    assert (line["level"], line["logger"]) == ("info", "bot.web")
    assert line["timestamp"].endswith("Z")


def test_the_trail_is_in_each_line_that_is_written_on_it() -> None:
    stream = output("json")
    with trail.follow(trail.of_update(b"{}"), "handle update"):
        log.logger("bot.worker").info("it was handled", says=5)
        logging.getLogger("aiohttp").warning("something is odd")
    log.logger("bot.worker").info("it rests")
    handled, odd, rests = map(json.loads, stream.getvalue().splitlines())
    assert (handled["event"], handled["says"]) == ("it was handled", 5)
    assert handled["trace_id"] == odd["trace_id"] == trail.of_update(b"{}")
    assert "trace_id" not in rests


def test_a_line_may_name_another_trail() -> None:
    stream = output("json")
    with trail.follow(trail.new(), "tell what waited"):
        log.logger("bot.worker").debug("news is told that waited", trace_id="of-the-poll")
    assert json.loads(stream.getvalue())["trace_id"] == "of-the-poll"


def test_fields_that_nobody_reads_cost_no_line() -> None:
    stream = output("json", "INFO")
    log.logger("bot.worker").debug("an update was handled", says=5)
    assert not stream.getvalue()


def test_a_traceback_names_the_trail_on_which_it_happened() -> None:
    stream = output("json")
    with pytest.raises(RuntimeError) as raised, trail.follow(trail.of_update(b"{}"), "handle update"):
        raise RuntimeError("it broke")
    log.logger("bot.worker").error("a session failed", exc_info=raised.value)
    assert trail.of_update(b"{}") in json.loads(stream.getvalue())["exception"]


def test_a_console_line_is_readable_and_has_no_colours_in_a_file() -> None:
    stream = output("console")
    logging.getLogger("bot").warning("Telegram does not answer")
    assert "Telegram does not answer" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_quieter_lines_than_the_level_are_left_out() -> None:
    stream = output("console", "WARNING")
    logging.getLogger("bot").info("quiet")
    logging.getLogger("bot").warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


def test_the_last_set_up_counts() -> None:
    first, second = output(), output()
    logging.getLogger("bot").error("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1


def test_warnings_are_lines_of_the_log_too() -> None:
    stream = output("json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old thing", stacklevel=1)
        logging.captureWarnings(False)
    assert "old thing" in stream.getvalue()


@pytest.mark.parametrize("style", ["console", "json"])
@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/sendMessage", TOKEN),
        ("POST http://127.0.0.1:81/bot1:short/getMe failed", "1:short"),
        (f"token {TOKEN} is wrong", TOKEN),
        ("Authorization: Bearer USERABCDEF", "USERABCDEF"),
        ("GET /oauth/callback?code=c0de-of-anna&state=5tate", "c0de-of-anna"),
        ("GET /oauth/callback?code=c0de-of-anna&state=5tate", "5tate"),
        ("grant_type=refresh_token&refresh_token=USERREFRESH", "USERREFRESH"),
        ('{"access_token": "USERACCESS", "expires_in": 5}', "USERACCESS"),
        ("{'refresh_token': 'USERREFRESH'}", "USERREFRESH"),
        ("client_id=x&client_secret=s3cr3t&code_verifier=v3rify", "s3cr3t"),
        ("client_id=x&client_secret=s3cr3t&code_verifier=v3rify", "v3rify"),
        ("connecting to redis://bridge:passw0rd@host:6379/0", "passw0rd"),
        ("redis+sentinel://host:1/service?sentinel_password=passw0rd&x=1", "passw0rd"),
        ("{'sentinel_password': 'passw0rd'}", "passw0rd"),
        ("connecting to redis://:passw0rd@host:6379/0", "passw0rd"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(
    style: Literal["console", "json"], text: str, secret: str
) -> None:
    stream = output(style)
    logging.getLogger("bot").info("%s", text)
    assert secret not in stream.getvalue()
    assert log.HIDDEN in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "listening on http://127.0.0.1:8080",
        "2026-11-23T17:03:12 negotiation 4444:5555 changed",
        'File "/srv/bridge/bot/app.py", line 3',
        "GET https://api.hh.ru/negotiations?page=0&per_page=20",
        "WRONGPASS invalid username-password pair",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert log.hider([])(text) == text


def test_a_known_secret_is_hidden_wherever_it_stands() -> None:
    stream = output("json", "DEBUG", "plain-word", "abc")
    logging.getLogger("bot").info("x-plain-word-y abc", extra={"about": "plain-word"})
    assert "plain-word" not in stream.getvalue()
    assert "abc" in stream.getvalue(), "too short to be told from a word"


@pytest.mark.parametrize("style", ["console", "json"])
def test_a_traceback_is_written_and_hides_secrets_too(style: Literal["console", "json"]) -> None:
    stream = output(style)
    try:
        raise RuntimeError(f"no answer of https://api.telegram.org/bot{TOKEN}/getMe")
    except RuntimeError:
        logging.getLogger("bot").exception("failed")
    assert "RuntimeError" in stream.getvalue()
    assert "test_a_traceback_is_written" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_an_answer_of_telegram_that_cant_be_read_is_not_quoted() -> None:
    stream = output("console", "DEBUG")
    with pytest.raises(TelegramError):
        BaseRequest.parse_json_payload('{"ok": true, "result": {"text": "Приходите завт'.encode())
    assert "Приходите" not in stream.getvalue()


async def test_what_fails_with_nobody_to_hear_it_is_told_without_what_it_quotes() -> None:
    stream = output("console", "DEBUG")
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log.unheard)
    said = "Приходите завтра"

    async def fail() -> None:
        int(said)

    task = loop.create_task(fail())
    await asyncio.wait({task})
    del task
    gc.collect()
    assert "Task exception was never retrieved" in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert "in fail" in stream.getvalue()
    assert "Приходите" not in stream.getvalue()


async def test_httpx_logs_no_address_at_any_level() -> None:
    stream = output("console", "DEBUG")
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("https://api.hh.ru/negotiations?page=77")
    assert "page=77" not in stream.getvalue()


def test_python_telegram_bot_logs_no_update_at_any_level() -> None:
    stream = output("console", "DEBUG")
    logging.getLogger("telegram.ext.Application").debug("Processing update %s", "мой секретный ответ")
    logging.getLogger("telegram.ext.Application").warning("something is wrong")
    assert "секретный" not in stream.getvalue()
    assert "something is wrong" in stream.getvalue()
