"""What Telegram's answers to one message mean for it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from telegram.ext import ExtBot

from bot.chat.outgoing import Key, Press, Rewrite, Say
from bot.sandbox.telegram.server import LocalTelegram
from bot.telegram.calls import Calls
from bot.telegram.sender import Paused, Rejected, Sender, Sent, ThreadGone, Unreachable

KEY = b"k" * 32
FINE = Say(text="<b>Да</b>", keyboard=((Key("Открыть", Press("open", ("1",)), style="primary"),),))


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(topics=True) as server:
        yield server


@pytest.fixture
async def sender(telegram: LocalTelegram) -> AsyncIterator[Sender]:
    async with a_sender(telegram.url, telegram.token) as sender:
        yield sender


@pytest.fixture
async def anna(telegram: LocalTelegram) -> int:
    person = telegram.user()
    await person.start()
    return person.id


@asynccontextmanager
async def a_sender(url: str, token: str) -> AsyncIterator[Sender]:
    calls = Calls(None, 15.0)
    yield Sender(ExtBot[None](token, base_url=f"{url}/bot", request=calls, get_updates_request=calls), KEY)
    await calls.shutdown()


def texts(telegram: LocalTelegram) -> list[tuple[str, str, bool]]:
    """Text, parse mode and whether there were buttons: first of what was refused, then of what was taken."""
    calls = [call.parameters for call in (*telegram.refused, *telegram.calls("sendMessage"))]
    return [(call.text("text"), call.text("parse_mode"), call.has("reply_markup")) for call in calls]


async def test_a_refused_message_is_said_ever_plainer_until_telegram_takes_it(
    telegram: LocalTelegram, sender: Sender, anna: int
) -> None:
    telegram.fail_next("sendMessage", times=3, bad_request="can't parse it")
    sent = await sender.perform(anna, FINE)
    assert sent is not None
    assert texts(telegram) == [
        ("<b>Да</b>", "HTML", True),
        ("<b>Да</b>", "HTML", True),
        ("Да", "", True),
        ("Да", "", False),
    ]


@pytest.mark.parametrize(("text", "tries"), [("Да", 1), ("<b>Да</b>", 2)])
async def test_what_can_not_be_said_more_plainly_is_rejected_with_telegrams_words(
    telegram: LocalTelegram, sender: Sender, anna: int, text: str, tries: int
) -> None:
    telegram.fail_next("sendMessage", times=5, bad_request="no such luck")
    with pytest.raises(Rejected, match="No such luck"):
        await sender.perform(anna, Say(text=text))
    assert len(texts(telegram)) == tries


@pytest.mark.parametrize(
    "words",
    [
        'can\'t parse entities: unsupported start tag "ждём вас, 250000" at byte offset 5',
        "inline keyboard button URL 'https://x.example/250000' is invalid: wrong HTTP URL",
        "group chat was upgraded, new chat id: -100250000250000",
    ],
)
async def test_telegrams_words_are_repeated_but_not_what_they_quote(
    telegram: LocalTelegram, sender: Sender, anna: int, words: str
) -> None:
    telegram.fail_next("sendMessage", times=5, bad_request=words)
    with pytest.raises(Rejected) as caught:
        await sender.perform(anna, Say(text="Да"))
    assert "250000" not in str(caught.value)
    assert str(caught.value)[:12].lower() == words[:12]


@pytest.mark.parametrize("fault", [{"html_before": 400}, {"retry_after": 7}])
async def test_what_comes_between_the_tries_of_a_message_puts_it_off(
    telegram: LocalTelegram, sender: Sender, anna: int, fault: dict[str, int]
) -> None:
    telegram.fail_next("sendMessage", bad_request="can't parse it")
    telegram.fail_next("sendMessage", **fault)
    with pytest.raises(Paused):
        await sender.perform(anna, FINE)


async def test_a_rewrite_that_changes_nothing_is_done(
    telegram: LocalTelegram, sender: Sender, anna: int
) -> None:
    sent = await sender.perform(anna, Say(text="Да"))
    assert sent is not None
    same = Rewrite(message_id=sent.message_id, text="Да")
    assert await sender.perform(anna, same) == Sent(sent.message_id)
    assert len(telegram.user().from_bot) == 1


async def test_who_never_wrote_to_the_bot_can_not_be_reached(sender: Sender) -> None:
    with pytest.raises(Unreachable):
        await sender.perform(999, Say(text="Да"))


async def test_a_telegram_that_does_not_listen_got_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with a_sender(f"http://127.0.0.1:{port}", "42:of-nobody") as sender:
        with pytest.raises(Paused):
            await sender.perform(1, Say(text="Да"))
        with pytest.raises(Paused):
            await sender.typing(1, 0)


async def test_a_topic_is_renamed_and_deleted(telegram: LocalTelegram, sender: Sender, anna: int) -> None:
    topics = telegram.world.chats[anna].topics
    thread = await sender.create_topic(anna, "Ромашка")
    await sender.rename_topic(anna, thread, "Лютик")
    await sender.rename_topic(anna, thread, "Лютик")
    assert topics[thread].name == "Лютик"
    await sender.delete_topic(anna, thread)
    assert thread not in topics


async def test_a_topic_that_is_gone_is_told_from_other_trouble(
    telegram: LocalTelegram, sender: Sender, anna: int
) -> None:
    with pytest.raises(ThreadGone):
        await sender.rename_topic(anna, 4711, "Лютик")
    with pytest.raises(ThreadGone):
        await sender.delete_topic(anna, 4711)
    telegram.fail_next("deleteForumTopic", retry_after=9)
    with pytest.raises(Paused) as pause:
        await sender.delete_topic(anna, 4711)
    assert pause.value.seconds == 9
