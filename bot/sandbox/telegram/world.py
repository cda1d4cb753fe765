"""Everything the local Telegram knows: chats, messages, presses, the bot's profile."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.changes import Changes
from bot.sandbox.telegram.chats import ChatMessage, ChatState, Service, Standing
from bot.sandbox.telegram.clock import Clock
from bot.sandbox.telegram.faults import Faults
from bot.sandbox.telegram.pace import Pace
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.updates import UpdateQueue
from bot.sandbox.telegram.webhook import WebhookDelivery

FIRST_MESSAGE_ID = 1000
FIRST_UPDATE_ID = 500_000_000

# What a queue of the webhook is called besides that of a chat's messages (tdlib/telegram-bot-api, Client.cpp,
# `webhook_queue_id`): between the queues there is no order.
_PRESSES, _MEMBERSHIP = 3 << 33, 5 << 33


@dataclass(frozen=True)
class Call:
    """One call of the bot: `refusal` is the description where it was refused, and "" otherwise."""

    method: str
    parameters: Parameters
    at: float
    refusal: str = ""
    code: int = 200
    message_id: int | None = None

    @property
    def chat_id(self) -> int | None:
        """The chat it is about."""
        return self.parameters.integer("chat_id") or None


@dataclass(frozen=True)
class Answer:
    """What the bot answered to a press."""

    text: str = ""
    alert: bool = False
    url: str = ""


@dataclass
class Press:
    """A press that waits for the bot's answer."""

    at: float
    answer: asyncio.Future[Answer]


