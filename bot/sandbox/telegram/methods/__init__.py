"""The methods of the Bot API (https://core.telegram.org/bots/api#available-methods)."""

from __future__ import annotations

from bot.sandbox.telegram.methods import editing, profile, receiving, sending, topics
from bot.sandbox.telegram.methods.registry import METHODS, Method, Result

__all__ = ["METHODS", "Method", "Result", "editing", "profile", "receiving", "sending", "topics"]
