"""The chat that every test of the handlers begins with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram.ext import ExtBot

from bot.chat.outgoing import Conversation
from bot.handlers.registry import application
from tests.handlers.private_chat import TOKEN, BotApi, Chat, negotiation


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """A linked user with one conversation, "1", to which the bot's message 10 belongs."""
    telegram = BotApi()
    bridge = application(ExtBot(TOKEN, request=telegram, get_updates_request=telegram))
    async with bridge:
        chat = Chat(bridge, telegram)
        chat.hh.conversations = [negotiation("1")]
        chat.subjects[10] = Conversation("1", "55")
        yield chat
