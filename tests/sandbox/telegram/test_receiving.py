from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import aiohttp
import msgspec
import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict

from bot.sandbox.telegram.server import LocalTelegram
from bot.sandbox.telegram.wire import Update as WireUpdate
from tests.plain import plain_bot


@dataclass
class Receiver:
    """A webhook that answers with the given statuses first, and with 200 then."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    updates: list[WireUpdate] = field(default_factory=list)
    before_answer: Callable[[], Awaitable[object]] | None = None

    async def receive(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.updates.append(msgspec.json.decode(await request.read(), type=WireUpdate))
        if self.before_answer is not None:
            await self.before_answer()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def texts(self) -> list[str | None]:
        return [update.message.text if update.message else None for update in self.updates]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_updates_stay_until_the_offset_moves_past_them(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    for text in ("раз", "два", "три"):
        await user.send(text)
    first = await bot.get_updates(limit=2)
    again = await bot.get_updates()
    assert [update.message.text for update in first if update.message] == ["раз", "два"]
    assert [update.update_id for update in again][:2] == [update.update_id for update in first]
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["три"]
    await bot.get_updates(offset=rest[-1].update_id + 1)
    await telegram.settled()


async def test_a_long_poll_ends_with_the_first_update(telegram: LocalTelegram, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=20))
    await telegram.wait_until(lambda: telegram.world.updates.polled)
    await telegram.user().send("привет")
    assert len(await asyncio.wait_for(polling, 5)) == 1


async def test_the_older_of_two_pollers_is_refused(telegram: LocalTelegram, bot: Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await telegram.wait_until(lambda: telegram.world.updates.polled)
    async with plain_bot(telegram.url, telegram.token) as other:
        newer = asyncio.create_task(other.get_updates(timeout=20))
        with pytest.raises(Conflict, match=r"terminated by other getUpdates request"):
            await older
        await telegram.user().send("привет")
        assert len(await newer) == 1


async def test_polling_is_refused_while_a_webhook_is_set(
    telegram: LocalTelegram, bot: Bot, receiver: Receiver
) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=20))
    await telegram.wait_until(lambda: telegram.world.updates.polled)
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match=r"setWebhook"):
        await polling
    with pytest.raises(Conflict, match=r"webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_the_webhook_gets_the_secret_and_the_order(
    telegram: LocalTelegram, bot: Bot, receiver: Receiver
) -> None:
    user = telegram.user()
    await user.send("до")
    await bot.set_webhook(receiver.url, secret_token="s3cret_-")
    for text in ("раз", "два"):
        await user.send(text)
    await telegram.settled()
    assert receiver.texts == ["до", "раз", "два"]
    assert set(receiver.secrets) == {"s3cret_-"}
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.last_error_message) == (receiver.url, 0, None)


async def test_a_refused_update_is_tried_again_and_holds_back_only_its_chat(
    telegram: LocalTelegram, bot: Bot, receiver: Receiver
) -> None:
    receiver.statuses = [503, 500]
    await bot.set_webhook(receiver.url)
    anna, boris = telegram.user(), telegram.user(2, "Борис")
    await anna.send("1")
    await telegram.wait_until(lambda: telegram.world.webhooks.last_error is not None)
    await anna.send("2")
    await boris.send("другой")
    await telegram.settled()
    annas = [
        update.message.text
        for update in receiver.updates
        if update.message and update.message.chat.id == anna.id
    ]
    assert annas[-2:] == ["1", "2"]
    assert annas.count("2") == 1
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    assert info.last_error_date is not None, "it tells the most recent error, also after all is well again"


async def test_an_unreachable_webhook_keeps_the_updates(telegram: LocalTelegram, bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    await telegram.user().send("привет")
    await telegram.wait_until(lambda: telegram.world.webhooks.last_error is not None)
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_a_webhook_that_goes_while_an_update_is_on_its_way_gets_no_other(
    telegram: LocalTelegram, bot: Bot, receiver: Receiver
) -> None:
    receiver.before_answer = partial(bot.delete_webhook, drop_pending_updates=True)
    await bot.set_webhook(receiver.url)
    user = telegram.user()
    await user.send("раз")
    await user.send("два")
    await telegram.wait_until(lambda: not telegram.world.updates.webhook_set)
    await user.send("три")
    assert [update.message.text for update in await bot.get_updates() if update.message] == ["три"]
    assert receiver.texts == ["раз"]


async def test_an_update_that_is_dropped_on_its_way_does_not_hold_back_the_next_one(
    telegram: LocalTelegram, bot: Bot, receiver: Receiver
) -> None:
    await bot.set_webhook(receiver.url)
    receiver.before_answer = partial(bot.set_webhook, receiver.url, drop_pending_updates=True)
    user = telegram.user()
    await user.send("раз")
    await telegram.settled()
    receiver.before_answer = None
    await user.send("два")
    await telegram.settled()
    assert receiver.texts == ["раз", "два"]


async def test_it_may_be_stopped_more_than_once(telegram: LocalTelegram) -> None:
    await telegram.stop()
    await telegram.stop()


@pytest.mark.parametrize("url", ["http://example.com/hook", "nonsense"])
async def test_a_webhook_needs_https_outside_loopback(telegram: LocalTelegram, bot: Bot, url: str) -> None:
    with pytest.raises(BadRequest):
        await bot.set_webhook(url)


async def test_the_secret_has_only_allowed_characters(telegram: LocalTelegram, bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"unallowed characters"):
        await bot.set_webhook("https://example.com", secret_token="нет")


async def test_only_wanted_kinds_come(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await bot.get_updates(allowed_updates=["callback_query"])
    await user.send("не придёт")
    await bot.get_updates(allowed_updates=[])
    await user.send("придёт")
    updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ["придёт"]


async def test_duplicates_come_once_more_after_they_were_taken(telegram: LocalTelegram, bot: Bot) -> None:
    telegram.faults.duplicate_updates(1)
    await telegram.user().send("дважды")
    first = await bot.get_updates()
    second = await bot.get_updates(offset=first[0].update_id + 1)
    assert second == first
    assert await bot.get_updates(offset=first[0].update_id + 1) == ()


async def test_swapped_updates_come_in_the_other_order(telegram: LocalTelegram, bot: Bot) -> None:
    telegram.faults.swap_updates(1)
    user = telegram.user()
    await user.send("раз")
    assert await bot.get_updates() == ()
    await user.send("два")
    updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ["два", "раз"]
    assert updates[0].update_id > updates[1].update_id


async def test_restarted_ids_are_delivered_below_the_offset(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.send("до")
    before = await bot.get_updates()
    telegram.restart_update_ids(7)
    await user.send("после")
    after = await bot.get_updates(offset=before[0].update_id + 1)
    assert [update.update_id for update in after] == [7]
    assert await bot.get_updates(offset=8) == ()


async def test_a_press_waits_for_its_answer(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    sent = await bot.send_message(
        user.id, "?", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="yes")]])
    )
    press = asyncio.create_task(user.press(sent.message_id, "Да"))
    await telegram.wait_until(lambda: telegram.world.updates.count == 2)
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    assert query.data == "yes"
    assert query.message is not None
    assert query.message.message_id == sent.message_id
    await bot.answer_callback_query(query.id, "Готово", show_alert=True)
    answer = await press
    assert (answer.text, answer.alert) == ("Готово", True)
    with pytest.raises(BadRequest, match=r"[Qq]uery is too old"):
        await bot.answer_callback_query(query.id)


async def test_an_old_press_can_not_be_answered(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    sent = await bot.send_message(
        user.id, "?", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="yes")]])
    )
    user.tap(sent.message_id, 0)
    query = (await bot.get_updates())[-1].callback_query
    assert query is not None
    telegram.world.clock.advance(601)
    with pytest.raises(BadRequest, match=r"[Qq]uery is too old"):
        await bot.answer_callback_query(query.id)


async def everything(bot: Bot) -> list[Update]:
    return list(await bot.get_updates())


async def test_what_a_person_can_do_reaches_the_bot(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user(language_code="en")
    await user.open_link(f"https://t.me/{telegram.bot_username}?start=abc-_1")
    mine = await user.send("вот", reply_to=None)
    await user.edit(mine, "вот так")
    await user.send("ответ", reply_to=mine)
    await user.send_photo("фото")
    await user.send_sticker()
    await user.send_voice()
    await user.forward("https://hh.ru/vacancy/1")
    await user.block()
    updates = await everything(bot)
    start, first, edited, reply, photo, sticker, voice, forward, blocked = updates
    assert start.message is not None
    assert start.message.text == "/start abc-_1"
    assert start.message.entities[0].type == "bot_command"
    assert start.message.from_user is not None
    assert start.message.from_user.language_code == "en"
    assert first.message is not None
    assert edited.edited_message is not None
    assert (edited.edited_message.message_id, edited.edited_message.text) == (mine, "вот так")
    assert edited.edited_message.edit_date is not None
    assert reply.message is not None
    assert reply.message.reply_to_message is not None
    assert reply.message.reply_to_message.message_id == mine
    assert photo.message is not None
    assert (len(photo.message.photo), photo.message.caption) == (1, "фото")
    assert sticker.message is not None
    assert sticker.message.sticker is not None
    assert voice.message is not None
    assert voice.message.voice is not None
    assert forward.message is not None
    assert forward.message.forward_origin is not None
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"


async def test_a_foreign_link_is_not_opened(telegram: LocalTelegram) -> None:
    user = telegram.user()
    for url in (
        "https://t.me/other_bot?start=x",
        "https://example.com/hh_bridge_bot",
        "https://t.me/hh_bridge_bot?start=я",
    ):
        with pytest.raises(ValueError, match=r"t"):
            await user.open_link(url)


async def test_a_bot_in_a_group_hears_what_is_meant_for_it(telegram: LocalTelegram, bot: Bot) -> None:
    user, group = telegram.user(), telegram.group("Поиск работы")
    with pytest.raises(Exception, match=r"not a member"):
        await bot.send_message(group.id, "x")
    await group.add_bot(user)
    await group.send(user, "между собой")
    await group.send(user, "/help")
    added, joined, command = await everything(bot)
    assert added.my_chat_member is not None
    assert joined.message is not None
    assert joined.message.new_chat_members[0].id == bot.id
    assert command.message is not None
    assert command.message.chat.type == "group"
    await bot.leave_chat(group.id)
    assert group.bot_left


async def test_waiting_ends_with_the_message_or_tells_what_came(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    waiting = asyncio.create_task(user.wait_for("Готово"))
    await bot.send_message(user.id, "Ещё нет")
    await bot.send_message(user.id, "Готово!")
    assert (await waiting).text == "Готово!"
    with pytest.raises(AssertionError, match=r"Ещё нет"):
        await user.wait_for("никогда", 0.01)


async def test_a_poller_whose_connection_died_gives_way(telegram: LocalTelegram, bot: Bot) -> None:
    async with aiohttp.ClientSession() as http:
        dying = asyncio.create_task(http.get(f"{telegram.url}/bot{telegram.token}/getUpdates?timeout=20"))
        await telegram.wait_until(lambda: telegram.world.updates.polled)
        dying.cancel()
    await telegram.user().send("не потеряется")
    assert [update.message.text for update in await everything(bot) if update.message] == ["не потеряется"]
