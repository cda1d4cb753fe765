"""Time zones by what people call them: a city in either language, an offset, or the IANA name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale

from bot.sync.quiet import zone_of

COMMON: Final = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Novosibirsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Europe/Minsk",
    "Asia/Almaty",
    "Asia/Tashkent",
    "Asia/Bishkek",
    "Asia/Tbilisi",
    "Asia/Yerevan",
    "Asia/Baku",
)
"""Zones with a button: Russia from west to east, then hh.ru's sister sites."""

_LANGUAGES = ("ru", "en")
# Big cities that name no zone in the CLDR; a name with "ё" is found with "е".
_OTHERS = {
    "Europe/Moscow": (
        "мск, санкт-петербург, питер, спб, нижний новгород, казань, ростов-на-дону, краснодар, воронеж, "
        "сочи, тула, ярославль, рязань, липецк, пенза, тверь, иваново, брянск, белгород, курск, смоленск, "
        "калуга, владимир, орёл, тамбов, вологда, архангельск, мурманск, петрозаводск, сыктывкар, "
        "чебоксары, йошкар-ола, саранск, ставрополь, махачкала, грозный, владикавказ, нальчик, майкоп, "
        "новороссийск, череповец, кострома, псков, великий новгород, набережные челны, иннополис, "
        "saint petersburg, st petersburg, kazan, nizhny novgorod, rostov-on-don, krasnodar, voronezh, sochi"
    ),
    "Europe/Samara": "тольятти, ижевск, izhevsk, tolyatti",
    "Asia/Yekaterinburg": (
        "екб, челябинск, уфа, пермь, тюмень, оренбург, курган, сургут, магнитогорск, нижний тагил, "
        "ханты-мансийск, нижневартовск, новый уренгой, chelyabinsk, ufa, perm, tyumen, orenburg, surgut"
    ),
    "Asia/Novosibirsk": "нск, новосиб, академгородок",
    "Asia/Krasnoyarsk": "абакан, норильск, кызыл",
    "Asia/Irkutsk": "улан-удэ, братск, ангарск, ulan-ude",
    "Asia/Yakutsk": "благовещенск",
    "Asia/Vladivostok": "хабаровск, комсомольск-на-амуре, уссурийск, находка, khabarovsk",
    "Asia/Kamchatka": "петропавловск-камчатский, камчатка",
    "Europe/Minsk": "гомель, могилёв, витебск, гродно, брест, gomel, grodno, vitebsk, brest, mogilev",
    "Asia/Almaty": "алма-ата, астана, нур-султан, шымкент, караганда, павлодар, astana, shymkent, karaganda",
    "Asia/Tashkent": "фергана, наманган, андижан",
    "Asia/Tbilisi": "батуми, кутаиси, batumi, kutaisi",
    "Asia/Yerevan": "гюмри, gyumri",
    "Asia/Bishkek": "ош, osh",
    "Europe/Istanbul": "турция, анкара, анталья, алания, измир",
    "Europe/Belgrade": "сербия, нови-сад",
    "Asia/Jerusalem": "израиль, тель-авив, хайфа, tel aviv, haifa",
    "Asia/Nicosia": "кипр, лимасол, ларнака, cyprus, limassol",
    "Asia/Dubai": "оаэ, абу-даби, abu dhabi",
    "Asia/Bangkok": "таиланд, пхукет, паттайя, phuket",
    "Asia/Makassar": "бали, денпасар, bali",
    "Etc/UTC": "utc, gmt, гринвич",
}
_BETWEEN_HOURS = {
    (3, 30): "Asia/Tehran",
    (4, 30): "Asia/Kabul",
    (5, 30): "Asia/Kolkata",
    (5, 45): "Asia/Kathmandu",
    (6, 30): "Asia/Yangon",
    (9, 30): "Australia/Darwin",
}
_OFFSET = re.compile(r"(?:(мск|msk)|utc|gmt)?\s*([+−–-])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_MOSCOW_HOURS = 3


def find(typed: str) -> str | None:
    """The IANA name of the zone that somebody means; None where that is not clear."""
    written = typed.strip()
    if offset := _OFFSET.fullmatch(written):
        return _by_offset(offset)
    by_name = _names()
    return by_name.get(_spelled(written)) or by_name.get(_spelled(written.rpartition("/")[2]))


def city(zone: str, language: str) -> str:
    """What the zone is called: its city, or its offset where it has none."""
    if zone.startswith("Etc/"):
        return offset(zone_of(zone), datetime(2026, 1, 1, tzinfo=UTC))
    known = Locale(language).time_zones.get(zone, {}).get("city")
    return str(known or zone.rpartition("/")[2].replace("_", " "))


def offset(zone: ZoneInfo, now: datetime) -> str:
    """The distance from UTC, such as UTC+5 or UTC+5:30."""
    ahead = now.astimezone(zone).utcoffset()
    minutes = int(ahead.total_seconds()) // 60 if ahead else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}" if hours else "UTC"


def _by_offset(found: re.Match[str]) -> str | None:
    moscow, sign, hours, minutes = found.groups()
    ahead, rest = int(hours) if sign == "+" else -int(hours), int(minutes or 0)
    if moscow:
        ahead += _MOSCOW_HOURS
    if rest:
        return _BETWEEN_HOURS.get((ahead, rest))
    if not -12 <= ahead <= 14:
        return None
    # The signs of these names are reversed (tz database, file `etcetera`).
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Zones by the names of their cities; where two share one, the common zone counts."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    names: dict[str, str] = {}
    for zone in (*zones, *COMMON):
        names[_spelled(zone.rpartition("/")[2])] = zone
        names |= {_spelled(city(zone, language)): zone for language in _LANGUAGES}
    for zone, others in _OTHERS.items():
        names |= {_spelled(name): zone for name in others.split(",")}
    return names


def _spelled(name: str) -> str:
    letters = name.casefold().replace("ё", "е")
    return " ".join(re.findall(r"[^\W_]+", letters))
