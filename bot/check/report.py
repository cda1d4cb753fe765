"""All checks, one after the other.

Each check gives one line or more; what failed or stays open (`?`) gets a second one that says what to do.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.check.accounts import access, keys
from bot.check.hh import hh
from bot.check.redis import redis
from bot.check.telegram import telegram
from bot.settings import Settings


async def check(settings: Settings, say: Callable[[str], None] = print) -> bool:
    """Make every check and say what it found; returns whether nothing failed."""
    say("ok    Settings: complete and well-formed")
    passed = True
    for part in (redis, keys, telegram, hh, access):
        for finding in await part(settings):
            passed = passed and finding.verdict != "FAIL"
            say(f"{finding.verdict:<5} {finding.about}: {finding.text}")
            if finding.mend:
                say(f"      -> {finding.mend}")
    return passed
