"""/settings: one card that shows every choice, and a page for each; it is edited in place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.chat import actions
from bot.chat.cities import COMMON, city, offset
from bot.chat.html import Html, join
from bot.chat.outgoing import Key, Question, Say, Screen
from bot.chat.screens.keys import press, rows
from bot.chat.texts import N_, Texts
from bot.sync.events import Kind
from bot.sync.quiet import CHOICES, DAY_MINUTES, Manner, Preferences, zone_of

MAIN, NEWS, QUIET, DIGEST, ZONE, LANGUAGE, READING = (
    "main",
    "news",
    "quiet",
    "digest",
    "zone",
    "lang",
    "read",
)
"""The pages."""

SETTING: Final = "setting"
"""What the answer to a question is for; its `ref` is the page of the setting."""

_KINDS = {
    Kind.MESSAGE: N_("💬 Messages"),
    Kind.INVITATION: N_("🎉 Invitations"),
    Kind.CALL: N_("📞 Missed calls"),
    Kind.REFUSAL: N_("📪 Refusals"),
    Kind.VIEW: N_("👀 Views of applications"),
    Kind.PROGRESS: N_("📌 Other changes"),
}
_MANNERS = {
    Manner.LOUD: N_("🔔 with a sound"),
    Manner.SILENT: N_("🔕 without a sound"),
    Manner.DIGEST: N_("📰 in the digest"),
    Manner.NEVER: N_("🚫 not at all"),
}
_DIGEST_HOURS = range(8, 23)
_STEP = 60
_PROMPTS: Final = {
    QUIET: (N_("🌙 From when to when shall I be quiet? For example: 23:00-07:30"), N_("23:00-07:30")),
    DIGEST: (N_("📰 At what time shall the digest come? For example: 18:30"), N_("18:30")),
    ZONE: (
        N_("🕒 Write a city or the difference from UTC. For example: Belgrade or UTC+5"),
        N_("City or UTC+5"),
    ),
}


@dataclass(frozen=True)
class Chosen:
    """What the pages show: the choices, the IANA zone, the time, and how much news is held back."""

    preferences: Preferences
    zone: str
    now: datetime
    held: int = 0


def settings(t: Texts, page: str, chosen: Chosen) -> Screen:
    """A page of the settings; the main one for a name that is no page."""
    match page:
        case "news":
            return _news(t, chosen)
        case "quiet":
            return _quiet(t, chosen)
        case "digest":
            return _digest(t, chosen)
        case "zone":
            return _zone(t, chosen)
        case "lang":
            return _language(t)
        case "read":
            return _reading(t, chosen)
        case _:
            return _main(t, chosen)


def asked(t: Texts, name: str) -> Say:
    """Ask for a value that is typed: the quiet hours, the time of the digest, or the zone."""
    question, example = _PROMPTS[name]
    return Say(text=t(question), about=Question(SETTING, name), prompt=t.label(example), silent=True)


def not_understood(t: Texts, name: str) -> Say:
    """What was typed makes no sense; ask again."""
    question, example = _PROMPTS[name]
    return Say(
        text=join((t("🤔 I didn't understand that."), t(question))),
        about=Question(SETTING, name),
        prompt=t.label(example),
        silent=True,
    )


def muted(t: Texts, on: bool) -> str:
    """The pop-up (plain text) of the button on a card."""
    if on:
        return t.label("🔕 Messages from here now come without a sound. An invitation will still ring.")
    return t.label("🔔 Messages from here ring again.")


def _main(t: Texts, chosen: Chosen) -> Screen:
    preferences = chosen.preferences
    quiet = _span(t, preferences) if preferences.quiet else t.label("off")
    reading = t.label("only when I open") if preferences.unopened else t.label("at once")
    waiting = (
        t.plural(
            "🌙 It's quiet now; {n} piece of news is waiting.",
            "🌙 It's quiet now; {n} pieces of news are waiting.",
            chosen.held,
        )
        if chosen.held
        else Html("")
    )
    return Screen(
        text=join(
            (
                t("⚙️ <b>Settings</b>"),
                join(
                    (
                        t("🌙 Quiet hours: {hours}", hours=quiet),
                        t("📰 Digest: at {time}", time=t.time(preferences.digest_at)),
                        t("👁 Marked as read on hh.ru: {when}", when=reading),
                        t("🕒 Time zone: {zone}, now {time}", zone=_zone_name(t, chosen), time=_now(chosen)),
                    )
                ),
                waiting,
            ),
            "\n\n",
        ),
        keyboard=rows(
            [_page(t.label("🔔 What to tell me about"), NEWS)],
            [_page(t.label("🌙 Quiet hours"), QUIET), _page(t.label("📰 Digest"), DIGEST)],
            [_page(t.label("👁 Marked as read"), READING), _page(t.label("🕒 Time zone"), ZONE)],
            [_page(t.label("🌐 Language"), LANGUAGE)],
            [_set(t.label("📬 Show what is waiting"), MAIN, "now", "1") if chosen.held else None],
        ),
    )


def _news(t: Texts, chosen: Chosen) -> Screen:
    preferences = chosen.preferences
    count = len(preferences.muted)
    everyone = t.label("🔔 Give all conversations their sound back")
    return Screen(
        text=join(
            (
                t("🔔 <b>What to tell you about</b>"),
                t("Press a line to change it. Messages and invitations always come."),
                t.plural(
                    "🔕 {n} conversation is without a sound; its card gives the sound back.",
                    "🔕 {n} conversations are without a sound; their cards give the sound back.",
                    count,
                )
                if count
                else t("A single conversation is muted on its card."),
            ),
            "\n\n",
        ),
        keyboard=rows(
            *([_kind(t, kind, preferences)] for kind in _KINDS),
            [_set(everyone, NEWS, "unmute", "1") if count else None],
            [_back(t)],
        ),
    )


def _kind(t: Texts, kind: Kind, preferences: Preferences) -> Key:
    """A line of the page: the kind and how it is told; pressed, it shows the next way."""
    manner, ways = preferences.manner(kind), CHOICES[kind]
    following = ways[(ways.index(manner) + 1) % len(ways)] if manner in ways else ways[0]
    return _set(f"{t.label(_KINDS[kind])}: {t.label(_MANNERS[manner])}", NEWS, kind.value, following.value)


def _quiet(t: Texts, chosen: Chosen) -> Screen:
    preferences = chosen.preferences
    if not preferences.quiet:
        offer = t.label("🌙 Turn on: {hours}", hours=_span(t, preferences))
        return Screen(
            text=join(
                (
                    t("🌙 <b>Quiet hours are off</b>"),
                    t("In quiet hours nothing comes. I collect the news and bring all of it when they end."),
                ),
                "\n\n",
            ),
            keyboard=rows([_set(offer, QUIET, "quiet", "1")], [_back(t)]),
            about=Question(SETTING, QUIET),
        )
    start, end = preferences.quiet_from, preferences.quiet_to
    rings = preferences.invitations_ring
    ring = (
        t.label("🎉 Invitations come at once: yes") if rings else t.label("🎉 Invitations come at once: no")
    )
    return Screen(
        text=join(
            (
                t("🌙 <b>Quiet hours: {hours}</b>", hours=_span(t, preferences)),
                t("I collect the news of these hours and bring all of it in order when they end."),
                t("It is {time} with you now ({zone}).", time=_now(chosen), zone=_zone_name(t, chosen)),
            ),
            "\n\n",
        ),
        keyboard=rows(
            _stepper(t.label("from {time}", time=t.time(start)), "from", start, end),
            _stepper(t.label("to {time}", time=t.time(end)), "to", end, start),
            [press(t.label("⌨️ Other hours"), actions.TYPE, QUIET)],
            [_set(ring, QUIET, "ring", "0" if rings else "1")],
            [_set(t.label("🔔 Turn quiet hours off"), QUIET, "quiet", "0")],
            [_back(t)],
        ),
        about=Question(SETTING, QUIET),
    )


def _stepper(label: str, name: str, minute: int, other: int) -> list[Key]:
    return [
        _set("◀️", QUIET, name, str(_stepped(minute, -_STEP, other))),
        _set(label, QUIET, name, str(minute)),
        _set("▶️", QUIET, name, str(_stepped(minute, _STEP, other))),
    ]


def _stepped(minute: int, step: int, other: int) -> int:
    """An hour on or back, over the other end of the quiet hours."""
    moved = (minute + step) % DAY_MINUTES
    return moved if moved != other else (moved + step) % DAY_MINUTES


def _digest(t: Texts, chosen: Chosen) -> Screen:
    at = chosen.preferences.digest_at
    keys = [
        _set(_marked(t.time(hour * 60), hour * 60 == at), DIGEST, "digest", str(hour * 60))
        for hour in _DIGEST_HOURS
    ]
    return Screen(
        text=join(
            (
                t("📰 <b>The digest comes at {time}</b>", time=t.time(at)),
                t(
                    "Once a day, in one message without a sound: "
                    "what you chose for it under “What to tell me about”. "
                    "Where there is nothing to tell, none comes."
                ),
            ),
            "\n\n",
        ),
        keyboard=rows(
            *(keys[start : start + 5] for start in range(0, len(keys), 5)),
            [press(t.label("⌨️ Another time"), actions.TYPE, DIGEST)],
            [_back(t)],
        ),
        about=Question(SETTING, DIGEST),
    )


def _zone(t: Texts, chosen: Chosen) -> Screen:
    keys = [
        _set(
            _marked(f"{city(zone, t.language)} {_clock(zone, chosen.now)}", zone == chosen.zone),
            ZONE,
            "zone",
            zone,
        )
        for zone in COMMON
    ]
    return Screen(
        text=join(
            (
                t("🕒 <b>Your time zone: {zone}</b>", zone=_zone_name(t, chosen)),
                t(
                    "It is {time} with you now. Times in messages and the quiet hours go by it.",
                    time=_now(chosen),
                ),
            ),
            "\n\n",
        ),
        keyboard=rows(
            *_in_twos(keys),
            [press(t.label("⌨️ Another city"), actions.TYPE, ZONE)],
            [_back(t)],
        ),
        about=Question(SETTING, ZONE),
    )


def _language(t: Texts) -> Screen:
    return Screen(
        text=t("🌐 In which language shall I speak?"),
        keyboard=rows(
            [
                _set(_marked("Русский", t.language == "ru"), LANGUAGE, "lang", "ru"),
                _set(_marked("English", t.language == "en"), LANGUAGE, "lang", "en"),
            ],
            [_back(t)],
        ),
    )


def _reading(t: Texts, chosen: Chosen) -> Screen:
    unopened = chosen.preferences.unopened
    at_once, later = t.label("At once, with its text"), t.label("Only when I open it")
    return Screen(
        text=join(
            (
                t("👁 <b>When is a message marked as read on hh.ru?</b>"),
                t(
                    "hh.ru marks a message as read as soon as I fetch its text. So there are two ways:\n"
                    "• <b>at once</b>: the text comes here, and the employer sees that you have read it;\n"
                    "• <b>only when you open it</b>: I say who wrote, without the text. "
                    "It stays unread until you press “Open and read”."
                ),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [_set(_marked(at_once, not unopened), READING, "unopened", "0")],
            [_set(_marked(later, unopened), READING, "unopened", "1")],
            [_back(t)],
        ),
    )


def _page(label: str, page: str) -> Key:
    return press(label, actions.SETTINGS, page)


def _set(label: str, page: str, name: str, value: str) -> Key:
    return press(label, actions.SET, page, name, value)


def _back(t: Texts) -> Key:
    return _page(t.label("◀️ All settings"), MAIN)


def _marked(label: str, here: bool) -> str:
    return f"✅ {label}" if here else label


def _span(t: Texts, preferences: Preferences) -> str:
    return f"{t.time(preferences.quiet_from)}\N{EN DASH}{t.time(preferences.quiet_to)}"


def _zone_name(t: Texts, chosen: Chosen) -> str:
    name, ahead = city(chosen.zone, t.language), offset(zone_of(chosen.zone), chosen.now)
    return name if name == ahead else f"{name}, {ahead}"


def _now(chosen: Chosen) -> str:
    return _clock(chosen.zone, chosen.now)


def _clock(zone: str, now: datetime) -> str:
    return f"{now.astimezone(zone_of(zone)):%H:%M}"


def _in_twos(keys: list[Key]) -> Iterable[list[Key]]:
    return (keys[start : start + 2] for start in range(0, len(keys), 2))
