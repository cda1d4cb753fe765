"""What a person does on a phone of the page, as JSON bodies: one record per action."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from msgspec import Struct

from bot.sandbox.telegram.people import LocalUser
from bot.sandbox.telegram.world import Answer

A = TypeVar("A", bound=Struct)
Done = Struct | None
Action = Callable[[LocalUser, bytes], Awaitable[Done]]

ANSWER_SECONDS = 15.0
ACTIONS: dict[str, Action] = {}


class Sent(Struct, frozen=True):
    """The id of the new message."""

    message_id: int


class Answered(Struct, frozen=True):
    """What the bot answered to a press; `late` where it didn't in time."""

    text: str = ""
    alert: bool = False
    url: str = ""
    late: bool = False


class Send(Struct, frozen=True):
    """A text, alone or as an answer, in a topic or not."""

    text: str
    reply_to: int | None = None
    thread_id: int | None = None


class Edit(Struct, frozen=True):
    """New words for an own message."""

    message_id: int
    text: str


class Delete(Struct, frozen=True):
    """A message to delete."""

    message_id: int


class PressButton(Struct, frozen=True):
    """A button, by its index in reading order."""

    message_id: int
    button: int


class OpenLink(Struct, frozen=True):
    """The start parameter of a deep link."""

    start: str = ""


class DeleteTopic(Struct, frozen=True):
    """A topic to delete, with everything in it."""

    thread_id: int


class Media(Struct, frozen=True):
    """Something that isn't text: photo, document, sticker or voice."""

    kind: str
    caption: str = ""
    reply_to: int | None = None
    thread_id: int | None = None


class Forward(Struct, frozen=True):
    """Somebody else's text."""

    text: str
    author: str = ""


class Nothing(Struct, frozen=True):
    """No parameters."""


class Language(Struct, frozen=True):
    """The language of the person's Telegram client."""

    code: str


def _action(
    name: str, body: type[A]
) -> Callable[[Callable[[LocalUser, A], Awaitable[Done]]], Callable[[LocalUser, A], Awaitable[Done]]]:
    def register(
        function: Callable[[LocalUser, A], Awaitable[Done]],
    ) -> Callable[[LocalUser, A], Awaitable[Done]]:
        async def act(user: LocalUser, source: bytes) -> Done:
            return await function(user, msgspec.json.decode(source or b"{}", type=body))

        ACTIONS[name] = act
        return function

    return register


@_action("send", Send)
async def _send(user: LocalUser, order: Send) -> Done:
    if not order.text.strip():
        raise ValueError("an empty text")
    replied = order.reply_to if order.reply_to in user.state.messages else None
    return Sent(await user.send(order.text, reply_to=replied, thread_id=order.thread_id))


@_action("edit", Edit)
async def _edit(user: LocalUser, order: Edit) -> Done:
    await user.edit(order.message_id, order.text)
    return None


@_action("delete", Delete)
async def _delete(user: LocalUser, order: Delete) -> Done:
    await user.delete(order.message_id)
    return None


@_action("delete_topic", DeleteTopic)
async def _delete_topic(user: LocalUser, order: DeleteTopic) -> Done:
    await user.delete_topic(order.thread_id)
    return None


@_action("press", PressButton)
async def _press(user: LocalUser, order: PressButton) -> Done:
    waiting = user.tap(order.message_id, order.button)
    try:
        answer: Answer = await asyncio.wait_for(waiting, ANSWER_SECONDS)
    except TimeoutError:
        return Answered(late=True)
    return Answered(answer.text, answer.alert, answer.url)


@_action("open", OpenLink)
async def _open(user: LocalUser, order: OpenLink) -> Done:
    link = f"https://t.me/{user.world.bot.username}?start={order.start}"
    return Sent(await user.open_link(link))


@_action("media", Media)
async def _media(user: LocalUser, order: Media) -> Done:
    where = {"reply_to": order.reply_to, "thread_id": order.thread_id}
    match order.kind:
        case "photo":
            return Sent(await user.send_photo(order.caption, **where))
        case "document":
            return Sent(await user.send_document("Резюме.pdf", b"%PDF-1.7", **where))
        case "sticker":
            return Sent(await user.send_sticker(**where))
        case "voice":
            return Sent(await user.send_voice(**where))
    raise ValueError(f"nothing of the kind {order.kind!r} can be sent")


@_action("forward", Forward)
async def _forward(user: LocalUser, order: Forward) -> Done:
    if not order.text.strip():
        raise ValueError("an empty text")
    return Sent(await user.forward(order.text, author=order.author or "Вакансии"))


@_action("block", Nothing)
async def _block(user: LocalUser, _: Nothing) -> Done:
    await user.block()
    return None


@_action("unblock", Nothing)
async def _unblock(user: LocalUser, _: Nothing) -> Done:
    await user.unblock()
    return None


@_action("language", Language)
async def _language(user: LocalUser, order: Language) -> Done:
    await user.choose_language(order.code)
    return None
