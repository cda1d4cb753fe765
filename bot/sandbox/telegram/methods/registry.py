"""Which function carries out which method, and how a method finds its chat and message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from bot.sandbox.telegram.chats import ChatMessage, ChatState, Standing
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.refusals import BadRequest, Forbidden
from bot.sandbox.telegram.world import World

Result = Struct | Sequence[Struct] | bool
Method = Callable[[World, Parameters], Awaitable[Result]]

METHODS: dict[str, tuple[str, Method]] = {}


def method(
    name: str,
) -> Callable[[Callable[[World, Parameters], Result]], Callable[[World, Parameters], Result]]:
    """Register a function that answers at once; names are found in any case, as Telegram does."""

    def register(function: Callable[[World, Parameters], Result]) -> Callable[[World, Parameters], Result]:
        async def call(world: World, parameters: Parameters) -> Result:
            return function(world, parameters)

        METHODS[name.lower()] = (name, call)
        return function

    return register


def waiting_method(name: str) -> Callable[[Method], Method]:
    """Register a function that may wait before it answers."""

    def register(function: Method) -> Method:
        METHODS[name.lower()] = (name, function)
        return function

    return register


def readable_chat(world: World, parameters: Parameters) -> ChatState:
    """The chat of the call.

    Raises:
        BadRequest: there is none.
    """
    source = parameters.text("chat_id").strip()
    if not source:
        raise BadRequest("chat_id is empty")
    chat = world.chats.get(parameters.integer("chat_id"))
    if chat is None:
        raise BadRequest("chat not found")
    return chat


def writable_chat(world: World, parameters: Parameters) -> ChatState:
    """The chat of the call, where the bot may write.

    Raises:
        BadRequest: there is none.
        Forbidden: the bot may not write there.
    """
    chat = readable_chat(world, parameters)
    match chat.standing:
        case Standing.NEVER_STARTED:
            raise Forbidden("bot can't initiate conversation with a user")
        case Standing.BLOCKED if chat.is_private:
            raise Forbidden("bot was blocked by the user")
        case Standing.BLOCKED:
            raise Forbidden("bot was kicked from the group chat")
        case Standing.DEACTIVATED:
            raise Forbidden("user is deactivated")
        case Standing.LEFT:
            raise Forbidden("bot is not a member of the group chat")
    return chat


def message_of(chat: ChatState, parameters: Parameters, what: str) -> ChatMessage:
    """The message of the call.

    Raises:
        BadRequest: "<what> not found".
    """
    found = chat.messages.get(parameters.integer("message_id"))
    if found is None:
        raise BadRequest(f"{what} not found")
    return found
