from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import RetryAfter

from bot.sandbox.telegram.server import LocalTelegram
from tests.plain import plain_bot
from tests.waiting import PATIENCE

CONSOLE = "/console/telegram"


@pytest.fixture(autouse=True)
def _delays_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


def bot_of(telegram: LocalTelegram) -> Bot:
    return plain_bot(telegram.url, telegram.token)


async def test_the_page_and_the_deep_link_are_served(page: aiohttp.ClientSession) -> None:
    for path in ("/", "/t.me/hh_bridge_bot?start=abc"):
        async with page.get(path) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")
    async with page.get("/t.me/other_bot") as answer:
        assert answer.status == 404


async def test_what_is_written_on_a_phone_stands_in_its_chat(
    telegram: LocalTelegram, page: aiohttp.ClientSession
) -> None:
    anna = telegram.user()
    async with page.post(f"{CONSOLE}/users/{anna.id}/open", json={"start": "code-1"}) as answer:
        first = (await answer.json())["message_id"]
    async with page.post(
        f"{CONSOLE}/users/{anna.id}/send", json={"text": "Да <b>", "reply_to": first}
    ) as answer:
        second = (await answer.json())["message_id"]
    async with page.post(
        f"{CONSOLE}/users/{anna.id}/edit", json={"message_id": second, "text": "Нет"}
    ) as answer:
        assert answer.status == 200
    async with page.get(f"{CONSOLE}/users/{anna.id}") as answer:
        shown = (await answer.json())["messages"]
    assert [message["text"] for message in shown] == ["/start code-1", "Нет"]
    assert shown[1]["quoted"] == {"id": first, "from_bot": False, "text": "/start code-1", "gone": False}
    assert shown[1]["edited"] is True


@pytest.mark.parametrize(
    ("action", "body", "kind"),
    [
        ("media", {"kind": "photo"}, "photo"),
        ("media", {"kind": "document"}, "document"),
        ("media", {"kind": "sticker"}, "sticker"),
        ("media", {"kind": "voice"}, "voice"),
        ("forward", {"text": "https://hh.ru/vacancy/1", "author": "Канал"}, "text"),
    ],
)
async def test_other_things_can_be_sent(
    telegram: LocalTelegram, page: aiohttp.ClientSession, action: str, body: dict[str, str], kind: str
) -> None:
    anna = telegram.user()
    async with page.post(f"{CONSOLE}/users/{anna.id}/{action}", json=body) as answer:
        assert answer.status == 200
    async with page.get(f"{CONSOLE}/state") as answer:
        message = (await answer.json())["phones"][0]["messages"][-1]
    assert message["kind"] == kind


async def test_a_press_brings_the_bots_answer(telegram: LocalTelegram, page: aiohttp.ClientSession) -> None:
    anna = telegram.user()
    await anna.start()
    async with bot_of(telegram) as bot:
        await bot.set_my_commands([BotCommand("list", "Отклики")])
        sent = await bot.send_message(
            anna.id,
            "<b>?</b>",
            parse_mode="HTML",
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="yes")]]),
        )
        press = asyncio.create_task(
            page.post(
                f"{CONSOLE}/users/{anna.id}/press", json={"message_id": sent.message_id, "button": 0}
            ).__aenter__()
        )
        await telegram.wait_until(lambda: telegram.world.updates.count == 2)
        query = (await bot.get_updates())[-1].callback_query
        assert query is not None
        await bot.answer_callback_query(query.id, "Готово", show_alert=True)
        answer = await press
        assert await answer.json() == {"text": "Готово", "alert": True, "url": "", "late": False}
    async with page.get(f"{CONSOLE}/users/{anna.id}") as shown:
        phone = await shown.json()
    assert phone["bot"]["commands"] == [{"command": "list", "description": "Отклики"}]
    assert phone["messages"][-1]["keyboard"] == [[{"text": "Да"}]]
    assert phone["messages"][-1]["entities"] == [{"type": "bold", "offset": 0, "length": 1}]