@dataclass
class Profile:
    """What the bot shows of itself; by language, "" for all others."""

    commands: dict[tuple[wire.CommandScope, str], tuple[wire.BotCommand, ...]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    menu_button: wire.MenuButton = wire.DEFAULT_BUTTON

    def commands_for(self, chat_id: int, language: str) -> tuple[wire.BotCommand, ...]:
        """The commands menu of a private chat.

        The narrowest scope wins, then the language
        (https://core.telegram.org/bots/api#determining-list-of-commands).
        """
        scopes = (
            wire.CommandScope(type="chat", chat_id=chat_id),
            wire.CommandScope(type="all_private_chats"),
            wire.CommandScope(),
        )
        lists = (self.commands.get((scope, code)) for scope in scopes for code in (language, ""))
        return next((found for found in lists if found), ())


class World:
    """The state behind the Bot API, and what changes it from either side."""

    def __init__(self, bot: wire.User, *, topics: bool = False) -> None:
        self.bot = bot
        self.topics_enabled = topics
        self.topics_by_users = False
        self.clock = Clock()
        self.changes = Changes()
        self.faults = Faults()
        self.pace = Pace()
        self.profile = Profile()
        self.chats: dict[int, ChatState] = {}
        self.people: dict[int, wire.User] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.presses: dict[str, Press] = {}
        self.calls: list[Call] = []
        self.updates = UpdateQueue(self.faults, FIRST_UPDATE_ID, self._updates_changed)
        self.webhooks = WebhookDelivery(self.updates, self.clock, self.changes)
        self._next_message_id = FIRST_MESSAGE_ID

    def _updates_changed(self) -> None:
        self.webhooks.wake()
        self.changes.notify()

    def now(self) -> int:
        """Unix time, whole seconds, as messages carry it."""
        return int(self.clock.now())

    def next_message_id(self) -> int:
        """A new message id; ids ascend over all chats of the bot."""
        self._next_message_id += 1
        return self._next_message_id

    def add_person(self, user: wire.User) -> ChatState:
        """Somebody who has not opened the chat with the bot yet."""
        self.people[user.id] = user
        chat = wire.Chat(
            id=user.id,
            type="private",
            first_name=user.first_name,
            last_name=user.last_name,
            username=user.username,
        )
        return self._add_chat(chat, Standing.NEVER_STARTED)

    def add_group(self, chat_id: int, title: str) -> ChatState:
        """A group without the bot."""
        return self._add_chat(wire.Chat(id=chat_id, type="group", title=title), Standing.LEFT)

    def _add_chat(self, chat: wire.Chat, standing: Standing) -> ChatState:
        state = ChatState(chat, instance=str(secrets.randbits(62)), standing=standing)
        self.chats[chat.id] = state
        self.changes.notify(chat.id)
        return state

    def store_file(self, kind: str, name: str, content: bytes) -> wire.File:
        """Keep a file; its path is what `getFile` answers."""
        file_id = f"{kind}-{secrets.token_urlsafe(24)}"
        path = f"{kind}s/{file_id}/{name}"
        self.files[file_id] = (path, content)
        return wire.File(
            file_id=file_id, file_unique_id=file_id[-12:], file_size=len(content), file_path=path
        )

    def post(self, message: ChatMessage) -> ChatMessage:
        """Put a message into its chat; the bot hears of it where a person wrote it."""
        message.chat.messages[message.id] = message
        if message.from_bot:
            message.chat.typing_until = 0
        elif self._bot_hears(message):
            self.updates.put(message.chat.id, wire.Update(update_id=0, message=message.to_wire()), "message")
        self.changes.notify(message.chat.id)
        return message

    def _bot_hears(self, message: ChatMessage) -> bool:
        """Privacy mode: in groups a bot sees commands, mentions, replies to it and service messages."""
        chat = message.chat
        if chat.is_private:
            return True
        replied = chat.messages.get(message.reply_to or 0)
        addressed = any(entity.type == "bot_command" for entity in message.entities)
        mentioned = f"@{self.bot.username}" in message.text
        about_bot = bool(replied and replied.from_bot) or message.service is not None
        return chat.standing is Standing.OPEN and (addressed or mentioned or about_bot)

    def rewritten(self, message: ChatMessage) -> None:
        """A person's message was edited (or Telegram only says so): the bot hears of it."""
        message.edit_date = self.now()
        update = wire.Update(update_id=0, edited_message=message.to_wire())
        self.updates.put(message.chat.id, update, "edited_message")
        self.changes.notify(message.chat.id)

    def change_standing(self, chat: ChatState, by: wire.User, standing: Standing) -> None:
        """Block, unblock, add or remove the bot; the bot hears of it."""
        old, chat.standing = chat.standing, standing
        change = wire.ChatMemberUpdated(
            chat=chat.wire_chat,
            from_=by,
            date=self.now(),
            old_chat_member=self._member(chat, old),
            new_chat_member=self._member(chat, standing),
        )
        update = wire.Update(update_id=0, my_chat_member=change)
        self.updates.put(chat.id + _MEMBERSHIP, update, "my_chat_member")
        self.changes.notify(chat.id)

    def _member(self, chat: ChatState, standing: Standing) -> wire.ChatMember:
        if standing is Standing.OPEN:
            return wire.ChatMember(user=self.bot, status="member")
        if chat.is_private or standing is Standing.BLOCKED:
            return wire.ChatMember(user=self.bot, status="kicked", until_date=0)
        return wire.ChatMember(user=self.bot, status="left")

    def service(
        self, chat: ChatState, sender: wire.User, service: Service, thread_id: int | None = None
    ) -> ChatMessage:
        """A service message."""
        return self.post(
            ChatMessage(
                id=self.next_message_id(),
                chat=chat,
                sender=sender,
                date=self.now(),
                service=service,
                thread_id=thread_id,
                silent=True,
            )
        )

    def press(self, message: ChatMessage, user: wire.User, data: str) -> asyncio.Future[Answer]:
        """A person presses a button; the future is the bot's answer."""
        query_id = str(secrets.randbits(62))
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.presses[query_id] = Press(self.clock.now(), answer)
        query = wire.CallbackQuery(
            id=query_id, from_=user, chat_instance=message.chat.instance, message=message.to_wire(), data=data
        )
        update = wire.Update(update_id=0, callback_query=query)
        self.updates.put(user.id + _PRESSES, update, "callback_query")
        return answer

    def calls_of(self, methods: Sequence[str]) -> list[Call]:
        """The accepted calls of these methods (of all where none is named), in order."""
        return [call for call in self.calls if not call.refusal and (not methods or call.method in methods)]
