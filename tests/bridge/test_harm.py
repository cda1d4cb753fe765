"""People who mean harm: what they send reaches nobody, and the bridge goes nowhere it was not told to."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

from bot.chat.buttons import button_key, seal
from bot.chat.outgoing import Press
from bot.sandbox.hh import faults
from bot.sandbox.hh.faults import Answer, Fault
from bot.sandbox.telegram.chats import ChatMessage
from bot.sandbox.telegram.people import LocalUser
from bot.store.connection import Client
from tests.attempts import query_of
from tests.bridge.conftest import Bridge
from tests.bridge.steps import at_hh, conversation, written_to
from tests.bridge.test_refusals import deep_link, invited, unlinked, visit
from tests.plain import plain_http
from tests.waiting import eventually

_connected: set[tuple[object, ...]] | None = None


def _note(event: str, arguments: tuple[object, ...]) -> None:
    """Python tells every connection and every look-up of a name (sys.audit, "socket")."""
    if _connected is not None and event in ("socket.connect", "socket.getaddrinfo"):
        address = arguments[1] if event == "socket.connect" else arguments[:2]
        _connected.add(address if isinstance(address, tuple) else (address,))


sys.addaudithook(_note)


@contextmanager
def connections() -> Iterator[set[tuple[object, ...]]]:
    """Whom this process has connected to, or looked up, during the block."""
    global _connected
    _connected = set()
    try:
        yield _connected
    finally:
        _connected = None


@asynccontextmanager
async def trap() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that nobody should ask anything: its port, and what it was asked."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


def addresses(bridge: Bridge) -> set[tuple[object, ...]]:
    """Where the bridge may go: what its settings name."""
    configured = (bridge.settings.telegram_api_url, bridge.settings.hh_api_url, bridge.settings.public_url)
    parts = [urlsplit(address or "") for address in configured]
    return {(part.hostname, part.port) for part in parts}


async def test_the_bridge_connects_to_nothing_but_what_its_settings_name(bridge: Bridge) -> None:
    """Whatever addresses users, employers and hh.ru's own answers hold."""
    talk = conversation(bridge)
    anna = bridge.anna
    async with trap() as (port, asked), bridge.running():
        inside = f"127.0.0.1:{port}"
        with connections() as connected:
            news = await written_to(bridge, talk)
            texts = [
                f"http://{inside}/vacancy/1",
                f"http://localhost:{port}/vacancy/1",
                "http://169.254.169.254/latest/meta-data/vacancy/1",
                f"https://hh.ru@{inside}/vacancy/1",
                f"https://hh.ru.{inside}/vacancy/1",
                "https://hh.ru.evil.example/vacancy/1",
                f"https://hh.ru\\@{inside}/vacancy/1",
                f"https://hh.ru/vacancy/1?url=http://{inside}/",
                f"https://hh.ru/vacancy/../../{inside}",
            ]
            for text in texts:
                await anna.send(text)
            await anna.forward(f"Вакансия http://{inside}/vacancy/2")
            for path in ("", "/..", "%2f..%2f"):
                await anna.send(f"{bridge.hh.site_url}/vacancy/{path}")
            bridge.hh.employers.write(talk.id, f"Смотрите http://{inside}/ и https://hh.ru@{inside}/")
            await anna.wait_for(f"https://hh.ru@{inside}/")
            last = await anna.send("Спасибо, посмотрю", reply_to=news.id)
            await anna.wait_for_reaction(last, "👌")
    assert asked == []
    assert connected & addresses(bridge), "connections are not seen at all"
    assert {address for address in connected - addresses(bridge) if not _is_redis(address)} == set()


def _is_redis(address: tuple[object, ...]) -> bool:
    return len(address) == 1 and str(address[0]).endswith("redis.sock")