async def test_a_press_that_the_bot_does_not_answer_is_told(
    telegram: LocalTelegram, page: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.page.actions.ANSWER_SECONDS", 0.01)
    anna = telegram.user()
    await anna.start()
    async with bot_of(telegram) as bot:
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="yes")]])
        sent = await bot.send_message(anna.id, "Точно?", reply_markup=keyboard)
    press = {"message_id": sent.message_id, "button": 0}
    async with page.post(f"{CONSOLE}/users/{anna.id}/press", json=press) as answer:
        assert (await answer.json())["late"] is True


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("users/1/send", {"text": "x"}, 404),
        ("users/100001/dance", {}, 404),
        ("users/100001/send", {"text": " "}, 400),
        ("users/100001/send", {}, 400),
        ("users/100001/edit", {"message_id": 5, "text": "x"}, 400),
        ("users/100001/open", {"start": "я"}, 400),
        ("users/100001/media", {"kind": "hologram"}, 400),
        ("users/100001/forward", {"text": " "}, 400),
        ("users", {"first_name": " "}, 400),
    ],
)
async def test_a_wrong_order_is_refused(
    telegram: LocalTelegram, page: aiohttp.ClientSession, path: str, body: dict[str, object], status: int
) -> None:
    telegram.user()
    async with page.post(f"{CONSOLE}/{path}", json=body) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]


async def test_a_message_that_is_gone_is_quoted_as_gone(
    telegram: LocalTelegram, page: aiohttp.ClientSession
) -> None:
    anna = telegram.user()
    first = await anna.send("раз")
    await anna.send("два", reply_to=first)
    async with page.post(f"{CONSOLE}/users/{anna.id}/delete", json={"message_id": first}) as answer:
        assert answer.status == 200
    async with page.get(f"{CONSOLE}/users/{anna.id}") as answer:
        shown = (await answer.json())["messages"]
    assert [message["quoted"]["gone"] for message in shown] == [True]


async def test_a_form_of_a_foreign_page_is_refused(
    telegram: LocalTelegram, page: aiohttp.ClientSession
) -> None:
    anna = telegram.user()
    async with page.post(f"{CONSOLE}/users/{anna.id}/send", data='{"text": "x"}') as answer:
        assert answer.status == 415
    assert anna.messages == []


async def test_a_new_person_gets_a_phone(telegram: LocalTelegram, page: aiohttp.ClientSession) -> None:
    telegram.user()
    async with page.post(f"{CONSOLE}/users", json={"first_name": "Борис", "language_code": "en"}) as answer:
        person = (await answer.json())["person"]
    assert telegram.users[person["id"]].user.first_name == "Борис"


