"""What went wrong at hh.ru, in a sentence that says what happened and what can be done."""

from __future__ import annotations

import math

from bot.chat import actions
from bot.chat.html import Html, excerpt, join, shorten
from bot.chat.outgoing import Screen
from bot.chat.screens.keys import link, press, rows
from bot.chat.texts import N_, Texts
from bot.hh.errors import (
    CaptchaRequired,
    HhError,
    LinkAgain,
    MalformedAnswer,
    NotFound,
    NotReady,
    OutcomeUnknown,
    Refused,
    Throttled,
    TokenExpired,
    Unavailable,
)

_DESCRIPTION = 600
_VISIBILITY = "enable_applicant_visibility_in_country"
_SAY_NOTHING = ("not_found", "bad_argument", "bad_request", "forbidden")

_NOT_READY = N_("hh.ru is still making this conversation. Try again in a minute.")

REFUSALS = {
    "vacancy_not_found": N_(
        "hh.ru can't find this vacancy: it has been removed or hidden. Look for a similar one on hh.ru."
    ),
    "invalid_vacancy": N_(
        "This vacancy is archived or hidden, so hh.ru takes no applications to it any more. "
        "Look for a similar one."
    ),
    "resume_not_found": N_(
        "hh.ru can't find this resume: it is hidden or deleted. "
        "Choose another one or make this one visible on hh.ru."
    ),
    "already_applied": N_(
        "You have already applied to this vacancy with this resume. The conversation is in /list; "
        "you can also apply with another resume."
    ),
    "test_required": N_(
        "The employer asks to take a test before applying, and this works only on hh.ru. "
        "Open the vacancy there."
    ),
    "resume_visibility_conflict": N_(
        "The vacancy is anonymous, and your resume is visible only to the companies you have chosen. "
        "Send another resume or change who sees this one on hh.ru."
    ),
    "edit_forbidden": N_("This message can't be edited any more. You can send a correction."),
    "message_edit_not_allowed": N_("hh.ru doesn't let this message be edited. You can send a correction."),
    "message_already_viewed": N_(
        "The employer has already read this message, so it can't be edited. You can send a correction."
    ),
    "application_denied": N_(
        "hh.ru doesn't let you apply to this vacancy and doesn't say why. "
        "Open it on hh.ru: the reason may be shown there."
    ),
    "limit_exceeded": N_(
        "The limit of hh.ru is reached: at most 200 applications in 24 hours. Try again tomorrow."
    ),
    "wrong_state": N_(
        "This can't be done any more: the state of the application has changed. "
        "Open the conversation in /list to see what is possible now."
    ),
    "empty_message": N_("The cover letter is empty. Write a few words and send it again."),
    "message_cannot_be_empty": N_("hh.ru takes no empty messages. Write some text and send it again."),
    "too_long_message": N_("The text is too long for hh.ru. Make it shorter and send it again."),
    "inappropriate_language": N_(
        "hh.ru has found rude words in the application. Put it more mildly and send it again."
    ),
    "inappropriate_language_message": N_(
        "hh.ru has found rude words in the text. Put it more mildly and send it again."
    ),
    "resource_policy_violation": N_(
        "hh.ru thinks that the application breaks its rules. Take out links, contacts and advertising, "
        "and send it again."
    ),
    "resource_policy_violation_message": N_(
        "hh.ru thinks that the text breaks its rules. Take out links, contacts and advertising, "
        "and send it again."
    ),
    "spam_detected": N_("hh.ru takes this text for spam. Put it in other words and send it again."),
    "address_not_found": N_("hh.ru can't find the address any more. Ask the employer where to come."),
    "not_enough_purchased_services": N_(
        "This needs a paid service of hh.ru that the employer doesn't have. "
        "Look for the employer's other contacts in the vacancy."
    ),
    "in_a_row_limit": N_(
        "You have written five messages in a row, and hh.ru takes no more until the employer answers. "
        "Send it again after the answer."
    ),
    "overall_limit": N_(
        "The limit of messages in this conversation is reached. "
        "Look for the employer's other contacts in the vacancy."
    ),
    "no_invitation": N_(
        "hh.ru lets you write here only after an invitation. "
        "As soon as the employer invites you, write again."
    ),
    "disabled_by_employer": N_(
        "The employer has turned off messages for this vacancy. Look for its other contacts in the vacancy."
    ),
    "resume_deleted": N_(
        "The resume you applied with is deleted or hidden, so the conversation is closed. "
        "Make the resume visible on hh.ru or apply with another one."
    ),
    "archived": N_("The vacancy is in the archive, and its conversation is closed. It can only be read."),
    "vacancy_archived": N_(
        "The vacancy is in the archive, so the message can't be edited any more. It can only be read."
    ),
    "chat_archived": N_("This conversation is in the archive of hh.ru. It can only be read."),
    "topic_archived": N_("This application is in the archive of hh.ru. It can only be read."),
    "topic_not_found": N_(
        "hh.ru can't find this conversation: it may have been deleted or belongs to another account. "
        "/list shows those that are there."
    ),
    "chat_is_not_ready": _NOT_READY,
    "chat_blocked": N_("hh.ru has blocked this conversation. Its support can tell why."),
    "chat_without_vacancy_forbidden": N_(
        "This conversation is not about a vacancy, and hh.ru takes no messages for it here. "
        "Write on the site."
    ),
    "prohibited": N_("hh.ru has closed this conversation for messages. It can only be read."),
    "captcha_required": N_("hh.ru wants to be sure that you are a person. Pass the check and try again."),
    "bad_user_agent": N_(
        "The bot is set up wrongly: hh.ru doesn't accept how it introduces itself. "
        "Tell whoever runs it to check HH_USER_AGENT; you don't have to do anything."
    ),
}
"""Sentences for `Refused.value`, by name."""

