"""Groups and channels: conversations with employers are nobody else's, so the bot leaves."""

from __future__ import annotations

from telegram import ChatMemberUpdated, Message
from telegram.constants import ChatMemberStatus, ChatType

from bot.chat.outgoing import Leave
from bot.chat.screens.help import group_refusal
from bot.handlers.turn import Turn

_OUTSIDE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def leave(turn: Turn, _message: Message) -> None:
    """Say in one sentence why, and leave the group."""
    turn.say(group_refusal(turn.texts).say(), Leave())


async def invited(turn: Turn, change: ChatMemberUpdated) -> None:
    """Somebody has put the bot into a group, or into a channel, where it has nothing to say."""
    if change.new_chat_member.status in _OUTSIDE:
        return
    if change.chat.type != ChatType.CHANNEL:
        turn.say(group_refusal(turn.texts).say())
    turn.say(Leave())
