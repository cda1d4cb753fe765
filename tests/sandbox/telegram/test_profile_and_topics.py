from __future__ import annotations

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat, MenuButtonCommands
from telegram.error import BadRequest

from bot.sandbox.telegram.server import LocalTelegram


async def test_commands_are_kept_by_scope_and_language(telegram: LocalTelegram, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("list", "Отклики")])
    await bot.set_my_commands(
        [BotCommand("list", "Applications")], scope=BotCommandScopeAllPrivateChats(), language_code="en"
    )
    assert [command.description for command in await bot.get_my_commands()] == ["Отклики"]
    profile = telegram.world.profile
    assert [command.description for command in profile.commands_for(1, "en")] == ["Applications"]
    assert [command.description for command in profile.commands_for(1, "ru")] == ["Отклики"]
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()


@pytest.mark.parametrize("command", ["List", "спи", "a" * 33])
async def test_a_wrong_command_is_refused(bot: Bot, command: str) -> None:
    with pytest.raises(BadRequest, match=r"(?i)BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand(command, "x")])


async def test_commands_for_an_unknown_chat_are_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        await bot.set_my_commands([BotCommand("a", "x")], scope=BotCommandScopeChat(5))


async def test_names_and_descriptions_are_kept_by_language(bot: Bot) -> None:
    await bot.set_my_name("Мост hh")
    await bot.set_my_name("hh bridge", language_code="en")
    await bot.set_my_description("Переписка с работодателями")
    await bot.set_my_short_description("Коротко")
    assert (await bot.get_my_name()).name == "Мост hh"
    assert (await bot.get_my_name("en")).name == "hh bridge"
    assert (await bot.get_my_name("de")).name == "Мост hh"
    assert (await bot.get_my_description("en")).description == "Переписка с работодателями"
    assert (await bot.get_my_short_description()).short_description == "Коротко"
    with pytest.raises(BadRequest):
        await bot.set_my_name("x" * 65)
    with pytest.raises(BadRequest):
        await bot.set_my_name("x", language_code="rus")


async def test_the_menu_button_is_set(telegram: LocalTelegram, bot: Bot) -> None:
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert telegram.world.profile.menu_button.type == "commands"
    assert (await bot.get_chat_menu_button()).type == "commands"


async def test_a_chat_can_be_looked_up(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user(first_name="Анна", last_name="Петрова")
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        await bot.get_chat(user.id)
    await user.start()
    assert (await bot.get_chat(user.id)).last_name == "Петрова"


async def test_topics_are_refused_where_they_are_off(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    assert (await bot.get_me()).has_topics_enabled is False
    with pytest.raises(BadRequest, match=r"not a forum"):
        await bot.create_forum_topic(user.id, "Ромашка")


async def test_a_topic_takes_messages_until_it_is_deleted(telegram: LocalTelegram, bot: Bot) -> None:
    telegram.world.topics_enabled = True
    user = telegram.user()
    await user.start()
    topic = await bot.create_forum_topic(user.id, "Ромашка · Бухгалтер")
    await bot.send_message(user.id, "Здравствуйте", message_thread_id=topic.message_thread_id)
    assert user.last.thread_id == topic.message_thread_id
    await user.send("Добрый день", thread_id=topic.message_thread_id)
    answer = (await bot.get_updates())[-1].message
    assert answer is not None
    assert (answer.message_thread_id, answer.is_topic_message) == (topic.message_thread_id, True)
    await bot.edit_forum_topic(user.id, topic.message_thread_id, name="Ромашка")
    with pytest.raises(BadRequest, match=r"(?i)TOPIC_NOT_MODIFIED"):
        await bot.edit_forum_topic(user.id, topic.message_thread_id, name="Ромашка")
    with pytest.raises(BadRequest, match=r"only for supergroups"):
        await bot.close_forum_topic(user.id, topic.message_thread_id)
    await user.delete_topic(topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"[Mm]essage thread not found"):
        await bot.send_message(user.id, "x", message_thread_id=topic.message_thread_id)


async def test_the_general_topic_is_not_named(telegram: LocalTelegram, bot: Bot) -> None:
    user = telegram.user()
    await user.start()
    with pytest.raises(BadRequest, match=r"[Mm]essage thread not found"):
        await bot.send_message(user.id, "x", message_thread_id=1)


async def test_topics_that_were_switched_off_take_nothing(telegram: LocalTelegram, bot: Bot) -> None:
    telegram.world.topics_enabled = True
    user = telegram.user()
    await user.start()
    topic = await bot.create_forum_topic(user.id, "Ромашка")
    telegram.world.topics_enabled = False
    with pytest.raises(BadRequest, match=r"[Mm]essage thread not found"):
        await bot.send_message(user.id, "x", message_thread_id=topic.message_thread_id)
    with pytest.raises(BadRequest, match=r"[Mm]essage thread not found"):
        await bot.send_chat_action(user.id, "typing", message_thread_id=topic.message_thread_id)
    await user.send("Добрый день", thread_id=topic.message_thread_id)
    answer = (await bot.get_updates())[-1].message
    assert answer is not None
    assert answer.message_thread_id is None
