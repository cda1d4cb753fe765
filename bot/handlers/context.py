"""How an update and its turn meet: the context of python-telegram-bot, and the way in and out.

The library's `Application` is used for dispatch alone. It logs and drops the errors of handlers;
here they reach whoever dispatched the update.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

from telegram import Message, Update
from telegram.ext import Application, ApplicationHandlerStop, CallbackContext, ExtBot

from bot.handlers.turn import Turn


@dataclass
class _Handling:
    turn: Turn
    error: Exception | None = None


_handling: ContextVar[_Handling] = ContextVar("handling")


# The library's own stores per user, chat and bot stay unused; `dict[Any, Any]` is its type for them.
class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The library's context with the turn of the update."""

    @property
    def turn(self) -> Turn:
        """The turn of the update that is being handled."""
        return present_turn()


Bridge: TypeAlias = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]
Behaviour: TypeAlias = Callable[[Turn, Message], Awaitable[None]]
Callback: TypeAlias = Callable[[Update, Context], Coroutine[Any, Any, None]]


class Dispatcher(Bridge):
    """The library's application without its notes of whom it has seen, which would grow for ever."""

    __slots__ = ()

    # python-telegram-bot 22, _application.py: kept for a store of its own, also where there is none.
    def _mark_for_persistence_update(self, *, update: object = None, job: object = None) -> None:
        pass


def on_message(behaviour: Behaviour) -> Callback:
    """A callback of the library that hands the update's message to `behaviour`."""

    async def callback(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is not None:  # pragma: no branch - the library hands over nothing else
            await behaviour(context.turn, message)

    return callback


def present_turn() -> Turn:
    """The turn of the update that is being handled, for what the library gives no context."""
    return _handling.get().turn


async def keep_error(_update: object, context: Context) -> None:
    """The error handler: keeps the error for `dispatch` and ends the handling of the update."""
    _handling.get().error = context.error
    raise ApplicationHandlerStop


async def dispatch(application: Bridge, update: Update, turn: Turn) -> None:
    """Handle `update`; its effects are in `turn` afterwards. Raises whatever a handler raised."""
    turn.update_id = update.update_id
    handling = _Handling(turn)
    token = _handling.set(handling)
    try:
        await application.process_update(update)
    finally:
        _handling.reset(token)
    if handling.error is not None:
        raise handling.error
