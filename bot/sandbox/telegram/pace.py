"""Telegram's limits of messages (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.sandbox.telegram.refusals import TooManyRequests


@dataclass(frozen=True)
class Limits:
    """Messages a second in one chat with short bursts allowed, and in all chats together."""

    per_chat: float = 1.0
    burst: int = 4
    total: float = 30.0


class Pace:
    """Counts messages; off while `limits` is None."""

    def __init__(self) -> None:
        self.limits: Limits | None = None
        self._buckets: dict[int, tuple[float, float]] = {}

    def spend(self, chat_id: int, now: float) -> None:
        """Count one message.

        Raises:
            TooManyRequests: too many; the count stays as it is.
        """
        if self.limits is None:
            return
        chat = self._left(chat_id, self.limits.per_chat, self.limits.burst, now)
        total = self._left(0, self.limits.total, self.limits.total, now)
        for left, rate in ((chat, self.limits.per_chat), (total, self.limits.total)):
            if left < 1:
                raise TooManyRequests(max(1, math.ceil((1 - left) / rate)))
        self._buckets[chat_id] = (now, chat - 1)
        self._buckets[0] = (now, total - 1)

    def _left(self, key: int, rate: float, burst: float, now: float) -> float:
        since, left = self._buckets.get(key, (now, float(burst)))
        return min(burst, left + (now - since) * rate)
