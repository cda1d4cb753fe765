"""Screens of applying: the resume, the cover letter, the result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.chat import actions
from bot.chat.html import Html, escape, excerpt, join, shorten
from bot.chat.outgoing import Application, Conversation, Say, Screen
from bot.chat.screens import naming
from bot.chat.screens.keys import link, press, rows
from bot.chat.screens.templates import left_open
from bot.chat.screens.vacancy import heading
from bot.chat.templates import Template
from bot.chat.texts import Texts
from bot.hh.models import Resume, Resumes, Vacancy
from bot.sync.applications import LIMIT

_LETTER = 3000
_NEARLY = LIMIT - 20


def choose_resume(t: Texts, vacancy: Vacancy, resumes: Resumes, last_used: str | None) -> Screen:
    """A button for each suitable resume, the last used one first."""
    items = sorted(resumes.items, key=lambda resume: resume.id != last_used)[:20]
    return Screen(
        text=join((heading(t, vacancy), t("Which resume shall we send?")), "\n\n"),
        keyboard=rows(
            *([press(_resume_label(t, r, last_used), actions.RESUME, vacancy.id, r.id)] for r in items),
            [press(t.label("Cancel"), actions.CANCEL)],
        ),
        about=Application(vacancy.id),
    )


def no_resume(t: Texts, vacancy: Vacancy, resumes: Resumes) -> Screen:
    """No resume fits; say why as far as hh.ru tells."""
    overall = resumes.overall
    reasons = []
    if overall and overall.already_applied:
        reasons.append(
            t.plural(
                "{n} resume has already been sent to this vacancy.",
                "{n} resumes have already been sent to this vacancy.",
                overall.already_applied,
            )
        )
    if overall and overall.not_published:
        reasons.append(
            t.plural(
                "{n} resume is not published: publish it on hh.ru.",
                "{n} resumes are not published: publish one of them on hh.ru.",
                overall.not_published,
            )
        )
    if overall and overall.unavailable:
        reasons.append(
            t.plural(
                "{n} resume can't be sent to this vacancy.",
                "{n} resumes can't be sent to this vacancy.",
                overall.unavailable,
            )
        )
    return Screen(
        text=join(
            (
                heading(t, vacancy),
                t("There is no resume to apply with."),
                join(reasons) or t("Make and publish a resume on hh.ru, then come back with this link."),
            ),
            "\n\n",
        ),
        keyboard=rows([link(naming.open_on(t, vacancy.alternate_url), vacancy.alternate_url)]),
    )


def ask_letter(
    t: Texts, vacancy: Vacancy, resume_id: str, required: bool, letters: Sequence[Template] = ()
) -> Say:
    """Ask for the cover letter as a reply; buttons choose one of `letters` or, where one may, skip it."""
    about = Application(vacancy.id, resume_id)
    job = heading(t, vacancy)
    if required and not letters:
        ask = t("✍️ The employer asks for a cover letter. Write it as a reply to this message.")
        return Say(text=join((job, ask), "\n\n"), about=about, prompt=t.label("Cover letter"))
    if required:
        ask = t("✍️ The employer asks for a cover letter. Choose one of yours, or write a new one.")
    elif letters:
        ask = t("✍️ With a cover letter? Choose one of yours, write a new one, or go on without it.")
    else:
        ask = t("✍️ Write a cover letter as a reply to this message, or go on without it.")
    without = press(t.label("Without a letter"), actions.NO_LETTER, vacancy.id, resume_id)
    return Say(
        text=join((job, ask), "\n\n"),
        keyboard=rows(
            *(
                [press(f"✉️ {letter.title}", actions.LETTER, str(letter.id), vacancy.id, resume_id)]
                for letter in letters
            ),
            [press(t.label("✍️ Write a new one"), actions.OWN_LETTER, vacancy.id, resume_id)]
            if letters
            else [],
            [None if required else without, press(t.label("Cancel"), actions.CANCEL)],
        ),
        about=about,
    )


def preview(
    t: Texts,
    vacancy: Vacancy,
    resume_id: str,
    resume_title: str,
    letter: str,
    *,
    new: bool = False,
    today: int = 0,
) -> Screen:
    """What is about to be sent. `letter` "" is none; the whole letter is in the subject.

    A `new` letter, which is no template yet, can be kept as one. `today` is how many of the day's
    applications are made: it is said where few are left.
    """
    shown = excerpt(letter, _LETTER)
    letter_text = (
        Html(f"<blockquote>{escape(shown)}</blockquote>") if letter.strip() else t("Without a cover letter.")
    )
    keep = press(t.label("💾 Keep the letter for other vacancies"), actions.KEEP_LETTER)
    cut = t("<i>The letter is shown in part and will be sent whole.</i>") if shown != letter.strip() else ""
    change = t.label("✏️ Change the letter") if letter.strip() else t.label("✏️ Add a letter")
    return Screen(
        text=join(
            (
                t("📨 <b>Everything ready to apply?</b>"),
                heading(t, vacancy),
                t("📄 Resume: {title}", title=shorten(resume_title, 100) or t.label("untitled")),
                letter_text,
                cut,
                left_open(t, letter),
                spent(t, today) if today >= _NEARLY else "",
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("✅ Send"), actions.APPLY_YES)],
            [
                press(change, actions.RESUME, vacancy.id, resume_id),
                press(t.label("Cancel"), actions.CANCEL),
            ],
            [keep if new else None],
        ),
        about=Application(vacancy.id, resume_id, letter),
    )


def sending(t: Texts, vacancy_name: str) -> Screen:
    """The application is on its way."""
    name = naming.vacancy(t, vacancy_name)
    return Screen(text=t("⏳ Sending your application…\n<b>{vacancy}</b>", vacancy=name))


def applied(t: Texts, vacancy_name: str, nid: str | None, today: int = 0) -> Screen:
    """hh.ru took the application; `nid` is the new conversation where hh.ru named it.

    `today` is how many of the day's applications are made, where known.
    """
    return Screen(
        text=join(
            (
                t("✅ <b>The application is sent</b>\n{vacancy}", vacancy=naming.vacancy(t, vacancy_name)),
                t("I'll tell you as soon as the employer answers."),
                spent(t, today) if today else "",
            ),
            "\n\n",
        ),
        keyboard=rows([press(t.label("🗂 Open the conversation"), actions.OPEN, nid) if nid else None]),
        about=Conversation(nid) if nid else None,
    )


def spent(t: Texts, today: int) -> Html:
    """How many of hh.ru's applications of a day are made."""
    return t("<i>In 24 hours: {n} of {limit} applications.</i>", n=t.number(today), limit=t.number(LIMIT))


