"""The proxy under test, as a fixture: `house`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxy.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    one.close()
