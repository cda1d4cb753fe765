"""What the bridge says, in the user's language: gettext catalogues, and Babel for numbers and dates.

A message is its English sentence; `locales/<language>/LC_MESSAGES/messages.po` translates it, and
what a catalogue lacks falls back to English. Literal calls `texts("...")`, `texts.label("...")`,
`texts.plural("...", "...", n)` and `N_("...")` are what extraction finds.
"""

from __future__ import annotations

import gettext
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.chat.html import Html, clean, escape
from bot.sync.quiet import HOME_ZONE, zone_of


def N_(message: str) -> str:
    """Mark a message that is translated later."""
    return message


LANGUAGES: Final = ("ru", "en")
"""Languages that can be chosen."""

_LOCALES = {"ru": Locale("ru"), "en": Locale("en", "GB")}
_SPEAK_RUSSIAN = {"ru", "be", "kk", "uk", "uz", "ky"}
# hh.ru's codes (dictionary "currency"); it says RUR and BYR for what ISO 4217 calls RUB and BYN.
_SIGNS = {
    "RUR": "₽",
    "RUB": "₽",
    "BYR": "Br",
    "BYN": "Br",
    "USD": "$",
    "EUR": "€",
    "KZT": "₸",
    "UAH": "₴",
    "AZN": "₼",
    "GEL": "₾",
}
_CALLED = {"KGS": N_("KGS"), "UZS": N_("UZS")}
"""Currencies without a sign of their own."""

_NBSP, _RANGE = "\N{NO-BREAK SPACE}", "\N{EN DASH}"
_FOLDER = Path(__file__).parent / "locales"


def _catalogue(language: str) -> gettext.NullTranslations:
    path = _FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


_CATALOGUES = {language: _catalogue(language) for language in LANGUAGES}


def closest(language: str) -> str:
    """The language, of those we speak, for a Telegram `language_code` such as "kk" or "en-GB"."""
    code = language.replace("_", "-").split("-")[0].lower()
    return "ru" if code in _SPEAK_RUSSIAN else "en"


class Texts:
    """The voice for one user. `zone` is an IANA time zone; an unknown one means Moscow."""

    def __init__(self, language: str, zone: str = HOME_ZONE) -> None:
        self.language: Final = closest(language)
        self._catalogue = _CATALOGUES[self.language]
        self._locale = _LOCALES[self.language]
        self._zone = zone_of(zone)

    @property
    def zone(self) -> ZoneInfo:
        """The user's time zone."""
        return self._zone

    def __call__(self, message: str, /, **values: object) -> Html:
        """The sentence as Telegram HTML; values are cleaned and escaped unless they are `Html`."""
        return _filled(self._catalogue.gettext(message), values)

    def plural(self, one: str, many: str, n: int, /, **values: object) -> Html:
        """The sentence for `n` things; `{n}` in it is `n` as a number of the language."""
        return _filled(self._catalogue.ngettext(one, many, n), {"n": self.number(n), **values})

    def label(self, message: str, /, **values: object) -> str:
        """The sentence as plain text: for buttons, placeholders and pop-up answers."""
        return self._catalogue.gettext(message).format(**{k: clean(str(v)) for k, v in values.items()})

    def number(self, value: int) -> str:
        """A number with the language's separators."""
        return format_decimal(value, locale=self._locale)

    def money(self, amount: int, currency: str, up_to: int | None = None) -> str:
        """An amount, or a range, with its currency (a code of hh.ru) where the language puts it."""
        figures = (
            self.number(amount) if up_to is None else f"{self.number(amount)}{_RANGE}{self.number(up_to)}"
        )
        called = _CALLED.get(currency)
        sign = self.label(called) if called else _SIGNS.get(currency, clean(currency))
        if self._locale.currency_formats["standard"].pattern.startswith("¤"):
            return f"{sign}{_NBSP if sign[-1:].isalpha() else ''}{figures}"
        return f"{figures}{_NBSP}{sign}".strip()

    def time(self, minute: int) -> str:
        """A time of day, from its minutes after midnight."""
        return f"{minute // 60:02}:{minute % 60:02}"

    def moment(self, when: datetime, now: datetime | None = None) -> str:
        """Date and time in the user's zone.

        With `now`: only the time of the same day, "yesterday" in words, no year in the same year.
        """
        local = when.astimezone(self._zone)
        time = format_datetime(local, "HH:mm", locale=self._locale)
        today = now.astimezone(self._zone).date() if now else None
        if today and local.date() == today:
            return time
        if today and local.date() == today - timedelta(days=1):
            return self.label("yesterday, {time}", time=time)
        if today and local.year == today.year:
            return f"{format_skeleton('MMMMd', local, locale=self._locale)}, {time}"
        return f"{format_date(local, 'long', locale=self._locale)}, {time}"

    def weekday_moment(self, when: datetime) -> str:
        """Weekday, date and time, in the zone that `when` has."""
        return format_datetime(when, "EEEE, d MMMM, HH:mm", locale=self._locale)

    def clock(self, when: datetime) -> str:
        """The time of day in the user's zone."""
        return format_datetime(when.astimezone(self._zone), "HH:mm", locale=self._locale)

    def date(self, when: datetime, now: datetime | None = None) -> str:
        """The day in the user's zone, in words where it is near `now`; no year in the same year."""
        local = when.astimezone(self._zone)
        today = now.astimezone(self._zone).date() if now else None
        if today and local.date() == today:
            return self.label("today")
        if today and local.date() == today - timedelta(days=1):
            return self.label("yesterday")
        if today and local.year == today.year:
            return format_skeleton("MMMMd", local, locale=self._locale)
        return format_date(local, "long", locale=self._locale)

    def day(self, when: datetime, now: datetime | None = None) -> str:
        """Short date in the user's zone, for lists; without the year in the year of `now`."""
        local = when.astimezone(self._zone)
        this_year = now is not None and now.astimezone(self._zone).year == local.year
        return format_skeleton("MMMd" if this_year else "yMMMd", local, locale=self._locale)


def _filled(template: str, values: dict[str, object]) -> Html:
    return Html(template.format(**{name: escape(_text(value)) for name, value in values.items()}))


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)