async def test_changes_are_streamed(telegram: LocalTelegram, page: aiohttp.ClientSession) -> None:
    anna = telegram.user()
    async with page.get(f"{CONSOLE}/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert await event(stream) == [0]
        await anna.send("привет")
        assert anna.id in await event(stream)


async def test_a_stream_of_nothing_shows_that_it_lives(
    page: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.page.server.KEEP_ALIVE_SECONDS", 0.01)
    async with page.get(f"{CONSOLE}/events") as stream:
        assert await event(stream) == [0]
        assert await stream.content.readline() == b"\n"
        assert await stream.content.readline() == b": still here\n"


async def event(stream: aiohttp.ClientResponse) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        while not (line := await stream.content.readline()).startswith(b"data: "):
            pass
    chats: list[int] = json.loads(line.removeprefix(b"data: "))
    return chats


async def test_faults_are_ordered_and_mended(telegram: LocalTelegram, page: aiohttp.ClientSession) -> None:
    anna = telegram.user()
    await anna.start()
    order = {"method": "sendMessage", "times": 2, "fault": {"retry_after": 5}}
    async with page.post(f"{CONSOLE}/faults", json=order) as answer:
        assert (await answer.json())["faults"]["waiting"] == 2
    async with bot_of(telegram) as bot:
        with pytest.raises(RetryAfter):
            await bot.send_message(anna.id, "x")
        async with page.delete(f"{CONSOLE}/faults") as answer:
            assert (await answer.json())["faults"]["waiting"] == 0
        await bot.send_message(anna.id, "x")


async def test_switches_change_only_what_they_name(
    telegram: LocalTelegram, page: aiohttp.ClientSession
) -> None:
    async with page.put(f"{CONSOLE}/switches", json={"limits": True}) as answer:
        assert (await answer.json())["faults"] == {"waiting": 0, "limits": True, "topics": False}
    async with page.put(f"{CONSOLE}/switches", json={"topics": True, "duplicates": 1}) as answer:
        assert (await answer.json())["faults"] == {"waiting": 0, "limits": True, "topics": True}
    assert telegram.faults.duplicates == 1


async def test_a_document_can_be_downloaded(telegram: LocalTelegram, page: aiohttp.ClientSession) -> None:
    anna = telegram.user()
    await anna.start()
    async with bot_of(telegram) as bot:
        await bot.send_document(anna.id, b"BEGIN:VCALENDAR", filename="встреча.ics")
    async with page.get(f"{CONSOLE}/users/{anna.id}") as answer:
        document = (await answer.json())["messages"][-1]["document"]
    async with page.get(document["url"]) as answer:
        assert await answer.read() == b"BEGIN:VCALENDAR"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    async with page.get(f"{CONSOLE}/files/none") as answer:
        assert answer.status == 404


async def test_blocking_and_the_language_are_set_on_the_phone(
    telegram: LocalTelegram, page: aiohttp.ClientSession
) -> None:
    anna = telegram.user()
    await anna.start()
    for action, body in (("block", {}), ("language", {"code": "en"})):
        async with page.post(f"{CONSOLE}/users/{anna.id}/{action}", json=body) as answer:
            assert answer.status == 200
    async with page.get(f"{CONSOLE}/users/{anna.id}") as answer:
        phone = await answer.json()
    assert (phone["standing"], phone["person"]["language_code"]) == ("blocked", "en")
    async with page.post(f"{CONSOLE}/users/{anna.id}/unblock", json={}) as answer:
        assert answer.status == 200
    assert anna.state.standing.value == "open"


async def test_a_topic_is_shown_written_in_and_deleted(
    telegram: LocalTelegram, page: aiohttp.ClientSession
) -> None:
    telegram.world.topics_enabled = True
    anna = telegram.user()
    await anna.start()
    async with bot_of(telegram) as bot:
        topic = await bot.create_forum_topic(anna.id, "Ромашка — Аналитик")
        thread = topic.message_thread_id
        await bot.edit_forum_topic(anna.id, thread, name="🎉 Ромашка — Аналитик")
        await bot.send_chat_action(anna.id, "typing", message_thread_id=thread)
    for action, body in (
        ("send", {"text": "Да", "thread_id": thread}),
        ("media", {"kind": "photo", "thread_id": thread}),
    ):
        async with page.post(f"{CONSOLE}/users/{anna.id}/{action}", json=body) as answer:
            assert answer.status == 200
    async with page.get(f"{CONSOLE}/users/{anna.id}") as answer:
        phone = await answer.json()
    assert phone["threaded"] is True
    assert phone["typing_thread"] == thread
    assert [each["name"] for each in phone["topics"]] == ["🎉 Ромашка — Аналитик"]
    _, opened, renamed, text, photo = phone["messages"]
    assert (opened["kind"], "topic_renamed" in opened) == ("service", False)
    assert (renamed["service"], renamed["topic_renamed"]) == ("🎉 Ромашка — Аналитик", True)
    assert text["thread_id"] == photo["thread_id"] == thread
    async with page.post(f"{CONSOLE}/users/{anna.id}/delete_topic", json={"thread_id": thread}) as answer:
        assert answer.status == 200
    assert anna.state.topics == {}
    async with page.post(
        f"{CONSOLE}/users/{anna.id}/send", json={"text": "Да", "thread_id": thread}
    ) as answer:
        assert answer.status == 400
