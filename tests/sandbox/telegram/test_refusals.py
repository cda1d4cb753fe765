"""What the local Telegram refuses, and in which words: one line per refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp
import pytest
from telegram import Bot, MenuButtonCommands
from telegram.error import BadRequest

from bot.sandbox.telegram.server import LocalTelegram

ANNA, STRANGER, LEFT_GROUP, GROUP = 1, 2, -1, -2
Scene = Mapping[str, str]


@pytest.fixture
async def scene(telegram: LocalTelegram, bot: Bot) -> Scene:
    """The ids of what stands in Anna's chat: a text, a picture, a topic and the message that opened it."""
    telegram.world.topics_enabled = True
    anna = telegram.user(ANNA)
    telegram.user(STRANGER, "Борис")
    telegram.group(id=LEFT_GROUP)
    group = telegram.group(id=GROUP)
    await group.add_bot(anna)
    await anna.start()
    text = await bot.send_message(ANNA, "текст")
    picture = await bot.send_photo(ANNA, b"\x89PNG", "подпись")
    topic = await bot.create_forum_topic(ANNA, "Ромашка")
    return {
        "text": str(text.message_id),
        "picture": str(picture.message_id),
        "topic": str(topic.message_thread_id),
        "file": picture.photo[0].file_id,
    }


async def answer(
    telegram: LocalTelegram, http: aiohttp.ClientSession, method: str, body: object
) -> tuple[int, str]:
    """The status of a call and the description of its refusal, "" where it was accepted."""
    async with http.post(f"{telegram.url}/bot{telegram.token}/{method}", json=body) as response:
        told = await response.json()
        return response.status, told.get("description", "")


def filled(body: Mapping[str, object], scene: Scene) -> dict[str, object]:
    """The body with the ids of the scene for what is written as `$name`."""
    return {
        name: scene[value[1:]] if isinstance(value, str) and value.startswith("$") else value
        for name, value in body.items()
    }


KEYBOARD = {"keyboard": [[{"text": "Да"}]]}
BUTTON = {"text": "x", "callback_data": "x"}


@pytest.mark.parametrize(
    ("method", "body", "reason"),
    [
        ("sendMessage", {"text": "x" * 32_769}, "text is too long"),
        ("sendMessage", {"text": "*x*", "parse_mode": "Markdown"}, "unsupported parse_mode"),
        ("sendMessage", {"text": "x", "entities": 7}, "can't parse entities JSON object"),
        ("sendMessage", {"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup"),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[BUTTON] * 9]}},
            "reply markup is too long",
        ),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[BUTTON | {"text": "я" * 6_000}]]}},
            "reply markup is too long",
        ),
        (
            "sendMessage",
            {
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "x", "web_app": {"url": "http://hh.ru"}}]]},
            },
            "Only HTTPS links are allowed",
        ),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}},
            "Text buttons are unallowed",
        ),
        ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is empty"),
        ("sendMessage", {"text": "x", "reply_parameters": "7"}, "can't parse reply parameters"),
        ("sendLocation", {"longitude": 1}, "latitude is empty"),
        ("sendVenue", {"latitude": 1, "longitude": 1, "title": "x"}, "VENUE_ADDRESS_EMPTY"),
        ("sendDocument", {"document": "x", "caption": "x" * 1025}, "message caption is too long"),
        ("sendDocument", {}, "there is no document in the request"),
        ("sendPhoto", {"photo": "x"}, "wrong file identifier"),
        ("sendChatAction", {"action": "sleeping"}, "wrong parameter action"),
        ("editMessageText", {"message_id": "$picture", "text": "x"}, "no text in the message to edit"),
        (
            "editMessageText",
            {"message_id": "$text", "text": "x", "reply_markup": KEYBOARD},
            "inline keyboard expected",
        ),
        ("editMessageText", {"message_id": "$topic", "text": "x"}, "message can't be edited"),
        ("editMessageReplyMarkup", {"message_id": "$text"}, "message is not modified"),
        ("deleteMessage", {}, "message identifier is not specified"),
        (
            "setMessageReaction",
            {"message_id": "$text", "reaction": [{"type": "emoji", "emoji": "👌"}] * 2},
            "REACTIONS_TOO_MANY",
        ),
        (
            "setMessageReaction",
            {"message_id": "$topic", "reaction": [{"type": "emoji", "emoji": "👌"}]},
            "MESSAGE_NOT_MODIFIED",
        ),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}, "DESCRIPTION_INVALID"),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": "x"}] * 101},
            "BOT_COMMANDS_TOO_MUCH",
        ),
        ("getMyCommands", {"scope": {"type": "everybody"}}, "Unsupported type"),
        ("getMyCommands", {"scope": {"type": "chat"}}, "Empty chat_id"),
        ("setChatMenuButton", {"menu_button": {"type": "burger"}}, "unsupported type"),
        ("leaveChat", {}, "can't be changed in private chats"),
        ("createForumTopic", {"name": " "}, "TOPIC_TITLE_EMPTY"),
        ("createForumTopic", {"name": "x", "icon_color": 1}, "TOPIC_ICON_COLOR_INVALID"),
        ("editForumTopic", {"message_thread_id": 999, "name": "x"}, "TOPIC_ID_INVALID"),
        ("setWebhook", {"url": "https://hh.ru", "secret_token": "x" * 257}, "secret token is too long"),
        ("getFile", {}, "file_id not specified"),
        ("getFile", {"file_id": "x"}, "wrong file_id"),
    ],
)
async def test_a_wrong_call_is_refused_in_telegrams_words(
    telegram: LocalTelegram,
    http: aiohttp.ClientSession,
    scene: Scene,
    method: str,
    body: dict[str, object],
    reason: str,
) -> None:
    status, why = await answer(telegram, http, method, {"chat_id": ANNA} | filled(body, scene))
    assert (status, reason in why) == (400, True), why


