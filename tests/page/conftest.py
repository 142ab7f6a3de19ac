"""One browser for the tests of a module.

May import: nothing of ours.
"""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.page.browser import browsing


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as one:
        yield one
