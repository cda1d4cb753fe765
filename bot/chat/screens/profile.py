"""What the bot's profile says: shown before anybody has pressed Start. Plain text."""

from __future__ import annotations

from typing import Final

from bot.chat.texts import Texts

MOST_NAME: Final = 64
MOST_DESCRIPTION: Final = 512
MOST_SHORT: Final = 120
"""Characters (Bot API, "setMyName", "setMyDescription", "setMyShortDescription")."""


def name(t: Texts) -> str:
    """The name above the chat."""
    return t.label("hh-bridge · jobs")


def description(t: Texts) -> str:
    """What stands in the empty chat."""
    return t.label(
        "Your hh.ru conversations, right here.\n\n"
        "💬 Messages, invitations and refusals arrive in this chat; "
        "reply here, and the employer gets it on hh.ru.\n"
        "🔎 Send me a link to a vacancy, and apply without leaving Telegram.\n"
        "🔐 I never see your password; /unlink erases everything.\n\n"
        "I am not an official service of hh.ru."
    )


def short_description(t: Texts) -> str:
    """What stands in the profile, and beside a link to the bot."""
    return t.label(
        "Answer employers and apply on hh.ru, right in Telegram. Not an official service of hh.ru."
    )
