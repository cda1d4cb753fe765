"""The people on the other side: what they do in their Telegram clients, for tests and the page.

Every action returns once Telegram has it; what the bot makes of it is awaited with `wait_for`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.changes import PATIENCE
from bot.sandbox.telegram.chats import ChatMessage, ChatState, Media, Service, Standing
from bot.sandbox.telegram.entities import tidy
from bot.sandbox.telegram.methods.topics import remove_topic
from bot.sandbox.telegram.world import Answer, World

Wanted = str | Callable[[ChatMessage], bool]
TINY_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class LocalChat:
    """A chat as one person sees it."""

    def __init__(self, world: World, state: ChatState) -> None:
        self.world = world
        self.state = state

    @property
    def id(self) -> int:
        """The chat's id."""
        return self.state.id

    @property
    def messages(self) -> list[ChatMessage]:
        """Everything in the chat, oldest first; service messages included."""
        return list(self.state.messages.values())

    @property
    def from_bot(self) -> list[ChatMessage]:
        """What the bot wrote, oldest first, without service messages."""
        return [message for message in self.messages if message.from_bot and message.service is None]

    @property
    def last(self) -> ChatMessage:
        """The bot's newest message."""
        return self.from_bot[-1]

    @property
    def typing(self) -> bool:
        """Whether the bot shows as typing."""
        return self.state.typing_until > self.world.clock.now()

    def message(self, message_id: int) -> ChatMessage:
        """The message with that id; KeyError where it is gone."""
        return self.state.messages[message_id]

    async def wait_for(self, wanted: Wanted, within: float = PATIENCE, *, after: int = 0) -> ChatMessage:
        """The bot's first message above the id `after` that contains the text or satisfies the predicate.

        Edits count too: the message is looked at as it stands. `within` in seconds.

        Raises:
            AssertionError: there was none in time; the text lists the chat.
        """

        def fits(message: ChatMessage) -> bool:
            return wanted in message.text if isinstance(wanted, str) else wanted(message)

        def find() -> ChatMessage | None:
            found = (message for message in self.from_bot if message.id > after and fits(message))
            return next(found, None)

        return await self.world.changes.until(find, within, lambda: self._missing(wanted, after))

    async def wait_until(self, condition: Callable[[], bool], within: float = PATIENCE) -> None:
        """Wait until `condition()` holds; it is asked after every change.

        Raises:
            AssertionError: it didn't in time.
        """
        await self.world.changes.until(
            lambda: True if condition() else None, within, lambda: self._missing("the condition", 0)
        )

    async def wait_for_reaction(self, message_id: int, emoji: str = "", within: float = PATIENCE) -> str:
        """The bot's reaction on a message: any, or `emoji`."""

        def find() -> str | None:
            shown = self.state.messages[message_id].reactions
            return next((each for each in shown if not emoji or each == emoji), None)

        return await self.world.changes.until(find, within, lambda: self._missing(f"reaction {emoji}", 0))

    def _missing(self, wanted: Wanted, after: int) -> str:
        lines = "\n".join(repr(message) for message in self.messages if message.id > after)
        refused = [f"{call.method}: {call.refusal}" for call in self.world.calls if call.refusal][-5:]
        return f"{wanted!r} never came. The chat:\n{lines or '(empty)'}\nLast refusals: {refused}"


