"""The list of conversations: tabs with counts, pages, search, a button for each conversation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.chat import actions
from bot.chat.html import Html, escape, join, shorten
from bot.chat.outgoing import Key, Question, Say, Screen
from bot.chat.screens import naming
from bot.chat.screens.keys import press, rows
from bot.chat.texts import N_, Texts
from bot.sync.roster import Entry, Roster, Tab, belongs, in_tab, matching, to_hide

PER_PAGE = 8
"""Conversations on a page: what fits a phone with its buttons."""

FIND = "find"
"""What is asked for: words to search for."""
FOUND = "found"
"""The message shows what was found; `ref` are the words."""

LONGEST_QUERY = 100

_TABS = {
    Tab.ACTIVE: N_("Active"),
    Tab.INVITATIONS: N_("Invitations"),
    Tab.RESPONSE: N_("Applications"),
    Tab.DISCARD: N_("Refusals"),
    Tab.ARCHIVED: N_("Archive"),
    Tab.ALL: N_("All"),
}


def listing(
    t: Texts, tab: Tab, roster: Roster, unseen: Collection[str], page: int, *, now: datetime | None = None
) -> Screen:
    """A page of a tab; a page out of range becomes the nearest one."""
    entries = in_tab(roster, tab, unseen)
    page = _nearest(page, entries)
    shown = entries[page * PER_PAGE : (page + 1) * PER_PAGE]
    unread = sum(entry.nid in unseen for entry in entries)
    head = Html(f"<b>{escape(t.label(_TABS[tab]))}</b> · {t.number(len(entries))}")
    fresh = t.plural("{n} unread", "{n} unread", unread) if unread else ""
    hideable = len(to_hide(roster, tab, unseen)) if tab in (Tab.DISCARD, Tab.ARCHIVED) else 0
    hide = t.label("🙈 Hide all: {n}", n=t.number(hideable))
    return Screen(
        text=join(
            (
                join((head, fresh), " · "),
                *(_lines(t, shown, page, unseen, now) or [_nothing(t, tab)]),
                _unlisted(t, roster),
            ),
            "\n\n",
        ),
        keyboard=rows(
            *_numbers(shown, page),
            _paging(t, entries, page, actions.LIST, tab),
            [
                press(t.label("🔎 Find"), actions.FIND),
                press(hide, actions.HIDE_ALL, tab) if hideable > 1 else None,
            ],
            *_tabs(t, tab, roster),
        ),
    )


def ask_find(t: Texts) -> Say:
    """Ask what to search for."""
    return Say(
        text=t("🔎 What shall I look for? Send a part of the company or of the vacancy as a reply."),
        about=Question(FIND),
        prompt=t.label("Company or vacancy"),
    )


def found(
    t: Texts, query: str, roster: Roster, unseen: Collection[str], page: int, *, now: datetime | None = None
) -> Screen:
    """A page of the conversations that a search has found, in all tabs."""
    entries = matching(roster, query, unseen)
    page = _nearest(page, entries)
    shown = entries[page * PER_PAGE : (page + 1) * PER_PAGE]
    head = t("🔎 <b>{query}</b> · {n}", query=shorten(query, 60), n=t.number(len(entries)))
    nothing = t("Nothing found. I look in the names of companies and vacancies; try a part of a word.")
    return Screen(
        text=join((head, *(_lines(t, shown, page, unseen, now) or [nothing]), _unlisted(t, roster)), "\n\n"),
        keyboard=rows(
            *_numbers(shown, page),
            _paging(t, entries, page, actions.FOUND),
            [
                press(t.label("🔎 Find something else"), actions.FIND),
                press(t.label("📂 All"), actions.LIST, Tab.ALL, "0"),
            ],
        ),
        about=Question(FOUND, query[:LONGEST_QUERY]),
    )


def _nearest(page: int, entries: Sequence[Entry]) -> int:
    return min(max(page, 0), max(0, -(-len(entries) // PER_PAGE) - 1))


def _lines(
    t: Texts, entries: Sequence[Entry], page: int, unseen: Collection[str], now: datetime | None
) -> list[Html]:
    first = page * PER_PAGE + 1
    return [_line(t, number, entry, entry.nid in unseen, now) for number, entry in enumerate(entries, first)]


def _line(t: Texts, number: int, entry: Entry, unread: bool, now: datetime | None) -> Html:
    state = shorten(naming.state(t, entry.named_state), 40)
    company = escape(shorten(naming.company_named(t, entry.company), 60))
    sign = "🔔" if unread else naming.sign(entry.named_state)
    return join(
        (
            Html(f"{number}. {sign} <b>{company}</b>"),
            shorten(naming.vacancy_named(t, entry.vacancy), 80),
            Html(f"<i>{escape(state)} · {escape(t.day(entry.moved, now))}</i>"),
        )
    )


def _nothing(t: Texts, tab: Tab) -> Html:
    if tab in (Tab.ACTIVE, Tab.ALL, Tab.RESPONSE):
        return t("Nothing here yet. Send me a link to a vacancy, and we'll apply together.")
    return t("Nothing here yet.")


def _unlisted(t: Texts, roster: Roster) -> Html:
    """What is not in the roster, because there are too many conversations."""
    if roster.found <= len(roster.entries):
        return Html("")
    return t("<i>These are the latest {n}; older ones are on the site.</i>", n=t.number(len(roster.entries)))


def _numbers(entries: Sequence[Entry], page: int) -> list[list[Key]]:
    first = page * PER_PAGE + 1
    keys = [press(str(number), actions.OPEN, entry.nid) for number, entry in enumerate(entries, first)]
    return [keys[start : start + 4] for start in range(0, len(keys), 4)]


def _paging(t: Texts, entries: Sequence[Entry], page: int, action: str, *args: str) -> list[Key | None]:
    pages = -(-len(entries) // PER_PAGE)
    if pages < 2:
        return []
    return [
        press(t.label("◀️ Back"), action, *args, str(page - 1)) if page else None,
        press(f"{page + 1} / {pages}", action, *args, str(page)),
        press(t.label("Next ▶️"), action, *args, str(page + 1)) if page + 1 < pages else None,
    ]


def _tabs(t: Texts, here: Tab, roster: Roster) -> list[list[Key]]:
    """A button for each tab with its count, two in a row: three would cut the labels on a phone."""
    keys = []
    for tab, label in _TABS.items():
        count = sum(belongs(entry, tab) for entry in roster.entries)
        text = f"{'• ' if tab is here else ''}{t.label(label)} {t.number(count)}"
        keys.append(press(text, actions.LIST, tab, "0"))
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]
