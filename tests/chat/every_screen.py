"""Every screen with data to show in it: what is tried by `test_screens` and kept in `golden`.

A screen function is added to `SCREENS`, a sentence for other messages to `SENTENCES`; `make golden`
then writes how it looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from bot.chat import actions
from bot.chat.intents import Apply, EditMessage, Hide, HideAll, SendMessage
from bot.chat.outgoing import Application, Draft, Outgoing, Screen
from bot.chat.screens import (
    answers,
    applying,
    conversation,
    drafts,
    glances,
    guide,
    help,
    hiding,
    interviews,
    linking,
    lists,
    news,
    own_data,
    places,
    quiet,
    templates,
    trouble,
    waited,
)
from bot.chat.screens import settings as settings_screens
from bot.chat.screens import vacancy as vacancy_screens
from bot.chat.screens.keys import press
from bot.chat.screens.settings import Chosen
from bot.chat.shown import Spot
from bot.chat.templates import MOST, Templates
from bot.chat.templates import Kind as TemplateKind
from bot.chat.texts import Texts
from bot.hh.errors import CaptchaRequired, HhError, LinkAgain, NotFound, Refused, Throttled, Unavailable
from bot.hh.models import Address, IdName, Message, Negotiation, Negotiations, Vacancy
from bot.sync.events import Event, Kind
from bot.sync.quiet import Preferences
from bot.sync.roster import Roster, Tab, entry
from tests.chat.samples import (
    ADDRESS,
    BIG_ID,
    LONG,
    NASTY,
    NOW,
    RESUME_ID,
    bare_negotiation,
    bare_vacancy,
    message,
    missed_call,
    negotiation,
    page,
    resumes,
    vacancy,
)

Shown = Screen | Outgoing | Iterable[Screen | Outgoing]


class Sample:
    """One sort of input for all screens."""

    def __init__(
        self, text: str, name: str, url: str, subject: Negotiation, job: Vacancy, address: Address
    ) -> None:
        self.text, self.name, self.url = text, name, url
        self.subject, self.job = subject, job
        self.message = message("9", text, address=address)

    def events(self) -> list[Event]:
        """Every sort of news, with a message and without."""
        told = [Event(kind, self.subject, text) for kind in Kind for text in (self.message, None)]
        unopened = [Event(kind, self.subject, unopened=True) for kind in (Kind.MESSAGE, Kind.INVITATION)]
        return [*told, *unopened, Event(Kind.CALL, self.subject, call=missed_call())]

    def crowd(self, size: int) -> list[Negotiation]:
        return [self.subject.model_copy(update={"id": str(number)}) for number in range(1, size + 1)]

    def many(self) -> Negotiations:
        return page(*[self.subject] * 20, number=1, pages=99)

    def messages(self) -> list[Message]:
        return [self.message.model_copy(update={"id": str(n)}) for n in range(12)]


def nasty(text: str) -> Sample:
    """The same text in every field."""
    subject = negotiation(
        BIG_ID,
        state=text or "x",
        state_name=text,
        company=text,
        vacancy=text,
        url=f"https://hh.ru/{text}",
        messaging_status=text,
        decline_allowed=True,
        has_updates=True,
    )
    address = Address(city=text, street=text, building=text, description=text, lat=1e3, lng=0)
    job = vacancy(
        id=BIG_ID,
        name=text,
        employer={"name": text},
        area={"id": "1", "name": text},
        salary={"from": 10**15, "currency": text},
        experience={"id": "1", "name": text},
        schedule={"id": "1", "name": text},
        employment={"id": "1", "name": text},
        employment_form={"id": "1", "name": text},
        work_format=[{"id": "1", "name": text}] * 2,
        apply_alternate_url=f"javascript:{text}",
        key_skills=[{"name": text}] * 3,
        address=address.model_dump(),
        alternate_url=f"javascript:{text}",
        response_url=text,
    )
    return Sample(text, text, text, subject, job, address)


SAMPLES = {
    "ordinary": Sample("Здравствуйте!", "Иван", "https://hh.ru/x", negotiation(), vacancy(), ADDRESS),
    "nothing": Sample("", "", "", bare_negotiation(), bare_vacancy(), Address()),
    "nasty": nasty(NASTY),
    "long": nasty(LONG),
    "without a space": nasty("😀" * 5000),
    "markup": nasty("</b><script>&lt;&amp" * 20),
    "unseen": nasty("\u200b \u202e\x00"),
}

HELD = own_data.Holdings(
    account=True, conversations=63, messages=214, templates=2, writes=1, undelivered=5, failed=21
)

SCREENS: Mapping[str, Callable[[Texts, Sample], Shown]] = {
    "linking.welcome": lambda t, s: linking.welcome(t, s.url),
    "linking.paste_hint": lambda t, s: linking.paste_hint(t, s.url),
    "linking.not_that_address": lambda t, s: linking.not_that_address(t, s.url),
    "linking.linked": lambda t, s: linking.linked(t, s.name),
    "linking.already_linked": lambda t, s: [
        linking.already_linked(t, s.name),
        linking.already_linked(t, s.name, s.url),
        linking.already_linked(t, s.name, s.url, pasting=True),
    ],
    "linking.link_expired": lambda t, s: linking.link_expired(t),
    "linking.link_foreign": lambda t, s: linking.link_foreign(t),
    "linking.link_refused": lambda t, s: linking.link_refused(t),
    "linking.not_applicant": lambda t, s: linking.not_applicant(t, s.url),
    "linking.lapsed": lambda t, s: linking.lapsed(t, None),
    "linking.unlink_ask": lambda t, s: linking.unlink_ask(t, s.name),
    "own_data.privacy": lambda t, s: [own_data.privacy(t, True), own_data.privacy(t, False)],
    "own_data.export": lambda t, s: own_data.export(t, b"{}", HELD, NOW),
    "own_data.unlinked": lambda t, s: [
        own_data.unlinked(t, True, HELD),
        own_data.unlinked(t, False, own_data.Holdings()),
    ],
    "linking.not_linked": lambda t, s: linking.not_linked(t),
    "news.news": lambda t, s: [entry for event in s.events() for entry in news.news(t, event, now=NOW)],
    "news.baseline": lambda t, s: [news.baseline(t, 0, 0), news.baseline(t, 21, 1502)],
    "news.more_unread": lambda t, s: news.more_unread(t, s.many().items),
    "places.place": lambda t, s: (
        place for place in [places.place(t, s.message.address or ADDRESS, s.name, None)] if place
    ),
    "interviews.interview": lambda t, s: [
        document
        for text in (f"{s.text}: завтра в 15:00", s.text)
        if (document := interviews.interview(t, *_invited(s, text), NOW))
    ],
    "conversation.with_topic": lambda t, s: conversation.with_topic(
        t, conversation.card(t, s.subject, now=NOW), s.subject.id
    ),
    "quiet.while_quiet": lambda t, s: [
        quiet.while_quiet(t, s.events()),
        quiet.while_quiet(t, [Event(Kind.MESSAGE, talk) for talk in s.crowd(50)]),
    ],
    "quiet.digest": lambda t, s: [
        *quiet.digest(t, s.events()),
        *quiet.digest(t, [Event(Kind.REFUSAL, talk) for talk in s.crowd(45)]),
    ],
    "settings.settings": lambda t, s: [
        settings_screens.settings(t, page, Chosen(preferences, zone, NOW, held))
        for page in ("main", "news", "quiet", "digest", "zone", "lang", "read")
        for preferences, zone, held in (
            (Preferences(), "Europe/Moscow", 0),
            (
                Preferences(quiet=True, invitations_ring=True, unopened=True, muted=("1", "2")),
                "Etc/GMT-5",
                3,
            ),
        )
    ],
    "settings.asked": lambda t, s: [settings_screens.asked(t, name) for name in ("quiet", "digest", "zone")],
    "settings.not_understood": lambda t, s: settings_screens.not_understood(t, "zone"),
    "conversation.card": lambda t, s: [
        conversation.card(t, s.subject, now=NOW, muted=muted) for muted in (False, True)
    ],
    "conversation.history": lambda t, s: [
        conversation.history(t, s.subject, s.messages(), number, now=NOW) for number in (-1, 0, 1, 2, 10**6)
    ],
    "conversation.reply_prompt": lambda t, s: [
        conversation.reply_prompt(t, s.subject, s.subject.id),
        conversation.reply_prompt(t, None, s.subject.id),
    ],
    "conversation.hide_ask": lambda t, s: conversation.hide_ask(t, s.subject),
    "conversation.hidden": lambda t, s: [
        conversation.hidden(t, True, s.subject),
        conversation.hidden(t, False),
        conversation.hidden(t, False, s.subject, topic_of=s.subject.id),
    ],
    "glances.opening": lambda t, s: glances.opening(t, s.subject, now=NOW),
    "glances.refreshed": lambda t, s: [
        *glances.refreshed(t, s.subject, Spot(thread=70, card=71, card_thread=70), topics=True, now=NOW),
        *glances.refreshed(t, s.subject, Spot(card=71), topics=False, now=NOW),
    ],
    "glances.read_by_employer": lambda t, s: glances.read_by_employer([7]),
    "lists.listing": lambda t, s: [
        lists.listing(t, Tab.ACTIVE, _roster(s, 30), {BIG_ID}, 1, now=NOW),
        lists.listing(t, Tab.DISCARD, _roster(s, 3), (), 0, now=NOW),
        lists.listing(t, Tab.ALL, _roster(s, 0), (), 0),
        lists.listing(t, Tab.ALL, Roster(_roster(s, 30).entries, 2500), (), 99),
    ],
    "lists.ask_find": lambda t, s: lists.ask_find(t),
    "lists.found": lambda t, s: [
        lists.found(t, s.name or "?", _roster(s, count), {BIG_ID}, 0, now=NOW) for count in (30, 0)
    ],
    "hiding.ask": lambda t, s: [
        hiding.ask(t, Tab.DISCARD, 37, "0123abcd"),
        hiding.ask(t, Tab.ARCHIVED, 1, "0123abcd", changed=True),
    ],
    "hiding.progress": lambda t, s: hiding.progress(t, _hide_all(s)),
    "hiding.stopping": lambda t, s: hiding.stopping(t),
    "hiding.done": lambda t, s: [
        hiding.done(t, HideAll(tab="discard", nids=(), total=21, hidden=21, card_id=1)),
        hiding.done(t, _hide_all(s)),
    ],
    "hiding.nothing": lambda t, s: hiding.nothing(t),
    "vacancy.card": lambda t, s: vacancy_screens.card(t, s.job, host="headhunter.kg", now=NOW),
    "applying.choose_resume": lambda t, s: applying.choose_resume(t, s.job, resumes(*[s.text] * 30), None),
    "applying.no_resume": lambda t, s: [
        applying.no_resume(t, s.job, resumes()),
        applying.no_resume(t, s.job, resumes(already_applied=1, not_published=2, unavailable=5)),
    ],
    "applying.ask_letter": lambda t, s: [
        applying.ask_letter(t, s.job, RESUME_ID, required, letters)
        for required in (True, False)
        for letters in ((), _templates(s.text, 3).of(TemplateKind.LETTER))
    ],
    "applying.preview": lambda t, s: [
        applying.preview(t, s.job, RESUME_ID, s.text, s.text),
        applying.preview(t, s.job, RESUME_ID, s.text, s.text + "{company}", new=True),
    ],
    "applying.sending": lambda t, s: applying.sending(t, s.name),
    "applying.applied": lambda t, s: [
        applying.applied(t, s.name, BIG_ID, 12),
        applying.applied(t, s.name, None),
    ],
    "applying.limit": lambda t, s: [
        applying.limit(t, moment, NOW.timestamp(), Application("1", RESUME_ID, s.text))
        for moment in (None, NOW.timestamp() + 7200)
    ],
    "applying.direct": lambda t, s: applying.direct(t, s.url),
    "applying.test_required": lambda t, s: applying.test_required(t, s.url),
    "applying.captcha": lambda t, s: [
        applying.captcha(t, s.url, Application("1", RESUME_ID, s.text)),
        applying.captcha(t, None),
    ],
    "applying.cancelled": lambda t, s: applying.cancelled(t),
    "applying.bad_vacancy_link": lambda t, s: applying.bad_vacancy_link(t),
    "answers.to_whom": lambda t, s: [
        answers.to_whom(t, s.text, 5, s.many()),
        answers.to_whom(t, s.text, 5, page()),
    ],
    "answers.going_to": lambda t, s: answers.going_to(t, s.subject),
    "answers.dropped": lambda t, s: answers.dropped(t),
    "answers.not_editable": lambda t, s: answers.not_editable(
        t, BIG_ID, s.text, 5, answers.why_not_editable(t, s.message, s.subject)
    ),
    "answers.nothing_to_edit": lambda t, s: answers.nothing_to_edit(t, BIG_ID, s.text, 5),
    "answers.cannot_edit_closed": lambda t, s: answers.cannot_edit_closed(
        t, conversation.closed(t, s.subject.messaging_status)
    ),
    "answers.cannot_send": lambda t, s: [answers.cannot_send(t, "photo"), answers.cannot_send(t, s.text)],
    "answers.too_long": lambda t, s: answers.too_long(t, 12000, 10000),
    "answers.empty": lambda t, s: answers.empty(t),
    "answers.may_not_have_been_sent": lambda t, s: answers.may_not_have_been_sent(t, s.text),
    "answers.not_sent": lambda t, s: answers.not_sent(t, trouble.reason(t, Refused(s.text, s.text, s.text))),
    "answers.not_done": lambda t, s: answers.not_done(t, trouble.reason(t, Refused(s.text, s.text))),
    "answers.after_check": lambda t, s: answers.after_check(
        t,
        answers.not_sent(t, trouble.reason(t, CaptchaRequired(s.url))),
        s.url,
        press(t.label("🔁 Done, try again"), actions.CORRECT, BIG_ID),
        Draft(s.text, 5),
    ),
    "answers.waiting_for_hh": lambda t, s: answers.waiting_for_hh(t),
    "trouble.no_news": lambda t, s: [
        trouble.no_news(t, error)
        for error in (Refused("forbidden"), Refused(s.text, s.text, s.text), Refused("bad_user_agent"))
    ],
    "trouble.trouble": lambda t, s: [trouble.trouble(t, error) for error in _errors(s)],
    "guide.help_": lambda t, s: [guide.help_(t, True), guide.help_(t, False)],
    "guide.topic": lambda t, s: [screen for name in guide.TOPICS if (screen := guide.topic(t, name))],
    "guide.tour": lambda t, s: [
        screen for step in ("1", "2", "3", guide.TOUR_ENDS) if (screen := guide.tour(t, step))
    ],
    "help.unknown_command": lambda t, s: [help.unknown_command(t, s.text), help.unknown_command(t, "lits")],
    "help.language": lambda t, s: help.language(t),
    "help.language_set": lambda t, s: help.language_set(t),
    "help.group_refusal": lambda t, s: help.group_refusal(t),
    "help.not_allowed": lambda t, s: [help.not_allowed(t, 42, known=known).say() for known in (False, True)],
    "drafts.caption_only": lambda t, s: drafts.caption_only(t, BIG_ID, s.text, 5),
    "drafts.letter_prompt": lambda t, s: [drafts.letter_prompt(t), drafts.letter_prompt(t, s.text)],
    "drafts.letter_so_far": lambda t, s: drafts.letter_so_far(
        t, Screen(text=applying.ask_letter(t, s.job, RESUME_ID, False).text), s.text
    ),
    "drafts.open_conversation": lambda t, s: drafts.open_conversation(t, answers.empty(t), BIG_ID),
    "drafts.edit_too_late": lambda t, s: drafts.edit_too_late(t),
    "templates.listing": lambda t, s: [
        templates.listing(t, kind, many)
        for kind in TemplateKind
        for many in (Templates(), _templates(s.text, 1), _templates(s.text, MOST))
    ],
    "templates.card": lambda t, s: templates.card(t, _templates(s.text, 1).items[0]),
    "templates.drop_ask": lambda t, s: templates.drop_ask(t, _templates(s.text, 1).items[0]),
    "templates.gone": lambda t, s: templates.gone(t),
    "templates.ask_new": lambda t, s: [templates.ask_new(t, kind) for kind in TemplateKind],
    "templates.ask_text": lambda t, s: templates.ask_text(t, _templates(s.text, 1).items[0]),
    "templates.ask_title": lambda t, s: templates.ask_title(t, _templates(s.text, 1).items[0]),
    "templates.quick": lambda t, s: [
        templates.quick(t, subject, BIG_ID, _templates(s.text, 3)) for subject in (s.subject, None)
    ],
    "templates.quick_preview": lambda t, s: [
        templates.quick_preview(t, subject, BIG_ID, s.text + "{company}", 5) for subject in (s.subject, None)
    ],
    "templates.quick_edit": lambda t, s: templates.quick_edit(t, BIG_ID, s.text),
    "templates.quick_sent": lambda t, s: [
        templates.quick_sent(t, subject, s.text) for subject in (s.subject, None)
    ],
    "waited.consent": lambda t, s: [
        waited.consent(t, SendMessage(nid=BIG_ID, text=s.text, chat_message_id=1)),
        waited.consent(t, EditMessage(nid=BIG_ID, text=s.text, chat_message_id=1)),
        waited.consent(t, Hide(nid=BIG_ID, decline=True, card_id=1)),
        waited.consent(
            t, Apply(vacancy_id=BIG_ID, resume_id=RESUME_ID, letter=s.text, chat_message_id=1, card_id=0)
        ),
    ],
    "waited.internal": lambda t, s: waited.internal(t),
    "waited.too_much": lambda t, s: waited.too_much(t),
    "waited.checking": lambda t, s: waited.checking(t),
    "waited.repeated": lambda t, s: waited.repeated(t, conversation.card(t, s.subject).say()),
}


def _templates(text: str, count: int) -> Templates:
    made = Templates()
    for _ in range(count):
        made = made.added(TemplateKind.LETTER, text or "x").added(TemplateKind.REPLY, text or "x")
    return made


def _roster(sample: Sample, count: int) -> Roster:
    return Roster(tuple(entry(sample.subject) for _ in range(count)), count)


def _hide_all(sample: Sample) -> HideAll:
    reasons = tuple((sample.text, trouble.reason(Texts("ru"), Refused("wrong_state"))) for _ in range(5))
    return HideAll(
        tab="discard",
        nids=(BIG_ID, BIG_ID),
        total=37,
        card_id=1,
        hidden=28,
        kept=7,
        reasons=reasons,
        stopped=True,
    )


def _errors(sample: Sample) -> list[HhError]:
    return [
        Refused(sample.text, sample.text, sample.text, 400),
        NotFound("not_found"),
        CaptchaRequired(sample.url),
        LinkAgain(sample.text),
        Throttled(None),
        Unavailable(),
    ]


def _invited(sample: Sample, text: str) -> tuple[Negotiation, Message]:
    invited = sample.subject.model_copy(update={"state": IdName(id="invitation")})
    return invited, sample.message.model_copy(update={"text": text})


def entries(shown: Shown) -> list[Screen | Outgoing]:
    """What a screen function gave, as a list."""
    return [shown] if isinstance(shown, Struct) else list(shown)


SENTENCES: Mapping[str, Callable[[Texts], str]] = {
    "answers.accepted_fallback": answers.accepted_fallback,
    "answers.edited_fallback": answers.edited_fallback,
    "answers.refused_fallback": answers.refused_fallback,
    "drafts.other_reply": drafts.other_reply,
    "answers.stale_button": answers.stale_button,
    "drafts.done_already": drafts.done_already,
    "conversation.moved_to_topic": lambda t: conversation.moved_to_topic(t, negotiation()),
    "help.shut": help.shut,
    "settings.muted": lambda t: settings_screens.muted(t, True),
    "settings.unmuted": lambda t: settings_screens.muted(t, False),
}
"""What stands within other messages, on reactions that fail, and in pop-ups (where it is no `Html`)."""
