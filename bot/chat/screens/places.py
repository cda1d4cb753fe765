"""Addresses: where an interview takes place."""

from __future__ import annotations

from bot.chat.html import Html, escape, excerpt, join, shorten
from bot.chat.outgoing import Place, Subject
from bot.chat.texts import Texts
from bot.hh.models import Address, Metro

_LINE = 300
_DESCRIPTION = 700


def address_text(t: Texts, address: Address) -> Html:
    """City, street, building, metro with its lines and how to get in; "" where hh.ru gives nothing."""
    line = _line(address)
    stations = list(
        dict.fromkeys(
            _station(metro)
            for metro in [*address.metro_stations, *([address.metro] if address.metro else [])]
            if metro.station_name.strip()
        )
    )
    return join(
        (
            f"📍 {line}" if line else "",
            f"🚇 {', '.join(stations[:6])}" if stations else "",
            escape(excerpt(address.description or "", _DESCRIPTION)),
        )
    )


def place(t: Texts, address: Address, title: str, about: Subject | None) -> Place | None:
    """The venue for a map, None without usable coordinates (degrees)."""
    if address.lat is None or address.lng is None:
        return None
    if not (-90 <= address.lat <= 90 and -180 <= address.lng <= 180):
        return None
    where = _line(address) or t.label("Address on the map")
    return Place(lat=address.lat, lng=address.lng, title=title, address=where, about=about)


def _station(metro: Metro) -> str:
    name, line = shorten(metro.station_name, 60), shorten(metro.line_name, 60)
    return f"{name} ({line})" if line else name


def _line(address: Address) -> str:
    parts = [part for part in (address.city, address.street, address.building) if part and part.strip()]
    return shorten(", ".join(parts) or address.raw or "", _LINE)
