"""One place per employer, as it is seen on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.test_sandbox_story import PHONE, TEACHER, Story, links_the_account, opened

pytestmark = pytest.mark.timeout(120)


async def test_an_employer_is_answered_in_its_topic_and_seen_to_read_it(
    context: BrowserContext, sandbox: str
) -> None:
    story = Story(await opened(context, sandbox))
    await links_the_account(story, sandbox)
    await story.open_desk(TEACHER)
    await story.employer("message", "Когда вам удобно?")
    await expect(story.from_bot("Когда вам удобно?")).to_be_visible()

    topics = story.phone.get_by_test_id("topics")
    tab = topics.get_by_test_id(re.compile(r"^topic-\d")).filter(has_text="Полиглот")
    await tab.click()
    await expect(tab).to_have_attribute("aria-pressed", "true")
    await story.write("В четверг после шести.")
    answer = story.from_anna("В четверг после шести.")
    await expect(answer.get_by_test_id("reaction")).to_contain_text("👌")
    await expect(story.letters("В четверг после шести.")).to_be_visible()

    await story.page.get_by_test_id("console-read").click()
    await expect(answer.get_by_test_id("reaction")).to_contain_text("👀")

    await topics.get_by_test_id("topic-all").click()
    await story.write("А это кому?")
    question = story.from_bot("Кому отправить?")
    await story.press(question, "Полиглот")
    await expect(story.letters("А это кому?")).to_be_visible()
    await fits_a_phone(story)
    await is_linear_without_topics(story)


async def fits_a_phone(story: Story) -> None:
    await story.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    right = "buttons => Math.max(...buttons.map(button => button.getBoundingClientRect().right))"
    buttons = story.phone.get_by_test_id("keyboard").get_by_test_id("button")
    assert await buttons.evaluate_all(right) <= PHONE["width"]
    assert not await story.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await story.page.set_viewport_size({"width": 1440, "height": 900})


async def is_linear_without_topics(story: Story) -> None:
    await story.page.get_by_test_id("panel-faults").click()
    switch = story.page.get_by_test_id("switch-topics")
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")
    await expect(story.phone.get_by_test_id("topics")).to_be_hidden()
    await story.page.get_by_test_id("panel-conversations").click()
    await story.employer("message", "А теперь без тем.")
    push = story.from_bot("А теперь без тем.")
    await expect(push).to_be_visible()
    await story.reply(push, "Отвечаю как обычно.")
    await expect(story.from_anna("Отвечаю как обычно.").get_by_test_id("reaction")).to_contain_text("👌")
