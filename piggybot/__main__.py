"""The command line: demo, up, bot, stop, doctor, backtest, optimize; --help tells more of each.

May import: app, backtest, doctor, errors, halt, playground, processes, script, settings, stage, up.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from migrations.database import NOT_KEPT, UnsafeDatabase
from piggybot.errors import BadSettings, PiggyError
from piggybot.halt import Where, halt
from piggybot.processes import end_with_parent, uncollected, without
from piggybot.script import BadScript, Step, parse
from piggybot.settings import NO_TOKEN_NEEDED, Settings, load
from piggybot.stage import Tone

NOT_NOW, BAD_START, INTERRUPTED = 1, 2, 130
GUIDE = Path(__file__).parent / "guide.txt"
STYLES = {Tone.YOU: "bold cyan", Tone.BOT: "", Tone.NOTE: "dim", Tone.BAD: "bold red"}
INDENT = "     "
HEADS = {Tone.YOU: "you  ", Tone.BOT: "bot  ", Tone.NOTE: "     ", Tone.BAD: "!!   "}

console = Console(highlight=False, soft_wrap=True)

A_PATH = click.Path(path_type=Path)
data_option = click.option(
    "--data", type=A_PATH, help="Keep everything here; else it goes away at the end."
)
play_option = click.option("--play", help="Play this script instead; `guide` is built in.")
line_argument = click.argument(
    "line",
    nargs=-1,
    required=True,
    metavar="STRATEGY SYMBOL TIMEFRAME [90d] [AMOUNT] [NAME=VALUE …]",
)
csv_option = click.option("--csv", type=A_PATH, help="Write the trades to this file.")
picture_option = click.option("--picture", type=A_PATH, help="Draw it into this file, a PNG.")
file_option = click.option(
    "--from-csv", "file", type=A_PATH, help="Take the candles from this file, not from the proxy."
)
tries_option = click.option(
    "--tries",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="How many to try.",
)


class InOrder(click.Group):
    """Lists its commands as they stand here, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """A crypto spot-trading bot that runs on your own machine and talks to you in Telegram."""


@commands.command("demo")
@data_option
@play_option
def demo_command(data: Path | None, play: str | None) -> None:
    """Try it against a sandbox: no account, no money, no Telegram."""
    steps = None if play is None else _script(play)
    from piggybot import playground  # late: a bot for real needs no sandbox

    if steps is None:
        sys.exit(_until_told(playground.talk(data, show), 0))
    sys.exit(_until_told(playground.play(data, steps, show), INTERRUPTED))


@commands.command("up")
def up_command() -> None:
    """Run the proxy and the bot for real, with the settings of .env."""
    settings = _settings_or_exit()
    try:
        settings.token()  # made here where it is missing, before two houses would make it
    except (PiggyError, OSError) as problem:
        show_plain(_words(problem), Tone.BAD)
        sys.exit(BAD_START)
    from piggybot.up import up  # late: as the others do

    sys.exit(_until_told(up(show_plain), 0))


@commands.command("bot")
def bot_command() -> None:
    """Run the bot alone; `python -m proxy` runs the proxy."""
    end_with_parent()
    os.umask(0o077)
    settings = _settings_or_exit()
    with uncollected(), without("cryptography"):  # Telegram's library has it for passports only
        from piggybot.app import run  # late: half a second that a stop need not take

    sys.exit(_until_told(_told(run(settings)), 0))


@commands.command("stop")
def stop_command() -> None:
    """Stop all trading at once; it needs no Telegram, no running bot."""
    sys.exit(halt(_where(), console.print))


@commands.command("doctor")
def doctor_command() -> None:
    """Look whether all is well, and say what to do where it is not."""
    from piggybot import doctor  # late: Telegram's library, and the databases

    work = doctor.tell(lambda: datetime.now(UTC), console)
    sys.exit(_until_told(work, INTERRUPTED))


@commands.command("backtest")
@line_argument
@csv_option
@picture_option
@file_option
def backtest_command(
    line: tuple[str, ...], csv: Path | None, picture: Path | None, file: Path | None
) -> None:
    """Try a strategy on the past, by the rules that a run has.

    The line is as for /run, e.g. sma_crossover BTC/USDT 1h 90d 100 fast=10 stop=5%
    """
    settings = _settings_or_exit(telegram_bot_token=NO_TOKEN_NEEDED)
    from piggybot.backtest import terminal  # late: the engine, and numpy with it

    work = terminal.print_backtest(terminal.Typed(line, file, csv, picture), settings, console)
    sys.exit(_until_told(_told(work), INTERRUPTED))


