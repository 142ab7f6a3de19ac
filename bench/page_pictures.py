"""The chat page's pictures, taken of the demo in a real browser.

Run: python -m bench.page_pictures [folder]; without one, into docs/pictures/. It needs a chromium,
and letters and emoji worth looking at (Debian: fonts-roboto-unhinted, fonts-noto-color-emoji).

May import: demo, page.
"""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, expect

from piggybot.demo import YOU, Demo, demo
from piggybot.page.serve import page
from tests.page.browser import DESK, PHONE, Tab, browsing, tab

HERE = Path(__file__).parent.parent / "docs" / "pictures"
SHARP = 2.0
STEP = 3
"""Shades of a colour this close become one, which nobody sees and which halves the file."""
AT_REST = """
Promise.all([document.fonts.ready,
  ...[...document.images].filter(one => one.currentSrc).map(one => one.decode())])
"""


async def shoot(one: Tab, path: Path) -> None:
    """The tab as it is, when all of it has come."""
    await one.page.mouse.move(1, 1)
    await one.page.evaluate(AT_REST)
    taken = Image.open(io.BytesIO(await one.page.screenshot(animations="disabled")))
    fewer = [round(shade / STEP) * STEP for shade in range(256)]
    taken.convert("RGB").point(fewer * 3).save(path, optimize=True)
    sys.stdout.write(f"{path}  {path.stat().st_size:,} bytes\n")


@asynccontextmanager
async def stage() -> AsyncIterator[tuple[Demo, str]]:
    with TemporaryDirectory(prefix="piggybot-") as name:
        async with (
            demo(Path(name), lambda text, tone: None) as running,
            page(running.telegram, running, YOU) as url,
        ):
            yield running, url


async def go_live(phone: Tab, behind: Demo) -> None:
    """From nothing to live."""
    await phone.page.locator("#start").click()
    await phone.sees("Hello You")
    await phone.say("/setkeys")
    await phone.key("Binance.US").click()
    await phone.sees("Send the API key")
    await phone.say(behind.key.key)
    await phone.sees("Now send the API secret")
    await phone.say(behind.key.secret)
    await phone.key("Validate & Sync").click()
    await phone.sees("Credentials validated and synced")
    await phone.say("/live on")
    await phone.key("ENABLE LIVE TRADING").click()
    await phone.sees("Live trading enabled!")


async def of_the_phone(phone: Tab, folder: Path) -> None:
    """A live order and its picture; the panel."""
    await phone.say("/testbuy 2")
    await phone.sees("Live order submitted")
    await phone.say("/chart")
    await phone.key("4h").wait_for()
    await phone.page.evaluate("document.activeElement.blur()")
    await shoot(phone, folder / "chat-phone-dark.png")
    await phone.page.locator("#stage-button").click()
    await expect(phone.page.locator("#stage")).to_be_in_viewport()
    await shoot(phone, folder / "chat-stage-dark.png")
    await phone.page.keyboard.press("Escape")


async def of_the_menu(phone: Tab, folder: Path) -> None:
    await phone.text.fill("/")
    await phone.page.locator("#menu").wait_for()
    await phone.text.press("ArrowDown")
    await shoot(phone, folder / "chat-menu-light.png")


async def of_the_desk(desk: Tab, folder: Path) -> None:
    """The exchange fills an order and says nothing: unknown, then settled, and bought once."""
    await desk.page.locator("#fault").select_option("timeout-after")
    await desk.page.locator("#misbehave").click()
    await expect(desk.page.locator("#standing")).to_be_visible()
    await desk.say("/testbuy 2")
    await desk.sees("no answer yet")
    await desk.sees("Live order submitted. Order ID: 2")
    await expect(desk.page.locator("#orders li")).to_have_count(2)
    await shoot(desk, folder / "chat-desk-light.png")


async def of_a_run(phone: Tab, folder: Path) -> None:
    """What a strategy would have made, before it starts; then it is started."""
    await phone.say("/run sma_crossover BTC/USDT 1h 10 stop=5%")
    await phone.key("Start with real money").wait_for()
    await phone.page.evaluate("document.activeElement.blur()")
    await shoot(phone, folder / "chat-run-light.png")
    await phone.key("Start with real money").click()
    await phone.sees("is started")


async def of_the_end(phone: Tab, folder: Path) -> None:
    """Why, of the order that had no answer; and the stop."""
    await phone.say("/why")
    await phone.sees("Limits passed")
    await phone.page.evaluate("document.activeElement.blur()")
    await shoot(phone, folder / "chat-why-dark.png")
    await phone.say("/stop")
    await phone.sees("Stop complete")
    await phone.page.evaluate("document.activeElement.blur()")
    await shoot(phone, folder / "chat-stop-dark.png")


async def take(browser: Browser, folder: Path) -> None:
    async with stage() as (behind, url):
        async with tab(browser, url, PHONE, "dark", SHARP) as phone:
            await go_live(phone, behind)
            await of_the_phone(phone, folder)
        async with tab(browser, url, PHONE, "light", SHARP) as phone:
            await of_the_menu(phone, folder)
        async with tab(browser, url, DESK, "light") as desk:
            await of_the_desk(desk, folder)
        async with tab(browser, url, DESK, "dark") as desk:
            await desk.sees("Live order submitted. Order ID: 2")
            await shoot(desk, folder / "chat-desk-dark.png")
        async with tab(browser, url, PHONE, "light", SHARP) as phone:
            await of_a_run(phone, folder)
        async with tab(browser, url, PHONE, "dark", SHARP) as phone:
            await of_the_end(phone, folder)


async def main(folder: Path) -> None:
    """Write them all, and say how large they are."""
    folder.mkdir(parents=True, exist_ok=True)
    async with browsing() as browser:
        await take(browser, folder)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
