"""One conversation: its card, its history, writing into it by a button, hiding it."""

from __future__ import annotations

from msgspec.structs import replace

from bot.chat.intents import Hide
from bot.chat.outgoing import DropTopic, Screen
from bot.chat.screens import conversation as screens
from bot.chat.screens.answers import not_sent
from bot.chat.screens.glances import topic
from bot.chat.screens.settings import muted
from bot.chat.screens.templates import quick
from bot.chat.templates import Kind
from bot.handlers.buttons import Pressed
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn
from bot.hh.errors import MalformedAnswer, Throttled, Unavailable
from bot.hh.models import Negotiation


async def glimpse(turn: Turn, nid: str) -> Negotiation | None:
    """The conversation, None where hh.ru can't tell just now: for what works without it too."""
    try:
        return await turn.hh.negotiation(nid)
    except (Unavailable, Throttled, MalformedAnswer):
        return None


@for_linked
async def reply(turn: Turn, press: Pressed) -> None:
    """Ask for the text of an answer, or say why one can't write now."""
    await press.answer()
    (nid,) = press.args
    turn.seen(nid)
    negotiation = await glimpse(turn, nid)
    if negotiation and negotiation.messaging_status != "ok":
        turn.say(not_sent(turn.texts, screens.closed(turn.texts, negotiation.messaging_status)).say())
    else:
        templates = await turn.templates()
        if templates.of(Kind.REPLY):
            turn.say(quick(turn.texts, negotiation, nid, templates).say())
        else:
            turn.say(screens.reply_prompt(turn.texts, negotiation, nid))


@for_linked
async def own_reply(turn: Turn, press: Pressed) -> None:
    """Ask for an answer in the user's own words."""
    await press.answer()
    (nid,) = press.args
    turn.say(screens.reply_prompt(turn.texts, await glimpse(turn, nid), nid))


@for_linked
async def open_(turn: Turn, press: Pressed) -> None:
    """Show the card."""
    (nid,) = press.args
    elsewhere = turn.here is not None and turn.here != nid
    if not elsewhere:
        await press.answer()
    turn.seen(nid)
    negotiation = await turn.hh.negotiation(nid)
    card = screens.card(
        turn.texts, negotiation, in_topic=turn.here == nid, now=turn.clock, muted=turn.mutes(nid)
    )
    if elsewhere:
        await press.answer(screens.moved_to_topic(turn.texts, negotiation))
        # Whatever is written in this topic goes to its employer: another one's card would mislead.
        turn.say(card.say(at=topic(turn.texts, negotiation)))
    elif turn.topics and turn.here is None:
        turn.say(screens.with_topic(turn.texts, card, nid).say())
    else:
        turn.say(card.say())


@for_linked
async def open_topic(turn: Turn, press: Pressed) -> None:
    """Show the card in the conversation's own topic."""
    (nid,) = press.args
    negotiation = await turn.hh.negotiation(nid)
    await press.answer(screens.moved_to_topic(turn.texts, negotiation))
    card = screens.card(turn.texts, negotiation, now=turn.clock, muted=turn.mutes(nid))
    turn.say(card.say(at=topic(turn.texts, negotiation)))


async def drop_topic(turn: Turn, press: Pressed) -> None:
    """Delete the topic of a hidden conversation."""
    await press.answer()
    (nid,) = press.args
    turn.say(DropTopic(nid))


@for_linked
async def mute(turn: Turn, press: Pressed) -> None:
    """Take the sound from a conversation, or give it back; its card shows it."""
    nid, on = press.args
    await press.answer(muted(turn.texts, on == "1"))
    account = turn.linked_account
    turn.save(replace(account, preferences=account.preferences.mute(nid, on=on == "1")))
    negotiation = await glimpse(turn, nid)
    if negotiation:
        card = screens.card(turn.texts, negotiation, now=turn.clock, muted=turn.mutes(nid))
        shown = screens.with_topic(turn.texts, card, nid) if turn.topics and turn.here is None else card
        turn.say(shown.rewrite(press.message_id))


@for_linked
async def history(turn: Turn, press: Pressed) -> None:
    """Show what was written; a page that was turned takes the place of the one before."""
    await press.answer()
    nid, *page = press.args
    turn.seen(nid)
    negotiation, found = await turn.hh.negotiation(nid), await turn.hh.messages(nid)
    shown = screens.history(
        turn.texts, negotiation, found.messages, int(page[0]) if page else 0, now=turn.clock
    )
    turn.say(shown.rewrite(press.message_id) if page else shown.say())


@for_linked
async def hide(turn: Turn, press: Pressed) -> None:
    """Ask whether to hide it, and offer to decline where hh.ru lets one."""
    await press.answer()
    (nid,) = press.args
    turn.say(screens.hide_ask(turn.texts, await turn.hh.negotiation(nid)).say())


@for_linked
async def hide_silently(turn: Turn, press: Pressed) -> None:
    """Hide it."""
    await _hide(turn, press, decline=False)


@for_linked
async def decline(turn: Turn, press: Pressed) -> None:
    """Hide it, and let hh.ru tell the employer."""
    await _hide(turn, press, decline=True)


@for_linked
async def keep(turn: Turn, press: Pressed) -> None:
    """Don't hide it: its card takes the place of the question."""
    await press.answer()
    (nid,) = press.args
    turn.say((await _card(turn, nid)).rewrite(press.message_id))


async def _card(turn: Turn, nid: str) -> Screen:
    negotiation = await turn.hh.negotiation(nid)
    return screens.card(
        turn.texts, negotiation, in_topic=turn.here == nid, now=turn.clock, muted=turn.mutes(nid)
    )


async def _hide(turn: Turn, press: Pressed, *, decline: bool) -> None:
    await press.answer()
    (nid,) = press.args
    if not any(isinstance(intent, Hide) and intent.nid == nid for intent in turn.pending):
        turn.intend(Hide(nid=nid, decline=decline, card_id=press.message_id))
