"""Texts: an answer to an employer, or the question to whom a text goes. Nothing is ever guessed."""

from __future__ import annotations

from msgspec.structs import replace
from telegram import Message

from bot.chat.html import blank, digest, join
from bot.chat.intents import SendMessage
from bot.chat.outgoing import Application, Conversation, Draft, Question, Screen, Subject
from bot.chat.screens import answers as screens
from bot.chat.screens import drafts
from bot.chat.screens.conversation import closed
from bot.handlers import apply, questions
from bot.handlers.buttons import Pressed, conversation_of
from bot.handlers.conversation import glimpse
from bot.handlers.start_and_linking import for_linked, halfway, offer, wrong_address
from bot.handlers.turn import Turn
from bot.handlers.written import written

LIMIT = 10_000
"""Characters of one text at hh.ru (OpenAPI 2025-12, "Максимальная длина — 10000 символов")."""

_LATEST = 100
"""Conversations to choose from: one page of hh.ru, its longest."""


async def text(turn: Turn, message: Message) -> None:
    """A text goes where the message it replies to belongs."""
    body, about = written(message), await replied_to(turn, message)
    if turn.account and isinstance(about, Conversation):
        if sendable(turn, body, message.message_id):
            send(turn, about.nid, body, message.message_id)
        else:
            turn.remember(message.message_id, Draft(body, message.message_id, about.nid))
        if not turn.linked:
            await offer(turn)
    elif turn.account and isinstance(about, Question):
        await questions.answered(turn, message, about)
    elif not turn.linked and halfway(body):
        await wrong_address(turn, message)
    else:
        await _unaddressed(turn, message)


async def replied_to(turn: Turn, message: Message) -> Subject | None:
    """What the message that `message` replies to is about; in a topic, its conversation.

    None where that is unknown, or where the topic is another conversation's than the message. What
    was forwarded is written to no employer by itself: it may be a vacancy to apply to.
    """
    original = original_of(message)
    about = await turn.subject(original) if original is not None else None
    if isinstance(about, Draft) and about.nid:
        about = Conversation(about.nid)
    if about is None and original is not None and message.reply_to_message is not None:
        nid = conversation_of(message.reply_to_message)
        about = Conversation(nid) if nid is not None else None
    if message.forward_origin is not None:
        return None if isinstance(about, Conversation) else about
    if turn.here is None or isinstance(about, Application):
        return about
    if isinstance(about, Conversation) and about.nid != turn.here:
        return None
    return about if isinstance(about, Conversation) else Conversation(turn.here)


def original_of(message: Message) -> int | None:
    """The message that `message` replies to.

    Telegram has every message of a topic "reply" to the one that opened it; an answer from another
    topic carries its original as `external_reply`.
    """
    outside = message.external_reply
    if outside is not None and outside.message_id is not None:
        return outside.message_id if outside.chat is None or outside.chat.id == message.chat.id else None
    original = message.reply_to_message
    if original is None or original.forum_topic_created or original.message_id == message.message_thread_id:
        return None
    return original.message_id


def sendable(turn: Turn, body: str, message_id: int) -> bool:
    """True for a text that hh.ru takes; else says why not."""
    if blank(body):
        turn.say(screens.empty(turn.texts).say(reply_to=message_id))
        return False
    if len(body) > LIMIT:
        turn.say(screens.too_long(turn.texts, len(body), LIMIT).say(reply_to=message_id))
        return False
    return True


def send(turn: Turn, nid: str, body: str, message_id: int) -> None:
    """Have a text sent, and know the user's message as a part of the conversation from now on."""
    turn.seen(nid)
    turn.intend(SendMessage(nid=nid, text=body, chat_message_id=message_id))
    turn.remember(message_id, Conversation(nid, None, digest(body)))


async def ask_to_whom(turn: Turn, body: str, message_id: int, page: int = 0) -> Screen:
    """The question, with a page of the latest conversations; the text is kept as a draft."""
    latest = await turn.hh.negotiations(status="active", per_page=_LATEST)
    turn.remember(message_id, Draft(body, message_id))
    return screens.to_whom(turn.texts, body, message_id, latest, page)


