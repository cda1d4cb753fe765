from __future__ import annotations

import aiohttp
import pytest
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from bot.sandbox.telegram.pace import Limits
from bot.sandbox.telegram.reactions import ALLOWED, bare
from bot.sandbox.telegram.server import LocalTelegram
from tests.plain import plain_bot


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[button] for button in buttons])


async def test_a_message_reaches_the_person_with_its_formatting(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    sent = await bot.send_message(
        user.id,
        "<b>Приглашение</b> от <a href='https://hh.ru/employer/1'>«Ромашки»</a> &amp; Ко",
        parse_mode="HTML",
        reply_markup=keyboard(InlineKeyboardButton("Ответить", callback_data="r:1")),
        disable_notification=True,
    )
    seen = user.last
    assert seen.id == sent.message_id
    assert seen.text == "Приглашение от «Ромашки» & Ко" == sent.text
    assert seen.html == '<b>Приглашение</b> от <a href="https://hh.ru/employer/1">«Ромашки»</a> &amp; Ко'
    assert seen.labels == ("Ответить",)
    assert seen.silent
    assert [entity.type for entity in sent.entities] == ["bold", "text_link"]


async def test_the_length_counts_utf16_units_after_parsing(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    await bot.send_message(user.id, "<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    with pytest.raises(BadRequest, match=r"[Mm]essage is too long"):
        await bot.send_message(user.id, "😀" * 2048 + "x")
    assert len(user.from_bot) == 1


@pytest.mark.parametrize("text", ["", "   \n", "<b> </b>"])
async def test_an_empty_text_is_refused(telegram: LocalTelegram, bot: Bot, text: str) -> None:
    user = telegram.user()
    await user.start()
    with pytest.raises(BadRequest, match=r"[Mm]essage text is empty"):
        await bot.send_message(user.id, text, parse_mode="HTML")


async def test_wrong_html_is_refused(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    with pytest.raises(
        BadRequest, match=r'(?i)can\'t parse entities: unsupported start tag "br" at byte offset 1'
    ):
        await bot.send_message(user.id, "a<br>b", parse_mode="HTML")
    assert user.from_bot == []
    assert telegram.refused[0].method == "sendMessage"


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "http://localhost/x"}, "Wrong HTTP URL"),
        ({"text": "x"}, "Text buttons are unallowed"),
        ({"text": " ", "callback_data": "x"}, "BUTTON_TEXT_INVALID"),
        ({"text": "x", "callback_data": "x", "style": "pink"}, "style"),
        ({"callback_data": "x"}, "can't parse"),
    ],
)
async def test_wrong_buttons_are_refused(
    telegram: LocalTelegram, http: aiohttp.ClientSession, button: dict[str, str], reason: str
) -> None:
    user = telegram.user()
    await user.start()
    body = {"chat_id": user.id, "text": "x", "reply_markup": {"inline_keyboard": [[button]]}}
    async with http.post(f"{telegram.url}/bot{telegram.token}/sendMessage", json=body) as response:
        answer = await response.json()
    assert (response.status, answer["ok"], answer["error_code"]) == (400, False, 400)
    assert reason in answer["description"]


