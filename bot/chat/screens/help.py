"""Help, privacy, language, and what is said to those who came by mistake."""

from __future__ import annotations

from bot.chat import actions
from bot.chat.html import join
from bot.chat.outgoing import Screen
from bot.chat.screens.keys import press, rows
from bot.chat.texts import Texts


def help_(t: Texts, linked: bool) -> Screen:
    """What one can do, by what one wants."""
    return Screen(
        text=join(
            (
                t("<b>What I can do</b>"),
                t(
                    "💬 <b>Answer an employer.</b> Reply to any message of the conversation, "
                    "as you would in any chat."
                ),
                t(
                    "✏️ <b>Edit.</b> Edit your message here. hh.ru takes edits only of a cover letter "
                    "that has not been read; otherwise I'll offer to send a correction."
                ),
                t(
                    "🔎 <b>Apply.</b> Send or forward a link to a vacancy, choose a resume, "
                    "add a cover letter."
                ),
                t("📂 <b>See everything.</b> /list shows conversations by status, each with its history."),
                t(
                    "🙈 <b>Hide.</b> There is a button under each conversation; where hh.ru allows it, "
                    "the employer gets a polite refusal."
                ),
                t(
                    "👌 <b>The sign on your message</b> tells how it goes: 👌 hh.ru has taken it, "
                    "👀 the employer has read it, ✍ edited, 🫡 waiting for hh.ru, "
                    "🤔 not sure whether it arrived, 👎 not sent. No sign yet: it is on its way."
                ),
                t(
                    "/settings — what to tell you about, quiet hours, time zone\n"
                    "/language — Russian or English\n"
                    "/privacy — what I keep\n"
                    "/unlink — unlink and erase everything"
                ),
            ),
            "\n\n",
        ),
        keyboard=rows() if linked else rows([press(t.label("🔑 Sign in with hh.ru"), actions.LINK)]),
    )


def unknown_command(t: Texts) -> Screen:
    """A command that does not exist."""
    return Screen(text=t("I don't know this command. /help shows what I can do, /list your conversations."))


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


def not_allowed(t: Texts, user_id: int) -> Screen:
    """The operator lets only some people in."""
    return Screen(
        text=t(
            "This bot is open only to people whom its owner has let in. "
            "If you know the owner, ask for access and name your number: <code>{id}</code>",
            id=user_id,
        )
    )


def commands(t: Texts) -> list[tuple[str, str]]:
    """The commands menu: names and descriptions (plain text)."""
    return [
        ("list", t.label("Conversations")),
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
