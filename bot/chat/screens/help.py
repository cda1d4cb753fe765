"""The menu of commands, language, and what is said to those who came by mistake."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from bot.chat import actions
from bot.chat.html import join
from bot.chat.outgoing import Screen
from bot.chat.screens.keys import press, rows
from bot.chat.texts import Texts

_OTHER_LAYOUT: Final = str.maketrans("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm")


def unknown_command(t: Texts, typed: str = "") -> Screen:
    """A command that does not exist; the one that is most like `typed` (without the slash) is offered."""
    meant = _meant(typed, [name for name, _ in commands(t)])
    if meant:
        return Screen(text=t("There is no such command. Did you mean /{command}?", command=meant))
    return Screen(
        text=t("There is no such command. /help shows what I can do, /list your conversations."),
    )


def language(t: Texts) -> Screen:
    """Choose a language."""
    return Screen(
        text=t("🌐 In which language shall I speak?"),
        keyboard=rows([press("Русский", actions.LANGUAGE, "ru"), press("English", actions.LANGUAGE, "en")]),
    )


def language_set(t: Texts) -> Screen:
    """The language is chosen; `t` speaks it already."""
    return Screen(text=t("👌 I speak English now."))


def group_refusal(t: Texts) -> Screen:
    """Said in a group before leaving it."""
    return Screen(
        text=t(
            "Conversations with employers are private, so I work only in a private chat. Write to me there!"
        )
    )


def not_allowed(t: Texts, user_id: int, *, known: bool = False) -> Screen:
    """The operator lets only some people in, and this one no more, where he is `known`."""
    closed = t(
        "This bot is open only to people whom its owner has let in. "
        "If you know the owner, ask for access and name your number: <code>{id}</code>",
        id=user_id,
    )
    kept = t(
        "Until then I don't look into your conversations and take nothing for employers. "
        "/export shows what I keep about you, /unlink withdraws my access and erases it."
    )
    return Screen(text=join((closed, kept if known else ""), "\n\n"))


def shut(t: Texts) -> str:
    """Pops up over a button of somebody who is not let in."""
    return t.label("The owner of this bot doesn't let you in. /unlink erases what is kept about you.")


def commands(t: Texts) -> list[tuple[str, str]]:
    """The commands menu: names and descriptions (plain text)."""
    return [
        ("list", t.label("Conversations")),
        ("find", t.label("Find a conversation")),
        ("letters", t.label("Letters for applications")),
        ("replies", t.label("Quick answers")),
        ("settings", t.label("Settings: sound, quiet hours, time zone")),
        ("help", t.label("What I can do")),
        ("language", t.label("Language")),
        ("privacy", t.label("What is kept about you")),
        ("export", t.label("Everything kept about you, as a file")),
        ("start", t.label("Link the hh.ru account")),
        ("unlink", t.label("Unlink and erase everything")),
    ]


def _meant(typed: str, known: list[str]) -> str | None:
    """The command most like what was typed, perhaps with the Russian layout of the keyboard on."""
    for word in (typed.casefold(), typed.casefold().translate(_OTHER_LAYOUT)):
        for like in get_close_matches(word, known, n=1, cutoff=0.6):
            return like
    return None
