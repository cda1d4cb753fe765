"""Interviews: the calendar file that comes after an invitation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.chat.appointments import appointment
from bot.chat.calendar import Entry, calendar_file
from bot.chat.html import Html, excerpt, join
from bot.chat.outgoing import Conversation, Document
from bot.chat.screens import naming
from bot.chat.screens.keys import web_address
from bot.chat.screens.places import line, point
from bot.chat.texts import Texts
from bot.hh.models import Message, Negotiation

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
    starts = appointment(message.text, message.created_at, t.zone)
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
        about=Conversation(negotiation.id, message.id),
        silent=True,
    )


def _caption(t: Texts, starts: datetime) -> Html:
    when = t("📅 <b>{moment}</b> · {zone}", moment=t.weekday_moment(starts), zone=_zone(t, starts))
    note = t(
        "<i>I have found the date and time in the employer's text: "
        "compare before you add it to your calendar. I've taken it to last an hour.</i>"
    )
    return join((when, note), "\n\n")


def _zone(t: Texts, starts: datetime) -> str:
    """In whose time that is."""
    zone = str(starts.tzinfo)
    offset = starts.utcoffset() or timedelta()
    hours = f"{offset / timedelta(hours=1):+g}"
    return f"{t.city(zone)}, UTC{hours}"
