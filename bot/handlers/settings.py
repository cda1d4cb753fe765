"""/settings: how one wants to be told of news, where one lives, and in which language."""

from __future__ import annotations

import re

from msgspec.structs import replace
from telegram import Message

from bot.chat.cities import find
from bot.chat.outgoing import Question, Screen
from bot.chat.screens import settings as screens
from bot.chat.texts import LANGUAGES, Texts
from bot.handlers.buttons import Pressed
from bot.handlers.start_and_linking import offer
from bot.handlers.turn import Turn
from bot.handlers.written import written
from bot.store.records import Account
from bot.sync.events import Kind
from bot.sync.quiet import DAY_MINUTES, Manner, Preferences

_TIME = r"([01]?\d|2[0-4])(?:[:.]([0-5]\d))?"
_MOMENT = re.compile(rf"(?:в|at)?\s*{_TIME}", re.IGNORECASE)
_SPAN = re.compile(rf"(?:с|from)?\s*{_TIME}\s*(?:[-–—]|до|to)\s*{_TIME}", re.IGNORECASE)


async def show(turn: Turn, _message: Message) -> None:
    """The card with all settings."""
    if turn.account is None:
        await offer(turn)
        return
    turn.say(_screen(turn, turn.account, screens.MAIN).say())


async def page(turn: Turn, press: Pressed) -> None:
    """Another page of the card."""
    await press.answer()
    (name,) = press.args
    if turn.account:
        turn.say(_screen(turn, turn.account, name).rewrite(press.message_id))


async def choose(turn: Turn, press: Pressed) -> None:
    """A value was chosen; the page shows it."""
    await press.answer()
    shown, name, value = press.args
    if turn.account is None:
        return
    if name == "now":
        turn.tell_held()
    else:
        _save(turn, _with(turn.account, name, value))
    turn.say(_screen(turn, turn.account, shown).rewrite(press.message_id))


async def type_(turn: Turn, press: Pressed) -> None:
    """A value is to be typed."""
    await press.answer()
    (name,) = press.args
    turn.say(screens.asked(turn.texts, name))


async def typed(turn: Turn, message: Message, question: Question) -> None:
    """A value was typed, as a reply to the question or to the page of the setting."""
    account = turn.linked_account
    wanted = _understood(account, question.ref, written(message).strip())
    if wanted is None:
        turn.say(screens.not_understood(turn.texts, question.ref))
        return
    _save(turn, wanted)
    turn.say(_screen(turn, wanted, question.ref).say())


def _screen(turn: Turn, account: Account, name: str) -> Screen:
    held = 0 if turn.tells_held else turn.held
    chosen = screens.Chosen(account.preferences, account.zone, turn.clock, held)
    return screens.settings(turn.texts, name, chosen)


def _save(turn: Turn, account: Account) -> None:
    turn.save(account)
    turn.texts = Texts(account.language, account.zone)


def _with(account: Account, name: str, value: str) -> Account:
    """The account with a value chosen; buttons of another version change nothing."""
    if name == "lang":
        return replace(account, language=value) if value in LANGUAGES else account
    if name == "zone":
        return replace(account, zone=value)
    return replace(account, preferences=_chosen(account.preferences, name, value))


def _chosen(preferences: Preferences, name: str, value: str) -> Preferences:
    on = value == "1"
    match name:
        case "quiet":
            return replace(preferences, quiet=on)
        case "ring":
            return replace(preferences, invitations_ring=on)
        case "unopened":
            return replace(preferences, unopened=on)
        case "unmute":
            return replace(preferences, muted=())
        case "from":
            return replace(preferences, quiet_from=int(value) % DAY_MINUTES)
        case "to":
            return replace(preferences, quiet_to=int(value) % DAY_MINUTES)
        case "digest":
            return replace(preferences, digest_at=int(value) % DAY_MINUTES)
        case _ if name in set(Kind) and value in set(Manner):
            return preferences.choose(Kind(name), Manner(value))
        case _:
            return preferences


def _understood(account: Account, name: str, body: str) -> Account | None:
    """The account with what was typed; None where that makes no sense."""
    preferences = account.preferences
    if name == screens.ZONE:
        zone = find(body)
        return replace(account, zone=zone) if zone else None
    if name == screens.DIGEST and (moment := _MOMENT.fullmatch(body)):
        return replace(account, preferences=replace(preferences, digest_at=_minute(*moment.groups())))
    if name == screens.QUIET and (span := _SPAN.fullmatch(body)):
        hour, minute, to_hour, to_minute = span.groups()
        start, end = _minute(hour, minute), _minute(to_hour, to_minute)
        hours = replace(preferences, quiet=True, quiet_from=start, quiet_to=end)
        return replace(account, preferences=hours) if start != end else None
    return None


def _minute(hour: str, minute: str | None) -> int:
    return (int(hour) * 60 + int(minute or 0)) % DAY_MINUTES
