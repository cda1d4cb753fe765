from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from bot.sandbox.telegram.server import LocalTelegram
from bot.store import keys
from bot.store.connection import Client, connect
from bot.store.embedded import EmbeddedRedis
from bot.store.mailbox import Mailboxes
from bot.telegram.botapi import BotApi, OtherPoller
from bot.telegram.intake import Intake
from bot.telegram.lease import Lease, LeaseLost
from bot.telegram.poller import Poller
from tests.plain import plain_http
from tests.waiting import eventually, running

ANNA = 700


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with plain_http() as opened:
        yield opened


@pytest.fixture
def api(telegram: LocalTelegram, client: httpx.AsyncClient) -> BotApi:
    return BotApi(client, telegram.url, telegram.token)


@pytest.fixture
def poller(api: BotApi, redis: Client) -> Poller:
    return a_poller(api, redis)


def a_poller(api: BotApi, redis: Client, *, seconds: float = 3.0, hold: int = 5) -> Poller:
    lease = Lease(redis, keys.poller_lease(), seconds=seconds)
    return Poller(api, Intake(Mailboxes(redis)), lease, hold=hold)


async def says(poller: Poller, text: str) -> bool:
    return text in str(await poller.trouble())


async def texts(redis: Client, user_id: int = ANNA) -> list[str]:
    """What waits in a user's mailbox."""
    waiting = await redis.lrange(keys.of(user_id, "inbox"), 0, -1)
    return [json.loads(raw)["message"]["text"] for raw in waiting]


async def test_what_users_write_is_stored_in_order(
    telegram: LocalTelegram, poller: Poller, redis: Client
) -> None:
    await telegram.user(ANNA).send("раз 👋")
    async with running(poller.run()):
        await telegram.settled()
        await telegram.user(ANNA).send("<b>два</b> & три")
        await telegram.settled()
    assert await texts(redis) == ["раз 👋", "<b>два</b> & три"]


async def test_an_update_is_confirmed_only_after_redis_took_it(
    telegram: LocalTelegram, api: BotApi, redis: Client, caplog: pytest.LogCaptureFixture
) -> None:
    # A lease that outlasts the fault on any machine: without it nothing would be polled at all.
    def refused() -> bool:
        # Redis 6.2 words it differently than its successors.
        return "OOM" in caplog.text or "OutOfMemory" in caplog.text

    async with running(a_poller(api, redis, seconds=60).run()):
        await telegram.user(ANNA).send("до")
        await telegram.settled()
        await redis.config_set("maxmemory", "1")
        try:
            await telegram.user(ANNA).send("во время")
            await eventually(refused)
            assert telegram.world.updates.count == 1
        finally:
            await redis.config_set("maxmemory", "0")
        await telegram.settled()
    assert await texts(redis) == ["до", "во время"]


async def test_updates_delivered_again_are_stored_once(
    telegram: LocalTelegram, poller: Poller, redis: Client
) -> None:
    telegram.faults.duplicate_updates(2)
    async with running(poller.run()):
        await telegram.user(ANNA).send("раз")
        await telegram.user(ANNA).send("два")
        await telegram.settled()
    assert await texts(redis) == ["раз", "два"]


async def test_numbers_that_start_again_lose_nothing(
    telegram: LocalTelegram, poller: Poller, redis: Client
) -> None:
    async with running(poller.run()):
        await telegram.user(ANNA).send("до")
        await telegram.settled()
        telegram.restart_update_ids(1)
        await telegram.user(ANNA).send("после")
        await telegram.settled()
    assert await texts(redis) == ["до", "после"]


async def test_a_webhook_in_the_way_is_removed(
    telegram: LocalTelegram, api: BotApi, poller: Poller, redis: Client
) -> None:
    await api.set_webhook("http://127.0.0.1:9/nobody", "secret", ("message",), 1)
    await telegram.user(ANNA).send("раз")
    async with running(poller.run()):
        await telegram.settled()
        await api.set_webhook("http://127.0.0.1:9/nobody", "secret", ("message",), 1)
        await telegram.user(ANNA).send("два")
        await telegram.settled()
    assert await texts(redis) == ["раз", "два"]
    assert all(not call.parameters.flag("drop_pending_updates") for call in telegram.calls("deleteWebhook"))


