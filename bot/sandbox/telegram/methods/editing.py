"""Methods that change what already stands in a chat, and answers to presses."""

from __future__ import annotations

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.chats import ChatMessage, ChatState
from bot.sandbox.telegram.keyboards import Markup, read_markup
from bot.sandbox.telegram.methods.registry import Result, message_of, method, writable_chat
from bot.sandbox.telegram.methods.sending import message_text
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.reactions import ALLOWED, bare
from bot.sandbox.telegram.refusals import BadRequest
from bot.sandbox.telegram.world import Answer, World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
PRESS_LIFETIME = 600
DELETE_LIFETIME = 48 * 3600
MAX_ANSWER = 200


def _own(world: World, chat: ChatState, parameters: Parameters) -> ChatMessage:
    """The message to edit: one of the bot's, without a keyboard or with an inline one."""
    message = message_of(chat, parameters, "message to edit")
    inline = message.markup is None or isinstance(message.markup, wire.InlineKeyboardMarkup)
    if not message.from_bot or message.service is not None or not inline:
        raise BadRequest("message can't be edited")
    return message


def _inline(parameters: Parameters) -> Markup | None:
    markup = read_markup(parameters.text("reply_markup"))
    if markup is not None and not isinstance(markup, wire.InlineKeyboardMarkup):
        raise BadRequest("inline keyboard expected")
    return markup


@method("editMessageText")
def edit_message_text(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#editmessagetext ."""
    text, entities = message_text(parameters)
    chat = writable_chat(world, parameters)
    message = _own(world, chat, parameters)
    if not message.media.is_empty:
        raise BadRequest("there is no text in the message to edit")
    markup = _inline(parameters)
    if (message.text, message.entities, message.markup) == (text, entities, markup):
        raise BadRequest(NOT_MODIFIED)
    world.pace.spend(chat.id, world.clock.now())
    message.text, message.entities, message.markup = text, entities, markup
    message.edit_date = world.now()
    world.changes.notify(chat.id)
    return message.to_wire()


@method("editMessageReplyMarkup")
def edit_message_reply_markup(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#editmessagereplymarkup ."""
    chat = writable_chat(world, parameters)
    message = _own(world, chat, parameters)
    markup = _inline(parameters)
    if message.markup == markup:
        raise BadRequest(NOT_MODIFIED)
    message.markup = markup
    message.edit_date = world.now()
    world.changes.notify(chat.id)
    return message.to_wire()


@method("deleteMessage")
def delete_message(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#deletemessage ."""
    chat = writable_chat(world, parameters)
    if not parameters.integer("message_id"):
        raise BadRequest("message identifier is not specified")
    message = message_of(chat, parameters, "message to delete")
    if world.now() - message.date > DELETE_LIFETIME:
        raise BadRequest("message can't be deleted for everyone")
    del chat.messages[message.id]
    world.changes.notify(chat.id)
    return True


@method("setMessageReaction")
def set_message_reaction(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#setmessagereaction ."""
    wanted = parameters.json("reaction", tuple[wire.ReactionType, ...], "reaction types") or ()
    chat = writable_chat(world, parameters)
    message = message_of(chat, parameters, "message to react")
    if len(wanted) > 1:
        raise BadRequest("REACTIONS_TOO_MANY")
    if any(reaction.type != "emoji" or bare(reaction.emoji or "") not in ALLOWED for reaction in wanted):
        raise BadRequest("REACTION_INVALID")
    if message.service is not None:
        raise BadRequest("MESSAGE_NOT_MODIFIED")
    message.reactions = tuple(bare(reaction.emoji or "") for reaction in wanted)
    world.changes.notify(chat.id)
    return True


@method("answerCallbackQuery")
def answer_callback_query(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#answercallbackquery ."""
    text = parameters.text("text")
    if len(text) > MAX_ANSWER:
        raise BadRequest("MESSAGE_TOO_LONG")
    press = world.presses.get(parameters.text("callback_query_id"))
    if press is None or press.answer.done() or world.clock.now() - press.at > PRESS_LIFETIME:
        raise BadRequest("query is too old and response timeout expired or query ID is invalid")
    press.answer.set_result(Answer(text, parameters.flag("show_alert"), parameters.text("url")))
    return True
