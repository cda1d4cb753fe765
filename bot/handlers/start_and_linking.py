"""Linking an hh.ru account: /start, the deep link back from the callback page, a pasted address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import TypeVar

from msgspec.structs import replace
from telegram import Message

from bot.chat.screens import guide
from bot.chat.screens import linking as screens
from bot.chat.screens.trouble import access_ended, trouble
from bot.handlers.buttons import Pressed
from bot.handlers.turn import Turn
from bot.hh.errors import HhError, LinkAgain
from bot.linking import (
    LINK_ANEW,
    AccessDenied,
    Candidate,
    CodeUnknown,
    ForeignLink,
    LinkingError,
    NotApplicant,
    StateUnknown,
    redirected,
)
from bot.store.records import Access, Account

_JUST_LINKED = 600
"""Seconds in which a deep link that was opened once more only confirms what it did."""

T = TypeVar("T")


def for_linked(behaviour: Callable[[Turn, T], Awaitable[None]]) -> Callable[[Turn, T], Awaitable[None]]:
    """The behaviour where the account is linked; elsewhere the way to link it."""

    @wraps(behaviour)
    async def guarded(turn: Turn, cause: T) -> None:
        if turn.linked:
            await behaviour(turn, cause)
        elif turn.account:
            await offer(turn)
        else:
            turn.say(screens.not_linked(turn.texts).say())

    return guarded


async def start(turn: Turn, message: Message) -> None:
    """/start, with the code of the callback page where the user comes from there."""
    code = (message.text or "").partition(" ")[2].strip()
    if not code or code == LINK_ANEW:
        await offer(turn)
        return
    try:
        candidate = await turn.linking.confirm(turn.user_id, code, update_id=turn.update_id)
    except CodeUnknown:
        account = turn.account
        if turn.linked and account and turn.now - account.linked_at < _JUST_LINKED:
            turn.say(screens.already_linked(turn.texts, account.name).say())
        else:
            turn.say(screens.link_expired(turn.texts).say())
    except LinkingError as error:
        turn.at_last(partial(turn.linking.settled, code))
        await _explain(turn, error)
    else:
        turn.at_last(partial(turn.linking.settled, code))
        await _link(turn, candidate)


async def pasted(turn: Turn, message: Message) -> None:
    """The address that hh.ru sent the browser to, pasted into the chat."""
    try:
        candidate = await turn.linking.finish(redirected(message.text or "") or {}, user_id=turn.user_id)
    except LinkAgain as error:
        # Here it is the code that hh.ru does not take, not the access of an account that is linked.
        known = access_ended(turn.texts, error)
        screen = trouble(turn.texts, error) if known else screens.link_expired(turn.texts)
        turn.say(screen.say())
    except LinkingError as error:
        await _explain(turn, error)
    except HhError as error:
        # The address is used up all the same: only a fresh one leads on.
        turn.say(trouble(turn.texts, error).say())
        await offer(turn)
    else:
        await _link(turn, candidate)


async def wrong_address(turn: Turn, _message: Message) -> None:
    """Another address of the way to hh.ru and back, pasted by who wants to link."""
    turn.say(screens.not_that_address(turn.texts, await turn.linking.begin(turn.user_id)).say())


def halfway(text: str) -> bool:
    """True for an address of hh.ru's authorization that is not yet the one it sends the browser to."""
    return "://" in text and ("state=" in text or "/oauth/" in text)


async def link(turn: Turn, press: Pressed) -> None:
    """The button that starts linking."""
    await press.answer()
    await offer(turn)


async def offer(turn: Turn) -> None:
    """Say how it stands with the account, and give a fresh way to link it (again)."""
    account, url = turn.account, await turn.linking.begin(turn.user_id)
    if account and turn.linked:
        linked = screens.already_linked(turn.texts, account.name, url, pasting=not turn.public)
        turn.say(linked.say())
        return
    show = screens.lapsed if account else screens.welcome
    if turn.public:
        turn.say(show(turn.texts, url).say())
    else:
        turn.say(replace(show(turn.texts, None), keyboard=()).say())
        turn.say(screens.paste_hint(turn.texts, url).say())


async def _link(turn: Turn, candidate: Candidate) -> None:
    me, known = candidate.me, turn.account
    name = " ".join(part for part in (me.first_name, me.last_name) if part)
    if known and known.hh_id != me.id:
        turn.say(screens.already_linked(turn.texts, known.name).say())
        await turn.linking.give_back(turn.user_id, candidate.tokens)
        return
    tokens = turn.seal(candidate.tokens)
    if known:
        turn.save(replace(known, name=name, tokens=tokens, access=Access.LINKED, blocked_at=0))
    else:
        turn.save(
            Account(
                hh_id=me.id or "",
                name=name,
                tokens=tokens,
                linked_at=turn.now,
                language=turn.texts.language,
            )
        )
    turn.say(screens.linked(turn.texts, name).say())
    first_step = guide.tour(turn.texts, "1")
    if first_step and not known:
        turn.say(first_step.say(silent=True))


async def _explain(turn: Turn, error: LinkingError) -> None:
    t = turn.texts
    match error:
        case StateUnknown() | CodeUnknown():
            screen = screens.link_expired(t)
        case ForeignLink():
            screen = screens.link_foreign(t)
        case AccessDenied():
            screen = screens.link_refused(t)
        case NotApplicant():
            url = await turn.linking.begin(turn.user_id, force_login=True)
            screen = screens.not_applicant(t, url)
            if not turn.public:
                screen = replace(screen, text=f"{screen.text}\n\n{screens.paste_hint(t, url).text}")
        case _:  # pragma: no cover - `Incomplete`: what lacks a part is not taken for a pasted address
            raise error
    turn.say(screen.say())
