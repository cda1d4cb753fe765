"""The list of conversations: tabs by status, pages, a button for each conversation."""

from __future__ import annotations

from datetime import datetime

from bot.chat import actions
from bot.chat.html import Html, escape, join, shorten
from bot.chat.outgoing import Key, Screen
from bot.chat.screens import naming
from bot.chat.screens.keys import press, rows
from bot.chat.texts import N_, Texts
from bot.hh.models import Negotiation, Negotiations

PER_PAGE = 8
"""Conversations on a page: what fits a phone with its buttons."""

TABS = {
    "active": N_("Active"),
    "invitations": N_("Invitations"),
    "response": N_("Applications"),
    "discard": N_("Refusals"),
    "archived": N_("Archive"),
    "all": N_("All"),
}
"""Statuses of hh.ru that have a tab, with their labels."""

_MOST = 15


def listing(t: Texts, status: str, negotiations: Negotiations, *, now: datetime | None = None) -> Screen:
    """A page of conversations of `status`; ask the gateway for `PER_PAGE` of them."""
    items = negotiations.items[:_MOST]
    first = negotiations.page * negotiations.per_page + 1
    tab = t.label(TABS.get(status, TABS["all"]))
    head = Html(f"<b>{escape(tab)}</b> · {t.number(negotiations.found)}")
    lines = [_line(t, number, item, now) for number, item in enumerate(items, first)]
    return Screen(
        text=join((head, *(lines or [_nothing(t, status)])), "\n\n"),
        keyboard=rows(
            *_numbers(t, items, first),
            _paging(t, status, negotiations),
            *_tabs(t, status),
        ),
    )


def _line(t: Texts, number: int, item: Negotiation, now: datetime | None) -> Html:
    state = shorten(naming.state(t, item.state), 40)
    company = escape(shorten(naming.company_of(t, item), 60))
    return join(
        (
            Html(f"{number}. {naming.sign(item.state)} <b>{company}</b>{' 🔔' if item.has_updates else ''}"),
            shorten(naming.vacancy_of(t, item), 80),
            Html(f"<i>{escape(state)} · {escape(t.day(item.updated_at, now))}</i>"),
        )
    )


def _nothing(t: Texts, status: str) -> Html:
    if status in ("active", "all", "response"):
        return t("Nothing here yet. Send me a link to a vacancy, and we'll apply together.")
    return t("Nothing here yet.")


def _numbers(t: Texts, items: list[Negotiation], first: int) -> list[list[Key]]:
    keys = [press(str(number), actions.OPEN, item.id) for number, item in enumerate(items, first)]
    return [keys[start : start + 4] for start in range(0, len(keys), 4)]


def _paging(t: Texts, status: str, shown: Negotiations) -> list[Key | None]:
    page, pages = shown.page, shown.pages
    if pages < 2:
        return []
    return [
        press(t.label("◀️ Back"), actions.LIST, status, str(page - 1)) if page else None,
        press(f"{page + 1} / {pages}", actions.LIST, status, str(page)),
        press(t.label("Next ▶️"), actions.LIST, status, str(page + 1)) if page + 1 < pages else None,
    ]


def _tabs(t: Texts, status: str) -> list[list[Key]]:
    here = "• "
    keys = [
        press((here if tab == status else "") + t.label(TABS[tab]), actions.LIST, tab, "0") for tab in TABS
    ]
    return [keys[:3], keys[3:]]