@commands.command("optimize")
@line_argument
@tries_option
@file_option
def optimize_command(line: tuple[str, ...], tries: int, file: Path | None) -> None:
    """Search a strategy's parameters; a held-back past judges them.

    The line is as for /run, e.g. sma_crossover BTC/USDT 1h 90d 100 stop=5%
    """
    settings = _settings_or_exit(telegram_bot_token=NO_TOKEN_NEEDED)
    from piggybot.backtest import terminal  # late: the engine, and numpy with it

    work = terminal.print_search(terminal.Typed(line, file, tries=tries), settings, console)
    sys.exit(_until_told(_told(work), INTERRUPTED))


def main() -> None:
    """The console script."""
    commands()


def show(text: str, tone: Tone) -> None:
    """Print one thing of a conversation, marked with whose it is; a word is not cut in two."""
    first, *more = [part for line in text.splitlines() or [""] for part in _fitting(line)]
    lines = [HEADS[tone] + first, *(INDENT + line for line in more)]
    console.print(Text("\n".join(lines), style=STYLES[tone]))


def _fitting(line: str) -> list[str]:
    """The line, in as many as the terminal needs; a file or a pipe takes it whole."""
    width = console.width - len(INDENT)
    if not console.is_terminal or cell_len(line) <= width:
        return [line]
    return [part.plain.rstrip() for part in Text(line).wrap(console, width)]


def show_plain(text: str, tone: Tone) -> None:
    """Print the line of a process, or what has become of it."""
    console.print(Text(text, style=STYLES[tone]))


async def _told(running: Coroutine[Any, Any, None]) -> int:
    """Its exit status; what it could not begin or go on with is told in a sentence."""
    try:
        await running
    except (PiggyError, UnsafeDatabase) as problem:
        show_plain(str(problem), Tone.BAD)
        return BAD_START
    except OSError as problem:
        if not problem.filename:
            raise
        show_plain(_words(problem), Tone.BAD)
        return BAD_START
    except NOT_KEPT as problem:
        why = getattr(problem, "orig", problem)  # without the statement and what was in it
        show_plain(
            f"The bot cannot use its database: {why}. Free the disk, or put the file back, then "
            "start again.",
            Tone.BAD,
        )
        return NOT_NOW
    return 0


def _words(problem: Exception) -> str:
    """What a person can do about it."""
    if not isinstance(problem, OSError):
        return str(problem)
    return (
        f"{problem.filename} cannot be used: {problem.strerror}. Make it writable for this user, "
        "or set PIGGY_DATA to another folder."
    )


def _script(name: str) -> list[Step]:
    """The steps of a script; exits with a sentence where it cannot be read or understood."""
    try:
        path = GUIDE if name == "guide" and not Path(name).exists() else Path(name)
        return parse(path.read_text(encoding="utf-8"))
    except BadScript as problem:
        show_plain(str(problem), Tone.BAD)
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        show_plain(f"The script {name} cannot be read: {reason}.", Tone.BAD)
    sys.exit(BAD_START)


def _settings_or_exit(**given: str) -> Settings:
    try:
        return load(**given)
    except BadSettings as problem:
        show_plain(str(problem), Tone.BAD)
        sys.exit(BAD_START)


def _where() -> Where:
    """What to stop. A stop must not fail on a setting that it does not need."""
    try:
        settings = load(telegram_bot_token=NO_TOKEN_NEEDED)
    except BadSettings as problem:
        show_plain(str(problem), Tone.BAD)
        data = Path(os.environ.get("PIGGY_DATA") or "data")
        url = os.environ.get("BACKEND_API_URL") or "http://localhost:8000"
        return Where(data, url, os.environ.get("PROXY_TOKEN"), data / "proxy.token")
    token = settings.proxy_token
    return Where(
        settings.piggy_data,
        settings.backend_api_url,
        token.get_secret_value() if token else None,
        settings.token_file,
    )


def _until_told(work: Coroutine[Any, Any, int], interrupted: int) -> int:
    """Run `work`; Ctrl-C, SIGTERM and a closed terminal cancel it, and it ends in order."""

    async def cancellable() -> int:
        task = asyncio.current_task()
        assert task is not None, "inside a task"
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        return await work

    try:
        return asyncio.run(cancellable())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return interrupted


if __name__ == "__main__":
    main()
