"""Topics of private chats (https://core.telegram.org/bots/api#createforumtopic)."""

from __future__ import annotations

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.chats import GENERAL_TOPIC, ChatMessage, ChatState, Service, Topic
from bot.sandbox.telegram.methods.registry import Result, method, writable_chat
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.refusals import BadRequest
from bot.sandbox.telegram.world import World

COLORS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)
MAX_NAME = 128
NOT_A_FORUM = "the chat is not a forum"


def _forum(world: World, parameters: Parameters) -> ChatState:
    chat = writable_chat(world, parameters)
    if not (chat.is_private and world.topics_enabled):
        raise BadRequest(NOT_A_FORUM)
    return chat


def _topic(chat: ChatState, parameters: Parameters) -> Topic:
    topic = chat.topics.get(parameters.integer("message_thread_id"))
    if topic is None or topic.id == GENERAL_TOPIC:
        raise BadRequest("TOPIC_ID_INVALID")
    return topic


@method("createForumTopic")
def create_forum_topic(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#createforumtopic ."""
    chat = _forum(world, parameters)
    name = parameters.text("name").strip()
    if not name:
        raise BadRequest("TOPIC_TITLE_EMPTY")
    color = parameters.integer("icon_color", COLORS[0])
    if color not in COLORS:
        raise BadRequest("TOPIC_ICON_COLOR_INVALID")
    topic = Topic(world.next_message_id(), name[:MAX_NAME], color)
    chat.topics[topic.id] = topic
    opened = Service(topic_created=wire.ForumTopicCreated(name=topic.name, icon_color=color))
    world.post(
        ChatMessage(
            id=topic.id,
            chat=chat,
            sender=world.bot,
            date=world.now(),
            service=opened,
            thread_id=topic.id,
            silent=True,
        )
    )
    return wire.ForumTopic(message_thread_id=topic.id, name=topic.name, icon_color=color)


@method("editForumTopic")
def edit_forum_topic(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#editforumtopic ."""
    chat = _forum(world, parameters)
    topic = _topic(chat, parameters)
    name = parameters.text("name").strip()[:MAX_NAME]
    if not parameters.has("icon_custom_emoji_id") and name in {"", topic.name}:
        raise BadRequest("TOPIC_NOT_MODIFIED")
    topic.name = name or topic.name
    world.service(chat, world.bot, Service(topic_edited=wire.ForumTopicEdited(name=topic.name)), topic.id)
    return True


@method("closeForumTopic")
@method("reopenForumTopic")
def close_forum_topic(world: World, parameters: Parameters) -> Result:
    """Only topics of supergroups can be closed (https://core.telegram.org/bots/api#closeforumtopic)."""
    writable_chat(world, parameters)
    raise BadRequest("method is available only for supergroups")


@method("deleteForumTopic")
def delete_forum_topic(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#deleteforumtopic ."""
    chat = _forum(world, parameters)
    topic = _topic(chat, parameters)
    remove_topic(world, chat, topic.id)
    return True


def remove_topic(world: World, chat: ChatState, topic_id: int) -> None:
    """Delete a topic with its messages."""
    chat.topics.pop(topic_id, None)
    for message in [each for each in chat.messages.values() if each.thread_id == topic_id]:
        del chat.messages[message.id]
    world.changes.notify(chat.id)
