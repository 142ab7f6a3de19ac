"""The demo in a browser, from pairing to /stop, with each misfortune once, counted in the books.

Real processes; one person with a phone, and then also at a desk.

May import: demo, page.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from piggybot.demo import YOU, Demo, demo
from piggybot.page.serve import page
from piggybot.stage import Tone
from tests.page.browser import PHONE, Tab, tab

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[Demo, str]]:
    heard: list[tuple[str, Tone]] = []
    async with (
        demo(folder, lambda text, tone: heard.append((text, tone))) as stage,
        page(stage.telegram, stage, YOU) as url,
    ):
        yield stage, url


async def counts(one: Tab, requests: int, orders: int) -> None:
    """The panel shows so many order requests and orders in the exchange's own books."""
    shown = one.page.locator("#counts dd")
    await expect(shown.nth(0)).to_have_text(str(requests))
    await expect(shown.nth(1)).to_have_text(str(orders))


async def type_from_the_stage(phone: Tab, label: str) -> None:
    """Let the panel type what is tedious to type, and send it."""
    await phone.page.locator("#stage-button").click()
    await phone.page.locator("#setup button").filter(has_text=label).click()
    await expect(phone.page.locator("#stage")).not_to_be_in_viewport()
    await phone.text.press("Enter")


async def pair_and_go_live(phone: Tab, secrets: tuple[str, ...]) -> None:
    await phone.page.locator("#start").click()
    await phone.sees("Hello You")
    await expect(phone.page.locator("#pin")).to_contain_text("PAPER")
    await phone.key("Test buy").click()
    await phone.sees("Paper order filled")

    await phone.say("/setkeys")
    await phone.key("Binance.US").click()
    await phone.sees("Send the API key")
    await type_from_the_stage(phone, "Exchange key")
    await phone.sees("Now send the API secret")
    await type_from_the_stage(phone, "Its secret")
    await phone.sees("Keys saved")
    for secret in secrets:
        await expect(phone.rows.filter(has_text=secret)).to_have_count(0)
    await phone.key("Validate & Sync").click()
    await phone.sees("Credentials validated and synced")

    await phone.say("/live on")
    await phone.key("ENABLE LIVE TRADING").click()
    await phone.sees("Live trading enabled!")
    await expect(phone.page.locator("#pin")).to_contain_text("LIVE")
    await phone.say("/testbuy 2")
    await phone.sees("Live order submitted. Order ID: 1")
    await counts(phone, requests=1, orders=1)
    assert await phone.fits()


async def break_each_thing_once(desk: Tab) -> None:
    alarm, status = desk.page.locator("#alarm"), desk.newest.locator(".ticks")
    await desk.page.locator("#fault").select_option("closed-after")
    await desk.page.locator("#misbehave").click()
    await expect(desk.page.locator("#standing")).to_contain_text("Fills the order, hangs up")
    await expect(alarm).to_be_visible()
    await desk.say("/testbuy 2")
    await desk.sees("Live order submitted. Order ID: 2")
    await counts(desk, requests=2, orders=2)
    await desk.page.locator("#mend").click()
    await expect(alarm).to_be_hidden()

    await desk.switch("telegram").click()
    await expect(desk.switch("telegram")).to_have_attribute("aria-checked", "false")
    await desk.say("/status")
    await expect(status).to_have_attribute("aria-label", "sent")
    await desk.switch("telegram").click()
    await desk.sees("userId", after="/status")

    await desk.switch("proxy").click()
    await expect(desk.switch("proxy")).to_contain_text("is killed")
    await desk.say("/health")
    await desk.sees("❌ Backend health", after="/health")
    await desk.switch("proxy").click()
    await expect(desk.switch("proxy")).to_contain_text("runs")

    await desk.switch("bot").click()
    await expect(desk.switch("bot")).to_contain_text("is killed")
    await desk.say("/balance")
    await expect(status).to_have_attribute("aria-label", "sent")
    await desk.switch("bot").click()
    await desk.sees("Total: $", after="/balance")
    await counts(desk, requests=2, orders=2)


async def start_a_strategy_and_look(desk: Tab) -> None:
    await desk.say("/run sma_crossover BTC/USDT 1d 10")
    await desk.key("Start with real money").click()
    await desk.sees("is started")
    await desk.say("/why")
    await desk.sees("Limits passed", after="/why")
    await desk.say("/chart")
    picture = desk.page.locator(".photo").last
    await picture.click()
    await expect(desk.page.locator("#viewer img")).to_have_js_property("complete", True)
    assert await desk.page.locator("#viewer img").evaluate("one => one.naturalWidth") > 500
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.locator("#viewer")).to_be_hidden()


async def test_the_guide_and_each_misfortune_from_pairing_to_stop(browser: Browser, tmp_path: Path):
    async with running(tmp_path) as (stage, url), tab(browser, url, PHONE, "dark") as phone:
        await pair_and_go_live(phone, (stage.key.key, stage.key.secret))
        async with tab(browser, url) as desk:
            await desk.sees("Live order submitted. Order ID: 1")
            await break_each_thing_once(desk)
            await start_a_strategy_and_look(desk)
            assert desk.wrong == []

        await phone.say("/stop")
        await phone.sees("nothing in flight, 0 cancelled, 0 unknown")
        await phone.say("/testbuy 2")
        await phone.sees("A stop is in force")
        books = await stage.books()
        assert (books.orders, books.posts, books.open_orders) == (2, 2, 0)
        await expect(phone.rows.filter(has_text=re.compile("Order ID: [12]"))).not_to_have_count(0)
        assert phone.wrong == []
