"""The page for whoever works it with a keyboard, hears it, or cannot bear movement.

May import: page.
"""

import pytest
from playwright.async_api import Browser, expect

from tests.page.browser import PHONE, Tab, tab
from tests.page.page_world import YOU, PageWorld, page_world
from tests.sandbox.telegram_world import buttons

pytestmark = pytest.mark.anyio
HOLDS_FOCUS = "one => one.contains(document.activeElement)"
SCROLL = "document.querySelector('#scroll')"
TOP = f"{SCROLL}.scrollTop"
LEFT = f"{SCROLL}.scrollHeight - {SCROLL}.clientHeight - {TOP}"


async def filled(world: PageWorld, you: Tab) -> None:
    """A chat that is longer than the screen."""
    for number in range(30):
        await world.bot.send_message(YOU.id, f"line {number}")
    await expect(you.newest).to_contain_text("line 29")


async def test_a_page_up_reads_back_from_the_line_where_one_types(browser: Browser):
    async with page_world() as world, tab(browser, world.url, PHONE) as you:
        await filled(world, you)
        await you.text.fill("half a word")
        await you.text.press("PageUp")
        await expect(you.page.locator("#down")).to_be_visible()
        await you.text.press("PageDown")
        await expect(you.page.locator("#down")).to_be_hidden()
        await expect(you.text).to_have_value("half a word")
        await expect(you.text).to_be_focused()


async def test_who_can_not_bear_movement_is_at_the_end_at_once(browser: Browser):
    async with page_world() as world, tab(browser, world.url, PHONE) as you:
        await filled(world, you)
        await you.page.evaluate(f"{TOP} = 0")
        await you.page.locator("#down").click()
        assert await you.page.evaluate(LEFT) < 1


async def test_one_s_own_words_in_another_tab_do_not_move_who_reads_back(browser: Browser):
    async with (
        page_world() as world,
        tab(browser, world.url, PHONE) as you,
        tab(browser, world.url) as desk,
    ):
        await filled(world, you)
        await you.page.evaluate(f"{TOP} = 100")
        await expect(you.page.locator("#down")).to_be_visible()
        await desk.say("from the desk")
        await expect(you.newest).to_contain_text("from the desk")
        assert await you.page.evaluate(TOP) == 100
        await expect(you.page.locator("#unread")).to_be_hidden()


async def test_a_pressed_button_keeps_the_focus_when_its_message_is_edited(browser: Browser):
    async with page_world() as world, tab(browser, world.url) as you:
        told = await world.bot.send_message(YOU.id, "1h", reply_markup=buttons("1h", "4h"))
        await you.key("4h").focus()
        await you.page.keyboard.press("Enter")
        await world.pressed()
        await world.bot.edit_message_text(
            "4h", YOU.id, told.message_id, reply_markup=buttons("1h", "4h")
        )
        await expect(you.newest).to_contain_text("edited")
        await expect(you.key("4h")).to_be_focused()
        await world.bot.edit_message_text("over", YOU.id, told.message_id)
        await expect(you.page.locator("#scroll")).to_be_focused()


async def test_who_only_hears_the_page_is_told_who_says_what(browser: Browser):
    async with page_world() as world, tab(browser, world.url) as you:
        await world.bot.send_message(YOU.id, "Hello")
        await you.say("/stop")
        await you.arrived("/stop")
        log = you.page.get_by_role("log", name="Messages")
        await expect(log.get_by_role("list").get_by_role("listitem")).to_have_count(3)
        await expect(log.get_by_role("article", name="PiggyBot")).to_contain_text("Hello")
        await expect(log.get_by_role("article", name="You")).to_contain_text("/stop")


async def test_behind_the_open_panel_of_a_phone_nothing_can_be_reached(browser: Browser):
    async with page_world() as world, tab(browser, world.url, PHONE) as you:
        await world.bot.send_message(YOU.id, "Hello", reply_markup=buttons("Yes"))
        button, panel = you.page.locator("#stage-button"), you.page.locator("#stage")
        await button.focus()
        await you.page.keyboard.press("Enter")
        await expect(panel.get_by_role("button", name="Close")).to_be_focused()
        for _ in range(20):
            await you.page.keyboard.press("Tab")
            assert not await you.page.locator("main").evaluate(HOLDS_FOCUS)
        await you.page.keyboard.press("Escape")
        await expect(button).to_be_focused()
        await you.say("/stop")
        await you.arrived("/stop")
