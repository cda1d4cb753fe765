"""Interviews: the calendar file that comes after an invitation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat import cities
from bot.chat.appointments import appointment
from bot.chat.calendar import Entry, calendar_file
from bot.chat.html import Html, excerpt, join
from bot.chat.outgoing import Conversation, Document
from bot.chat.screens import naming
from bot.chat.screens.keys import web_address
from bot.chat.screens.places import line, point
from bot.chat.texts import Texts
from bot.hh.models import Address, Message, Negotiation
from bot.sync.quiet import zone_of

LASTS: Final = timedelta(hours=1)
"""How long an interview is taken to last: employers hardly ever say."""

_REMIND = timedelta(hours=1)
_NOTES = 2000
_NOT_BEFORE = ("response", "discard", "hidden")


def interview(t: Texts, negotiation: Negotiation, message: Message, now: datetime | None) -> Document | None:
    """A calendar file for the one moment an invitation names; None where it names none beyond doubt.

    Before an invitation, and after a refusal, what employers name are no appointments.
    """
    if negotiation.state.id in _NOT_BEFORE or not message.text or message.mine:
        return None
    starts = appointment(message.text, message.created_at, _zone(t, message.address))
    if starts is None or (now and starts <= now):
        return None
    about = naming.title(t, negotiation)
    address = message.address
    entry = Entry(
        uid=f"{negotiation.id}-{message.id}@hh-bridge",
        written=message.created_at,
        starts=starts,
        lasts=LASTS,
        title=t.label("Interview: {title}", title=about),
        notes=excerpt(message.text, _NOTES),
        place=line(address) if address else "",
        point=point(address) if address else None,
        url=web_address(naming.page_of(negotiation)),
        remind=_REMIND,
    )
    return Document(
        name=f"interview-{starts:%Y-%m-%d}.ics",
        content=calendar_file(entry),
        caption=_caption(t, starts),
        about=Conversation(negotiation.id),
        silent=True,
    )


def _zone(t: Texts, address: Address | None) -> ZoneInfo:
    """In whose time an employer writes: that of the city he invites to, else the user's."""
    there = cities.find(address.city) if address and address.city else None
    return zone_of(there) if there else t.zone


def _caption(t: Texts, starts: datetime) -> Html:
    zone = starts.tzinfo if isinstance(starts.tzinfo, ZoneInfo) else t.zone
    whose = f"{cities.city(zone.key, t.language)}, {cities.offset(zone, starts)}"
    when = t("📅 <b>{moment}</b> · {zone}", moment=t.weekday_moment(starts), zone=whose)
    here = starts.astimezone(t.zone)
    elsewhere = here.utcoffset() != starts.utcoffset()
    note = t(
        "<i>I have found the date and time in the employer's text: "
        "compare before you add it to your calendar. I've taken it to last an hour.</i>"
    )
    yours = t("By your clock: {moment}", moment=t.weekday_moment(here)) if elsewhere else ""
    return join((join((when, yours)), note), "\n\n")
