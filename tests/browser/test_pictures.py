"""The pictures of the README, made by the bridge itself: `HH_BRIDGE_SCREENSHOTS=1 pytest tests/browser`."""

from __future__ import annotations

import os
import re

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.test_sandbox_story import (
    DESIGNER,
    IMAGES,
    PHONE,
    TEACHER,
    Story,
    links_the_account,
    opened,
)

WANTED = os.environ.get("HH_BRIDGE_SCREENSHOTS") == "1"

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(not WANTED, reason="HH_BRIDGE_SCREENSHOTS is not 1"),
]

PROJECTS = "Точка роста"


async def test_the_six_main_screens(browser: Browser, sandbox: str) -> None:
    context = await browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]}, locale="ru-RU", device_scale_factor=2
    )
    context.set_default_timeout(15_000)
    try:
        story = Story(await opened(context, sandbox))
        await links_the_account(story, sandbox)
        await an_invitation(story)
        await an_answer(story)
        await the_list(story)
        await a_vacancy(story)
        await the_settings(story)
        await help_(story)
    finally:
        await context.close()


async def taken(story: Story, name: str, shown: Locator, *, at: str = "end") -> None:
    """A picture of the phone with `shown` at its lower ("end") or upper ("start") edge."""
    await shown.evaluate("(message, at) => message.scrollIntoView({block: at})", at)
    await expect(story.phone.get_by_test_id("ring")).not_to_have_class(re.compile(r"\bon\b"))
    await story.phone.locator(".device").screenshot(path=IMAGES / f"{name}.png", animations="disabled")


async def in_topic(story: Story, company: str) -> None:
    topics = story.phone.get_by_test_id("topics")
    await topics.get_by_test_id(re.compile(r"^topic-\d")).filter(has_text=company).click()


async def everywhere(story: Story) -> None:
    await story.phone.get_by_test_id("topics").get_by_test_id("topic-all").click()


async def employer_writes(story: Story, vacancy: str, text: str) -> None:
    await story.page.get_by_test_id("tab-console").click()
    await story.open_desk(vacancy)
    await story.employer("message", text)
    await story.page.get_by_test_id("tab-phone-1").click()


async def an_invitation(story: Story) -> None:
    await in_topic(story, PROJECTS)
    await expect(story.from_bot("interview-")).to_be_visible()
    await taken(story, "invitation", story.from_bot("приглашает вас"), at="start")


async def an_answer(story: Story) -> None:
    await everywhere(story)
    await employer_writes(story, TEACHER, "Анна, когда вы могли бы провести пробный урок?")
    question = story.from_bot("провести пробный урок")
    await story.reply(question, "Здравствуйте! В четверг после шести, если удобно.")
    answer = story.from_anna("В четверг после шести")
    await expect(answer.get_by_test_id("reaction")).to_contain_text("👌")
    await taken(story, "answer", answer)


async def the_list(story: Story) -> None:
    await story.write("/list")
    await taken(story, "list", story.from_bot("Активные"))


async def a_vacancy(story: Story) -> None:
    await story.phone.get_by_test_id("attach").click()
    await story.page.get_by_test_id("attach-vacancy").click()
    row = story.page.get_by_test_id("vacancies").get_by_role("listitem").filter(has_text=DESIGNER)
    await row.get_by_test_id("vacancy-link").click()
    await taken(story, "vacancy", story.from_bot(DESIGNER))


async def the_settings(story: Story) -> None:
    await story.write("/settings")
    await story.press(story.from_bot("Настройки"), "О чём сообщать")
    await taken(story, "settings", story.from_bot("О чём сообщать"))


async def help_(story: Story) -> None:
    await story.write("/help")
    await taken(story, "help", story.from_bot("Чем помочь?"))
