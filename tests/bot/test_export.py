"""/export of a long history: page by page, so that nothing waits behind it and memory stays small.

May import: chat, core, store, wire.
"""

import asyncio
import csv
import gc
import io
import random
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from migrations.database import Door
from piggybot.chat.export import LOTS, PAGE, _disposal_cells, _lot_cells
from piggybot.chat.sheets import Sheet, sheet
from piggybot.core.lots import Lots
from piggybot.core.mail import File
from piggybot.core.orders import Order
from piggybot.core.positions import Book, Filled, Key, Market, Position
from piggybot.store.booking import position_values
from piggybot.store.orders import order_state, order_values
from piggybot.store.tables import orders
from piggybot.store.tables_runs import fills, positions
from proxy.wire import Side, Status
from tests.bot.bench import NOON, Bench
from tests.bot.values import intent, run

pytestmark = pytest.mark.anyio
USER = "user-7"
COUNT = 3_100
MARKETS = (
    (Book.LIVE, "binanceus", "BTC/USDT"),
    (Book.PAPER, "binanceus", "BTC/USDT"),
    (Book.PAPER, "binanceus", "ETH/USDT"),
)


class Watched(Door):
    """The door to the store, which keeps who went through it, and how many fills are in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.visits: list[tuple[str, int]] = []
        self.alive: list[int] = []
        self.during: Callable[[str], None] = lambda name: None

    async def __call__(self, method: Any, *args: Any, **kwargs: Any) -> Any:
        self.during(method.__name__)
        return await super().__call__(self._visit, method, *args, **kwargs)

    def _visit(self, method: Any, *args: Any, **kwargs: Any) -> Any:
        found = method(*args, **kwargs)
        self.visits.append((method.__name__, len(found) if isinstance(found, list) else 0))
        if method.__name__ == "of_market":
            self.alive.append(fills_in_memory())
        return found

    def named(self, name: str) -> list[int]:
        """When there were such visits."""
        return [at for at, (what, _) in enumerate(self.visits) if what == name]


def fills_in_memory() -> int:
    return sum(type(one) is Filled for one in gc.get_objects())


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    await made.say("/start")
    yield made
    made.close()


@pytest.fixture
def watched(bench: Bench) -> Watched:
    bench.door.close()
    bench.door = Watched()
    bench.restart()
    return bench.door


def history() -> list[Filled]:
    """Small buys, sells of a bit more, by hand and by runs, some at the very same moment."""
    chance, made = random.Random(7), []
    for number in range(COUNT):
        book, exchange, symbol = MARKETS[chance.randrange(3)]
        side = Side.SELL if number % 2 else Side.BUY
        run_id = ("", "run-1", "run-2")[chance.randrange(3)]
        qty = Decimal(chance.randrange(1, 400)) / 10_000
        asset = symbol[:3] if side is Side.BUY else chance.choice(("USDT", "BNB"))
        made.append(
            Filled(
                *(Key(USER, book, exchange, symbol, run_id), f"pg-{number:022d}", f"t{number}"),
                *(side, Decimal(chance.randrange(20_000, 70_000)), qty, qty / 1000, asset),
                *(qty / 1000, Decimal(0), NOON - timedelta(hours=(COUNT - number) // 4)),
            )
        )
    return made


def remember(bench: Bench, made: list[Filled]) -> None:
    """As booking leaves them, in whatever order."""
    names = [one.name for one in fields(Filled) if one.name != "key"]
    rows = [{name: getattr(one, name) for name in names} for one in made]
    keys = [{name: getattr(one.key, name) for name in Key.__slots__} for one in made]
    both = list(zip(rows, keys, strict=True))
    random.Random(8).shuffle(both)
    wanted = intent("pg-0", user_id=USER, origin="o")
    placed = [
        replace(wanted, client_id=one.client_id, origin=one.client_id, placed=one.at)
        for one in made
    ]
    with bench.engine.begin() as db:
        db.execute(fills.insert(), [row | key for row, key in both])
        held = {one.key: position_values(Position(one.key)) for one in made}
        db.execute(positions.insert(), list(held.values()))
        db.execute(
            orders.insert(),
            [order_values(one) | order_state(Order(one, Status.FILLED)) for one in placed],
        )


def files(bench: Bench) -> list[File]:
    found = [bench.store.outbox.file(one.id) for one in bench.letters()]
    return [one for one in found if one is not None]


def lots_at_once(bench: Bench) -> bytes:
    """What the whole history comes to, read and matched in one go."""
    rows: list[list[str]] = []
    for place in MARKETS:
        market, lots = Market(USER, *place), Lots()
        whole = bench.store.ledger.fills(USER, market.book, symbol=market.symbol)
        rows += map(_disposal_cells, lots.take(whole))
        rows += map(_lot_cells, lots.held)
    return sheet(LOTS, rows)


async def test_a_long_history_is_the_same_read_in_pages(bench: Bench, watched: Watched) -> None:
    remember(bench, history())
    await bench.say("/export")
    log, lots = files(bench)
    assert lots.content == lots_at_once(bench)
    told = list(csv.DictReader(io.StringIO(log.content.decode("utf-8-sig"))))
    assert [one["client_order_id"] for one in told] == [f"pg-{at:022d}" for at in range(COUNT)]
    pages = [count for name, count in watched.visits if name in {"of_market", "all_of"}]
    assert max(pages) == PAGE and sum(pages) == 2 * COUNT


async def test_an_order_of_a_run_names_it_and_one_by_hand_names_none(bench: Bench) -> None:
    numbers = [bench.store.runs.add(run(name, user_id=USER)).number for name in ("run-a", "run-b")]
    assert numbers == [1, 2]
    for name in ("", "run-b"):
        bench.store.orders.add(intent(f"pg-{name}", user_id=USER, origin=f"o{name}", run_id=name))
    await bench.say("/export")
    told = list(csv.DictReader(io.StringIO(files(bench)[0].content.decode("utf-8-sig"))))
    assert {one["client_order_id"]: one["run"] for one in told} == {"pg-": "", "pg-run-b": "2"}


async def test_a_stop_is_served_between_two_pages(bench: Bench, watched: Watched) -> None:
    """It was given during the first page of fills, and waits for no more than one at a time."""
    remember(bench, history())
    stops: list[asyncio.Task[list[str]]] = []

    def begin(name: str) -> None:
        if name == "of_market" and not stops:
            stops.append(asyncio.create_task(bench.say("/stop")))

    watched.during = begin
    await bench.say("/export")
    await stops[0]
    written, told = watched.named("put")[0], watched.named("add")[0]
    pages = watched.named("of_market")
    assert len(pages) > COUNT / PAGE
    assert pages[0] < written < pages[2], "one page at most was before it in the queue"
    assert written < told < pages[3], "and one more before its first word was on its way"


async def test_memory_holds_a_page_and_the_open_lots_not_the_history(
    bench: Bench, watched: Watched
) -> None:
    remember(bench, made := history())
    still = csv.DictReader(io.StringIO(lots_at_once(bench).decode("utf-8-sig")))
    open_lots = sum(not row["disposed_utc"] for row in still)
    gc.collect()
    before = fills_in_memory()
    await bench.say("/export")
    assert len(made) == COUNT
    assert max(watched.alive) - before <= 2 * PAGE + 2 * open_lots < COUNT / 2


@pytest.mark.parametrize("rows", [5, 500])
def test_a_sheet_that_grows_is_packed_from_some_size_on(rows: int, tmp_path: Path) -> None:
    cells = [[f"r{at}", "=1+1", "-0.5"] for at in range(rows)]
    grown = Sheet("log", ("a", "b", "c"), packed_from=2_000)
    for at in range(0, rows, 7):
        grown.add(cells[at : at + 7])
    made, whole = grown.file(), sheet(("a", "b", "c"), cells)
    assert len(whole) >= 2_000 or made.content == whole
    if len(whole) < 2_000:
        assert made.name == "log.csv"
        return
    assert made.name == "log.zip" and len(made.content) < len(whole)
    with zipfile.ZipFile(io.BytesIO(made.content)) as packed:
        assert packed.namelist() == ["log.csv"]
        assert packed.read("log.csv") == whole
