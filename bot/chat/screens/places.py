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
    where = line(address)
    stations = list(
        dict.fromkeys(
            _station(metro)
            for metro in [*address.metro_stations, *([address.metro] if address.metro else [])]
            if metro.station_name.strip()
        )
    )
    return join(
        (
            f"📍 {where}" if where else "",
            f"🚇 {', '.join(stations[:6])}" if stations else "",
            escape(excerpt(address.description or "", _DESCRIPTION)),
        )
    )


def place(t: Texts, address: Address, title: str, about: Subject | None) -> Place | None:
    """The venue for a map, None without usable coordinates."""
    where = point(address)
    if where is None:
        return None
    lat, lng = where
    return Place(
        lat=lat, lng=lng, title=title, address=line(address) or t.label("Address on the map"), about=about
    )


def point(address: Address) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, None where they are missing or wrong."""
    if address.lat is None or address.lng is None:
        return None
    if not (-90 <= address.lat <= 90 and -180 <= address.lng <= 180):
        return None
    return address.lat, address.lng


def line(address: Address) -> str:
    """City, street and building as plain text on one line, "" where hh.ru gives nothing."""
    parts = [part for part in (address.city, address.street, address.building) if part and part.strip()]
    return shorten(", ".join(parts) or address.raw or "", _LINE)


def _station(metro: Metro) -> str:
    name, line = shorten(metro.station_name, 60), shorten(metro.line_name, 60)
    return f"{name} ({line})" if line else name
