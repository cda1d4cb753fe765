"""The pages that a person sees after hh.ru's own page: what happened, and the way back to the chat.

Each function makes one `Page`; `render` makes its HTML, which needs nothing from elsewhere and runs
no script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.chat.html import Html, clean
from bot.chat.texts import Texts, closest
from bot.hh.models import Me
from bot.linking import LINK_ANEW
from bot.metrics import CallbackPage

_FOLDER = Path(__file__).parent / "templates"
_environment = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_template = _environment.get_template("page.html")
_STYLE = Markup((_FOLDER / "page.css").read_text(encoding="utf-8"))  # noqa: S704, our own file
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address has the code in it
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class Button:
    """The one thing to do next."""

    label: str
    url: str


@dataclass(frozen=True)
class Page:
    """What a page says. `name` is for metrics; `status` is of HTTP."""

    name: CallbackPage
    status: int
    mood: Literal["waiting", "stopped"]
    title: Html
    text: tuple[Html, ...]
    person: str = ""
    button: Button | None = None
    command: str = ""
    hint: Html | None = None
    details: tuple[Html, ...] = ()


@dataclass(frozen=True)
class Chat:
    """Deep links into the chat with the bot; `username` is None until Telegram has told it."""

    base: str
    username: str | None

    def link(self, start: str) -> str | None:
        """The address that opens the chat and sends `/start` with the word `start`."""
        return f"{self.base}/{self.username}?start={start}" if self.username else None


def texts_for(accept_language: str) -> Texts:
    """The voice for a browser's Accept-Language header (RFC 9110, 12.5.4); Russian where it says nothing."""
    wishes = [_wish(range_) for range_ in accept_language.split(",")]
    ranked = sorted(wishes, key=lambda wish: -wish[1])
    wanted = [
        language for language, weight in ranked if language.isascii() and language.isalpha() and weight > 0
    ]
    spoken = [language for language in wanted if language == "en" or closest(language) == "ru"]
    return Texts((spoken or wanted or ["ru"])[0])


def _wish(range_: str) -> tuple[str, float]:
    """The language of one range, without its region, and how much it is wished for, from 0 to 1."""
    tag, _, weight = range_.partition(";")
    language, name, value = tag.strip().partition("-")[0].lower(), *weight.strip().partition("=")[::2]
    if not weight.strip():
        return language, 1.0
    known = name.strip().lower() == "q" and re.fullmatch(r"[01](\.[0-9]{0,3})?", value.strip())
    return language, float(value) if known else 0.0


def confirm(t: Texts, me: Me, chat: Chat, code: str) -> Page:
    """hh.ru agreed; the rest is for the user to say in the chat."""
    url, again = chat.link(code), chat.link(LINK_ANEW)
    page = Page(
        name="confirm",
        status=200,
        mood="waiting",
        title=t("One step left"),
        text=(
            t("Nothing is linked yet. Return to Telegram and press <b>Start</b> at the bottom of the chat."),
        ),
        person=_person(t, me),
        details=(
            t("It can be confirmed once, within ten minutes, and only by the Telegram user who began."),
        ),
    )
    if url is None or again is None:
        return replace(
            page,
            text=(t("Nothing is linked yet."), t("Send this to the bot in Telegram:")),
            command=f"/start {code}",
            hint=t("Not you? Don't send it, begin again in the chat."),
        )
    return replace(
        page,
        button=Button(t.label("Return to Telegram"), url),
        hint=t('Not you? Don\'t press the button, <a href="{url}">begin again</a>.', url=again),
    )


def denied(t: Texts, chat: Chat) -> Page:
    """access_denied."""
    return Page(
        name="denied",
        status=200,
        mood="stopped",
        title=t("You gave no access"),
        text=(
            t("You said no at hh.ru, so nothing is linked and nothing is stored."),
            t("If that was a slip, begin again in the chat."),
        ),
        button=_return(t, chat),
    )


def expired(t: Texts, chat: Chat) -> Page:
    """The state, or hh.ru's code, is too old or used up."""
    return Page(
        name="expired",
        status=410,
        mood="stopped",
        title=t("This link no longer works"),
        text=(
            t("It works once and for ten minutes."),
            t("If the bot has already confirmed the linking, all is well. If not, begin again in the chat."),
        ),
        button=_return(t, chat),
    )


