"""/help with its topics, the tour for newcomers, and commands that do not exist."""

from __future__ import annotations

from telegram import Message

from bot.chat.outgoing import Screen
from bot.chat.screens import guide
from bot.chat.screens import help as screens
from bot.chat.screens.answers import stale_button
from bot.handlers.buttons import Pressed
from bot.handlers.turn import Turn


async def help_(turn: Turn, _message: Message) -> None:
    """What one can do here."""
    turn.say(guide.help_(turn.texts, turn.account is not None).say())


async def topic(turn: Turn, press: Pressed) -> None:
    """One topic, or the list of them again."""
    (name,) = press.args
    screen = guide.topic(turn.texts, name) if name else guide.help_(turn.texts, turn.account is not None)
    await _show(turn, press, screen)


async def tour(turn: Turn, press: Pressed) -> None:
    """The next step of the tour, or its end."""
    (step,) = press.args
    await _show(turn, press, guide.tour(turn.texts, step))


async def unknown(turn: Turn, message: Message) -> None:
    """A command that nobody knows, or a slip in one."""
    typed = (message.text or message.caption or "").split(maxsplit=1)[0].removeprefix("/").partition("@")[0]
    turn.say(screens.unknown_command(turn.texts, typed).say(reply_to=message.message_id))


async def shut(turn: Turn, message: Message) -> None:
    """Somebody whom the operator leaves out; what he edits is no news."""
    if message.edit_date is None:
        known = turn.account is not None
        turn.say(screens.not_allowed(turn.texts, turn.user_id, known=known).say())


async def _show(turn: Turn, press: Pressed, screen: Screen | None) -> None:
    await press.answer(None if screen else stale_button(turn.texts))
    if screen:
        turn.say(screen.rewrite(press.message_id))
