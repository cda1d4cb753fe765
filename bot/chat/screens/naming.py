"""How conversations, vacancies and states are called."""

from __future__ import annotations

from bot.chat.html import Html, blank, escape, shorten
from bot.chat.outgoing import Key
from bot.chat.screens.keys import press, web_address
from bot.chat.texts import N_, Texts
from bot.hh.models import Employer, IdName, Negotiation
from bot.hh.vacancy_links import site_of

_NAME = 160
_TOPIC = 128
"""Characters of a topic's name, at most (Bot API, createForumTopic)."""

_STATES = {
    "response": N_("application sent"),
    "invitation": N_("invitation"),
    "discard": N_("refusal"),
    "hidden": N_("hidden"),
    "interview": N_("interview"),
    "offer": N_("job offer"),
    "hired": N_("hired"),
}
_STATE_SIGNS = {
    "response": "📨",
    "invitation": "🎉",
    "discard": "📪",
    "hidden": "🙈",
    "interview": "🤝",
    "offer": "🎁",
    "hired": "🏆",
}


def company(t: Texts, employer: Employer | None) -> str:
    """The employer's name as plain text; anonymous vacancies have none."""
    return company_named(t, employer.name if employer else "")


def company_named(t: Texts, name: str) -> str:
    """A company by its name as plain text; "" where it is not told."""
    name = shorten(name, _NAME)
    return t.label("Anonymous company") if blank(name) else name


def vacancy_named(t: Texts, name: str) -> str:
    """The vacancy of a conversation by its name as plain text; "" where hh.ru has none any more."""
    return vacancy(t, name) if name else t.label("The vacancy is no longer available")


def vacancy(t: Texts, name: str) -> str:
    """The vacancy's name as plain text."""
    name = shorten(name, _NAME)
    return t.label("Untitled vacancy") if blank(name) else name


def company_of(t: Texts, negotiation: Negotiation) -> str:
    """The company of a conversation as plain text."""
    return company(t, negotiation.vacancy.employer if negotiation.vacancy else None)


def vacancy_of(t: Texts, negotiation: Negotiation) -> str:
    """The vacancy of a conversation as plain text; hh.ru may have none any more."""
    if negotiation.vacancy is None:
        return t.label("The vacancy is no longer available")
    return vacancy(t, negotiation.vacancy.name)


def heading(t: Texts, negotiation: Negotiation) -> Html:
    """Company and vacancy in bold, on two lines."""
    return Html(f"<b>{escape(company_of(t, negotiation))}</b>\n<b>{escape(vacancy_of(t, negotiation))}</b>")


def title(t: Texts, negotiation: Negotiation) -> str:
    """Company and vacancy as plain text on one line, for sentences and buttons."""
    return f"{company_of(t, negotiation)} — {vacancy_of(t, negotiation)}"


def topic(t: Texts, negotiation: Negotiation) -> str:
    """The name of a conversation's topic; a sign tells it from those where nothing has happened yet."""
    name = title(t, negotiation)
    waiting = negotiation.state.id == "response"
    return shorten(name if waiting else f"{sign(negotiation.state)} {name}", _TOPIC)


def button(t: Texts, negotiation: Negotiation, action: str) -> Key:
    """A button named after the conversation that does `action` with it."""
    return press(f"{sign(negotiation.state)} {title(t, negotiation)}", action, negotiation.id)


def state(t: Texts, state: IdName) -> str:
    """A state in our words where we know it, else in hh.ru's, as plain text."""
    known = _STATES.get(state.id)
    return t.label(known) if known else shorten(state.name or state.id, _NAME)


def sign(state: IdName) -> str:
    """The emoji of a state."""
    return _STATE_SIGNS.get(state.id, "📌")


def page_of(negotiation: Negotiation) -> str | None:
    """Where the vacancy of a conversation can be seen on hh.ru."""
    return web_address(negotiation.vacancy.alternate_url) if negotiation.vacancy else None


def site(url: str | None) -> str:
    """The site of the group that an address belongs to, "" where it is none of them."""
    return site_of(url or "") or ""


def open_on(t: Texts, url: str | None) -> str:
    """The label of a button that opens a page; only of hh.ru and its sister sites it says whose it is."""
    where = site(url)
    return t.label("🔗 Open on {site}", site=where) if where else t.label("🔗 Open the page")
