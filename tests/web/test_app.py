from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
from aiohttp.web import Application
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bot.linking import Linking
from bot.sandbox.telegram.server import LocalTelegram
from bot.store import keys
from bot.store.connection import Client, connect, connected
from bot.store.errors import StoreUnavailable
from bot.store.mailbox import Backlog, Mailboxes
from bot.telegram.botapi import BotApi
from bot.telegram.intake import Intake
from bot.telegram.webhook import Identity, Webhook
from bot.web.app import LARGEST_UPDATE, build, serving
from bot.web.readiness import Readiness, Ready, Start
from bot.web.watching import Part, watch
from tests.figures import figure, grows
from tests.plain import plain_http
from tests.ports import free_port
from tests.secrecy import Overheard
from tests.waiting import PATIENCE, eventually, running
from tests.web.conftest import SECRET, FixedSource

ANNA = 700
State = Callable[[Client], AbstractAsyncContextManager[None]]
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


def said(text: str, update_id: int = 1) -> bytes:
    chat = {"id": ANNA, "type": "private"}
    return json.dumps({"update_id": update_id, "message": {"chat": chat, "text": text}}).encode()


async def inbox(redis: Client) -> list[bytes | str]:
    return await redis.lrange(keys.of(ANNA, "inbox"), 0, -1)


@asynccontextmanager
async def full(redis: Client) -> AsyncIterator[None]:
    """Redis has no memory left: it reads, but takes no writes."""
    await redis.config_set("maxmemory", "1")
    try:
        yield
    finally:
        await redis.config_set("maxmemory", "0")


@asynccontextmanager
async def replica(redis: Client) -> AsyncIterator[None]:
    """Redis follows another server, as after a failover: it reads, but takes no writes."""
    await redis.execute_command("REPLICAOF", "127.0.0.1", free_port())
    try:
        yield
    finally:
        await redis.execute_command("REPLICAOF", "NO", "ONE")


@asynccontextmanager
async def lonely(redis: Client) -> AsyncIterator[None]:
    """Redis has none of the replicas without which it may take no writes."""
    await redis.config_set("min-replicas-to-write", "1")
    try:
        yield
    finally:
        await redis.config_set("min-replicas-to-write", "0")


@asynccontextmanager
async def paused(redis: Client, milliseconds: int = 3000) -> AsyncIterator[None]:
    """Redis answers nobody for a while."""
    await redis.execute_command("CLIENT", "PAUSE", milliseconds)
    yield
    await redis.ping()


async def test_an_update_is_answered_with_200_after_it_was_stored(
    web: httpx.AsyncClient, redis: Client
) -> None:
    answer = await web.post("/telegram/webhook", content=said("раз 👋"), headers=HEADER)
    assert answer.status_code == 200
    assert await inbox(redis) == [said("раз 👋")]


async def test_telegram_delivers_to_the_webhook_that_was_set(web: httpx.AsyncClient, redis: Client) -> None:
    async with LocalTelegram() as telegram, plain_http() as client, asyncio.TaskGroup() as tasks:
        webhook = Webhook(
            BotApi(client, telegram.url, telegram.token), f"{web.base_url}/telegram/webhook", SECRET
        )
        setting = tasks.create_task(webhook.run())
        await telegram.user(ANNA).send("раз")
        await telegram.user(ANNA).send("два")
        await telegram.settled()
        setting.cancel()
    assert [json.loads(raw)["message"]["text"] for raw in await inbox(redis)] == ["раз", "два"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": b"\xff\xd1"}],
)
async def test_without_the_secret_nothing_is_taken(
    web: httpx.AsyncClient, redis: Client, headers: dict[str, str]
) -> None:
    answer = await web.post("/telegram/webhook", content=said("раз"), headers=headers)
    assert answer.status_code == 401
    assert await inbox(redis) == []


async def test_while_redis_takes_nothing_telegram_is_asked_to_come_again(
    web: httpx.AsyncClient, redis: Client
) -> None:
    async with full(redis):
        answer = await web.post("/telegram/webhook", content=said("раз"), headers=HEADER)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert (await web.post("/telegram/webhook", content=said("раз"), headers=HEADER)).status_code == 200
    assert await inbox(redis) == [said("раз")]


