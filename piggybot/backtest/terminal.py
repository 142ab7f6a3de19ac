"""`piggybot backtest` and `piggybot optimize`: what was typed, the work, and tables to read.

May import: backtest, chat, core, errors, market, proxy_client, settings, strategies.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from rich import progress as bars
from rich.console import Console
from rich.table import Table

from piggybot.backtest import words
from piggybot.backtest.files import FileSource
from piggybot.backtest.report import report
from piggybot.backtest.search import Wanted, search
from piggybot.backtest.table import trades_csv
from piggybot.backtest.trial import DAYS, Progress, Trial, Workshop, count_of, try_out
from piggybot.chat.run_line import Line, Vocabulary, read_line
from piggybot.errors import BadInput
from piggybot.market import MarketData
from piggybot.proxy_client import ProxyClient
from piggybot.settings import Settings
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry

AMOUNT = Decimal(100)
"""What an entry spends, where nobody says so."""
EXAMPLE = "piggybot backtest sma_crossover BTC/USDT 1h 90d"
SYMBOLS = ("BTC/USDT", "ETH/USDT")
FILE = "file"
ASSUMED = (
    "The file names no venue's rules. Assumed are price steps as fine as its prices, sizes in "
    "0.00001, and orders of 1 at least."
)
SEARCHED = ("best, chosen", "best, held back", "usual, chosen", "usual, held back")


@dataclass(frozen=True, slots=True)
class Typed:
    """The words after the command, and its options."""

    said: Sequence[str]
    from_csv: Path | None = None
    csv: Path | None = None
    tries: int = Wanted().tries


async def print_backtest(typed: Typed, settings: Settings, console: Console) -> None:
    """A backtest, printed; its trades in a file where one is named."""
    async with _workshop(typed, settings) as (shop, line):
        trial = await _trial(line, shop, settings)
        with _bars(console, "Candles") as (fetched,):
            result = await try_out(trial, shop, fetched)
    told = report(result)
    console.print(words.head(trial, told))
    console.print(_table(words.figures(told), "strategy", "holding the coin"))
    console.print(*words.sentences(trial, told), sep="\n")
    if typed.from_csv is not None:
        console.print(ASSUMED)
    if typed.csv is not None:
        _write(typed.csv, trades_csv(result))
        console.print(f"The trades are in {typed.csv}.")


async def print_search(typed: Typed, settings: Settings, console: Console) -> None:
    """A search, printed beside the part that was held back."""
    async with _workshop(typed, settings) as (shop, line):
        trial = await _trial(line, shop, settings)
        wanted = Wanted(tries=typed.tries)
        with _bars(console, "Candles", "Tries") as (fetched, tried):
            found = await search(trial, shop, wanted, fetched, tried)
    console.print(words.head(trial, found.best.chosen))
    console.print(_table(words.searched(found), *SEARCHED))
    console.print(*words.verdict(trial, found), sep="\n")


@asynccontextmanager
async def _workshop(typed: Typed, settings: Settings) -> AsyncIterator[tuple[Workshop, Line]]:
    """Strategies and candles, for as long as they are needed."""
    registry = Registry()
    panel = Panel(registry)
    try:
        line = _line(typed.said, registry)
        if typed.from_csv is not None:
            assert line.timeframe is not None
            source = FileSource(typed.from_csv, line.symbol, line.timeframe)
            yield Workshop(source, registry, panel), line
            return
        broker = ProxyClient(settings.backend_api_url, settings.token(), settings.backend_timeout)
        market = MarketData(broker, lambda: datetime.now(UTC), asyncio.sleep)
        try:
            yield Workshop(market, registry, panel), line
        finally:
            await market.close()
            await broker.close()
    finally:
        panel.close()
        registry.close()


def _line(said: Sequence[str], registry: Registry) -> Line:
    """What was typed. Any symbol with a slash is one; the venue knows whether it has it."""
    named = [word.upper() for word in said if "/" in word and "=" not in word]
    known = Vocabulary(
        {name: tuple(one.name for one in registry.parameters(name)) for name in registry.names()},
        (*named, *SYMBOLS),
        registry.failed(),
    )
    line = read_line(said, known, EXAMPLE)
    missing = {"strategy": line.strategy, "symbol": line.symbol, "timeframe": line.timeframe}
    for what, there in missing.items():
        if not there:
            raise BadInput(f"The {what} is missing.", f"Type it like this: {EXAMPLE}")
    return line


async def _trial(line: Line, shop: Workshop, settings: Settings) -> Trial:
    assert line.timeframe is not None
    in_file = isinstance(shop.source, FileSource)
    count = count_of(line.days or DAYS, line.timeframe)
    if isinstance(shop.source, FileSource) and line.days is None:
        shop.registry.build(line.strategy, line.params)
        count = len(shop.source) - await shop.panel.warmup(line.strategy, line.params) + 1
    if count < 1:
        raise BadInput("There is too little history for this.", "Name more days: 90d")
    return Trial(
        exchange=FILE if in_file else settings.default_exchange,
        symbol=line.symbol,
        timeframe=line.timeframe,
        count=count,
        strategy=line.strategy,
        params=line.params,
        amount_usd=AMOUNT if line.amount is None else line.amount,
        exits=line.exits,
        guards=line.guards,
    )


@contextmanager
def _bars(console: Console, *names: str) -> Iterator[list[Progress]]:
    """A progress bar for each name; it is there once there is something to show."""
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn())
    shown = bars.Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    )
    with shown as board:
        yield [_shown_on(board, board.add_task(name, visible=False)) for name in names]


def _shown_on(board: bars.Progress, task: bars.TaskID) -> Progress:
    async def show(done: int, of: int) -> None:
        board.update(task, completed=done, total=of, visible=True)

    return show


def _table(rows: Iterable[words.Row], *heads: str) -> Table:
    table = Table("", *heads, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise BadInput(
            f"{path} cannot be written: {problem.strerror}.", "Name another file: --csv FILE"
        ) from None
