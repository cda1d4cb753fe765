"""What happens between the bot and a chat: blocked, let in again, put into a group."""

from __future__ import annotations

from msgspec.structs import replace
from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.handlers import chats
from bot.handlers.context import Context


async def changed(update: Update, context: Context) -> None:
    """A user who blocked the bot gets nothing more until he comes back; groups are left."""
    change, turn = update.my_chat_member, context.turn
    if change is None:  # pragma: no cover - the library hands over nothing else
        return
    if change.chat.type != ChatType.PRIVATE:
        await chats.invited(turn, change)
        return
    blocked = change.new_chat_member.status == ChatMemberStatus.BANNED
    if turn.account and bool(turn.account.blocked_at) != blocked:
        turn.save(replace(turn.account, blocked_at=turn.now if blocked else 0))


async def returned(update: Update, context: Context) -> None:
    """Whoever writes or presses is back, even where Telegram's word of it got lost."""
    turn = context.turn
    if turn.account and turn.account.blocked_at and (update.message or update.callback_query):
        turn.save(replace(turn.account, blocked_at=0))
