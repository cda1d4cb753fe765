"""What is kept about the user: shown as a file, counted when it is erased."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from bot.chat import actions
from bot.chat.html import Html, join
from bot.chat.outgoing import Document, Screen
from bot.chat.screens.keys import press, rows
from bot.chat.texts import Texts


class Holdings(Struct, frozen=True, kw_only=True):
    """How much is kept about a user, by kind.

    `messages` are those of the chat that are known to belong to a conversation, `writes` what waits
    for hh.ru, `undelivered` what waits for Telegram, `failed` what could not be handled.
    """

    account: bool = False
    conversations: int = 0
    messages: int = 0
    templates: int = 0
    writes: int = 0
    undelivered: int = 0
    failed: int = 0


def privacy(t: Texts, linked: bool) -> Screen:
    """What is kept, how long, who can see it, and how to erase it."""
    return Screen(
        text=join(
            (
                t("🔐 <b>What I keep about you</b>"),
                t(
                    "<b>While your account is linked:</b> your name on hh.ru, your settings, letters "
                    "and quick answers; the access keys, encrypted; how each conversation stands, "
                    "to tell you only what is new. I never see your password."
                ),
                t(
                    "<b>For a time:</b> to which conversation the latest messages of this chat belong, "
                    "400 days; what you or an employer has written, until it is delivered; "
                    "a message that I failed to handle, 30 days; when you applied, a day; "
                    "the list of your conversations that /list shows, ten minutes."
                ),
                t("<b>Not at all:</b> an archive of your conversations. It stays on hh.ru and in this chat."),
                t(
                    "<b>Who can see it:</b> hh.ru and Telegram see what passes through them, "
                    "and whoever runs this bot could. Nobody else gets anything."
                ),
                t(
                    "/export shows all of it, /unlink withdraws the access and erases it at once. "
                    "If you block me, I keep it for half a year, in case you come back; then it is erased."
                ),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("📦 Show everything"), actions.EXPORT)],
            [press(t.label("🗑 Unlink and erase"), actions.UNLINK) if linked else None],
        ),
    )


def export(t: Texts, content: bytes, held: Holdings, made: datetime) -> Document:
    """Everything that is kept, as a JSON file."""
    head = t("📦 <b>Everything I keep about you</b>, in one file.")
    note = t("The access keys stay out of it: with them anybody could act as you on hh.ru.")
    return Document(
        name=f"hh-bridge-{made:%Y-%m-%d}.json",
        content=content,
        silent=True,
        caption=join((join((head, *_listed(t, held))), note if held.account else ""), "\n\n"),
    )


def unlinked(t: Texts, revoked: bool, erased: Holdings) -> Screen:
    """It is done; `revoked` says whether hh.ru took the access back."""
    trouble = t(
        "hh.ru didn't answer when I withdrew the access. To be sure, remove it yourself "
        "in the settings of your account on hh.ru."
    )
    withdrawn = t("hh.ru has taken my access back.")
    done = t("🗑 <b>The account is unlinked.</b> This is erased for good:")
    stays = t("The messages in this chat stay until you delete the chat.")
    return Screen(
        text=join(
            (
                join((done, *_listed(t, erased))),
                withdrawn if revoked else trouble,
                join((stays, t("Come back at any time: /start"))),
            ),
            "\n\n",
        )
    )


def _listed(t: Texts, held: Holdings) -> list[Html]:
    """One line for each kind of which there is something."""
    there: list[Html] = []
    if held.account:
        there.append(t("• your name on hh.ru, the access keys, the settings"))
    if n := held.conversations:
        there.append(t.plural("• {n} conversation: how it stands", "• {n} conversations: how they stand", n))
    if n := held.messages:
        there.append(t.plural("• {n} message here: whose it is", "• {n} messages here: whose they are", n))
    if n := held.templates:
        there.append(t.plural("• {n} letter or quick answer", "• {n} letters and quick answers", n))
    if n := held.writes:
        there.append(t.plural("• {n} thing on its way to hh.ru", "• {n} things on their way to hh.ru", n))
    if n := held.undelivered:
        there.append(t.plural("• {n} message on its way to you", "• {n} messages on their way to you", n))
    if n := held.failed:
        there.append(t.plural("• {n} message I failed to handle", "• {n} messages I failed to handle", n))
    return there or [t("• nothing: no account is linked")]