@pytest.mark.parametrize(
    ("chat", "status", "reason"),
    [(STRANGER, 403, "can't initiate"), (LEFT_GROUP, 403, "not a member"), (GROUP, 403, "was kicked")],
)
async def test_where_the_bot_is_not_it_writes_nothing(
    telegram: LocalTelegram, http: aiohttp.ClientSession, scene: Scene, chat: int, status: int, reason: str
) -> None:
    await telegram.group(id=GROUP).remove_bot(telegram.user(ANNA))
    told = await answer(telegram, http, "sendMessage", {"chat_id": chat, "text": "x"})
    assert (told[0], reason in told[1]) == (status, True)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("sendLocation", {"latitude": "north", "longitude": 37}),
        ("sendPhoto", {"photo": "$file"}),
        ("sendMessage", {"text": "x", "reply_markup": KEYBOARD}),
        ("sendMessage", {"text": "x", "reply_markup": {"remove_keyboard": True}}),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "copy_text": {"text": "y"}}]]}},
        ),
        ("setChatMenuButton", {"menu_button": {"type": "commands"}}),
        ("getChatMenuButton", {}),
        ("deleteForumTopic", {"message_thread_id": "$topic"}),
        ("setWebhook", {"url": "", "drop_pending_updates": True}),
        ("getMyCommands", {"scope": {"type": "chat", "chat_id": ANNA}}),
        ("setMyName", {"name": ""}),
    ],
)
async def test_what_looks_odd_and_is_allowed_is_accepted(
    telegram: LocalTelegram,
    http: aiohttp.ClientSession,
    scene: Scene,
    method: str,
    body: dict[str, object],
) -> None:
    assert await answer(telegram, http, method, {"chat_id": ANNA} | filled(body, scene)) == (200, "")


async def test_a_body_that_is_no_json_object_is_refused(
    telegram: LocalTelegram, http: aiohttp.ClientSession
) -> None:
    assert (await answer(telegram, http, "getMe", [1]))[1].endswith("can't parse request JSON object")


