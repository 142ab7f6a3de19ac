"""`piggybot backtest` and `piggybot optimize`: what was typed, the work, and tables to read.

May import: backtest, charts, chat, core, errors, market, proxy_client, settings, strategies.
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
from piggybot.backtest.engine import Result
from piggybot.backtest.files import FileSource
from piggybot.backtest.picture import chart_of
from piggybot.backtest.report import Report, report
from piggybot.backtest.search import Wanted, search
from piggybot.backtest.table import trades_csv
from piggybot.backtest.trial import DAYS, Progress, Trial, Workshop, count_of, try_out
from piggybot.charts import drawn
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
PNG = ".png"
OFFERED = "A picture of it: --picture FILE.png. Its trades for a spreadsheet: --csv FILE."
SEARCHED = ("best, chosen", "best, held back", "usual, chosen", "usual, held back")


@dataclass(frozen=True, slots=True)
class Typed:
    """The words after the command, and its options."""

    said: Sequence[str]
    from_csv: Path | None = None
    csv: Path | None = None
    picture: Path | None = None
    tries: int = Wanted().tries


async def print_backtest(typed: Typed, settings: Settings, console: Console) -> None:
    """A backtest, printed; its trades and its picture in files where they are named."""
    _writable(typed)
    async with _workshop(typed, settings) as (shop, line):
        trial = await _trial(line, shop, settings)
        with _bars(console, "Candles") as (fetched,):
            result = await try_out(trial, shop, fetched)
    told = report(result)
    _say(console, words.head(trial, told))
    console.print(_table(words.figures(told), "strategy", "holding the coin"))
    _say(console, *words.sentences(trial, told))
    if typed.from_csv is not None:
        _say(console, ASSUMED)
    await _kept(typed, trial, result, told, console)


async def print_search(typed: Typed, settings: Settings, console: Console) -> None:
    """A search, printed beside the part that was held back."""
    async with _workshop(typed, settings) as (shop, line):
        trial = await _trial(line, shop, settings)
        wanted = Wanted(tries=typed.tries)
        with _bars(console, "Candles", "Tries") as (fetched, tried):
            found = await search(trial, shop, wanted, fetched, tried)
    _say(console, words.head(trial, words.whole(found)))
    console.print(_table(words.searched(found), *SEARCHED))
    _say(console, *words.verdict(trial, found))


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
    if count < 1:
        raise BadInput("There is too little history for this.", "Name more days: 90d")
    if isinstance(shop.source, FileSource) and line.days is None:
        count = await _all_of(shop.source, line, shop)
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


async def _all_of(file: FileSource, line: Line, shop: Workshop) -> int:
    """As many candles as a file has after those that the strategy needs first."""
    shop.registry.build(line.strategy, line.params)
    first = await shop.panel.warmup(line.strategy, line.params)
    if len(file) < first:
        raise BadInput(
            f"The file has {len(file):,} candles, and {line.strategy} needs {first:,} at least.",
            "Give a file with more of them.",
        )
    return len(file) - first + 1


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


def _say(console: Console, *lines: str) -> None:
    """A terminal cuts no word in two; a file or a pipe takes each line whole."""
    console.print(*lines, sep="\n", markup=False, soft_wrap=not console.is_terminal)


def _table(rows: Iterable[words.Row], *heads: str) -> Table:
    table = Table("", *heads, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table


async def _kept(typed: Typed, trial: Trial, result: Result, told: Report, console: Console) -> None:
    """Write the files that were named, and say where they are."""
    if typed.csv is not None:
        _write(typed.csv, trades_csv(result).encode())
        _say(console, f"The trades are in {typed.csv}.")
    if typed.picture is not None:
        with console.status("Drawing …"):
            chart = await asyncio.to_thread(chart_of, trial, result, told)
            picture = await asyncio.to_thread(drawn, chart)
        _write(typed.picture, picture)
        _say(console, f"The picture is in {typed.picture}.")
    if typed.csv is None and typed.picture is None:
        _say(console, OFFERED)


def _writable(typed: Typed) -> None:
    """Told before the work, which may take a while."""
    if typed.picture is not None and typed.picture.suffix.lower() != PNG:
        raise BadInput(
            f"A picture is a PNG, and {typed.picture} is not named like one.",
            "Name it like this: --picture backtest.png",
        )
    for path in (typed.csv, typed.picture):
        if path is not None and not path.parent.is_dir():
            raise BadInput(
                f"{path} cannot be written: there is no folder {path.parent}.",
                "Make the folder, or name a file elsewhere.",
            )


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise BadInput(
            f"{path} cannot be written: {problem.strerror}.", "Name another file."
        ) from None