async def test_another_poller_is_reported_and_outlived(
    telegram: LocalTelegram, api: BotApi, poller: Poller, redis: Client, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(poller.run()):
        await telegram.user(ANNA).send("раз")
        await telegram.settled()
        with suppress(OtherPoller):
            await api.get_updates(None, 1, ("message",))
        assert "other getUpdates" in str(await poller.trouble())
        await telegram.user(ANNA).send("два")
        await telegram.settled()
        await eventually(lambda: says(poller, "None"))
    assert await texts(redis) == ["раз", "два"]
    assert caplog.text.count("terminated by other getUpdates") == 1


async def test_telegrams_wish_to_wait_is_respected(
    telegram: LocalTelegram, poller: Poller, redis: Client
) -> None:
    telegram.fail_next("getUpdates", retry_after=1)
    begun = time.monotonic()
    await telegram.user(ANNA).send("раз")
    async with running(poller.run()):
        await telegram.settled()
    assert time.monotonic() - begun >= 1
    assert await texts(redis) == ["раз"]


@pytest.mark.parametrize("fault", [{"reset_before": True}, {"reset_after": True}, {"status": 502}])
async def test_polling_goes_on_after_a_failure(
    telegram: LocalTelegram, poller: Poller, redis: Client, fault: dict[str, bool | int]
) -> None:
    telegram.fail_next("getUpdates", **fault)
    await telegram.user(ANNA).send("раз")
    async with running(poller.run()):
        await telegram.settled()
    assert await texts(redis) == ["раз"]


async def test_a_wrong_token_is_said_but_not_shown(
    telegram: LocalTelegram, client: httpx.AsyncClient, redis: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    poller = a_poller(BotApi(client, telegram.url, "123:wrong"), redis)
    async with running(poller.run()):
        await eventually(lambda: says(poller, "TELEGRAM_TOKEN"))
    assert "TELEGRAM_TOKEN" in caplog.text
    assert "123:wrong" not in caplog.text


async def test_an_unreachable_telegram_is_said_without_the_token(
    client: httpx.AsyncClient, redis: Client, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    poller = a_poller(BotApi(client, f"http://127.0.0.1:{unused_tcp_port}", "123:secret"), redis)
    async with running(poller.run()):
        await eventually(lambda: "127.0.0.1 can't be reached" in caplog.text)
        assert await poller.trouble() is None  # it passes by itself
    assert "123:secret" not in caplog.text


async def test_only_one_of_two_processes_polls_and_the_other_takes_over(
    telegram: LocalTelegram, api: BotApi, redis: Client
) -> None:
    first, second = (a_poller(api, redis) for _ in range(2))
    async with AsyncExitStack() as rest:
        async with running(first.run()):
            await eventually(lambda: first.polls)
            tried = await attempts(redis)
            await rest.enter_async_context(running(second.run()))
            await eventually(lambda: more_than(redis, tried + 1))
            assert first.polls
            assert not second.polls
            assert await first.trouble() is None
            assert await second.trouble() is None
            await telegram.user(ANNA).send("раз")
            await telegram.settled()
        await eventually(lambda: second.polls)
        await telegram.user(ANNA).send("два")
        await telegram.settled()
    assert await texts(redis) == ["раз", "два"]


async def test_a_poller_that_stops_frees_the_lease_at_once(
    telegram: LocalTelegram, poller: Poller, redis: Client
) -> None:
    async with running(poller.run()):
        await eventually(lambda: poller.polls)
        assert await redis.exists(keys.poller_lease())
    assert not await redis.exists(keys.poller_lease())
    assert await poller.trouble() == "no process polls Telegram"


async def test_who_lost_the_lease_takes_no_more_updates(
    telegram: LocalTelegram, api: BotApi, redis: Client
) -> None:
    poller = a_poller(api, redis)
    async with running(poller.run()):
        await eventually(lambda: poller.polls)
        await redis.set(keys.poller_lease(), "somebody else", px=60_000)
        await eventually(lambda: not poller.polls)
        await telegram.user(ANNA).send("раз")
        tried = await attempts(redis)
        await eventually(lambda: more_than(redis, tried + 1))
        assert telegram.world.updates.count == 1
        await redis.delete(keys.poller_lease())
        await telegram.settled()
    assert await texts(redis) == ["раз"]


async def test_a_process_that_was_frozen_does_not_think_that_it_holds_the_lease(redis: Client) -> None:
    now = 0.0
    lease = Lease(redis, keys.poller_lease(), seconds=60, clock=lambda: now)
    assert await lease.acquire()
    now = 59.0
    assert lease.held
    now = 60.0
    assert not lease.held


async def test_the_lease_is_kept_alive_while_it_is_held(redis: Client) -> None:
    mine, other = (Lease(redis, keys.poller_lease(), seconds=3) for _ in range(2))
    assert await mine.acquire()
    keeping = asyncio.create_task(mine.keep())
    await redis.pexpire(keys.poller_lease(), 60_000)
    await eventually(lambda: renewed(redis))
    assert mine.held
    assert not await other.acquire()
    await redis.delete(keys.poller_lease())
    with pytest.raises(LeaseLost):
        await keeping
    assert not mine.held


async def test_while_redis_is_away_the_lease_is_believed_until_it_runs_out(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path, fsync=False) as url:
        client = connect(url)
        lease = Lease(client, keys.poller_lease(), seconds=3)
        assert await lease.acquire()
    began = time.monotonic()
    with pytest.raises(LeaseLost):
        await lease.keep()
    assert time.monotonic() - began > 1.5, "it was tried again"
    assert not lease.held
    await lease.release()
    await client.aclose()


async def test_releasing_does_not_take_the_lease_from_its_new_holder(redis: Client) -> None:
    mine, other = (Lease(redis, keys.poller_lease(), seconds=1) for _ in range(2))
    await mine.acquire()
    await redis.delete(keys.poller_lease())
    await other.acquire()
    await mine.release()
    assert await other.taken()


async def renewed(redis: Client) -> bool:
    return int(await redis.pttl(keys.poller_lease())) <= 3000


async def attempts(redis: Client) -> int:
    """How often anybody has tried to get a lease."""
    return int((await redis.info("commandstats"))["cmdstat_set"]["calls"])


async def more_than(redis: Client, tried: int) -> bool:
    return await attempts(redis) > tried


class ScriptedTelegram:
    """Answers getUpdates with what the test prepared, then with nothing new; notes the offsets."""

    def __init__(self, *answers: bytes) -> None:
        self.offsets: list[int | None] = []
        self._answers = list(answers)

    async def answer(self, request: web.Request) -> web.Response:
        if request.match_info["method"] != "getUpdates":
            return web.Response(body=b'{"ok":true,"result":true}')
        self.offsets.append((await request.json()).get("offset"))
        if self._answers:
            return web.Response(body=self._answers.pop(0))
        await asyncio.sleep(0.05)
        return web.Response(body=b'{"ok":true,"result":[]}')

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()


def said(update_id: int, text: str) -> bytes:
    return b'{"update_id":%d,"message":{"chat":{"id":%d},"text":"%s"}}' % (update_id, ANNA, text.encode())


def answer(*updates: bytes) -> bytes:
    return b'{"ok":true,"result":[' + b",".join(updates) + b"]}"


async def test_the_offset_confirms_what_was_stored_and_then_is_dropped(
    redis: Client, client: httpx.AsyncClient
) -> None:
    scripted = ScriptedTelegram(answer(said(10, "раз"), said(11, "два")), answer(), answer(said(3, "три")))
    async with scripted.serve() as url, running(a_poller(BotApi(client, url, "1:x"), redis).run()):
        await eventually(lambda: len(scripted.offsets) >= 5)
    assert scripted.offsets[:5] == [None, 12, None, 4, None]
    assert await texts(redis) == ["раз", "два", "три"]


@pytest.mark.parametrize(
    "odd",
    [
        b'{"update_id":11,"poll":{}}',
        b'{"update_id":11,"message":{"chat":{"id":"x"}}}',
        b'{"update_id":11,"message":{"chat":{"id":1},"text":"\\ud800"}}',
        b'{"update_id":11,"message":{"chat":{"id":1},"text":"\xff"}}',
        b'{"no":"number"}',
    ],
)
async def test_an_odd_update_does_not_stop_the_others(
    redis: Client, client: httpx.AsyncClient, odd: bytes
) -> None:
    scripted = ScriptedTelegram(answer(said(10, "раз"), odd), answer(said(12, "два")))
    async with scripted.serve() as url, running(a_poller(BotApi(client, url, "1:x"), redis).run()):
        await eventually(lambda: len(scripted.offsets) >= 3)
    assert await texts(redis) == ["раз", "два"]


@pytest.mark.parametrize(("broken", "mended"), [(b"\xff", "\ufffd"), (b"\\ud800", "?")])
async def test_a_broken_character_costs_only_itself(
    redis: Client, client: httpx.AsyncClient, broken: bytes, mended: str
) -> None:
    scripted = ScriptedTelegram(answer(said(10, "X").replace(b"X", b"a" + broken), said(11, "два")))
    async with scripted.serve() as url, running(a_poller(BotApi(client, url, "1:x"), redis).run()):
        await eventually(lambda: len(scripted.offsets) >= 2)
    assert await texts(redis) == [f"a{mended}", "два"]


@pytest.mark.parametrize("broken", [b"\xff", b"\\ud800"])
async def test_an_update_that_comes_again_beside_a_broken_one_is_the_same(
    redis: Client, client: httpx.AsyncClient, broken: bytes
) -> None:
    first, second = said(10, "раз"), said(11, "X").replace(b"X", broken)
    scripted = ScriptedTelegram(answer(first), answer(first, second))
    async with scripted.serve() as url, running(a_poller(BotApi(client, url, "1:x"), redis).run()):
        await eventually(lambda: len(scripted.offsets) >= 3)
    assert len(await texts(redis)) == 2


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"<html>502</html>",
        b"[]",
        b'{"ok":true,"result":{}}',
        b'{"ok":false}',
        b"[" * 100_000,
        answer(b'{"message":{}}'),
    ],
)
async def test_an_answer_that_is_none_is_asked_for_again(
    redis: Client, client: httpx.AsyncClient, garbage: bytes
) -> None:
    scripted = ScriptedTelegram(garbage, answer(said(10, "раз")))
    async with scripted.serve() as url, running(a_poller(BotApi(client, url, "1:x"), redis).run()):
        await eventually(lambda: len(scripted.offsets) >= 3)
    assert await texts(redis) == ["раз"]
