"""A real browser: Debian's chromium through playwright, and one tab of it as a person uses it.

Without a chromium on this machine the tests that need one skip; in CI a skip is a failure, and
.ci/run installs it.

May import: nothing of ours.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright, expect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000
PHONE, DESK = (360, 740), (1280, 800)


def chromium() -> str | None:
    """Where the browser is; None where there is none."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip("there is no chromium (Debian and Ubuntu: apt install chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Tab:
    """One person's tab. `wrong` is everything that the browser has complained about."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def heard(self, message: ConsoleMessage) -> None:
        """Anything but the plain news that a connection was lost, which tests do on purpose."""
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(message.text)

    @property
    def rows(self) -> Locator:
        return self.page.locator("#list .row")

    @property
    def newest(self) -> Locator:
        return self.rows.last

    @property
    def text(self) -> Locator:
        return self.page.locator("#text")

    def bubble(self, words: str) -> Locator:
        """The newest message that contains these words."""
        return self.rows.filter(has_text=words).last

    def key(self, label: str) -> Locator:
        """The newest button of a message with this label."""
        return self.page.locator(".key").filter(has_text=label).last

    def switch(self, who: str) -> Locator:
        return self.page.locator(f".switch[data-who={who}]")

    async def say(self, text: str) -> None:
        await self.text.fill(text)
        await self.text.press("Enter")

    async def arrived(self, words: str) -> None:
        """What was said has its first tick."""
        ticks = self.bubble(words).locator(".ticks")
        await expect(ticks).to_have_attribute("aria-label", "sent")

    async def sees(self, words: str, after: str = "") -> None:
        """The words stand in a message, below the newest one with the words `after`."""
        if not after:
            return await expect(self.bubble(words)).to_be_visible()
        below = self.bubble(after).locator("xpath=following-sibling::li")
        return await expect(below.filter(has_text=words).last).to_be_visible()

    async def fits(self) -> bool:
        """Whether nothing is wider than the screen."""
        wide: bool = await self.page.evaluate(
            "[document.documentElement, document.querySelector('#scroll'),"
            " document.querySelector('.stage-body')]"
            ".every(one => one.scrollWidth <= one.clientWidth)"
        )
        return wide


@asynccontextmanager
async def tab(
    browser: Browser,
    url: str,
    size: tuple[int, int] = DESK,
    scheme: str = "light",
    scale: float = 1.0,
) -> AsyncIterator[Tab]:
    """A tab of its own, with nothing kept from another."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=scale,
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    one = Tab(page)
    page.on("console", one.heard)
    page.on("pageerror", lambda error: one.wrong.append(str(error)))
    await page.goto(url)
    await expect(page.locator("#status")).to_have_text("bot")
    try:
        yield one
    finally:
        await context.close()
