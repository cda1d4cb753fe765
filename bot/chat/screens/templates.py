"""Screens of templates: the lists, one template, writing it, and a quick answer before it is sent."""

from __future__ import annotations

from bot.chat import actions
from bot.chat.html import Html, escape, excerpt, join
from bot.chat.outgoing import Conversation, Draft, Key, Question, Say, Screen
from bot.chat.screens import naming
from bot.chat.screens.keys import press, rows
from bot.chat.templates import MOST, Kind, Template, Templates, unfilled
from bot.chat.texts import Texts
from bot.hh.models import Negotiation

NEW, TEXT, TITLE = "template+", "template=", "template~"
"""What is asked for: a new template (kind), another text (id), another title (id)."""

_LONG = 3400


def listing(t: Texts, kind: Kind, templates: Templates) -> Screen:
    """All templates of a kind, a button for each."""
    letters = kind is Kind.LETTER
    items = templates.of(kind)
    head = t("✉️ <b>Letters for applications</b>") if letters else t("⚡️ <b>Quick answers</b>")
    use = (
        t("Write a letter once, and then choose it with one button when you apply.")
        if letters
        else t("Write an answer once, and then choose it with one button when you reply to an employer.")
    )
    full = t("There are {n} already, and no more fit: delete one to add another.", n=MOST)
    return Screen(
        text=join((head, use, full if templates.full(kind) else ""), "\n\n"),
        keyboard=rows(
            *([_button(item, actions.TEMPLATE)] for item in items),
            [press(t.label("➕ Add"), actions.TEMPLATE_NEW, kind)] if not templates.full(kind) else [],
        ),
    )


def card(t: Texts, template: Template) -> Screen:
    """One template, and what can be done with it."""
    tid = str(template.id)
    return Screen(
        text=join((Html(f"<b>{escape(template.title)}</b>"), _quote(template.text)), "\n\n"),
        keyboard=rows(
            [
                press(t.label("✏️ Text"), actions.TEMPLATE_TEXT, tid),
                press(t.label("🏷 Title"), actions.TEMPLATE_TITLE, tid),
            ],
            [
                press(t.label("🗑 Delete"), actions.TEMPLATE_DROP, tid),
                press(t.label("◀️ All"), actions.TEMPLATES, template.kind),
            ],
        ),
    )


def drop_ask(t: Texts, template: Template) -> Screen:
    """Ask before deleting."""
    tid = str(template.id)
    return Screen(
        text=join((t("Delete “{title}”?", title=template.title), _quote(template.text)), "\n\n"),
        keyboard=rows(
            [
                press(t.label("🗑 Delete"), actions.TEMPLATE_DROP_YES, tid),
                press(t.label("Keep"), actions.TEMPLATE, tid),
            ]
        ),
    )


def gone(t: Texts) -> Screen:
    """The template of an old button was deleted."""
    return Screen(text=t("This text has been deleted. /letters and /replies show those that are there."))


def ask_new(t: Texts, kind: Kind) -> Say:
    """Ask for the text of a new template."""
    what = (
        t("✉️ Send the text of the letter as a reply to this message.")
        if kind is Kind.LETTER
        else t("⚡️ Send the text of the answer as a reply to this message.")
    )
    return Say(text=join((what, _placeholders(t)), "\n\n"), about=Question(NEW, kind), prompt=t.label("Text"))


def ask_text(t: Texts, template: Template) -> Say:
    """Ask for another text; the present one can be copied with a tap."""
    return Say(
        text=join(
            (
                t("✏️ Send the new text as a reply. The present one, to copy with a tap:"),
                copyable(template.text),
                _placeholders(t),
            ),
            "\n\n",
        ),
        about=Question(TEXT, str(template.id)),
        prompt=t.label("Text"),
    )


def ask_title(t: Texts, template: Template) -> Say:
    """Ask for another title."""
    return Say(
        text=t("🏷 What shall “{title}” be called? Send the new title as a reply.", title=template.title),
        about=Question(TITLE, str(template.id)),
        prompt=t.label("Title"),
    )


def quick(t: Texts, negotiation: Negotiation | None, nid: str, templates: Templates) -> Screen:
    """The answers to choose from. No forced reply beside them: it would stay open after the choice."""
    to = (
        t("⚡️ A quick answer to <b>{company}</b>?", company=naming.company_of(t, negotiation))
        if negotiation
        else t("⚡️ A quick answer?")
    )
    return Screen(
        text=to,
        keyboard=rows(
            *([_button(item, actions.QUICK, nid)] for item in templates.of(Kind.REPLY)),
            [press(t.label("✍️ In my own words"), actions.OWN_REPLY, nid)],
            [press(t.label("⚙️ Change the list"), actions.TEMPLATES, Kind.REPLY)],
        ),
        about=Conversation(nid),
    )


def quick_preview(t: Texts, negotiation: Negotiation | None, nid: str, text: str, message_id: int) -> Screen:
    """The answer as it will be sent; `message_id` is the message that shows this."""
    to = (
        t("Send this to <b>{company}</b>?", company=naming.company_of(t, negotiation))
        if negotiation
        else t("Send this to the employer?")
    )
    return Screen(
        text=join((to, _quote(text), left_open(t, text)), "\n\n"),
        keyboard=rows(
            [press(t.label("📤 Send"), actions.QUICK_YES, nid)],
            [
                press(t.label("✏️ Change"), actions.QUICK_EDIT, nid),
                press(t.label("Don't send"), actions.DROP),
            ],
        ),
        about=Draft(text, message_id),
    )


def quick_edit(t: Texts, nid: str, text: str) -> Say:
    """Ask for the answer in other words; the text can be copied with a tap."""
    return Say(
        text=join(
            (
                t("✏️ Change it and send it as a reply to this message: it goes to hh.ru at once."),
                copyable(text),
            ),
            "\n\n",
        ),
        about=Conversation(nid),
        prompt=t.label("Message to the employer"),
    )


def quick_sent(t: Texts, negotiation: Negotiation | None, text: str) -> Screen:
    """The answer is on its way; said in place of the preview, which stands for the message from now on."""
    to = (
        t("📤 To: <b>{title}</b>", title=naming.title(t, negotiation))
        if negotiation
        else t("📤 To the employer, as soon as hh.ru answers:")
    )
    return Screen(text=join((to, _quote(text)), "\n\n"))


def left_open(t: Texts, text: str) -> Html:
    """A warning where placeholders are left that nothing is known for; "" where all is filled."""
    left = unfilled(text)
    if not left:
        return Html("")
    return t("⚠️ Not filled in: {left}. Change the text before you send it.", left=", ".join(left[:6]))


def copyable(text: str) -> Html:
    """A text that a tap copies."""
    return Html(f"<code>{escape(excerpt(text, _LONG))}</code>")


def saved(t: Texts) -> str:
    """A pop-up (plain text): a letter has become a template."""
    return t.label("The letter is kept: /letters shows it, and you can choose it when you apply.")


def full(t: Texts) -> str:
    """A pop-up (plain text): no more templates fit."""
    return t.label("There are {n} already, and no more fit: delete one to add another.", n=MOST)


def _placeholders(t: Texts) -> Html:
    return t(
        "I put in by myself: <code>{{name}}</code> – your name, <code>{{vacancy}}</code> – the vacancy, "
        "<code>{{company}}</code> – the company."
    )


def _button(template: Template, action: str, *args: str) -> Key:
    return press(template.title, action, str(template.id), *args)


def _quote(text: str) -> Html:
    return Html(f"<blockquote>{escape(excerpt(text, _LONG))}</blockquote>")