async def unsent(turn: Turn, press: Pressed) -> Draft | None:
    """The draft that the pressed question is about, as the user last edited it.

    None, with a pop-up, where it was sent or dropped before: buttons can be pressed twice.
    """
    asked = await turn.subject(press.message_id)
    draft = asked if isinstance(asked, Draft) else None
    if draft and draft.text:
        written_last = await turn.subject(draft.message_id)
        if isinstance(written_last, Draft):
            draft = written_last
        elif draft.nid and written_last is not None:
            # It was tried again by an edit.
            draft = None
    if draft and draft.text:
        await press.answer()
        return draft
    await press.answer(drafts.done_already(turn.texts))
    return None


@for_linked
async def to(turn: Turn, press: Pressed) -> None:
    """The conversation for a draft is chosen."""
    (nid,) = press.args
    draft = await unsent(turn, press)
    if draft is None:
        return
    negotiation = await glimpse(turn, nid)
    if negotiation is None:
        screen = screens.waiting_for_hh(turn.texts)
    elif negotiation.messaging_status != "ok":
        screen = screens.not_sent(turn.texts, closed(turn.texts, negotiation.messaging_status))
        turn.say(screen.say(reply_to=draft.message_id))
        return
    else:
        screen = screens.going_to(turn.texts, negotiation)
    send(turn, nid, draft.text, draft.message_id)
    turn.remember(press.message_id, Conversation(nid))
    turn.say(screen.rewrite(press.message_id))


@for_linked
async def more(turn: Turn, press: Pressed) -> None:
    """Other conversations to choose from."""
    (page,) = press.args
    draft = await unsent(turn, press)
    if draft:
        screen = await ask_to_whom(turn, draft.text, draft.message_id, int(page))
        turn.say(screen.rewrite(press.message_id))


async def drop(turn: Turn, press: Pressed) -> None:
    """The draft goes nowhere."""
    draft = await unsent(turn, press)
    if draft is None:
        return
    spent = Draft("", draft.message_id)
    turn.remember(press.message_id, spent)
    if isinstance(await turn.subject(draft.message_id), Draft):
        turn.remember(draft.message_id, spent)
    turn.say(screens.dropped(turn.texts).rewrite(press.message_id))


@for_linked
async def _unaddressed(turn: Turn, message: Message) -> None:
    """A cover letter, a vacancy link, or a text for an employer whom only the user can name."""
    body, about = written(message), await replied_to(turn, message)
    if not sendable(turn, body, message.message_id):
        return
    if isinstance(about, Application) and about.resume_id:
        await apply.letter(turn, message.message_id, about, body)
    elif await apply.recognised(turn, message):
        return
    elif about is None and (asked := await _letter_asked_for(turn, message)) is not None:
        await apply.letter(turn, message.message_id, asked, body)
    else:
        screen = await ask_to_whom(turn, body, message.message_id)
        if original_of(message) is not None and about is None:
            screen = replace(screen, text=join((drafts.other_reply(turn.texts), screen.text), "\n\n"))
        turn.say(screen.say(reply_to=message.message_id))


async def _letter_asked_for(turn: Turn, message: Message) -> Application | None:
    """The application whose letter the message just before this one asks for, if it is still to be sent.

    A text that follows without being a reply is most likely the letter, and it only becomes a preview. Where
    other messages came between, nothing is assumed.
    """
    if original_of(message) is not None or message.forward_origin is not None or turn.here is not None:
        return None
    asked = await turn.subject(message.message_id - 1)
    if not isinstance(asked, Application) or asked.resume_id is None or asked.letter is not None:
        return None
    resumes = await turn.hh.suitable_resumes(asked.vacancy_id, host=asked.host)
    return asked if any(resume.id == asked.resume_id for resume in resumes.items) else None
