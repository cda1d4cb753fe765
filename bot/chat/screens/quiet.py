"""News that waited: the list after the quiet hours, and the digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.chat import actions
from bot.chat.html import Html, escape, join, shorten
from bot.chat.outgoing import Key, Screen
from bot.chat.screens import naming
from bot.chat.screens.keys import press, rows
from bot.chat.texts import Texts
from bot.hh.models import Negotiation
from bot.sync.events import Event, Kind

_LINES = 20
_PER_ROW = 5
_COMPANY, _VACANCY = 50, 70
_SIGNS = {
    Kind.MESSAGE: "💬",
    Kind.INVITATION: "🎉",
    Kind.REFUSAL: "📪",
    Kind.PROGRESS: "📌",
    Kind.CALL: "📞",
    Kind.VIEW: "👀",
}


def while_quiet(t: Texts, events: Sequence[Event]) -> Screen:
    """What came in the quiet hours, by conversation; said before the news itself."""
    talks = {event.negotiation.id: event.negotiation for event in events}
    counts = Counter(event.negotiation.id for event in events)
    signs = {
        nid: "".join(dict.fromkeys(_SIGNS.get(e.kind, "📌") for e in events if e.negotiation.id == nid))
        for nid in talks
    }
    shown = list(talks.values())[:_LINES]
    lines = [
        Html(f"{signs[talk.id]} {_name(t, talk)}{f' · {counts[talk.id]}' if counts[talk.id] > 1 else ''}")
        for talk in shown
    ]
    more = len(talks) - len(shown)
    return Screen(
        text=join(
            (
                t.plural(
                    "🌅 <b>While it was quiet: {n} piece of news</b>",
                    "🌅 <b>While it was quiet: {n} pieces of news</b>",
                    len(events),
                ),
                join(lines),
                t.plural("…and {n} more conversation.", "…and {n} more conversations.", more) if more else "",
                t("All of it follows, without a sound."),
            ),
            "\n\n",
        )
    )


def digest(t: Texts, events: Sequence[Event]) -> list[Screen]:
    """The digest, a button for each conversation in it; several messages where it is long."""
    told = _once(events)
    screens = []
    for start in range(0, len(told), _LINES):
        some = list(enumerate(told[start : start + _LINES], start + 1))
        head = t("📰 <b>Digest</b>") if start == 0 else t("📰 <b>Digest, continued</b>")
        keys = [press(str(number), actions.OPEN, event.negotiation.id) for number, event in some]
        screens.append(
            Screen(
                text=join((head, *_sections(t, some)), "\n\n"),
                keyboard=rows(*_lines_of(keys)),
            )
        )
    return screens


def _once(events: Sequence[Event]) -> list[Event]:
    """By kind, in order; of one conversation each kind once, and no view beside what followed from it."""
    told = {(event.negotiation.id, event.kind): event for event in events}
    decided = {nid for nid, kind in told if kind is not Kind.VIEW}
    order = [Kind.INVITATION, Kind.PROGRESS, Kind.MESSAGE, Kind.CALL, Kind.REFUSAL]
    return [
        *(event for kind in order for event in told.values() if event.kind is kind),
        *(
            event
            for event in told.values()
            if event.kind not in order and event.negotiation.id not in decided
        ),
    ]


def _sections(t: Texts, some: Iterable[tuple[int, Event]]) -> list[Html]:
    by_kind: dict[Kind, list[Html]] = {}
    for number, event in some:
        by_kind.setdefault(event.kind, []).append(Html(f"{number}. {_name(t, event.negotiation)}"))
    return [join((_title(t, kind, len(lines)), *lines)) for kind, lines in by_kind.items()]


def _title(t: Texts, kind: Kind, n: int) -> Html:
    match kind:
        case Kind.REFUSAL:
            return t.plural("📪 {n} refusal", "📪 {n} refusals", n)
        case Kind.CALL:
            return t.plural("📞 {n} missed call", "📞 {n} missed calls", n)
        case Kind.VIEW:
            return t.plural(
                "👀 {n} employer has looked at your application",
                "👀 {n} employers have looked at your applications",
                n,
            )
        case _:
            return t.plural("📌 {n} change", "📌 {n} changes", n)


def _name(t: Texts, negotiation: Negotiation) -> Html:
    company = escape(shorten(naming.company_of(t, negotiation), _COMPANY))
    return Html(f"<b>{company}</b> — {escape(shorten(naming.vacancy_of(t, negotiation), _VACANCY))}")


def _lines_of(keys: list[Key]) -> list[list[Key]]:
    return [keys[start : start + _PER_ROW] for start in range(0, len(keys), _PER_ROW)]
