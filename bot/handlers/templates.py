"""/letters and /replies: texts that are written once and chosen with a button afterwards."""

from __future__ import annotations

from telegram import Message

from bot.chat.html import blank
from bot.chat.outgoing import Question
from bot.chat.screens import templates as screens
from bot.chat.templates import Kind, Template
from bot.handlers.buttons import Pressed
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn
from bot.handlers.written import written


@for_linked
async def letters(turn: Turn, _message: Message) -> None:
    """/letters"""
    turn.say(screens.listing(turn.texts, Kind.LETTER, await turn.templates()).say())


@for_linked
async def replies(turn: Turn, _message: Message) -> None:
    """/replies"""
    turn.say(screens.listing(turn.texts, Kind.REPLY, await turn.templates()).say())


@for_linked
async def listing(turn: Turn, press: Pressed) -> None:
    """All of a kind, in place of what was there."""
    await press.answer()
    (kind,) = press.args
    turn.say(screens.listing(turn.texts, Kind(kind), await turn.templates()).rewrite(press.message_id))


@for_linked
async def show(turn: Turn, press: Pressed) -> None:
    """One of them, in place of the list."""
    await press.answer()
    template = await _pressed(turn, press)
    if template:
        turn.say(screens.card(turn.texts, template).rewrite(press.message_id))


@for_linked
async def ask_new(turn: Turn, press: Pressed) -> None:
    """Ask for the text of a new one."""
    await press.answer()
    (kind,) = press.args
    if (await turn.templates()).full(Kind(kind)):
        turn.say(screens.listing(turn.texts, Kind(kind), await turn.templates()).rewrite(press.message_id))
    else:
        turn.say(screens.ask_new(turn.texts, Kind(kind)))


@for_linked
async def ask_text(turn: Turn, press: Pressed) -> None:
    """Ask for another text."""
    await press.answer()
    template = await _pressed(turn, press)
    if template:
        turn.say(screens.ask_text(turn.texts, template))


@for_linked
async def ask_title(turn: Turn, press: Pressed) -> None:
    """Ask for another title."""
    await press.answer()
    template = await _pressed(turn, press)
    if template:
        turn.say(screens.ask_title(turn.texts, template))


@for_linked
async def ask_drop(turn: Turn, press: Pressed) -> None:
    """Ask whether to delete it."""
    await press.answer()
    template = await _pressed(turn, press)
    if template:
        turn.say(screens.drop_ask(turn.texts, template).rewrite(press.message_id))


@for_linked
async def drop(turn: Turn, press: Pressed) -> None:
    """Delete it, and show the rest."""
    await press.answer()
    template = await _pressed(turn, press)
    if template:
        turn.keep_templates((await turn.templates()).without(template.id))
        rest = screens.listing(turn.texts, template.kind, await turn.templates())
        turn.say(rest.rewrite(press.message_id))


async def answered(turn: Turn, message: Message, question: Question) -> None:
    """The text that was asked for: a new template, another text or another title."""
    body, templates = written(message), await turn.templates()
    if blank(body):
        return
    if question.what == screens.NEW:
        kind = Kind(question.ref)
        if templates.full(kind):
            turn.say(screens.listing(turn.texts, kind, templates).say())
            return
        changed = templates.added(kind, body)
        template_id = changed.last_id
    else:
        template_id = int(question.ref)
        change = templates.renamed if question.what == screens.TITLE else templates.rewritten
        changed = change(template_id, body)
    template = changed.get(template_id)
    if template is None:
        turn.say(screens.gone(turn.texts).say())
        return
    turn.keep_templates(changed)
    turn.say(screens.card(turn.texts, template).say())


async def _pressed(turn: Turn, press: Pressed) -> Template | None:
    """The template of a button; where it was deleted, the user is told."""
    template = (await turn.templates()).get(int(press.args[0]))
    if template is None:
        turn.say(screens.gone(turn.texts).rewrite(press.message_id))
    return template
