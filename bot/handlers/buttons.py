"""Buttons: callback data unsealed for the one who pressed, and handed to its behaviour."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.chat.actions import HISTORY
from bot.chat.buttons import BadButton, button_key, unseal
from bot.chat.outgoing import Press
from bot.chat.screens.answers import stale_button
from bot.chat.screens.help import shut
from bot.handlers.context import Callback, Context
from bot.handlers.turn import Turn
from bot.log import logger

log = logger(__name__)

_PATIENCE = 3.0
"""Seconds that the end of a button's spinning may take from what the button is to do."""


@dataclass
class Pressed:
    """A button that its rightful user pressed; `message_id` is the bot's message it hangs on."""

    message_id: int
    args: tuple[str, ...]
    _query: CallbackQuery
    _answered: bool = field(default=False, init=False)

    async def answer(self, toast: str | None = None) -> None:
        """End the button's spinning, at once where called first; `toast` pops up for a moment."""
        if self._answered:
            return
        self._answered = True
        try:
            await self._query.answer(
                toast,
                read_timeout=_PATIENCE,
                write_timeout=_PATIENCE,
                connect_timeout=_PATIENCE,
                pool_timeout=_PATIENCE,
            )
        except TelegramError as error:
            # Too old, taken twice after a restart, Telegram away: only the spinning lasts longer.
            log.info("a button was not answered", error=type(error).__name__)


ButtonBehaviour: TypeAlias = Callable[[Turn, Pressed], Awaitable[None]]


def on_press(behaviours: Mapping[str, ButtonBehaviour], *, for_all: Container[str] = ()) -> Callback:
    """A callback of the library that hands presses to their behaviours, by `Press.action`.

    A button that was not made here for this user gets a pop-up and does nothing; so does one that is not
    `for_all`, of a user who is not let in.
    """

    async def callback(update: Update, context: Context) -> None:
        query = update.callback_query
        if query is None:  # pragma: no cover - the library hands over nothing else
            return
        turn = context.turn
        press = _press(query, context.bot.token)
        behaviour = behaviours.get(press.action) if press else None
        if press is None or behaviour is None or query.message is None:
            await Pressed(0, (), query).answer(stale_button(turn.texts))
            return
        if not turn.let_in and press.action not in for_all:
            await Pressed(0, (), query).answer(shut(turn.texts))
            return
        pressed = Pressed(query.message.message_id, press.args, query)
        await behaviour(turn, pressed)
        await pressed.answer()

    return callback


def conversation_of(message: Message) -> str | None:
    """The one conversation (its nid) that the buttons of a message of the bot belong to, else None.

    They are sealed for the user, so what they say is as good as what is stored. It is needed where the
    bridge died before it had stored what the message is about.
    """
    if message.reply_markup is None or message.chat.type != ChatType.PRIVATE:
        return None
    key = button_key(message.get_bot().token)
    found = set()
    for button in chain.from_iterable(message.reply_markup.inline_keyboard):
        if isinstance(button.callback_data, str):
            with suppress(BadButton):
                press = unseal(button.callback_data, message.chat.id, key)
                found |= {press.args[0]} if press.action == HISTORY else set()
    return found.pop() if len(found) == 1 else None


def _press(query: CallbackQuery, bot_token: str) -> Press | None:
    """What the button means, None where it is not this user's or not in his private chat."""
    if query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return None
    try:
        return unseal(query.data or "", query.from_user.id, button_key(bot_token))
    except BadButton:
        return None
