"""/list: conversations by status, page by page."""

from __future__ import annotations

from telegram import Message

from bot.chat.outgoing import Screen
from bot.chat.screens import lists as screens
from bot.handlers.buttons import Pressed
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn

_FIRST_STATUS = "active"


@for_linked
async def show(turn: Turn, _message: Message) -> None:
    """The first page of what is going on."""
    turn.say((await _page(turn, _FIRST_STATUS, 0)).say())


@for_linked
async def turn_over(turn: Turn, press: Pressed) -> None:
    """Another page or another status, in place of the one before."""
    await press.answer()
    status, page = press.args
    turn.say((await _page(turn, status, int(page))).rewrite(press.message_id))


async def _page(turn: Turn, status: str, page: int) -> Screen:
    found = await turn.hh.negotiations(status=status, page=page, per_page=screens.PER_PAGE)
    return screens.listing(turn.texts, status, found, now=turn.clock)