async def test_a_redirect_of_hh_ru_is_never_followed(bridge: Bridge) -> None:
    talk = conversation(bridge)
    statuses = (301, 302, 303, 307, 308)
    async with trap() as (port, asked), bridge.running():
        news = await written_to(bridge, talk)
        for status in statuses:
            away = Answer(status, "", headers=(("Location", f"http://127.0.0.1:{port}/"),))
            for on in ("GET /negotiations", "GET /negotiations/*/messages", "POST /negotiations/*/messages"):
                bridge.hh.faults.add(Fault("redirect", away), on=on, times=1)
            reply = await bridge.anna.send(f"Приду! {status}", reply_to=news.id)
            await bridge.anna.wait_for_reaction(reply, "👌")
            await at_hh(bridge, lambda: not any(rule.struck == 0 for rule in bridge.hh.faults.rules))
    assert asked == []
    assert bridge.hh.journal.texts(talk.id) == [f"Приду! {status}" for status in statuses]


async def test_a_strangers_link_given_to_a_victim_links_nothing(bridge: Bridge) -> None:
    """State fixation: the attacker sends his own address to the victim, who allows access on hh.ru."""
    mallory = bridge.telegram.user(100_666, "Мэллори")
    async with bridge.running():
        started = await mallory.start()
        welcome = await mallory.wait_for(lambda m: any(b.url for b in m.buttons), after=started)
        bait = next(button.url for button in welcome.buttons if button.url)
        page = await visit(await bridge.hh.authorize(bridge.applicant, bait))
        link = deep_link(page.text)
        await bridge.anna.open_link(link)
        await bridge.anna.wait_for("🛑")
        assert bridge.hh.tokens.live(bridge.applicant.id) == []
        opened = await mallory.open_link(link)
        await mallory.wait_for("⌛", after=opened)
        for user in (bridge.anna, mallory):
            asked = await user.send("/list")
            await user.wait_for("Сначала подключите", after=asked)


async def test_a_victim_is_not_linked_to_the_attackers_account(bridge: Bridge) -> None:
    """Login CSRF: the attacker makes the victim's browser open a callback with the attacker's code."""
    mallory = bridge.hh.world.add_applicant("Мэллори", "Злая")
    async with bridge.running():
        address = await invited(bridge)
        back = await bridge.hh.authorize(mallory, address.replace("state=", "state=x"))
        page = await visit(back)
        assert "start=" not in page.text or "start=link" in page.text
        asked = await bridge.anna.send("/list")
        await bridge.anna.wait_for("Сначала подключите", after=asked)
    assert bridge.hh.tokens.live(mallory.id) == []


async def test_a_victim_who_opens_the_attackers_own_callback_and_presses_start_is_linked_to_nothing(
    bridge: Bridge,
) -> None:
    """Login CSRF with a state that is good: what she would write would be seen by the attacker."""
    mallory = bridge.telegram.user(100_666, "Мэллори")
    his = bridge.hh.world.add_applicant("Мэллори", "Злая")
    async with bridge.running():
        callback = await bridge.hh.authorize(his, await invited(bridge, mallory))
        await bridge.anna.start()
        page = await visit(callback)
        assert page.status_code == 200
        opened = await bridge.anna.open_link(deep_link(page.text))
        await bridge.anna.wait_for("🛑", after=opened)
        for user in (bridge.anna, mallory):
            asked = await user.send("/list")
            await user.wait_for("Сначала подключите", after=asked)
    assert bridge.hh.tokens.live(his.id) == []


async def test_the_attackers_code_does_not_fit_the_victims_attempt(bridge: Bridge) -> None:
    """PKCE (RFC 7636): a code is good only for who has begun to ask for it."""
    mallory = bridge.telegram.user(100_666, "Мэллори")
    his = bridge.hh.world.add_applicant("Мэллори", "Злая")
    async with bridge.running():
        code = query_of(await bridge.hh.authorize(his, await invited(bridge, mallory)))["code"]
        hers = await bridge.hh.authorize(bridge.applicant, await invited(bridge))
        page = await visit(hers.replace(query_of(hers)["code"], code))
        assert page.status_code == 410
        assert "Мэллори" not in page.text
        asked = await bridge.anna.send("/list")
        await bridge.anna.wait_for("Сначала подключите", after=asked)
    assert bridge.hh.tokens.pairs(his.id) == []


