"""Screens of linking and unlinking an hh.ru account.

An authorization address where there is one makes a button that opens it; without it the button
asks the bridge for a fresh one.
"""

from __future__ import annotations

from bot.chat import actions
from bot.chat.html import Html, join, shorten
from bot.chat.outgoing import Key, Screen
from bot.chat.screens.keys import link, press, rows
from bot.chat.texts import Texts


def welcome(t: Texts, authorize_url: str | None) -> Screen:
    """The first screen: what the bot does, and the way in."""
    return Screen(
        text=join(
            (
                t("👋 <b>Your hh.ru conversations, right here</b>"),
                t(
                    "💬 What employers write, invitations and refusals arrive in this chat.\n"
                    "✍️ Reply to a message here, and the employer gets your answer on hh.ru.\n"
                    "🔎 Send me a link to a vacancy, and apply without leaving Telegram."
                ),
                t(
                    "Sign in on hh.ru to begin. I never see your password, "
                    "and /unlink erases everything at any moment."
                ),
            ),
            "\n\n",
        ),
        keyboard=rows([_sign_in(t, authorize_url)]),
    )


def paste_hint(t: Texts, authorize_url: str) -> Screen:
    """How to link where hh.ru can't come back to the bridge: paste the address."""
    return Screen(
        text=join(
            (
                t("🔑 <b>Linking takes two steps</b>"),
                t("1. Press the button and allow access on hh.ru."),
                t(
                    "2. hh.ru will send your browser to a page that may not open: that's all right. "
                    "Copy the whole address of that page and send it to me here."
                ),
                t("<i>The link works once, for ten minutes, and only for you.</i>"),
            ),
            "\n\n",
        ),
        keyboard=rows([_sign_in(t, authorize_url)]),
    )


def not_that_address(t: Texts, authorize_url: str | None) -> Screen:
    """What was pasted is not the address that hh.ru leads to."""
    return Screen(
        text=t(
            "This is not the address I need. Allow access on hh.ru, then copy the whole address of the page "
            "that opens (even if it shows an error): <code>code</code> and <code>state</code> stand in it."
        ),
        keyboard=rows([_sign_in(t, authorize_url)]),
    )


def linked(t: Texts, name: str) -> Screen:
    """It worked; what happens next."""
    return Screen(
        text=join(
            (
                t("✅ <b>Done! The hh.ru account is linked: {name}</b>", name=_named(t, name)),
                t("I'm looking through your conversations. What you haven't read yet will arrive here."),
            ),
            "\n\n",
        )
    )


def already_linked(t: Texts, name: str, authorize_url: str | None = None, *, pasting: bool = False) -> Screen:
    """`/start` of somebody whose account is linked; with an address he can sign in again.

    `pasting` where hh.ru can't come back to the bridge.
    """
    return Screen(
        text=join(
            (
                t("👌 Your hh.ru account is linked: <b>{name}</b>", name=_named(t, name)),
                t(
                    "/list shows your conversations, /help what I can do. "
                    "To use another account, /unlink this one first."
                ),
                t(
                    "If you sign in to hh.ru again, send me the whole address of the page that opens "
                    "afterwards, even if it shows an error."
                )
                if pasting and authorize_url
                else "",
            ),
            "\n\n",
        ),
        keyboard=rows([link(t.label("🔑 Sign in again"), authorize_url)]),
    )


def link_expired(t: Texts) -> Screen:
    """The state or code is over or used."""
    return Screen(
        text=t("⌛ This link is over: it works once and for ten minutes. Take a fresh one, it's quick."),
        keyboard=rows([_sign_in(t, None)]),
    )


def link_foreign(t: Texts) -> Screen:
    """The code was made for another Telegram user."""
    return Screen(
        text=t(
            "🛑 This link was made for another Telegram user, so nothing has been linked. "
            "If somebody sent it to you, don't use it. You can link your own account."
        ),
        keyboard=rows([_sign_in(t, None)]),
    )


def link_refused(t: Texts) -> Screen:
    """The user said no on hh.ru."""
    return Screen(
        text=t("You didn't allow access on hh.ru, so nothing has been linked. Changed your mind? Try again."),
        keyboard=rows([_sign_in(t, None)]),
    )


def not_applicant(t: Texts, relink_url: str | None) -> Screen:
    """An employer's account was offered."""
    return Screen(
        text=t(
            "💼 This is not a job seeker's account, and I work only for job seekers, "
            "so nothing has been linked. Sign in to hh.ru with another account."
        ),
        keyboard=rows([_sign_in(t, relink_url)]),
    )


def lapsed(t: Texts, authorize_url: str | None, why: Html | None = None) -> Screen:
    """hh.ru ended the access, `why` where that is known; everything that waits is kept."""
    return Screen(
        text=join(
            (
                t("🔑 <b>hh.ru asks you to sign in again</b>"),
                why or t("This happens after a change of password or when access is withdrawn."),
                t(
                    "Until you have signed in, nothing arrives from employers. "
                    "Everything you have written waits and will not be lost."
                ),
            ),
            "\n\n",
        ),
        keyboard=rows([_sign_in(t, authorize_url)]),
    )


def unlink_ask(t: Texts, name: str) -> Screen:
    """Ask before unlinking."""
    return Screen(
        text=join(
            (
                t("<b>Unlink the account “{name}”?</b>", name=_named(t, name)),
                t(
                    "I will withdraw my access at hh.ru and erase everything I keep about you. "
                    "Your account, resumes and conversations on hh.ru stay as they are."
                ),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("🗑 Unlink and erase"), actions.UNLINK_YES)],
            [press(t.label("Cancel"), actions.CANCEL)],
        ),
    )


def not_linked(t: Texts) -> Screen:
    """Something was asked that needs an account."""
    return Screen(
        text=t("First link your hh.ru account: it takes a minute."),
        keyboard=rows([_sign_in(t, None)]),
    )


def _sign_in(t: Texts, url: str | None) -> Key:
    label = t.label("🔑 Sign in with hh.ru")
    return link(label, url) or press(label, actions.LINK)


def _named(t: Texts, name: str) -> str:
    return shorten(name, 100) or t.label("no name")