def not_applicant(t: Texts, chat: Chat) -> Page:
    """An employer's account, or an application's."""
    return Page(
        name="not_applicant",
        status=403,
        mood="stopped",
        title=t("This is not a job seeker's account"),
        text=(
            t("Only job seekers' accounts can be linked. Nothing is stored of this one."),
            t("Sign out at hh.ru, begin again in the chat and sign in as a job seeker."),
        ),
        button=_return(t, chat),
    )


def unreachable(t: Texts, chat: Chat) -> Page:
    """hh.ru does not answer, or with something that is no answer."""
    return Page(
        name="unreachable",
        status=503,
        mood="stopped",
        title=t("hh.ru does not answer"),
        text=(
            t("Nothing is linked, and it is not your fault."),
            t("Begin again in the chat in a few minutes."),
        ),
        button=_return(t, chat),
    )


def crowded(t: Texts, chat: Chat) -> Page:
    """hh.ru is asked as much as it may be."""
    return Page(
        name="crowded",
        status=503,
        mood="stopped",
        title=t("Too many at once"),
        text=(
            t("hh.ru takes only so many requests a second, so nothing is linked yet."),
            t("Begin again in the chat in a minute."),
        ),
        button=_return(t, chat),
    )


def refused(t: Texts, chat: Chat, reason: str, request_id: str) -> Page:
    """hh.ru refused: `reason` in its own words."""
    return Page(
        name="refused",
        status=403,
        mood="stopped",
        title=t("hh.ru refused"),
        text=(
            t("Nothing is linked. hh.ru's answer: “{reason}”.", reason=reason),
            t("Begin again in the chat. If it happens again, show this page to the owner of the bot."),
        ),
        button=_return(t, chat),
        details=(t("Number of the request at hh.ru: {id}", id=request_id),) if request_id else (),
    )


def no_access(t: Texts, chat: Chat, why: Html) -> Page:
    """hh.ru gives no tokens, for a reason in the account or in the bot's settings."""
    return Page(
        name="no_access",
        status=403,
        mood="stopped",
        title=t("hh.ru refused"),
        text=(t("Nothing is linked."), why),
        button=_return(t, chat),
    )


def captcha(t: Texts, chat: Chat, url: str | None) -> Page:
    """hh.ru wants to see a person first, at `url`."""
    return Page(
        name="captcha",
        status=403,
        mood="stopped",
        title=t("hh.ru asks whether you are a robot"),
        text=(t("Nothing is linked yet. Pass the check at hh.ru, then begin again in the chat."),),
        button=Button(t.label("Pass the check"), url) if url else _return(t, chat),
    )


def incomplete(t: Texts, chat: Chat) -> Page:
    """Opened by hand, or cut off while copying."""
    return Page(
        name="incomplete",
        status=400,
        mood="stopped",
        title=t("Part of the address is missing"),
        text=(
            t("hh.ru opens this page after you have given access; by itself it does nothing."),
            t("Begin in the chat with the bot."),
        ),
        button=_return(t, chat),
    )


def unavailable(t: Texts, chat: Chat) -> Page:
    """The bridge's own trouble."""
    return Page(
        name="unavailable",
        status=503,
        mood="stopped",
        title=t("The bot has stumbled"),
        text=(
            t("Nothing is linked. The trouble is on our side and usually over in a minute."),
            t("Begin again in the chat in a few minutes."),
        ),
        button=_return(t, chat),
    )


def render(page: Page, t: Texts) -> str:
    """The page as HTML, to be sent with SECURITY_HEADERS."""
    return _template.render(
        page=page,
        language=t.language,
        style=_STYLE,
        whose=t("Your hh.ru account"),
    )


def _return(t: Texts, chat: Chat) -> Button | None:
    url = chat.link(LINK_ANEW)
    return Button(t.label("Return to Telegram"), url) if url else None


def _person(t: Texts, me: Me) -> str:
    name = clean(" ".join(part for part in (me.first_name, me.last_name) if part)).strip()
    return name or t.label("hh.ru account {id}", id=me.id or "")