async def other_linked(bridge: Bridge) -> LocalUser:
    """A second user, with an account of his own."""
    user = bridge.telegram.user(100_002, "Пётр")
    await bridge.link(user, bridge.hh.world.add_applicant("Пётр", "Иванов"))
    return user


async def test_buttons_of_another_user_and_made_up_ones_do_nothing(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        peter = await other_linked(bridge)
        shown = peter.from_bot[-1]
        stolen = [button.callback_data for button in news.buttons if button.callback_data]
        right, wrong = button_key(bridge.settings.telegram_token.get_secret_value()), button_key("1:other")
        crafted = [
            *stolen,
            seal(Press("hide!", (talk.id,)), bridge.anna.id, right),
            seal(Press("hide!", (talk.id,)), peter.id, wrong),
            *("", "hide", "A" * 64, "\u202e", stolen[0][:-1] + "A", json.dumps({"nid": talk.id})),
        ]
        asked = bridge.hh.journal.count("GET", f"/negotiations/{talk.id}")
        for data in crafted:
            answer = await peter.press_data(shown, data)
            assert answer.text, f"no word about {data!r}"
        assert bridge.hh.journal.count("GET", f"/negotiations/{talk.id}") == asked
    assert bridge.hh.journal.effects == []


async def test_a_rightful_button_with_anothers_conversation_shows_nothing_of_it(bridge: Bridge) -> None:
    """Even a well-sealed press reads hh.ru with the presser's own access."""
    talk = conversation(bridge)
    bridge.hh.world.post(talk, "employer", "Только для Анны", state="text")
    async with bridge.running():
        await bridge.link()
        peter = await other_linked(bridge)
        key = button_key(bridge.settings.telegram_token.get_secret_value())
        shown = peter.from_bot[-1]
        for action in ("open", "hist", "reply", "hide", "hide!"):
            await peter.press_data(shown, seal(Press(action, (talk.id,)), peter.id, key))
        await bridge.telegram.settled()
        asked = await peter.send("/help")
        await peter.wait_for(lambda m: m.id > asked)
    assert not any("Только для Анны" in message.text for message in peter.from_bot)
    assert bridge.hh.journal.effects == []


async def test_buttons_from_before_unlinking_do_nothing_to_the_account_that_was_linked_since(
    bridge: Bridge,
) -> None:
    talk = conversation(bridge)
    key = button_key(bridge.settings.telegram_token.get_secret_value())
    async with bridge.running():
        news = await written_to(bridge, talk)
        old = [button.callback_data for button in news.buttons if button.callback_data]
        await unlinked(bridge)
        await bridge.link(applicant=bridge.hh.world.add_applicant("Борис", "Годунов"))
        sure = (seal(Press(action, (talk.id,)), bridge.anna.id, key) for action in ("hide!", "decline!"))
        for data in (*old, *sure):
            await bridge.anna.press_data(news, data)
        asked = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for("другому аккаунту", after=asked)
        await bridge.telegram.settled()
    assert bridge.hh.journal.effects == []


async def test_groups_are_left_with_a_word_and_nothing_stays(bridge: Bridge, redis: Client) -> None:
    group = bridge.telegram.group("Мы все")
    async with bridge.running():
        await group.add_bot(bridge.anna)
        await bridge.telegram.wait_until(lambda: group.bot_left)
        said = [message.text for message in group.from_bot]
        await bridge.telegram.settled()
        await eventually(lambda: nothing_of(redis, group.id))
    assert len(said) == 1
    assert "только в личном чате" in said[0]


async def test_a_group_that_lets_the_bot_say_nothing_is_left_all_the_same(
    bridge: Bridge, redis: Client
) -> None:
    group = bridge.telegram.group("Мы все")
    bridge.telegram.fail_next("sendMessage", forbidden="CHAT_WRITE_FORBIDDEN", chat_id=group.id)
    async with bridge.running():
        await group.add_bot(bridge.anna)
        await bridge.telegram.wait_until(lambda: group.bot_left)
        await eventually(lambda: nothing_of(redis, group.id))
    assert group.from_bot == []


async def test_a_group_that_has_thrown_the_bot_out_meanwhile_is_forgotten(
    bridge: Bridge, redis: Client
) -> None:
    group = bridge.telegram.group("Мы все")
    for method in ("sendMessage", "leaveChat"):
        bridge.telegram.fail_next(method, forbidden="bot was kicked from the group chat", chat_id=group.id)
    async with bridge.running():
        await group.add_bot(bridge.anna)
        await eventually(lambda: len(bridge.telegram.refused) == 2)
        await eventually(lambda: nothing_of(redis, group.id))


async def nothing_of(redis: Client, chat_id: int) -> bool:
    """Whether no key of a chat is left but what ends by itself."""
    left = [key async for key in redis.scan_iter(match=f"*:{chat_id}") if await redis.ttl(key) == -1]
    return left == []


async def test_an_employers_marks_and_letters_can_not_dress_up_a_screen(bridge: Bridge) -> None:
    """HTML is shown as letters; what turns the direction of writing around is dropped, also in buttons."""
    evil = "<b>Ромашка</b>\u202e\u2066moc.live\u2069<a href='http://x'>"
    talk = conversation(bridge, evil, f"Аналитик {evil}")
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, f"Привет {evil} </b></i><script>alert(1)</script>")
        news = await bridge.anna.wait_for("alert(1)")
        assert "<script>alert(1)</script>" in news.text
        assert "<b>Ромашка</b>moc.live" in news.text
        await bridge.anna.send("Кому бы это?")
        question = await bridge.anna.wait_for(lambda m: len(m.buttons) >= 2, after=news.id)
        await bridge.anna.send("/list")
        listed = await bridge.anna.wait_for("Активные")
    for message in (news, question, listed):
        shown = message.text + " ".join(message.labels)
        assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
        assert not any(entity.type == "text_link" for entity in message.entities)


