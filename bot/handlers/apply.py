"""Applying: a vacancy link, its card, the choice of resume, the cover letter, a last look, sending."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec.structs import replace
from telegram import Message

from bot.chat import intents
from bot.chat.outgoing import Application, Screen
from bot.chat.screens import answers, drafts
from bot.chat.screens import applying as screens
from bot.chat.screens import templates as template_screens
from bot.chat.screens import vacancy as vacancy_screens
from bot.chat.templates import Kind, Values, fill
from bot.handlers.buttons import Pressed
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn
from bot.handlers.written import addresses, written
from bot.hh.errors import MalformedAnswer, Throttled, Unavailable
from bot.hh.models import Vacancy
from bot.hh.vacancy_links import SITES, VacancyLink, find


async def recognised(turn: Turn, message: Message) -> bool:
    """Show the vacancy that a message links to; False where it links to none."""
    body = written(message)
    link = find(body, addresses(message), site_url=turn.site_url)
    if link:
        await _show(turn, link, message.message_id)
    elif _another_page(body):
        turn.say(screens.bad_vacancy_link(turn.texts).say(reply_to=message.message_id))
    else:
        return False
    return True


@for_linked
async def start(turn: Turn, press: Pressed) -> None:
    """Apply: the choice of resume, or why one can't apply from here."""
    await press.answer()
    vacancy_id, host = press.args
    t, vacancy = turn.texts, await turn.hh.vacancy(vacancy_id, host=host or None)
    if vacancy.direct:
        url = vacancy.response_url or vacancy.apply_alternate_url or vacancy.alternate_url or ""
        turn.say(screens.direct(t, url).rewrite(press.message_id))
        return
    if vacancy.has_test:
        url = vacancy.apply_alternate_url or vacancy.alternate_url or ""
        turn.say(screens.test_required(t, url).rewrite(press.message_id))
        return
    resumes = await turn.hh.suitable_resumes(vacancy_id, host=host or None)
    if not resumes.items:
        screen = screens.no_resume(t, vacancy, resumes)
        if resumes.overall and resumes.overall.already_applied:
            screen = await _with_conversation(turn, screen, vacancy_id, host or None)
        turn.say(screen.rewrite(press.message_id))
        return
    last_used = turn.account.last_resume_id if turn.account else None
    screen = replace(
        screens.choose_resume(t, vacancy, resumes, last_used),
        about=Application(vacancy_id, host=host or None),
    )
    turn.say(screen.rewrite(press.message_id))


@for_linked
async def choose(turn: Turn, press: Pressed) -> None:
    """The resume is chosen; ask for the cover letter, which may be skipped where it isn't required."""
    await press.answer()
    vacancy_id, resume_id = press.args
    step = await _step(turn, press, vacancy_id)
    vacancy = await turn.hh.vacancy(vacancy_id, host=step.host)
    asked = replace(step, resume_id=resume_id, letter=None, message_id=0)
    letters = (await turn.templates()).of(Kind.LETTER)
    question = screens.ask_letter(turn.texts, vacancy, resume_id, vacancy.response_letter_required, letters)
    if question.keyboard:
        choice = Screen(text=question.text, keyboard=question.keyboard, about=asked)
        if letters:
            # Beside a choice, a forced reply would stay open after it, and take what is meant for others.
            turn.say(drafts.letter_so_far(turn.texts, choice, step.letter or "").rewrite(press.message_id))
            return
        # A forced reply can't carry buttons: those stay above it.
        turn.say(choice.rewrite(press.message_id))
        question = drafts.letter_prompt(turn.texts, step.letter or "")
    turn.say(replace(question, about=asked))


@for_linked
async def own_letter(turn: Turn, press: Pressed) -> None:
    """Ask for a letter in the user's own words."""
    await press.answer()
    vacancy_id, resume_id = press.args
    step = await _step(turn, press, vacancy_id)
    asked = replace(step, resume_id=resume_id, letter=None, message_id=0)
    turn.say(replace(drafts.letter_prompt(turn.texts), about=asked))


@for_linked
async def skip_letter(turn: Turn, press: Pressed) -> None:
    """No cover letter: the last look before sending, in place of the question."""
    await press.answer()
    vacancy_id, resume_id = press.args
    step = replace(await _step(turn, press, vacancy_id), resume_id=resume_id, letter="", message_id=0)
    turn.say((await _preview(turn, step)).rewrite(press.message_id))


@for_linked
async def choose_letter(turn: Turn, press: Pressed) -> None:
    """One of the kept letters, filled in: the last look before sending, in place of the question."""
    await press.answer()
    template_id, vacancy_id, resume_id = press.args
    template = (await turn.templates()).get(int(template_id))
    if template is None:
        turn.say(template_screens.gone(turn.texts).say())
        return
    step = replace(await _step(turn, press, vacancy_id), resume_id=resume_id, message_id=0)
    vacancy = await turn.hh.vacancy(vacancy_id, host=step.host)
    company = vacancy.employer.name if vacancy.employer else ""
    values = Values(name=turn.linked_account.name, vacancy=vacancy.name, company=company)
    filled = replace(step, letter=fill(template.text, values))
    turn.say((await _preview(turn, filled)).rewrite(press.message_id))


