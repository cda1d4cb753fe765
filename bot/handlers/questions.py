"""What the bot has asked the user to write, other than texts for employers: who takes the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from telegram import Message

from bot.chat.outgoing import Question
from bot.chat.screens import lists as list_screens
from bot.chat.screens import settings as setting_screens
from bot.chat.screens import templates as template_screens
from bot.handlers import lists, settings, templates
from bot.handlers.start_and_linking import offer
from bot.handlers.turn import Turn

ANSWERS: Final[dict[str, Callable[[Turn, Message, Question], Awaitable[None]]]] = {
    list_screens.FIND: lists.words,
    template_screens.NEW: templates.answered,
    template_screens.TEXT: templates.answered,
    template_screens.TITLE: templates.answered,
    setting_screens.SETTING: settings.typed,
}


async def answered(turn: Turn, message: Message, question: Question) -> None:
    """The user has replied to a question."""
    if turn.linked:
        await ANSWERS[question.what](turn, message, question)
    else:
        await offer(turn)
