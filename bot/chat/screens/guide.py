"""The guide: a tour for newcomers, and help by what one wants to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.chat import actions
from bot.chat.html import Html, escape, join
from bot.chat.outgoing import Key, Screen
from bot.chat.screens import settings
from bot.chat.screens.keys import press, rows
from bot.chat.texts import N_, Texts

TOUR_ENDS: Final = "end"
"""The step of the tour that leads out of it."""


def help_(t: Texts, linked: bool) -> Screen:
    """What one may want to do, a button for each."""
    keys = [press(t.label(label), actions.HELP, topic) for topic, (label, _) in TOPICS.items()]
    sign_in = press(t.label("🔑 Sign in with hh.ru"), actions.LINK)
    return Screen(
        text=join(
            (
                t("<b>What would you like to do?</b>"),
                t("To answer an employer, just reply to the message. About the rest, ask below."),
            )
        ),
        keyboard=rows([None if linked else sign_in], *(keys[at : at + 2] for at in range(0, len(keys), 2))),
    )


def topic(t: Texts, name: str) -> Screen | None:
    """How one does it; None where there is no such topic."""
    if name not in TOPICS:
        return None
    label, paragraphs = TOPICS[name]
    return Screen(
        text=join((Html(f"<b>{escape(t.label(label))}</b>"), *paragraphs(t)), "\n\n"),
        keyboard=rows(_shortcuts(t, name), [press(t.label("◀️ All topics"), actions.HELP, "")]),
    )


def tour(t: Texts, step: str) -> Screen | None:
    """One step of the tour, each in place of the one before; None for an unknown one."""
    if step == TOUR_ENDS:
        return Screen(text=t("All right. /help is there whenever you need it."))
    number = int(step) if step.isdecimal() else 0
    if not 1 <= number <= len(_TOUR):
        return None
    skip = press(t.label("Skip"), actions.TOUR, TOUR_ENDS)
    ahead = press(t.label("Go on ▶️"), actions.TOUR, str(number + 1))
    done = press(t.label("Got it"), actions.TOUR, TOUR_ENDS)
    count = t("<i>{number} of {all}</i>", number=number, all=len(_TOUR))
    keyboard = rows([done] if number == len(_TOUR) else [skip, ahead])
    return Screen(text=join((t(_TOUR[number - 1]), count), "\n\n"), keyboard=keyboard)


_TOUR: Final = (
    N_(
        "💬 <b>Answering is just replying.</b> Swipe an employer's message to the left, or press Reply "
        "under it, and write: it goes to hh.ru. 👌 on your message: hh.ru has taken it; "
        "👀: the employer has read it."
    ),
    N_(
        "🔎 <b>Applying is sending a link.</b> Send or forward me a link to a vacancy, choose a resume, "
        "write a letter or take one of yours from /letters. You see everything before it goes out."
    ),
    N_(
        "📂 <b>Everything is at hand.</b> /list shows all conversations, /settings what to tell you about "
        "and when to be quiet, /help the rest."
    ),
)


def _answering(t: Texts) -> tuple[Html, ...]:
    return (
        t(
            "Reply to a message of the employer: swipe it to the left, or press Reply under it. "
            "Your text goes to hh.ru."
        ),
        t("If you just write, I ask to whom it goes and send nothing before you choose."),
        t("If the employer has a topic in this chat, just write there, without a reply."),
        t(
            "If you edit your message, I edit it on hh.ru where hh.ru allows that: a cover letter nobody "
            "has read. Otherwise I offer to send a correction."
        ),
        t("Employers get text only: no pictures, files, voice messages or stickers."),
    )


def _applying(t: Texts) -> tuple[Html, ...]:
    return (
        t(
            "Send me a link to a vacancy, or forward a message with one. "
            "Sister sites such as rabota.by and hh.kz work too."
        ),
        t(
            "Choose a resume, write a cover letter or take one from /letters. "
            "You see everything before it goes out."
        ),
        t("hh.ru takes 200 applications a day. Where it asks for a test or a captcha, I give you the link."),
    )


def _finding(t: Texts) -> tuple[Html, ...]:
    return (
        t("/list shows your conversations by status, unread ones first. Press a number to open one."),
        t("Find, below the list, looks for a company or a vacancy."),
        t("/find finds one by a part of the company or vacancy: <code>/find designer</code>."),
        t("Under refusals and the archive there is a button that hides all of them after one question."),
    )


def _hiding(t: Texts) -> tuple[Html, ...]:
    return (
        t(
            "Open the conversation and press Hide. "
            "It leaves your list on hh.ru too, and can't be brought back."
        ),
        t("Where hh.ru allows it, you can decline instead: the employer gets a polite refusal."),
        t("Under Refusals and Archive in /list, one button hides all of them."),
    )


def _templates(t: Texts) -> tuple[Html, ...]:
    return (
        t("/letters keeps cover letters for applications, /replies short answers for the Reply button."),
        t("Your name, the vacancy and the company are filled in when you send."),
    )


def _signs(t: Texts) -> tuple[Html, ...]:
    return (
        t(
            "👌 hh.ru has taken it\n"
            "👀 the employer has read it\n"
            "✍️ your edit is on hh.ru\n"
            "🫡 it waits for hh.ru\n"
            "🤔 not sure whether it arrived\n"
            "👎 it was not sent"
        ),
        t("No sign yet: it is on its way."),
    )


def _quiet(t: Texts) -> tuple[Html, ...]:
    return (
        t(
            "/settings: what to tell you about, quiet hours, your time zone, "
            "a digest instead of single notices."
        ),
        t("One conversation is too loud? Its card has a button to mute it."),
        t("/language: Russian or English."),
    )


def _data(t: Texts) -> tuple[Html, ...]:
    return (
        t("/privacy: what I keep, how long, and who can see it.\n/export: all of it, as a file."),
        t("/unlink: withdraws my access at hh.ru and erases everything."),
    )


TOPICS: Final[dict[str, tuple[str, Callable[[Texts], tuple[Html, ...]]]]] = {
    "answer": (N_("💬 Answer"), _answering),
    "apply": (N_("🔎 Apply"), _applying),
    "find": (N_("📂 Find a conversation"), _finding),
    "hide": (N_("🙈 Hide or decline"), _hiding),
    "templates": (N_("📝 Use templates"), _templates),
    "signs": (N_("👌 Read the signs"), _signs),
    "quiet": (N_("🌙 Have some quiet"), _quiet),
    "data": (N_("🔐 Manage my data"), _data),
}


def _shortcuts(t: Texts, topic: str) -> list[Key]:
    match topic:
        case "find" | "hide":
            return [press(t.label("📂 All conversations"), actions.LIST, "active", "0")]
        case "quiet":
            return [press(t.label("⚙️ Settings"), actions.SETTINGS, settings.MAIN)]
        case "data":
            return [press(t.label("📦 Show everything"), actions.EXPORT)]
        case _:
            return []