async def test_a_press_after_a_refusal_does_not_overtake_the_refused_message(
    web: httpx.AsyncClient, redis: Client
) -> None:
    press = json.dumps({"update_id": 2, "callback_query": {"from": {"id": ANNA}}}).encode()
    async with full(redis):
        assert (await web.post("/telegram/webhook", content=said("раз"), headers=HEADER)).status_code == 503
    async with asyncio.TaskGroup() as tasks:
        pressed = tasks.create_task(web.post("/telegram/webhook", content=press, headers=HEADER))
        await asyncio.sleep(0.2)
        await web.post("/telegram/webhook", content=said("раз"), headers=HEADER)
    assert pressed.result().status_code == 200
    assert await inbox(redis) == [said("раз"), press]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"{}",
        b"[" * 400_000,
        b'{"update_id":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
async def test_what_cant_be_parsed_is_counted_and_not_asked_for_again(
    web: httpx.AsyncClient, redis: Client, body: bytes
) -> None:
    with grows("updates_total", outcome="unreadable"):
        answer = await web.post("/telegram/webhook", content=body, headers=HEADER)
    assert answer.status_code == 200
    assert await redis.dbsize() == 0


WRITTEN = "Ждём вас, оклад 250000"
_SENDER = (
    f"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n".encode()
)
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@asynccontextmanager
async def dialled(
    web: httpx.AsyncClient,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection to the application."""
    reader, writer = await asyncio.open_connection(web.base_url.host, web.base_url.port)
    try:
        async with asyncio.timeout(PATIENCE):
            yield reader, writer
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", WRITTEN.encode()),
        ("gzip", gzip.compress(said(WRITTEN))[:-20]),
        ("deflate", WRITTEN.encode()),
        ("deflate", b""),
    ],
)
async def test_an_update_that_cant_be_unpacked_is_counted_and_not_asked_for_again(
    web: httpx.AsyncClient, redis: Client, overheard: Overheard, encoding: str, body: bytes
) -> None:
    before = REGISTRY.get_sample_value("hh_bridge_updates_total", {"outcome": "unreadable"}) or 0
    answer = await web.post(
        "/telegram/webhook", content=body, headers=HEADER | {"Content-Encoding": encoding}
    )
    assert answer.status_code == 200
    assert REGISTRY.get_sample_value("hh_bridge_updates_total", {"outcome": "unreadable"}) == before + 1
    assert await redis.dbsize() == 0
    assert '"level": "error"' not in overheard.text


async def test_an_update_that_comes_packed_is_stored(web: httpx.AsyncClient, redis: Client) -> None:
    headers = HEADER | {"Content-Encoding": "gzip"}
    answer = await web.post("/telegram/webhook", content=gzip.compress(said("раз")), headers=headers)
    assert answer.status_code == 200
    assert await inbox(redis) == [said("раз")]


@pytest.mark.parametrize(
    "sent",
    [
        WRITTEN.encode() + b"\r\n\r\n",
        f"GET /{WRITTEN} HTTP/1.1\r\n\r\n".encode(),
        f"GET / HTTP/1.1\r\n{WRITTEN}\r\n\r\n".encode(),
        f"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: {WRITTEN}\r\n\r\n".encode(),
        f"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {WRITTEN * 1000}\r\n\r\n".encode(),
        b"\x16\x03\x01\x02\x00\x01" + WRITTEN.encode() + b"\r\n\r\n",
        _SENDER + _CHUNKED + WRITTEN.encode() + b"\r\n",
    ],
)
async def test_what_is_no_http_is_told_in_a_quiet_line_without_its_words(
    web: httpx.AsyncClient, overheard: Overheard, sent: bytes
) -> None:
    async with dialled(web) as (reader, writer):
        writer.write(sent)
        await reader.read()
    assert (await web.get("/healthz")).status_code == 200
    assert not re.search(r"250000|\\xd0|оклад|Traceback", overheard.text)
    assert {json.loads(line)["level"] for line in overheard.text.splitlines()} <= {"debug"}


@pytest.mark.parametrize(
    "headers", [_SENDER + b"Content-Length: 1000\r\n\r\n", _SENDER + _CHUNKED + b"3E8\r\n"]
)
async def test_who_hangs_up_in_the_middle_of_an_update_is_no_error_and_stores_nothing(
    web: httpx.AsyncClient, redis: Client, overheard: Overheard, headers: bytes
) -> None:
    async with dialled(web) as (_, writer):
        writer.write(headers + said(WRITTEN)[:40])
        await writer.drain()
        await eventually(lambda: heard(web))
    await eventually(lambda: told_of(overheard, "cut off"))
    assert await redis.dbsize() == 0
    assert not re.search(r"250000|Traceback", overheard.text)
    assert {json.loads(line)["level"] for line in overheard.text.splitlines()} <= {"debug"}


async def heard(web: httpx.AsyncClient) -> bool:
    """Whether what was sent before has been read."""
    return (await web.get("/healthz")).status_code == 200


async def told_of(overheard: Overheard, words: str) -> bool:
    return words in overheard.text


async def test_a_fault_of_the_bridge_is_logged_and_answered_with_500(
    redis: Client, linking: Linking, overheard: Overheard
) -> None:
    def broken() -> str:
        raise KeyError(WRITTEN)

    async def backlog() -> Backlog:
        raise KeyError(WRITTEN)

    app = build(
        linking=linking,
        intake=Intake(Mailboxes(redis)),
        parts={"web": Readiness(redis, FixedSource())},
        webhook_secret=SECRET,
        username=broken,
        backlog=backlog,
    )
    async with serving(app, "127.0.0.1", 0) as port, plain_http(f"http://127.0.0.1:{port}") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 500
    assert WRITTEN not in answer.text
    assert "KeyError" in overheard.text
    assert WRITTEN not in overheard.text


async def test_ten_megabytes_are_refused(web: httpx.AsyncClient, redis: Client) -> None:
    answer = await web.post("/telegram/webhook", content=said("x" * 10_000_000), headers=HEADER)
    assert answer.status_code == 413
    assert await redis.dbsize() == 0


async def test_a_body_of_unknown_length_is_refused_before_it_ends(
    web: httpx.AsyncClient, redis: Client
) -> None:
    """More than the largest update is neither waited for nor kept in memory."""
    reader, writer = await asyncio.open_connection(web.base_url.host, web.base_url.port)
    secret = f"X-Telegram-Bot-Api-Secret-Token: {SECRET}"
    writer.write(f"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\n{secret}\r\n".encode())
    writer.write(b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(LARGEST_UPDATE // 0x10000 + 1):
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()
    assert await redis.dbsize() == 0


async def test_ten_megabytes_without_the_secret_are_not_even_read(web: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(web.base_url.host, web.base_url.port)
    writer.write(b"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n{")
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/telegram/webhook", 405),
        ("POST", "/oauth/callback", 405),
        ("HEAD", "/oauth/callback", 405),
        ("POST", "/readyz", 405),
        ("GET", "/", 404),
        ("GET", "/oauth/callback/x", 404),
        ("GET", "/../etc/passwd", 404),
    ],
)
async def test_other_methods_and_addresses_are_refused_plainly(
    web: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await web.request(method, path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


async def test_a_process_that_lives_says_so(web: httpx.AsyncClient) -> None:
    assert (await web.get("/healthz")).status_code == 200


async def test_a_process_is_ready_while_redis_writes_and_updates_come_in(
    web: httpx.AsyncClient, source: FixedSource
) -> None:
    answer = await web.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "redis": "ok", "updates": "ok"})
    source.says = "no process polls Telegram"
    answer = await web.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "redis": "ok", "updates": "no process polls Telegram"}


@pytest.mark.parametrize("state", [full, replica, lonely])
async def test_a_process_is_not_ready_while_redis_takes_no_writes(
    web: httpx.AsyncClient, redis: Client, state: State
) -> None:
    async with state(redis):
        answer = await web.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["redis"] != "ok"
    assert (await web.get("/readyz")).status_code == 200


@pytest.mark.parametrize("state", [full, replica, lonely, paused])
async def test_metrics_tell_while_redis_takes_no_writes(
    web: httpx.AsyncClient, redis: Client, state: State
) -> None:
    async with state(redis):
        figures = (await web.get("/metrics")).text
    assert "hh_bridge_redis_writable 0.0" in figures
    assert 'hh_bridge_ready{part="web"} 0.0' in figures
    figures = (await web.get("/metrics")).text
    assert "hh_bridge_redis_writable 1.0" in figures
    assert 'hh_bridge_ready{part="web"} 1.0' in figures


async def test_a_process_is_not_ready_without_the_replicas_that_are_waited_for(redis_url: str) -> None:
    async with connected(f"{redis_url}?replicas=1") as store:
        found = await Readiness(store, FixedSource(), timeout=0.3).now()
    assert (found.ready, found.redis) == (False, "away, or takes no writes")


async def test_a_worker_is_ready_once_telegram_has_said_who_the_bot_is_and_its_work_has_begun(
    redis: Client,
) -> None:
    async with LocalTelegram() as telegram, plain_http() as client:
        identity = Identity(BotApi(client, telegram.url, telegram.token))
        start = Start(identity)
        async with worker_of(start, redis) as worker:
            answer = await worker.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["updates"] == "Telegram has not said yet who the bot is"
            assert 'hh_bridge_ready{part="worker"} 0.0' in (await worker.get("/metrics")).text
            await identity.run()
            assert (await worker.get("/readyz")).json()["updates"] == "the work has not begun yet"
            start.over = True
            assert (await worker.get("/readyz")).status_code == 200
            assert 'hh_bridge_ready{part="worker"} 1.0' in (await worker.get("/metrics")).text


async def test_a_worker_that_telegram_knows_no_bot_for_says_so(redis: Client) -> None:
    async with LocalTelegram() as telegram, plain_http() as client:
        identity = Identity(BotApi(client, telegram.url, "1:of-nobody"))
        async with worker_of(Start(identity), redis) as worker, running(identity.run()):

            async def told() -> bool:
                return "TELEGRAM_TOKEN" in (await worker.get("/readyz")).json()["updates"]

            await eventually(told)


@asynccontextmanager
async def worker_of(start: Start, redis: Client) -> AsyncIterator[httpx.AsyncClient]:
    """What a worker that runs apart has of HTTP."""
    app = watch(Application(), {"worker": Readiness(redis, start)}, Mailboxes(redis).backlog)
    async with (
        serving(app, "127.0.0.1", 0) as port,
        plain_http(f"http://127.0.0.1:{port}") as client,
    ):
        yield client


async def test_one_look_at_the_figures_probes_redis_once_for_all_parts(
    redis: Client, source: FixedSource
) -> None:
    source.says = "no process polls Telegram"
    parts: dict[Part, Readiness] = {
        "web": Readiness(redis, source),
        "worker": Readiness(redis, FixedSource()),
    }
    app = watch(Application(), parts, Mailboxes(redis).backlog)
    async with serving(app, "127.0.0.1", 0) as port, plain_http(f"http://127.0.0.1:{port}") as client:
        await redis.config_resetstat()
        figures = (await client.get("/metrics")).text
    assert (await redis.info("commandstats"))["cmdstat_set"]["calls"] == 1
    assert 'hh_bridge_ready{part="web"} 0.0' in figures
    assert 'hh_bridge_ready{part="worker"} 1.0' in figures
    assert "hh_bridge_redis_writable 1.0" in figures


async def test_readiness_does_not_wait_for_a_redis_that_is_silent(
    web: httpx.AsyncClient, redis: Client
) -> None:
    async with paused(redis):
        silent = asyncio.ensure_future(redis.ping())
        assert (await web.get("/readyz")).status_code == 503
        assert not silent.done()
        await silent


class AwaySource:
    """Whether updates come in is kept in a store that is away."""

    async def trouble(self) -> str | None:
        raise StoreUnavailable("away")


async def test_a_process_that_cant_ask_whether_updates_come_in_is_not_ready(redis: Client) -> None:
    assert await Readiness(redis, AwaySource()).now() == Ready(False, "ok", "can't be stored")


async def test_a_process_is_not_ready_while_no_server_of_a_cluster_answers() -> None:
    store = connect(f"redis+cluster://127.0.0.1:{free_port()}")
    found = await Readiness(store, FixedSource(), timeout=0.3).now()
    assert (found.ready, found.redis) == (False, "away, or takes no writes")
    await store.aclose()


async def test_metrics_can_be_read_by_prometheus(web: httpx.AsyncClient) -> None:
    await web.post("/telegram/webhook", content=said("раз"), headers=HEADER)
    answer = await web.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"hh_bridge_updates", "hh_bridge_callback_pages", "hh_bridge_mailboxes_due"} <= names


async def test_metrics_tell_how_much_waits_for_a_worker(web: httpx.AsyncClient) -> None:
    await web.post("/telegram/webhook", content=said("раз"), headers=HEADER)
    await web.get("/metrics")
    assert figure("mailboxes") == 1
    assert figure("mailboxes_due") == 1
    assert figure("mailbox_oldest_due_seconds") > 0


async def test_a_figure_that_can_not_be_had_is_none_of_before(web: httpx.AsyncClient, redis: Client) -> None:
    async with paused(redis):
        assert "hh_bridge_mailboxes_due NaN" in (await web.get("/metrics")).text


async def test_no_address_is_logged(web: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpx").setLevel(logging.WARNING)
        await web.get("/oauth/callback?code=THECODE&state=THESTATE")
    assert "THECODE" not in caplog.text
    assert "THESTATE" not in caplog.text