class LocalUser(LocalChat):
    """A person in the private chat with the bot."""

    def __init__(self, world: World, user: wire.User) -> None:
        super().__init__(world, world.add_person(user))
        self.user = user

    async def send(self, text: str, *, reply_to: int | None = None, thread_id: int | None = None) -> int:
        """Write a text; the result is its message id."""
        return self._post(*tidy(text, ()), reply_to=reply_to, thread_id=thread_id)

    async def start(self, code: str = "") -> int:
        """Press Start, with the parameter of a deep link where there is one."""
        return await self.send(f"/start {code}".strip())

    async def open_link(self, url: str) -> int:
        """Open a `https://t.me/<bot>?start=<code>` link and press Start.

        Raises:
            ValueError: it isn't a link to this bot.
        """
        parts = urlsplit(url)
        path, query = parts.path.strip("/"), parse_qs(parts.query)
        if parts.scheme == "tg" and parts.netloc == "resolve":
            path = query.get("domain", [""])[0]
        elif parts.hostname not in {"t.me", "telegram.me"}:
            raise ValueError(f"not a Telegram link: {url}")
        if path.lower() != (self.world.bot.username or "").lower():
            raise ValueError(f"not a link to @{self.world.bot.username}: {url}")
        code = query.get("start", [""])[0]
        if len(code) > 64 or not all(char.isascii() and (char.isalnum() or char in "_-") for char in code):
            raise ValueError(f"Telegram doesn't pass on this start parameter: {code!r}")
        return await self.start(code)

    async def edit(self, message_id: int, text: str) -> None:
        """Edit an own message. The same text again makes the kind of edit that changed nothing."""
        message = self.message(message_id)
        if message.from_bot or not message.media.is_empty:
            raise ValueError("only own texts can be edited")
        message.text, message.entities = tidy(text, ())
        self.world.rewritten(message)

    async def delete(self, message_id: int) -> None:
        """Delete a message; bots are not told."""
        del self.state.messages[message_id]
        self.world.changes.notify(self.id)

    async def press(self, message_id: int, button: str | int, within: float = PATIENCE) -> Answer:
        """Press an inline button, by label or index, and wait for the bot's answer.

        Raises:
            LookupError: no such button.
            ValueError: it opens an address; read `.url` of the button.
            AssertionError: no answer within that many seconds.
        """
        answer = self.tap(message_id, button)
        try:
            return await asyncio.wait_for(asyncio.shield(answer), within)
        except TimeoutError:
            raise AssertionError(self._missing(f"an answer to {button!r}", 0)) from None

    def tap(self, message_id: int, button: str | int) -> asyncio.Future[Answer]:
        """Press a button without waiting."""
        message = self.message(message_id)
        pressed = message.button(button)
        if pressed.callback_data is None:
            raise ValueError(f"{pressed.text!r} opens {pressed.url}")
        return self.press_data(message, pressed.callback_data)

    def press_data(self, message: ChatMessage, data: str) -> asyncio.Future[Answer]:
        """Press with any callback data, also forged."""
        return self.world.press(message, self.user, data)

    async def send_photo(
        self, caption: str = "", *, reply_to: int | None = None, thread_id: int | None = None
    ) -> int:
        """Send a picture."""
        file = self.world.store_file("photo", "photo.png", TINY_PNG)
        size = wire.PhotoSize(file_id=file.file_id, file_unique_id=file.file_unique_id, width=1, height=1)
        return self._post(
            *tidy(caption, ()), reply_to=reply_to, thread_id=thread_id, media=Media(photo=(size,))
        )

    async def send_document(
        self, name: str, content: bytes, *, reply_to: int | None = None, thread_id: int | None = None
    ) -> int:
        """Send a file."""
        file = self.world.store_file("document", name, content)
        document = wire.Document(file_id=file.file_id, file_unique_id=file.file_unique_id, file_name=name)
        return self._post("", (), reply_to=reply_to, thread_id=thread_id, media=Media(document=document))

    async def send_sticker(self, *, reply_to: int | None = None, thread_id: int | None = None) -> int:
        """Send a sticker."""
        file = self.world.store_file("sticker", "sticker.webp", b"RIFF")
        sticker = wire.Sticker(
            file_id=file.file_id,
            file_unique_id=file.file_unique_id,
            type="regular",
            width=512,
            height=512,
            is_animated=False,
            is_video=False,
            emoji="👍",
        )
        return self._post("", (), reply_to=reply_to, thread_id=thread_id, media=Media(sticker=sticker))

    async def send_voice(self, *, reply_to: int | None = None, thread_id: int | None = None) -> int:
        """Send a voice message."""
        file = self.world.store_file("voice", "voice.ogg", b"OggS")
        voice = wire.Voice(
            file_id=file.file_id, file_unique_id=file.file_unique_id, duration=3, mime_type="audio/ogg"
        )
        return self._post("", (), reply_to=reply_to, thread_id=thread_id, media=Media(voice=voice))

    async def forward(
        self, text: str, *, links: tuple[wire.MessageEntity, ...] = (), author: str = "Вакансии"
    ) -> int:
        """Forward a text from somebody; `links` are entities of it (a `text_link` hides an address)."""
        origin = wire.MessageOrigin(type="hidden_user", date=self.world.now(), sender_user_name=author)
        return self._post(*tidy(text, links), forward_origin=origin)

    async def block(self) -> None:
        """Stop and block the bot."""
        self.world.change_standing(self.state, self.user, Standing.BLOCKED)

    async def unblock(self) -> None:
        """Unblock the bot (a client then shows Start: call `start` as well for that)."""
        self.world.change_standing(self.state, self.user, Standing.OPEN)

    async def delete_account(self) -> None:
        """Delete the Telegram account; bots are not told."""
        self.state.standing = Standing.DEACTIVATED
        self.world.changes.notify(self.id)

    async def choose_language(self, code: str) -> None:
        """Switch the language of the Telegram client (an IETF tag)."""
        self.user = self.world.people[self.id] = replace(self.user, language_code=code)
        self.world.changes.notify(self.id)

    async def delete_topic(self, thread_id: int) -> None:
        """Delete a topic; bots are not told."""
        remove_topic(self.world, self.state, thread_id)

    def _post(
        self,
        text: str,
        entities: tuple[wire.MessageEntity, ...],
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
        media: Media | None = None,
        forward_origin: wire.MessageOrigin | None = None,
    ) -> int:
        if self.state.standing is Standing.BLOCKED:
            self.world.change_standing(self.state, self.user, Standing.OPEN)
        elif self.state.standing is Standing.NEVER_STARTED:
            self.state.standing = Standing.OPEN
        replied = self.message(reply_to) if reply_to else None
        if thread_id is not None and thread_id not in self.state.topics:
            raise ValueError("no such topic")
        threaded = thread_id or (replied.thread_id if replied else None)
        message = ChatMessage(
            id=self.world.next_message_id(),
            chat=self.state,
            sender=self.user,
            date=self.world.now(),
            text=text,
            entities=entities,
            media=media or Media(),
            reply_to=reply_to,
            thread_id=threaded if self.world.topics_enabled else None,
            forward_origin=forward_origin,
        )
        return self.world.post(message).id


class LocalGroup(LocalChat):
    """A group chat."""

    async def add_bot(self, by: LocalUser) -> None:
        """A member adds the bot."""
        self.world.change_standing(self.state, by.user, Standing.OPEN)
        self.world.service(self.state, by.user, Service(new_members=(self.world.bot,)))

    async def remove_bot(self, by: LocalUser) -> None:
        """A member removes the bot."""
        self.world.change_standing(self.state, by.user, Standing.BLOCKED)

    async def send(self, author: LocalUser, text: str, *, reply_to: int | None = None) -> int:
        """A member writes."""
        plain, entities = tidy(text, ())
        message = ChatMessage(
            id=self.world.next_message_id(),
            chat=self.state,
            sender=author.user,
            date=self.world.now(),
            text=plain,
            entities=entities,
            reply_to=reply_to,
        )
        return self.world.post(message).id

    @property
    def bot_left(self) -> bool:
        """Whether the bot is out of the group."""
        return self.state.standing is not Standing.OPEN
