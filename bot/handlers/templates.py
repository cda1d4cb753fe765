"""/letters and /replies: texts that are written once and chosen with a button afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from telegram import Message

from bot.chat.html import blank
from bot.chat.outgoing import Outgoing, Question, Screen
from bot.chat.screens import templates as screens
from bot.chat.templates import Kind, Template
from bot.handlers.buttons import Pressed
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn
from bot.handlers.written import written


def for_template(
    behaviour: Callable[[Turn, Pressed, Template], Awaitable[Outgoing]],
) -> Callable[[Turn, Pressed], Awaitable[None]]:
    """The behaviour with the template of the button; where that was deleted, the user is told."""

    @for_linked
    @wraps(behaviour)
    async def on_press(turn: Turn, press: Pressed) -> None:
        await press.answer()
        template = (await turn.templates()).get(int(press.args[0]))
        if template is None:
            turn.say(screens.gone(turn.texts).rewrite(press.message_id))
        else:
            turn.say(await behaviour(turn, press, template))

    return on_press


@for_linked
async def letters(turn: Turn, _message: Message) -> None:
    """/letters"""
    turn.say((await _all(turn, Kind.LETTER)).say())


@for_linked
async def replies(turn: Turn, _message: Message) -> None:
    """/replies"""
    turn.say((await _all(turn, Kind.REPLY)).say())


@for_linked
async def listing(turn: Turn, press: Pressed) -> None:
    """All of a kind, in place of what was there."""
    await press.answer()
    (kind,) = press.args
    turn.say((await _all(turn, Kind(kind))).rewrite(press.message_id))


@for_template
async def show(turn: Turn, press: Pressed, template: Template) -> Outgoing:
    """One of them, in place of the list."""
    return screens.card(turn.texts, template).rewrite(press.message_id)


@for_linked
async def ask_new(turn: Turn, press: Pressed) -> None:
    """Ask for the text of a new one."""
    await press.answer()
    (kind,) = press.args
    if (await turn.templates()).full(Kind(kind)):
        turn.say((await _all(turn, Kind(kind))).rewrite(press.message_id))
    else:
        turn.say(screens.ask_new(turn.texts, Kind(kind)))


@for_template
async def ask_text(turn: Turn, _press: Pressed, template: Template) -> Outgoing:
    """Ask for another text."""
    return screens.ask_text(turn.texts, template)


@for_template
async def ask_title(turn: Turn, _press: Pressed, template: Template) -> Outgoing:
    """Ask for another title."""
    return screens.ask_title(turn.texts, template)


@for_template
async def ask_drop(turn: Turn, press: Pressed, template: Template) -> Outgoing:
    """Ask whether to delete it."""
    return screens.drop_ask(turn.texts, template).rewrite(press.message_id)


@for_template
async def drop(turn: Turn, press: Pressed, template: Template) -> Outgoing:
    """Delete it, and show the rest."""
    turn.keep_templates((await turn.templates()).without(template.id))
    return (await _all(turn, template.kind)).rewrite(press.message_id)


async def answered(turn: Turn, message: Message, question: Question) -> None:
    """The text that was asked for: a new template, another text or another title."""
    body, templates = written(message), await turn.templates()
    if blank(body):
        return
    if question.what == screens.NEW:
        kind = Kind(question.ref)
        if templates.full(kind):
            turn.say((await _all(turn, kind)).say())
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


async def _all(turn: Turn, kind: Kind) -> Screen:
    return screens.listing(turn.texts, kind, await turn.templates())