async def test_what_hh_can_not_take_is_said_at_once_while_hh_is_away(bridge: Bridge) -> None:
    """It needs nothing of hh.ru, so it waits for nothing."""
    talk = conversation(bridge)
    anna = bridge.anna
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.hh.faults.add(faults.broken(503), times=None)
        for sent in (
            await anna.send_photo(reply_to=news.id),
            await anna.send_voice(reply_to=news.id),
            await anna.send_sticker(reply_to=news.id),
            await anna.send_document("резюме.pdf", b"%PDF", reply_to=news.id),
        ):
            said = await anna.wait_for(replies_to(sent))
            assert "hh.ru" in said.text
    assert bridge.hh.journal.effects == []


def replies_to(message_id: int) -> Replies:
    """Messages that reply to this one."""
    return Replies(message_id)


class Replies:
    def __init__(self, message_id: int) -> None:
        self.message_id = message_id

    def __call__(self, message: ChatMessage) -> bool:
        return message.reply_to == self.message_id


async def test_a_callback_that_is_played_again_shows_nobody_anything(bridge: Bridge) -> None:
    async with bridge.running():
        back = await bridge.hh.authorize(bridge.applicant, await invited(bridge))
        first = await visit(back)
        async with plain_http() as attacker:
            again = [await attacker.get(back) for _ in range(3)]
    assert "Анна" in first.text
    for page in again:
        assert "Анна" not in page.text
        assert deep_link(first.text) not in page.text
    assert len(bridge.hh.tokens.pairs(bridge.applicant.id)) == 1
