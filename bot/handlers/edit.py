"""Edited messages: the text at hh.ru follows, or the draft that was not sent yet."""

from __future__ import annotations

from typing import TypeGuard

from telegram import Message

from bot.chat.html import digest
from bot.chat.intents import Apply, EditMessage, Intent, SendMessage
from bot.chat.outgoing import Application, Conversation, Draft
from bot.chat.screens import answers as screens
from bot.chat.screens import drafts
from bot.handlers import apply
from bot.handlers.buttons import Pressed
from bot.handlers.conversation import glimpse
from bot.handlers.reply import replied_to, send, sendable, unsent
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn
from bot.handlers.written import written


async def edited(turn: Turn, message: Message) -> None:
    """The user changed one of his messages. Telegram also reports edits that changed no word."""
    match await turn.subject(message.message_id):
        case Conversation() as sent if turn.account and sent.digest:
            _sent(turn, message, sent)
        case Draft(text=before, nid=nid) if before and before != written(message):
            if nid:
                _again(turn, message, nid)
            else:
                await _draft(turn, message)
        case Application(letter=str(before)) as step if turn.linked and before != written(message):
            await _letter(turn, message, step)
        case None if turn.linked and isinstance(await replied_to(turn, message), Conversation):
            # It looks like an answer, but whether and where it was sent is no longer known.
            screen = screens.cannot_edit_closed(turn.texts, drafts.other_reply(turn.texts))
            turn.say(screen.say(reply_to=message.message_id))


@for_linked
async def correct(turn: Turn, press: Pressed) -> None:
    """Send, as a message of its own, an edit that hh.ru did not take."""
    (nid,) = press.args
    if draft := await unsent(turn, press):
        await _going_to(turn, press, nid)
        send(turn, nid, draft.text, draft.message_id)


@for_linked
async def retry(turn: Turn, press: Pressed) -> None:
    """Edit, once more, what hh.ru did not take or what had waited for too long."""
    (nid,) = press.args
    if draft := await unsent(turn, press):
        await _going_to(turn, press, nid)
        turn.intend(EditMessage(nid=nid, text=draft.text, chat_message_id=draft.message_id))


async def _going_to(turn: Turn, press: Pressed, nid: str) -> None:
    """Say so in place of the question."""
    negotiation = await glimpse(turn, nid)
    screen = screens.going_to(turn.texts, negotiation) if negotiation else screens.waiting_for_hh(turn.texts)
    turn.remember(press.message_id, Conversation(nid))
    turn.say(screen.rewrite(press.message_id))


def _sent(turn: Turn, message: Message, sent: Conversation) -> None:
    body, message_id = written(message), message.message_id
    if digest(body) == _last_digest(turn, message_id, sent) or not sendable(turn, body, message_id):
        return
    turn.intend(EditMessage(nid=sent.nid, text=body, chat_message_id=message_id))
    if sent.mid is not None:
        turn.remember(message_id, Conversation(sent.nid, sent.mid, digest(body)))


def _again(turn: Turn, message: Message, nid: str) -> None:
    """What hh.ru did not take is tried again as it is now."""
    body, message_id = written(message), message.message_id
    if not sendable(turn, body, message_id):
        return
    if any(_of(intent, message_id) for intent in turn.pending):
        # An edit that was made while hh.ru still looked at the message is the next try.
        turn.intend(EditMessage(nid=nid, text=body, chat_message_id=message_id))
    else:
        send(turn, nid, body, message_id)


def _of(intent: Intent, message_id: int) -> TypeGuard[SendMessage | EditMessage]:
    return isinstance(intent, SendMessage | EditMessage) and intent.chat_message_id == message_id


def _last_digest(turn: Turn, message_id: int, sent: Conversation) -> str:
    """The digest of what the user last wrote; while hh.ru has not taken that, it only waits."""
    for intent in reversed(turn.pending):
        if _of(intent, message_id):
            return digest(intent.text)
    return sent.digest


async def _draft(turn: Turn, message: Message) -> None:
    body, message_id = written(message), message.message_id
    if sendable(turn, body, message_id) and not (turn.linked and await apply.recognised(turn, message)):
        turn.remember(message_id, Draft(body, message_id))


async def _letter(turn: Turn, message: Message, step: Application) -> None:
    body, message_id = written(message), message.message_id
    if any(isinstance(intent, Apply) and intent.chat_message_id == message_id for intent in turn.pending):
        turn.say(drafts.edit_too_late(turn.texts).say(reply_to=message_id))
    elif sendable(turn, body, message_id):
        await apply.letter(turn, message_id, step, body)