async def test_too_many_buttons_are_refused(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    with pytest.raises(BadRequest, match=r"too long"):
        await bot.send_message(
            user.id, "x", reply_markup=keyboard(*[InlineKeyboardButton("b", callback_data="x")] * 101)
        )


@pytest.mark.parametrize("encoding", ["json", "form", "multipart", "query"])
async def test_parameters_may_come_in_every_form(
    telegram: LocalTelegram, http: aiohttp.ClientSession, encoding: str
) -> None:
    user = telegram.user()
    await user.start()
    url = f"{telegram.url}/bot{telegram.token}/SENDMESSAGE"
    markup = '{"force_reply": true, "input_field_placeholder": "Ваш ответ"}'
    fields = {"chat_id": str(user.id), "text": "Привет", "reply_markup": markup, "unknown": "1"}
    match encoding:
        case "json":
            call = http.post(
                url,
                json={
                    "chat_id": user.id,
                    "text": "Привет",
                    "reply_markup": {"force_reply": True, "input_field_placeholder": "Ваш ответ"},
                    "unknown": [1],
                    "message_thread_id": None,
                },
            )
        case "form":
            call = http.post(url, data=fields)
        case "multipart":
            form = aiohttp.FormData(default_to_multipart=True)
            for name, value in fields.items():
                form.add_field(name, value)
            call = http.post(url, data=form)
        case _:
            call = http.get(url, params=fields)
    async with call as response:
        assert (await response.json())["ok"] is True
    assert (user.last.text, user.last.prompt) == ("Привет", "Ваш ответ")


async def test_a_wrong_token_is_unauthorized(telegram: LocalTelegram, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{telegram.url}/bot1:x/getMe") as response:
        assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    with pytest.raises(InvalidToken):
        async with plain_bot(telegram.url, "1:x"):
            pass


async def test_an_unknown_method_is_not_found(telegram: LocalTelegram, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{telegram.url}/bot{telegram.token}/sendEverything") as response:
        assert (response.status, (await response.json())["description"]) == (
            404,
            "Not Found: method not found",
        )


async def test_the_bot_may_write_only_where_it_is_welcome(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        await bot.send_message(999, "x")
    with pytest.raises(Forbidden, match=r"can't initiate conversation"):
        await bot.send_message(user.id, "x")
    await user.start()
    await user.block()
    with pytest.raises(Forbidden, match=r"bot was blocked by the user"):
        await bot.send_message(user.id, "x")
    await user.unblock()
    await bot.send_message(user.id, "x")
    await user.delete_account()
    with pytest.raises(Forbidden, match=r"user is deactivated"):
        await bot.send_message(user.id, "x")


async def test_a_reply_needs_its_message_unless_told_otherwise(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    mine = await user.send("вопрос")
    await bot.send_message(user.id, "ответ", reply_parameters=ReplyParameters(mine))
    assert user.last.reply_to == mine
    await user.delete(mine)
    with pytest.raises(BadRequest, match=r"[Mm]essage to be replied not found"):
        await bot.send_message(user.id, "ответ", reply_parameters=ReplyParameters(mine))
    await bot.send_message(
        user.id, "ответ", reply_parameters=ReplyParameters(mine, allow_sending_without_reply=True)
    )
    assert user.last.reply_to is None


async def test_an_edit_changes_the_message_and_the_same_again_is_refused(
    telegram: LocalTelegram, bot: Bot
) -> None:
    user = telegram.user()
    await user.start()
    sent = await bot.send_message(
        user.id, "одно", reply_markup=keyboard(InlineKeyboardButton("b", callback_data="x"))
    )
    await bot.edit_message_text("<i>другое</i>", user.id, sent.message_id, parse_mode="HTML")
    assert user.last.html == "<i>другое</i>"
    assert user.last.edited
    assert user.last.keyboard == ()
    with pytest.raises(BadRequest, match=r"[Mm]essage is not modified"):
        await bot.edit_message_text("<em>другое</em>", user.id, sent.message_id, parse_mode="HTML")
    await bot.edit_message_reply_markup(
        user.id, sent.message_id, reply_markup=keyboard(InlineKeyboardButton("c", callback_data="y"))
    )
    assert user.last.labels == ("c",)


async def test_only_own_messages_without_a_prompt_can_be_edited(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    mine = await user.send("моё")
    asked = await bot.send_message(user.id, "Что ответить?", reply_markup=ForceReply())
    for message_id in (mine, asked.message_id):
        with pytest.raises(BadRequest, match=r"can't be edited"):
            await bot.edit_message_text("x", user.id, message_id)
    await user.delete(asked.message_id)
    with pytest.raises(BadRequest, match=r"[Mm]essage to edit not found"):
        await bot.edit_message_text("x", user.id, asked.message_id)


async def test_a_message_is_deleted_within_two_days(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    first, second = [await bot.send_message(user.id, text) for text in ("раз", "два")]
    await bot.delete_message(user.id, first.message_id)
    assert [message.text for message in user.from_bot] == ["два"]
    with pytest.raises(BadRequest, match=r"[Mm]essage to delete not found"):
        await bot.delete_message(user.id, first.message_id)
    telegram.world.clock.advance(49 * 3600)
    with pytest.raises(BadRequest, match=r"can't be deleted"):
        await bot.delete_message(user.id, second.message_id)


async def test_a_reaction_comes_from_the_official_list(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    mine = await user.send("ответ работодателю")
    await bot.set_message_reaction(user.id, mine, "👌")
    assert await user.wait_for_reaction(mine) == "👌"
    with pytest.raises(BadRequest, match=r"(?i)REACTION_INVALID"):
        await bot.set_message_reaction(user.id, mine, ReactionTypeEmoji("✅"))
    await bot.set_message_reaction(user.id, mine, ReactionTypeEmoji("❤️"))
    assert user.message(mine).reactions == ("❤",)
    await bot.set_message_reaction(user.id, mine, [])
    assert user.message(mine).reactions == ()
    with pytest.raises(BadRequest, match=r"[Mm]essage to react not found"):
        await bot.set_message_reaction(user.id, 1, "👌")


def test_the_list_of_reactions_is_the_librarys() -> None:
    assert {bare(emoji.value) for emoji in ReactionEmoji} == ALLOWED


async def test_venues_locations_and_files_arrive(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    await bot.send_venue(user.id, 55.7522, 37.6156, "Ромашка", "Москва, Тверская, 1")
    assert user.last.venue is not None
    assert user.last.venue.address == "Москва, Тверская, 1"
    await bot.send_location(user.id, 55.7, 37.6)
    assert user.last.media.location is not None
    sent = await bot.send_document(
        user.id, b"BEGIN:VCALENDAR", caption="<b>Встреча</b>", filename="встреча.ics", parse_mode="HTML"
    )
    assert user.last.document is not None
    assert (user.last.document.file_name, user.last.text, sent.caption) == (
        "встреча.ics",
        "Встреча",
        "Встреча",
    )
    assert sent.document is not None
    file = await bot.get_file(sent.document.file_id)
    await bot.send_photo(user.id, b"\x89PNG", caption="фото")
    assert user.last.media.photo
    async with (
        aiohttp.ClientSession() as http,
        http.get(
            f"{telegram.url}/file/bot{telegram.token}/documents/{sent.document.file_id}/встреча.ics"
        ) as response,
    ):
        assert await response.read() == b"BEGIN:VCALENDAR"
    assert file.file_size == 15


@pytest.mark.parametrize(("content", "reason"), [(b"", "file must be non-empty"), (b"12345", "too big")])
async def test_an_empty_file_and_one_that_is_too_big_are_refused(
    telegram: LocalTelegram,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    reason: str,
) -> None:
    monkeypatch.setattr("bot.sandbox.telegram.methods.sending.MAX_DOCUMENT_BYTES", 4)
    user = telegram.user()
    await user.start()
    form = aiohttp.FormData({"chat_id": str(user.id)})
    form.add_field("document", content, filename="файл.txt")
    async with http.post(f"{telegram.url}/bot{telegram.token}/sendDocument", data=form) as response:
        assert reason in await response.text()


async def test_a_part_of_a_form_without_a_name_is_passed_over(
    telegram: LocalTelegram, http: aiohttp.ClientSession
) -> None:
    user = telegram.user()
    await user.start()
    named = 'Content-Disposition: form-data; name="{}"'
    parts = (("X: y", "nobody asked"), (named.format("chat_id"), str(user.id)), (named.format("text"), "Да"))
    form = "".join(f"--cut\r\n{header}\r\n\r\n{value}\r\n" for header, value in parts) + "--cut--\r\n"
    url, kind = f"{telegram.url}/bot{telegram.token}/sendMessage", "multipart/form-data; boundary=cut"
    async with http.post(url, data=form.encode(), headers={"Content-Type": kind}) as response:
        assert response.status == 200
    assert user.last.text == "Да"


@pytest.mark.parametrize(
    ("latitude", "title", "reason"), [(91, "x", "location"), (1, " ", "(?i)venue_title")]
)
async def test_a_wrong_venue_is_refused(
    telegram: LocalTelegram, bot: Bot, latitude: float, title: str, reason: str
) -> None:
    user = telegram.user()
    await user.start()
    with pytest.raises(BadRequest, match=reason):
        await bot.send_venue(user.id, latitude, 37, title, "адрес")


async def test_typing_shows_until_the_message_comes(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    await bot.send_chat_action(user.id, "typing")
    assert user.typing
    await bot.send_message(user.id, "готово")
    assert not user.typing


async def test_too_fast_is_told_to_wait_where_limits_are_on(telegram: LocalTelegram, bot: Bot) -> None:
    user, other = telegram.user(), telegram.user(2, "Борис")
    await user.start()
    await other.start()
    telegram.limits = Limits(per_chat=1, burst=2)
    await bot.send_message(user.id, "1")
    await bot.send_message(user.id, "2")
    with pytest.raises(RetryAfter):
        await bot.send_message(user.id, "3")
    await bot.send_message(other.id, "1")
    telegram.world.clock.advance(1)
    await bot.send_message(user.id, "3")


async def test_accepted_calls_are_kept_in_order(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    sent = await bot.send_message(user.id, "x")
    await bot.send_chat_action(user.id, "typing")
    assert [call.method for call in telegram.calls("sendMessage", "sendChatAction")] == [
        "sendMessage",
        "sendChatAction",
    ]
    assert telegram.calls("sendMessage")[0].message_id == sent.message_id
    assert telegram.calls("sendMessage")[0].chat_id == user.id