@for_linked
async def keep_letter(turn: Turn, press: Pressed) -> None:
    """Keep the letter of a preview as a template."""
    step, templates = await turn.subject(press.message_id), await turn.templates()
    if not isinstance(step, Application) or not step.letter:
        await press.answer(drafts.done_already(turn.texts))
    elif any(template.text == step.letter.strip() for template in templates.of(Kind.LETTER)):
        await press.answer(template_screens.saved(turn.texts))
    elif templates.full(Kind.LETTER):
        await press.answer(template_screens.full(turn.texts))
    else:
        turn.keep_templates(templates.added(Kind.LETTER, step.letter))
        await press.answer(template_screens.saved(turn.texts))


async def letter(turn: Turn, message_id: int, asked: Application, body: str) -> None:
    """The cover letter is written, or edited before it was sent: the last look before sending."""
    step = replace(asked, letter=body, message_id=message_id)
    screen = await _preview(turn, step)
    turn.remember(message_id, step)
    turn.say(screen.say(reply_to=message_id))


@for_linked
async def send(turn: Turn, press: Pressed) -> None:
    """Have the application sent, once for each preview, with the letter as it was last edited."""
    step = await turn.subject(press.message_id)
    if not isinstance(step, Application) or step.resume_id is None or step.letter is None:
        await press.answer(drafts.done_already(turn.texts))
        return
    await press.answer()
    written_last = await turn.subject(step.message_id) if step.message_id else None
    newer = written_last.letter if isinstance(written_last, Application) else None
    vacancy = await _glimpse(turn, step)
    turn.intend(
        intents.Apply(
            vacancy_id=step.vacancy_id,
            resume_id=step.resume_id,
            letter=newer or step.letter,
            chat_message_id=step.message_id,
            card_id=press.message_id,
            host=step.host,
        )
    )
    turn.remember(press.message_id, Application(step.vacancy_id, host=step.host))
    turn.save(replace(turn.linked_account, last_resume_id=step.resume_id))
    screen = screens.sending(turn.texts, vacancy.name) if vacancy else answers.waiting_for_hh(turn.texts)
    turn.say(screen.rewrite(press.message_id))


async def _show(turn: Turn, link: VacancyLink, message_id: int) -> None:
    vacancy = await turn.hh.vacancy(link.vacancy_id, host=link.host)
    card = vacancy_screens.card(turn.texts, vacancy, host=link.host or "", now=turn.clock)
    if not vacancy_screens.APPLIED.isdisjoint(vacancy.relations):
        card = await _with_conversation(turn, card, link.vacancy_id, link.host)
    turn.say(replace(card, about=Application(vacancy.id, host=link.host)).say(reply_to=message_id))


async def _with_conversation(turn: Turn, screen: Screen, vacancy_id: str, host: str | None) -> Screen:
    """The screen with a way to the conversation that an earlier application began."""
    known = await turn.hh.negotiations(vacancy_id=vacancy_id, per_page=1, host=host)
    return drafts.open_conversation(turn.texts, screen, known.items[0].id) if known.items else screen


def _another_page(body: str) -> bool:
    """True for nothing but the address of another page of hh.ru."""
    word = body.strip()
    if not word.startswith(("http://", "https://")) or len(word.split()) > 1:
        return False
    try:
        host = urlsplit(word).hostname or ""
    except ValueError:
        return False
    return any(host == site or host.endswith(f".{site}") for site in SITES)


async def _step(turn: Turn, press: Pressed, vacancy_id: str) -> Application:
    """The step that the pressed message shows; a message that is off the map still has its button."""
    about = await turn.subject(press.message_id)
    if isinstance(about, Application) and about.vacancy_id == vacancy_id:
        return about
    return Application(vacancy_id)


async def _preview(turn: Turn, step: Application) -> Screen:
    vacancy = await turn.hh.vacancy(step.vacancy_id, host=step.host)
    resumes = await turn.hh.suitable_resumes(step.vacancy_id, host=step.host)
    title = next((resume.title for resume in resumes.items if resume.id == step.resume_id), None)
    screen = screens.preview(
        turn.texts,
        vacancy,
        step.resume_id or "",
        title or "",
        step.letter or "",
        new=step.message_id != 0,
        today=(await turn.applications()).in_a_day(turn.now),
    )
    return replace(screen, about=step)


async def _glimpse(turn: Turn, step: Application) -> Vacancy | None:
    try:
        return await turn.hh.vacancy(step.vacancy_id, host=step.host)
    except (Unavailable, Throttled, MalformedAnswer):
        return None
