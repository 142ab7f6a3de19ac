"""What is under test: the proxy (`house`), and its venue on a real socket (`fake`, `venue`)."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from proxy.exchange import CcxtVenue
from tests.proxy.house import House
from tests.proxy.loopback_venue import ORDER, LoopbackVenue, filled, venue_at


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    one.close()


@pytest.fixture
async def fake() -> AsyncIterator[LoopbackVenue]:
    fake = LoopbackVenue()
    fake.answers[ORDER] = filled
    await fake.server.start()
    yield fake
    await fake.server.stop()


@pytest.fixture(params=["binanceus", "binance"])
async def venue(request: pytest.FixtureRequest, fake: LoopbackVenue) -> AsyncIterator[CcxtVenue]:
    venue = venue_at(fake.server.url, request.param)
    yield venue
    await venue.close()
