from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

IMAGES = Path(__file__).parent.parent.parent / "deploy" / "images"
PHONE = {"width": 390, "height": 844}
TEACHER = "Преподаватель английского языка"
EDITOR = "Редактор художественной литературы"
DESIGNER = "Дизайнер обложек"
HIDDEN = "скрыто соискателем"

pytestmark = pytest.mark.timeout(120)


class Story:
    """Anna with her phone, and the employers at their desk."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.phone = page.get_by_test_id("phone-1")

    def from_bot(self, words: str) -> Locator:
        """The newest message of the bot with these words."""
        return self.phone.locator('[data-from="bot"]').filter(has_text=words).last

    def from_anna(self, words: str) -> Locator:
        """Her newest message with these words."""
        return self.phone.locator('[data-from="person"]').filter(has_text=words).last

    async def press(self, message: Locator, label: str) -> None:
        await message.get_by_test_id("button").filter(has_text=label).click()

    async def write(self, text: str) -> None:
        await self.phone.get_by_test_id("composer-text").fill(text)
        await self.phone.get_by_test_id("composer-send").click()

    async def reply(self, to: Locator, text: str) -> None:
        await to.get_by_test_id("text").click()
        await expect(self.phone.get_by_test_id("reply-bar")).to_be_visible()
        await self.write(text)

    async def open_desk(self, vacancy: str) -> None:
        await (
            self.page.get_by_test_id(re.compile("^console-conversation-"))
            .filter(has_text=vacancy)
            .filter(has_text="Смирнова")
            .click()
        )
        await expect(self.page.get_by_test_id("thread")).to_contain_text(vacancy)

    async def employer(self, mode: str, text: str) -> None:
        """The employer of the open conversation writes."""
        await self.page.get_by_test_id(f"console-mode-{mode}").click()
        await self.page.get_by_test_id("console-text").fill(text)
        await self.page.get_by_test_id("console-send").click()
        await expect(self.letters(text)).to_be_visible()

    def letters(self, text: str) -> Locator:
        """What stands in the open conversation at hh.ru."""
        return self.page.get_by_test_id("letters").get_by_text(text)


async def opened(context: BrowserContext, sandbox: str) -> Page:
    page = await context.new_page()
    await page.goto(sandbox)
    await expect(page.locator("body[data-ready]")).to_be_attached()
    return page


async def test_an_applicant_links_answers_hides_applies_and_is_invited(
    context: BrowserContext, sandbox: str
) -> None:
    story = Story(await opened(context, sandbox))
    await links_the_account(story, sandbox)
    await answers_the_employer(story)
    await hides_a_refusal(story)
    await applies_to_a_vacancy(story)
    await edits_the_cover_letter(story)
    await is_invited(story)
    if os.environ.get("HH_BRIDGE_SCREENSHOTS") == "1":
        await take_pictures(story)


async def links_the_account(story: Story, sandbox: str) -> None:
    await story.phone.get_by_test_id("start").click()
    sign_in = story.phone.get_by_test_id("button").filter(has_text="Войти через hh.ru")
    await expect(sign_in).to_have_attribute(
        "data-url", re.compile(f"^{re.escape(sandbox)}/hh/oauth/authorize")
    )

    async with story.page.expect_popup() as popup:
        await sign_in.click()
    tab = await popup.value
    await tab.get_by_label("Смирнова").check()
    await tab.get_by_role("button", name="Разрешить").click()
    back = tab.get_by_role("link", name="Вернуться в Telegram")
    await expect(back).to_have_attribute("href", re.compile(f"^{re.escape(sandbox)}/t\\.me/"))
    await back.click()

    await story.page.bring_to_front()
    await expect(story.from_bot("Аккаунт hh.ru подключён")).to_contain_text("Смирнова")
    await expect(story.from_bot("Приглашаем на встречу")).to_be_visible()


async def answers_the_employer(story: Story) -> None:
    question = "Анна, когда вы могли бы провести пробный урок?"
    await story.open_desk(TEACHER)
    await story.employer("message", question)
    push = story.from_bot(question)
    await expect(push).to_be_visible()
    await expect(story.phone.get_by_test_id("ring")).to_contain_text(question)

    answer = "В четверг после шести, если удобно."
    await story.reply(push, answer)
    await expect(story.from_anna(answer).get_by_test_id("reaction")).to_contain_text("👌")
    await expect(story.letters(answer)).to_be_visible()


async def hides_a_refusal(story: Story) -> None:
    refusal = "Спасибо за отклик! К сожалению, мы выбрали другого редактора."
    await story.open_desk(EDITOR)
    await story.employer("discard", refusal)
    await story.press(story.from_bot(refusal), "Скрыть")
    await story.press(story.from_bot("Скрыть эту переписку?"), "Скрыть")
    await expect(story.from_bot("Переписка скрыта")).to_be_visible()
    await expect(story.page.get_by_test_id("thread").get_by_text(HIDDEN)).to_be_visible()


async def applies_to_a_vacancy(story: Story) -> None:
    await story.phone.get_by_test_id("attach").click()
    await story.page.get_by_test_id("attach-vacancy").click()
    row = story.page.get_by_test_id("vacancies").get_by_role("listitem").filter(has_text=DESIGNER)
    await row.get_by_test_id("vacancy-link").click()

    await story.press(story.from_bot(DESIGNER), "Откликнуться")
    await story.press(story.from_bot("Какое резюме отправить?"), "Редактор")
    asked = story.from_bot("сопроводительное письмо")
    await expect(asked).to_be_visible()
    await expect(story.phone.get_by_test_id("reply-bar")).to_be_visible()
    await story.write("Здравствуйте! Рисую обложки семь лет.")
    await story.press(story.from_bot("Откликаемся?"), "Отправить")
    await expect(story.from_bot("Отклик отправлен")).to_contain_text(DESIGNER)
    await story.open_desk(DESIGNER)
    await expect(story.letters("Рисую обложки семь лет.")).to_be_visible()


async def edits_the_cover_letter(story: Story) -> None:
    letter = "Здравствуйте! Рисую обложки восемь лет, портфолио пришлю сегодня."
    sent = story.from_anna("Рисую обложки")
    await sent.hover()
    await sent.get_by_test_id("message-actions").click()
    await story.page.get_by_test_id("do-edit").click()
    await story.write(letter)
    await expect(sent.get_by_test_id("edited")).to_be_visible()
    await expect(sent.get_by_test_id("reaction")).to_contain_text("✍")
    await expect(story.letters(letter)).to_be_visible()


async def is_invited(story: Story) -> None:
    invitation = "Анна, ваши работы нам понравились. Ждём вас в пятницу в 11:00 в издательстве!"
    await story.employer("invite", invitation)
    answer = "Спасибо! Обязательно приду."
    await story.reply(story.from_bot(invitation), answer)
    await expect(story.from_anna(answer).get_by_test_id("reaction")).to_contain_text("👌")
    await expect(story.letters(answer)).to_be_visible()


async def take_pictures(story: Story) -> None:
    await expect(story.page.get_by_test_id("toast")).to_have_count(0)
    await expect(story.phone.get_by_test_id("ring")).not_to_have_class(re.compile(r"\bon\b"))
    await story.page.screenshot(path=IMAGES / "sandbox.png")


async def test_on_a_narrow_screen_the_phone_and_the_desk_take_turns(
    context: BrowserContext, sandbox: str
) -> None:
    page = await opened(context, sandbox)
    await page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    phone, desk = page.get_by_test_id("phone-1"), page.get_by_test_id("console")
    await expect(phone).to_be_visible()
    await expect(desk).to_be_hidden()

    await page.get_by_test_id("tab-console").click()
    await expect(phone).to_be_hidden()
    conversation = page.get_by_test_id(re.compile("^console-conversation-")).filter(has_text="Кузнецова")
    await conversation.click()
    await page.get_by_test_id("console-text").fill("Ольга, ждём вас на смене!")
    await page.get_by_test_id("console-send").click()
    await expect(page.get_by_test_id("letters")).to_contain_text("ждём вас на смене")
    await expect(conversation).to_be_hidden()
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")

    await page.get_by_test_id("console-back").click()
    await expect(conversation).to_contain_text("ждём вас на смене")
