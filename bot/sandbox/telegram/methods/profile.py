"""Methods about the bot itself and about chats as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.chats import Service, Standing
from bot.sandbox.telegram.methods.registry import Result, method, readable_chat, writable_chat
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.refusals import BadRequest
from bot.sandbox.telegram.world import World

MAX_COMMANDS = 100
MAX_NAME = 64
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120
SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}


@method("getMe")
def get_me(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getme ."""
    return wire.Me(
        id=world.bot.id,
        is_bot=True,
        first_name=world.profile.names.get("", world.bot.first_name),
        username=world.bot.username or "",
        can_join_groups=True,
        can_read_all_group_messages=False,
        supports_inline_queries=False,
        can_connect_to_business=False,
        has_main_web_app=False,
        has_topics_enabled=world.topics_enabled,
        allows_users_to_create_topics=world.topics_by_users,
    )


def _language(parameters: Parameters) -> str:
    code = parameters.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", code):
        raise BadRequest("invalid language code specified")
    return code


def _scope(world: World, parameters: Parameters) -> wire.CommandScope:
    scope = parameters.json("scope", wire.CommandScope, "BotCommandScope") or wire.CommandScope()
    if scope.type not in SCOPES:
        raise BadRequest("can't parse BotCommandScope: Unsupported type specified")
    if scope.type.startswith("chat"):
        chat_id = str(scope.chat_id or "")
        if not chat_id:
            raise BadRequest("can't parse BotCommandScope: Empty chat_id specified")
        chat = world.chats.get(int(chat_id)) if re.fullmatch(r"-?\d+", chat_id) else None
        if chat is None or chat.standing is Standing.NEVER_STARTED:
            raise BadRequest("chat not found")
        return wire.CommandScope(type=scope.type, chat_id=chat.id, user_id=scope.user_id)
    return wire.CommandScope(type=scope.type)


@method("setMyCommands")
def set_my_commands(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#setmycommands ."""
    commands = parameters.json("commands", tuple[wire.BotCommand, ...], "commands") or ()
    scope, language = _scope(world, parameters), _language(parameters)
    if len(commands) > MAX_COMMANDS:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.command.removeprefix("/")):
            raise BadRequest("BOT_COMMAND_INVALID")
        if not 1 <= len(command.description) <= 256:
            raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
    world.profile.commands[scope, language] = commands
    world.changes.notify()
    return True


@method("getMyCommands")
def get_my_commands(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getmycommands ."""
    found: Sequence[Struct] = world.profile.commands.get(
        (_scope(world, parameters), _language(parameters)), ()
    )
    return found


@method("deleteMyCommands")
def delete_my_commands(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#deletemycommands ."""
    world.profile.commands.pop((_scope(world, parameters), _language(parameters)), None)
    world.changes.notify()
    return True


def _set_text(world: World, texts: dict[str, str], language: str, text: str, limit: int) -> bool:
    if len(text) > limit:
        raise BadRequest("text is too long")
    if text:
        texts[language] = text
    else:
        texts.pop(language, None)
    world.changes.notify()
    return True


def _text(texts: dict[str, str], language: str, default: str = "") -> str:
    return texts.get(language) or texts.get("") or default


@method("setMyName")
def set_my_name(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#setmyname ."""
    return _set_text(world, world.profile.names, _language(parameters), parameters.text("name"), MAX_NAME)


@method("getMyName")
def get_my_name(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getmyname ."""
    return wire.BotName(name=_text(world.profile.names, _language(parameters), world.bot.first_name))


@method("setMyDescription")
def set_my_description(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#setmydescription ."""
    text = parameters.text("description")
    return _set_text(world, world.profile.descriptions, _language(parameters), text, MAX_DESCRIPTION)


@method("getMyDescription")
def get_my_description(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getmydescription ."""
    return wire.BotDescription(description=_text(world.profile.descriptions, _language(parameters)))


@method("setMyShortDescription")
def set_my_short_description(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#setmyshortdescription ."""
    text = parameters.text("short_description")
    return _set_text(
        world, world.profile.short_descriptions, _language(parameters), text, MAX_SHORT_DESCRIPTION
    )


@method("getMyShortDescription")
def get_my_short_description(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getmyshortdescription ."""
    texts = world.profile.short_descriptions
    return wire.BotShortDescription(short_description=_text(texts, _language(parameters)))


@method("setChatMenuButton")
def set_chat_menu_button(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#setchatmenubutton ."""
    button = parameters.json("menu_button", wire.MenuButton, "menu button") or wire.DEFAULT_BUTTON
    if button.type not in {"default", "commands", "web_app"}:
        raise BadRequest("can't parse menu button: MenuButton has unsupported type")
    if parameters.text("chat_id"):
        readable_chat(world, parameters).menu_button = button
    else:
        world.profile.menu_button = button
    return True


@method("getChatMenuButton")
def get_chat_menu_button(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getchatmenubutton ."""
    own = readable_chat(world, parameters).menu_button if parameters.text("chat_id") else None
    return own or world.profile.menu_button


@method("getChat")
def get_chat(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getchat ."""
    chat = readable_chat(world, parameters)
    if chat.standing is Standing.NEVER_STARTED:
        raise BadRequest("chat not found")
    return wire.ChatFullInfo(
        id=chat.id,
        type=chat.wire_chat.type,
        title=chat.wire_chat.title,
        username=chat.wire_chat.username,
        first_name=chat.wire_chat.first_name,
        last_name=chat.wire_chat.last_name,
        accent_color_id=0,
        max_reaction_count=11,
        accepted_gift_types=wire.GiftTypes(),
    )


@method("leaveChat")
def leave_chat(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#leavechat ."""
    chat = writable_chat(world, parameters)
    if chat.is_private:
        raise BadRequest("chat member status can't be changed in private chats")
    world.service(chat, world.bot, Service(left_member=world.bot))
    chat.standing = Standing.LEFT
    world.changes.notify(chat.id)
    return True
