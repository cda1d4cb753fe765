"""Quick answers: one of the kept texts, looked at once, then sent. Nothing goes out blindly."""

from __future__ import annotations

from bot.chat.outgoing import Draft
from bot.chat.screens import answers
from bot.chat.screens import templates as screens
from bot.chat.screens.conversation import closed
from bot.chat.templates import Values, fill
from bot.handlers.buttons import Pressed
from bot.handlers.conversation import glimpse
from bot.handlers.reply import send, sendable, unsent
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn


@for_linked
async def choose(turn: Turn, press: Pressed) -> None:
    """The answer is chosen: show it filled in, in place of the choice."""
    await press.answer()
    template_id, nid = press.args
    template = (await turn.templates()).get(int(template_id))
    if template is None:
        turn.say(screens.gone(turn.texts).rewrite(press.message_id))
        return
    negotiation = await glimpse(turn, nid)
    vacancy = negotiation.vacancy if negotiation else None
    values = Values(
        name=turn.linked_account.name,
        vacancy=vacancy.name if vacancy else "",
        company=negotiation.company if negotiation else "",
    )
    text = fill(template.text, values)
    preview = screens.quick_preview(turn.texts, negotiation, nid, text, press.message_id)
    turn.say(preview.rewrite(press.message_id))


@for_linked
async def send_it(turn: Turn, press: Pressed) -> None:
    """Send what is shown, once; the message that shows it stands for the sent one from now on."""
    (nid,) = press.args
    draft = await unsent(turn, press)
    if draft is None or not sendable(turn, draft.text, press.message_id):
        return
    negotiation = await glimpse(turn, nid)
    if negotiation and negotiation.messaging_status != "ok":
        reason = closed(turn.texts, negotiation.messaging_status)
        turn.say(answers.not_sent(turn.texts, reason).say(reply_to=press.message_id))
        return
    send(turn, nid, draft.text, press.message_id)
    turn.say(screens.quick_sent(turn.texts, negotiation, draft.text).rewrite(press.message_id))


@for_linked
async def change(turn: Turn, press: Pressed) -> None:
    """Ask for it in other words; what was shown is not sent any more."""
    (nid,) = press.args
    draft = await unsent(turn, press)
    if draft is None:
        return
    turn.remember(press.message_id, Draft("", draft.message_id))
    turn.say(
        answers.dropped(turn.texts).rewrite(press.message_id), screens.quick_edit(turn.texts, nid, draft.text)
    )
