"""Texts that are not with hh.ru yet: captions, cover letters, and what came too late for them."""

from __future__ import annotations

from bot.chat import actions
from bot.chat.html import Html, escape, excerpt, join
from bot.chat.outgoing import Draft, Say, Screen
from bot.chat.screens.keys import press, rows
from bot.chat.screens.templates import copyable
from bot.chat.texts import Texts

_EXCERPT = 300


def caption_only(t: Texts, nid: str, caption: str, message_id: int) -> Screen:
    """Offer to send the caption of what hh.ru doesn't take; `message_id` is the user's message."""
    return Screen(
        text=join(
            (
                t("Send only the text to the employer?"),
                Html(f"<blockquote>{escape(excerpt(caption, _EXCERPT))}</blockquote>"),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("📤 Send the text"), actions.TO, nid)],
            [press(t.label("Don't send"), actions.DROP)],
        ),
        about=Draft(caption, message_id),
    )


def letter_prompt(t: Texts, before: str = "") -> Say:
    """Where the cover letter is written, if the user wants one; the one of `before` can be copied."""
    if not before:
        return Say(text=t("✍️ Your cover letter:"), prompt=t.label("Cover letter"))
    ask = t("✍️ Your cover letter. The one so far, to copy with a tap:")
    return Say(text=join((ask, copyable(before)), "\n\n"), prompt=t.label("Cover letter"))


def letter_so_far(t: Texts, screen: Screen, letter: str) -> Screen:
    """The screen with the letter that is about to be changed, to be copied; "" where there is none."""
    if not letter:
        return screen
    parts = (Html(screen.text), t("The letter so far, to copy with a tap:"), copyable(letter))
    return Screen(text=join(parts, "\n\n"), keyboard=screen.keyboard, about=screen.about)


def open_conversation(t: Texts, screen: Screen, nid: str) -> Screen:
    """The screen with one more button: the conversation that there is already."""
    more = rows([press(t.label("🗂 Open the conversation"), actions.OPEN, nid)])
    return Screen(text=screen.text, keyboard=more + screen.keyboard, about=screen.about)


def other_reply(t: Texts) -> Html:
    """A reply to a message that belongs to no conversation."""
    return t("I don't know which conversation this message belongs to.")


def edit_too_late(t: Texts) -> Screen:
    """A cover letter was edited while the application with it is on its way."""
    return Screen(
        text=t(
            "✏️ The application is on its way with the letter as it was. "
            "Once hh.ru has taken it, edit the letter again: until the employer reads it, that works."
        )
    )


def done_already(t: Texts) -> str:
    """A pop-up (plain text): what the button is for has been done or dropped."""
    return t.label("This has been done already.")