async def test_an_empty_file_is_refused(telegram: LocalTelegram, bot: Bot, scene: Scene) -> None:
    with pytest.raises(BadRequest, match=r"[Ff]ile must be non-empty"):
        await bot.send_document(ANNA, b"", filename="x.pdf")


async def test_a_menu_button_of_one_chat_is_shown_there_alone(bot: Bot, scene: Scene) -> None:
    await bot.set_chat_menu_button(ANNA, MenuButtonCommands())
    assert (await bot.get_chat_menu_button(ANNA)).type == "commands"
    assert (await bot.get_chat_menu_button()).type == "default"


@pytest.mark.parametrize("path", ["/file/bot1:x/photos/x", "/file/bot{token}/photos/x"])
async def test_a_file_is_given_only_to_its_bot(
    telegram: LocalTelegram, http: aiohttp.ClientSession, scene: Scene, path: str
) -> None:
    async with http.get(telegram.url + path.format(token=telegram.token)) as response:
        assert (response.status, (await response.json())["ok"]) == (404 if "{" in path else 401, False)


async def test_a_webhook_drops_what_waits_where_it_is_told_to(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.user(ANNA).send("до")
    await bot.set_webhook("https://127.0.0.1:9/hook", drop_pending_updates=True)
    await bot.set_webhook("https://127.0.0.1:9/hook", drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_an_offset_below_zero_leaves_the_newest_updates(telegram: LocalTelegram, bot: Bot) -> None:
    for text in ("раз", "два", "три"):
        await telegram.user(ANNA).send(text)
    taken = await bot.get_updates(offset=-2)
    assert [update.message.text for update in taken if update.message] == ["два", "три"]


async def test_a_poll_without_news_ends_empty(telegram: LocalTelegram, bot: Bot) -> None:
    assert await bot.get_updates(timeout=1) == ()
    assert not telegram.world.updates.polled


async def test_a_person_can_do_only_what_telegram_lets_him(
    telegram: LocalTelegram, bot: Bot, scene: Scene
) -> None:
    anna = telegram.user(ANNA)
    text = int(scene["text"])
    with pytest.raises(ValueError, match="only own texts"):
        await anna.edit(text, "x")
    with pytest.raises(ValueError, match="no such topic"):
        await anna.send("x", thread_id=999)
    with pytest.raises(LookupError):
        anna.tap(text, "Да")
    await bot.edit_message_reply_markup(
        ANNA,
        text,
        reply_markup={"inline_keyboard": [[{"text": "Сайт", "url": "https://hh.ru"}, BUTTON]]},  # type: ignore[arg-type]
    )
    with pytest.raises(ValueError, match=r"opens https://hh\.ru"):
        anna.tap(text, "Сайт")
    with pytest.raises(AssertionError, match="an answer to 1"):
        await anna.press(text, 1, within=0.01)


async def test_a_link_of_the_app_is_opened_too(telegram: LocalTelegram) -> None:
    user = telegram.user(ANNA)
    sent = await user.open_link(f"tg://resolve?domain={telegram.bot_username}&start=abc")
    assert user.message(sent).text == "/start abc"


async def test_waiting_for_a_condition_ends_with_it(telegram: LocalTelegram, bot: Bot, scene: Scene) -> None:
    anna = telegram.user(ANNA)
    waiting = asyncio.create_task(anna.wait_until(lambda: anna.last.text == "второй"))
    await bot.send_message(ANNA, "второй")
    await waiting
    with pytest.raises(AssertionError, match="the condition"):
        await anna.wait_until(lambda: False, within=0.01)


async def test_a_label_that_several_buttons_have_is_none(
    telegram: LocalTelegram, bot: Bot, scene: Scene
) -> None:
    text = int(scene["text"])
    markup = {"inline_keyboard": [[BUTTON, BUTTON]]}
    await bot.edit_message_reply_markup(ANNA, text, reply_markup=markup)  # type: ignore[arg-type]
    with pytest.raises(LookupError, match="2 buttons 'x'"):
        telegram.user(ANNA).message(text).button("x")
