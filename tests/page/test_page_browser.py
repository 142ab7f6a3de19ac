"""The page in a real browser: what is typed, what arrives, and whatever breaks between.

May import: page.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Route, expect
from telegram import BotCommand
from telegram.constants import ParseMode

from tests.page.browser import PHONE, tab
from tests.page.page_world import YOU, PageWorld, page_world
from tests.pictures import png
from tests.sandbox.telegram_world import buttons

pytestmark = pytest.mark.anyio
MENU = {"start": "Greet", "status": "Show all", "stop": "Stop everything", "help": "List all"}


async def offer(world: PageWorld) -> None:
    await world.bot.set_my_commands([BotCommand(*one) for one in MENU.items()])


@asynccontextmanager
async def begun() -> AsyncIterator[PageWorld]:
    """A world in which you and the bot have spoken."""
    async with page_world() as world:
        await world.bot.send_message(YOU.id, "Hello")
        yield world


async def confirmed(world: PageWorld) -> list[str]:
    """What the bot gets, and confirms."""
    updates = await world.bot.get_updates()
    if updates:
        await world.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    return [one.message.text or "" for one in updates if one.message]


async def test_a_message_ticks_and_the_bot_writes_edits_pins_and_deletes(browser: Browser):
    async with begun() as world, tab(browser, world.url) as you:
        await you.say("/status")
        ticks = you.newest.locator(".ticks")
        await expect(ticks).to_have_attribute("aria-label", "sent")
        assert await confirmed(world) == ["/status"]
        await expect(ticks).to_have_attribute("aria-label", "taken by the bot")

        await world.bot.send_chat_action(YOU.id, "typing")
        await expect(you.page.locator("#status")).to_have_text("typing")
        told = await world.bot.send_message(
            YOU.id, "⏳ <b>waiting</b>", ParseMode.HTML, reply_to_message_id=2
        )
        await expect(you.newest.locator("b").last).to_have_text("waiting")
        await expect(you.newest.locator(".quote")).to_contain_text("/status")
        await expect(you.page.locator("#status")).to_have_text("bot")
        await world.bot.edit_message_text("✅ done", YOU.id, told.message_id)
        await expect(you.newest).to_contain_text("✅ doneedited")
        assert await you.rows.count() == 3, "it was edited in place"

        await world.bot.pin_chat_message(YOU.id, told.message_id)
        await expect(you.page.locator("#pin")).to_contain_text("✅ done")
        await world.bot.delete_message(YOU.id, told.message_id)
        await expect(you.rows).to_have_count(2)
        await expect(you.page.locator("#pin")).to_be_hidden()
        assert you.wrong == []


async def test_commands_are_offered_and_chosen_with_the_keyboard(browser: Browser):
    async with begun() as world, tab(browser, world.url) as you:
        await offer(world)
        await you.say("hello")
        options = you.page.locator("#menu [role=option]")
        chosen = you.page.locator("#menu [aria-selected=true] b")
        await you.text.press("/")
        await expect(options).to_have_count(len(MENU))
        await you.text.press("s")
        await you.text.press("t")
        await expect(options.locator("b")).to_have_text(["/start", "/status", "/stop"])
        await you.text.press("ArrowUp")
        await expect(chosen).to_have_text("/stop")
        await you.text.press("Enter")
        await expect(you.newest).to_contain_text("/stop")
        await expect(you.page.locator("#menu")).to_be_hidden()

        await you.text.fill("/he")
        await you.text.press("Tab")
        await expect(you.text).to_have_value("/help ")
        await you.text.press("Escape")
        await you.text.fill("two")
        await you.text.press("Shift+Enter")
        await you.text.press("x")
        await you.text.press("Enter")
        await expect(you.newest.locator(".text")).to_contain_text("two\nx")
        await you.arrived("two")

        await you.text.press("ArrowUp")
        await expect(you.page.locator("#context")).to_contain_text("Edit message")
        await you.text.fill("three")
        await you.text.press("Enter")
        await expect(you.newest).to_contain_text("threeedited")
        assert await confirmed(world) == ["hello", "/stop", "two\nx"]


async def test_a_lost_connection_loses_no_message_and_doubles_none(browser: Browser):
    async with begun() as world, tab(browser, world.url) as you:
        await you.say("one")
        await expect(you.newest.locator(".ticks")).to_have_attribute("aria-label", "sent")
        await world.server.close_listener()
        await expect(you.page.locator("#status")).to_have_text("connecting")
        await world.bot.send_message(YOU.id, "missed")
        await you.say("two")
        await you.say("three")
        await expect(you.newest.locator(".ticks")).to_have_attribute("aria-label", "sending")

        await world.server.open_listener()
        await expect(you.page.locator("#status")).to_have_text("bot")
        await expect(you.rows.locator(".text")).to_contain_text(
            ["Hello", "one", "missed", "two", "three"]
        )
        await expect(you.newest.locator(".ticks")).to_have_attribute("aria-label", "sent")
        await expect(you.rows).to_have_count(5)
        assert await confirmed(world) == ["one", "two", "three"]


async def test_a_request_that_is_lost_on_its_way_is_sent_again_by_itself(browser: Browser):
    async with begun() as world, tab(browser, world.url) as you:
        await you.page.route("**/api/say", lambda route: route.abort(), times=2)
        await you.say("/stop")
        await expect(you.newest.locator(".ticks")).to_have_attribute("aria-label", "sent")
        assert await confirmed(world) == ["/stop"]


async def test_an_answer_that_is_lost_on_its_way_does_not_send_twice(browser: Browser):
    async with begun() as world, tab(browser, world.url) as you:

        async def lose_the_answer(route: Route) -> None:
            await route.fetch()
            await route.abort()

        await you.page.route("**/api/say", lose_the_answer, times=1)
        await you.say("/testbuy 2")
        await you.arrived("/testbuy 2")
        await you.say("/status")
        await you.arrived("/status")
        await expect(you.rows).to_have_count(3)
        assert await confirmed(world) == ["/testbuy 2", "/status"]


async def test_a_button_works_until_it_is_answered_and_a_notice_is_read(browser: Browser):
    async with begun() as world, tab(browser, world.url) as you:
        await world.bot.send_message(YOU.id, "Sure?", reply_markup=buttons("No", "Yes"))
        await you.key("Yes").click()
        await expect(you.key("Yes")).to_have_class(re.compile("busy"))
        press = await world.pressed()
        assert press.data == "d:Yes"
        await world.bot.answer_callback_query(press.id, "Too late", show_alert=True)
        await expect(you.key("Yes")).not_to_have_class(re.compile("busy"))
        await expect(you.page.locator("#notice")).to_contain_text("Too late")
        await you.page.keyboard.press("Escape")
        await expect(you.page.locator("#notice")).to_be_hidden()


async def test_who_reads_back_is_not_moved_and_sees_how_much_is_new(browser: Browser):
    async with begun() as world, tab(browser, world.url, PHONE) as you:
        for number in range(30):
            await world.bot.send_message(YOU.id, f"line {number}")
        await expect(you.newest).to_contain_text("line 29")
        await expect(you.page.locator("#down")).to_be_hidden()
        await you.page.evaluate("document.querySelector('#scroll').scrollTop = 300")
        await expect(you.page.locator("#down")).to_be_visible()
        for words in ("new", "newer"):
            await world.bot.send_message(YOU.id, words)
        await expect(you.page.locator("#unread")).to_have_text("2")
        assert await you.page.evaluate("document.querySelector('#scroll').scrollTop") == 300
        await you.page.locator("#down").click()
        await expect(you.newest).to_be_in_viewport()
        await expect(you.page.locator("#unread")).to_be_hidden()


async def test_a_phone_shows_long_words_pictures_and_documents_without_overflow(browser: Browser):
    async with begun() as world, tab(browser, world.url, PHONE, "dark") as you:
        await world.bot.send_message(YOU.id, "x" * 400, reply_markup=buttons("y" * 60))
        await world.bot.send_photo(
            YOU.id, png(800, 500), caption=f"BTC/USDT {'long ' * 20}", filename="a.png"
        )
        await world.bot.send_document(YOU.id, b"a,b\n", filename=f"{'trades-' * 20}.csv")
        picture = you.page.locator(".photo img")
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [800, 500]
        await you.page.locator("#stage-button").click()
        await expect(you.page.locator("#stage")).to_be_in_viewport()
        assert await you.fits()
        await you.page.keyboard.press("Escape")
        await expect(you.page.locator("#stage")).not_to_be_in_viewport()

        await you.page.locator(".photo").click()
        await expect(you.page.locator("#viewer img")).to_be_in_viewport()
        for part in ("img", "p", "a", "[data-close]"):
            await expect(you.page.locator(f"#viewer {part}")).to_be_in_viewport(ratio=1)
        await you.page.locator("#viewer [data-close]").click()
        await expect(you.page.locator("#viewer")).to_be_hidden()
        async with you.page.expect_download() as download:
            await you.page.locator(".file").click()
        assert (await (await download.value).path()).read_bytes() == b"a,b\n"
        assert you.wrong == []


async def test_two_tabs_are_two_people_and_one_person_in_two_tabs_sees_the_same(browser: Browser):
    async with (
        begun() as world,
        tab(browser, world.url) as you,
        tab(browser, world.url, PHONE) as phone,
        tab(browser, f"{world.url}/?as=Bob") as bob,
    ):
        await you.say("mine")
        await bob.page.locator("#start").click()
        await phone.sees("mine")
        await bob.arrived("/start")
        await expect(phone.rows).to_have_count(2)
        await expect(bob.rows).to_have_count(1)
        await expect(bob.page.locator("#me")).to_have_text("as Bob")
        assert sorted(await confirmed(world)) == ["/start", "mine"]
