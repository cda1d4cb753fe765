"""Hiding a whole tab of conversations: the question, how far it is, and what came of it."""

from __future__ import annotations

from bot.chat import actions
from bot.chat.html import Html, join, shorten
from bot.chat.intents import HideAll
from bot.chat.outgoing import Screen
from bot.chat.screens.keys import press, rows
from bot.chat.texts import Texts
from bot.sync.roster import Tab


def ask(t: Texts, tab: Tab, count: int, seal: str, *, changed: bool = False) -> Screen:
    """Ask once for all of them; `seal` is of the conversations meant, `changed` since the last question."""
    if tab is Tab.DISCARD:
        question = t.plural("🙈 <b>Hide {n} refusal?</b>", "🙈 <b>Hide {n} refusals?</b>", count)
    else:
        question = t.plural(
            "🙈 <b>Hide {n} conversation from the archive?</b>",
            "🙈 <b>Hide {n} conversations from the archive?</b>",
            count,
        )
    return Screen(
        text=join(
            (
                t("The list has changed meanwhile, so I ask again.") if changed else "",
                question,
                t(
                    "They leave your list on hh.ru too, and can't be brought back. Employers get no message. "
                    "What is unread, or changes meanwhile, stays."
                ),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("🙈 Hide all: {n}", n=t.number(count)), actions.HIDE_ALL_YES, tab, seal)],
            [press(t.label("Keep"), actions.LIST, tab, "0")],
        ),
    )


def progress(t: Texts, intent: HideAll) -> Screen:
    """How far it is."""
    done = intent.total - len(intent.nids)
    return Screen(
        text=t("🙈 Hiding… {done} of {total}", done=t.number(done), total=t.number(intent.total)),
        keyboard=rows([press(t.label("⏹ Stop"), actions.HIDE_STOP)]),
    )


def stopping(t: Texts) -> Screen:
    """The user has had enough."""
    return Screen(text=t("⏹ Stopping…"))


def done(t: Texts, intent: HideAll) -> Screen:
    """What came of it, and what stayed for which reason."""
    stayed = t.plural(
        "{n} conversation could not be hidden:", "{n} conversations could not be hidden:", intent.kept
    )
    reasons = [
        t("• {title}: {why}", title=shorten(title, 100), why=Html(why)) for title, why in intent.reasons
    ]
    more = intent.kept - len(reasons)
    return Screen(
        text=join(
            (
                t("⏹ Stopped.") if intent.stopped else "",
                t.plural("🙈 {n} conversation is hidden.", "🙈 {n} conversations are hidden.", intent.hidden),
                join(
                    (
                        stayed,
                        *reasons,
                        t("and {n} more", n=t.number(more)) if more else "",
                    )
                )
                if intent.kept
                else "",
                t.plural("{n} was not touched.", "{n} were not touched.", len(intent.nids))
                if intent.nids
                else "",
            ),
            "\n\n",
        ),
        keyboard=rows([press(t.label("📂 All conversations"), actions.LIST, Tab.ACTIVE, "0")]),
    )


def nothing(t: Texts) -> Screen:
    """Nothing is left to hide."""
    return Screen(
        text=t("There is nothing to hide here any more."),
        keyboard=rows([press(t.label("📂 All conversations"), actions.LIST, Tab.ACTIVE, "0")]),
    )


def moved_on(t: Texts) -> Html:
    """Why a conversation was kept: it is no longer what the question was about."""
    return t("something has changed there")


def at_it(t: Texts) -> str:
    """A pop-up (plain text): another tab is being hidden."""
    return t.label("I'm still hiding the others. One moment.")