def limit(t: Texts, free_at: float | None, now: float, about: Application) -> Screen:
    """hh.ru takes no more applications for now; moments are Unix seconds. The application is kept."""
    if free_at is None:
        when = t("Try again tomorrow.")
    else:
        moment = t.moment(datetime.fromtimestamp(free_at, UTC), datetime.fromtimestamp(now, UTC))
        when = t("One more will be possible at the latest from {moment}.", moment=moment)
    return Screen(
        text=join(
            (
                t(
                    "🕐 <b>Not sent yet.</b> hh.ru takes at most {limit} applications in 24 hours, "
                    "and they are made.",
                    limit=t.number(LIMIT),
                ),
                when,
                t("I keep this one: send it with the button when it's time."),
            ),
            "\n\n",
        ),
        keyboard=rows(
            [press(t.label("📨 Send now"), actions.RETRY_APPLY)], [press(t.label("Cancel"), actions.CANCEL)]
        ),
        about=about,
    )


def direct(t: Texts, url: str) -> Screen:
    """One applies on the employer's own site."""
    return Screen(
        text=t(
            "🌐 The employer takes applications to this vacancy only on its own site. "
            "Your resume has not been sent yet: apply there."
        ),
        keyboard=rows([link(t.label("🌐 Apply on the employer's site"), url)]),
    )


def test_required(t: Texts, url: str | None) -> Screen:
    """A test comes first, on hh.ru; an address that is not there does not say it is."""
    label = t.label("📝 Take the test on hh.ru") if naming.site(url) else naming.open_on(t, url)
    return Screen(
        text=t(
            "📝 The employer asks to take a test, and this works only on hh.ru. "
            "Open the vacancy and apply there."
        ),
        keyboard=rows([link(label, url)]),
    )


def captcha(t: Texts, url: str | None, about: Application | None = None) -> Screen:
    """hh.ru wants to see a person; then the same application works."""
    page = link(t.label("🔓 Pass the check"), url)
    where = (
        t("Open the page, pass the check, and try again here.")
        if page
        else t("Apply once on the site, and try again here.")
    )
    return Screen(
        text=join((t("🤖 hh.ru wants to be sure that you are a person."), where), " "),
        keyboard=rows(
            [page],
            [press(t.label("🔁 Done, try again"), actions.RETRY_APPLY)] if about else [],
            [press(t.label("Cancel"), actions.CANCEL)] if about else [],
        ),
        about=about,
    )


def cancelled(t: Texts) -> Screen:
    """The user stopped."""
    return Screen(text=t("Cancelled. Nothing has been sent."))


def bad_vacancy_link(t: Texts) -> Screen:
    """The address is no vacancy."""
    return Screen(
        text=t(
            "🔎 There is no vacancy behind this link. A link to a vacancy looks like "
            "<code>https://hh.ru/vacancy/12345678</code>: copy it from the site or the app, "
            "or forward me a message that has it."
        )
    )


def _resume_label(t: Texts, resume: Resume, last_used: str | None) -> str:
    title = shorten(resume.title or "", 50) or t.label("Untitled resume")
    return f"{'🕘' if resume.id == last_used else '📄'} {title}"
