"""The reactions a bot may set (https://core.telegram.org/bots/api#reactiontypeemoji)."""

from __future__ import annotations

_EMOJI = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌
🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘
🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡
"""
ALLOWED = frozenset(_EMOJI.split())


def bare(emoji: str) -> str:
    """The emoji without variation selectors, which Telegram ignores in reactions."""
    return emoji.replace("\ufe0f", "")