_SET_UP_WRONGLY = N_(
    "The bot is set up wrongly: hh.ru doesn't recognise its application. "
    "Tell whoever runs it to check HH_CLIENT_ID and HH_CLIENT_SECRET; you don't have to do anything."
)
_LINK_AGAIN = {
    "account is locked": N_("hh.ru has locked your account. Write to its support, then sign in again."),
    "login not verified": N_("Your account is not confirmed. Confirm it on hh.ru, then sign in again."),
    "password invalidated": N_("Your password is out of date. Change it on hh.ru, then sign in again."),
    "token deactivated": N_("After a change of password hh.ru asks to sign in again."),
    "no_scope": N_("The access you have allowed is not enough for this. Sign in again and allow it."),
    "account not found": _SET_UP_WRONGLY,
    "client_id or client_secret not found": _SET_UP_WRONGLY,
    "bad redirect url": N_(
        "The bot is set up wrongly: hh.ru expects people back at another address. "
        "Tell whoever runs it to check HH_REDIRECT_URI; you don't have to do anything."
    ),
    "application_not_found": N_(
        "hh.ru has switched off the application of this bot. "
        "Tell whoever runs the bot; signing in again may help afterwards."
    ),
}


def access_ended(t: Texts, error: LinkAgain) -> Html | None:
    """Why hh.ru gives no access (any more), where its word for it says more than that."""
    known = _LINK_AGAIN.get(error.reason)
    return t(known) if known else None


def trouble(t: Texts, error: HhError) -> Screen:
    """A screen for an error of hh.ru, with a button where one helps."""
    keyboard = rows()
    if isinstance(error, CaptchaRequired):
        keyboard = rows([link(t.label("🔓 Pass the check"), error.url)])
    elif isinstance(error, LinkAgain):
        keyboard = rows([press(t.label("🔑 Sign in with hh.ru"), actions.LINK)])
    return Screen(text=Html(f"⚠️ {reason(t, error)}"), keyboard=keyboard)


def no_news(t: Texts, error: Refused) -> Screen:
    """hh.ru refuses the list of conversations, so nothing new is found."""
    return Screen(
        text=t(
            "⚠️ <b>News can't come now:</b> hh.ru doesn't show me your conversations. {reason}\n\n"
            "I go on trying by myself. Until it works again, have a look on the site now and then.",
            reason=reason(t, error),
        )
    )


def reason(t: Texts, error: HhError) -> Html:
    """What happened and what can be done, as sentences to stand alone or inside another message."""
    match error:
        case CaptchaRequired(url=None):
            return t(
                "hh.ru wants to be sure that you are a person. Do this once on the site; then try again."
            )
        case Refused():
            return _refusal(t, error)
        case LinkAgain():
            known = access_ended(t, error)
            return known or t("hh.ru doesn't recognise the access any more. Sign in again.")
        case Throttled():
            return _throttled(t, error.retry_after)
        case NotReady():
            return t(_NOT_READY)
        case TokenExpired():
            return t("The access to hh.ru is just being renewed. Try again in a minute.")
        case Unavailable():
            return t("hh.ru doesn't answer now. Nothing has been changed; try again in a few minutes.")
        case OutcomeUnknown():
            return t("hh.ru hasn't confirmed this, so it may have been done or not. Have a look on the site.")
        case MalformedAnswer():
            return t("hh.ru has answered something I don't understand. Try again later or look on the site.")
        case _:
            return t("Something has gone wrong at hh.ru. Try again in a few minutes.")


def _refusal(t: Texts, error: Refused) -> Html:
    if _VISIBILITY in error.description or error.value == _VISIBILITY:
        return join(
            (
                t(
                    "hh.ru first needs your consent to show your resume to employers of this country. "
                    "Apply to this vacancy once on the site and consent there; after that it works here too."
                ),
                _said(t, error.description),
            )
        )
    if error.value in REFUSALS:
        return t(REFUSALS[error.value])
    general = (
        t("hh.ru can't find this: it may have been deleted or belongs to another account.")
        if isinstance(error, NotFound)
        else t("hh.ru has refused.")
    )
    said = _said(t, error.description or ("" if error.value in _SAY_NOTHING else error.value))
    number = shorten(error.request_id, 100)
    support = t("If you write to the support of hh.ru, name this number: <code>{id}</code>", id=number)
    return join((general, said, support if number else ""))


def _said(t: Texts, description: str) -> Html:
    """hh.ru's own words."""
    shown = excerpt(description, _DESCRIPTION)
    return t("hh.ru's words: <i>{description}</i>", description=shown) if shown else Html("")


def _throttled(t: Texts, retry_after: float | None) -> Html:
    if retry_after is None or retry_after > 3600:
        return t("hh.ru asks for a pause. Try again a little later.")
    if retry_after > 90:
        minutes = math.ceil(retry_after / 60)
        return t.plural(
            "hh.ru asks for a pause. Try again in {n} minute.",
            "hh.ru asks for a pause. Try again in {n} minutes.",
            minutes,
        )
    return t.plural(
        "hh.ru asks for a pause. Try again in {n} second.",
        "hh.ru asks for a pause. Try again in {n} seconds.",
        max(1, math.ceil(retry_after)),
    )
