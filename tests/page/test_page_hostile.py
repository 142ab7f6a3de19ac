"""Whoever may put words on the page, its people, the bot, the exchange, can put only words there.

May import: page.
"""

from urllib.parse import quote

import pytest
from playwright.async_api import Browser, expect
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode

from tests.page.browser import Tab, tab
from tests.page.page_world import YOU, FakeHouse, order, page_world
from tests.pictures import png

pytestmark = pytest.mark.anyio

EVIL = "<img src=x onerror=hacked=1><script>hacked=1</script>"
LINK = '<a href="javascript:hacked=1">press me</a> <a href="https://example.org/">or me</a>'


async def unharmed(one: Tab) -> None:
    """Nothing ran, nothing was made of the words, and the browser had nothing to complain about."""
    assert await one.page.evaluate("window.hacked") is None
    made = one.page.locator("img[src=x], [onerror], body script, a[href^='javascript:']")
    assert await made.count() == 0
    assert one.wrong == []


async def test_messages_names_buttons_and_notices_are_shown_as_the_words_they_are(
    browser: Browser,
):
    async with page_world() as world:
        await world.bot.set_my_commands([BotCommand("evil", EVIL)])
        evil = InlineKeyboardMarkup([[InlineKeyboardButton(EVIL, callback_data="d")]])
        first = await world.bot.send_message(YOU.id, EVIL, reply_markup=evil)
        await world.bot.pin_chat_message(YOU.id, first.message_id)
        await world.bot.send_message(
            YOU.id, LINK, ParseMode.HTML, reply_to_message_id=first.message_id
        )
        await world.bot.send_photo(YOU.id, png(), caption=EVIL, filename=f"{EVIL}.png")
        await world.bot.send_document(YOU.id, b"x", filename=f"{EVIL}.html")
        async with tab(browser, world.url) as you:
            await expect(you.rows.first.locator(".text")).to_contain_text(EVIL)
            for place in ("#pin", ".quote", ".file-name", ".key", ".with-photo .text"):
                await expect(you.page.locator(place).first).to_contain_text(EVIL)
            await expect(you.bubble("press me").locator("a")).to_have_text(["or me"])
            await you.say(EVIL)
            await expect(you.newest).to_contain_text(EVIL)
            await you.text.fill("/evil")
            await expect(you.page.locator("#menu")).to_contain_text(EVIL)
            await you.key(EVIL).click()
            await expect(you.key(EVIL)).to_have_class("key busy")
            await you.page.locator(".photo").click()
            await expect(you.page.locator("#viewer p")).to_have_text(EVIL)
            await you.page.keyboard.press("Escape")
            press = await world.pressed()
            await world.bot.answer_callback_query(press.id, EVIL)
            await expect(you.page.locator("#notice-text")).to_have_text(EVIL)
            await unharmed(you)


async def test_a_hostile_name_in_the_address_is_a_name_or_a_sentence(browser: Browser):
    name = "<img src=x onerror=hacked=1>"
    async with page_world() as world, tab(browser, f"{world.url}/?as={quote(name)}") as you:
        await expect(you.page.locator("#me")).to_have_text(f"as {name}")
        await unharmed(you)


async def test_the_exchange_s_words_are_shown_as_words_on_the_panel(browser: Browser):
    async with page_world() as world:
        evil = FakeHouse(dead=EVIL, refusal=EVIL)
        evil.exchange |= {
            "orders": [order(side=EVIL, symbol=EVIL, status=EVIL, clientOrderId=EVIL)],
            "balances": {EVIL: {"free": "1", "locked": EVIL}},
            "prices": {EVIL: EVIL},
            "faults": ["ok", EVIL],
            "standing": [EVIL],
        }
        vars(world.house).update(vars(evil))
        async with tab(browser, world.url) as you:
            for place in ("trouble", "standing", "orders", "balances", "counts", "fault"):
                await expect(you.page.locator(f"#{place}")).to_contain_text(EVIL)
            await you.page.locator("#misbehave").click()
            await expect(you.page.locator("#toasts")).to_have_text(EVIL)
            await unharmed(you)
