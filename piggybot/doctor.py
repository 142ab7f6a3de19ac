"""`piggybot doctor`: everything that must be right for the bot to work, one after the other.

Alone because it looks from outside and needs nothing to be well: it writes nothing, takes no lock,
and asks only questions. What stands in settings is never shown, and no answer is passed on as it
came.

May import: chat, errors, proxy_client, settings, wire.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from migrations.look import BAD, GOOD, Finding, database, files, ill
from piggybot.chat.border import HookState, WireError, WrongToken
from piggybot.chat.hearing import Timing
from piggybot.chat.telegram import TelegramLine
from piggybot.errors import BadSettings, PiggyError
from piggybot.proxy_client import ProxyClient
from piggybot.settings import (
    NO_TOKEN_NEEDED,
    ON_THIS_MACHINE,
    TOKEN_REFUSED,
    Settings,
    load,
)
from proxy.wire import HealthOut, VenueOut

SETTINGS, FILES, DATABASE = "Settings", "Files", "Database"
HOUSE, TELEGRAM, WEBHOOK, PROXY, VENUE, CLOCK = (
    *("Proxy's house", "Telegram", "Webhook"),
    *("Proxy", "Exchange", "Clock"),
)
PATIENCE = Timing(answer=8.0, connect=5.0)
PROXY_PATIENCE = 10.0
NOT_WELL = 1
WIDEST_NAME = 14
OFF_MS = 1000
"""More than that, and an exchange may refuse what we sign."""
SET_THE_CLOCK = "Let the system keep the time, e.g. timedatectl set-ntp true."
Clock = Callable[[], datetime]


async def tell(clock: Clock, console: Console) -> int:
    """Say each as it is found: in columns on a terminal, whole lines to a file or a pipe.

    Returns the exit status, 0 only where all is well.
    """
    with console.status("Looking …"):
        return await _told(clock, console)


async def _told(clock: Clock, console: Console) -> int:
    status = 0
    async with aclosing(examine(clock)) as findings:
        async for one in findings:
            console.print(_columns(one) if console.is_terminal else Text(str(one)))
            status = status if one.good else NOT_WELL
    return status


def _columns(one: Finding) -> Table:
    row = Table.grid(padding=(0, 1))
    for width in (cell_len(GOOD), WIDEST_NAME, None):
        row.add_column(width=width)
    said = "\n".join(filter(None, (one.said, one.todo)))
    row.add_row(GOOD if one.good else BAD, one.what, Text(said, "" if one.good else "bold"))
    return row


async def examine(clock: Clock) -> AsyncGenerator[Finding, None]:
    """What there is to say, in the order in which a set-up is made."""
    settings, first = _settings()
    yield first
    if settings is None:
        return
    data = settings.piggy_data
    yield files(FILES, data / "bot", Path(".env"), settings.token_file)
    yield database(DATABASE, settings.database_url, "bot", data / "bot")
    async with aclosing(_house(settings)) as house:
        async for one in house:
            yield one
    async with aclosing(_telegram(settings)) as telegram:
        async for one in telegram:
            yield one
    async with aclosing(_proxy(settings, clock)) as proxy:
        async for one in proxy:
            yield one


def _settings() -> tuple[Settings | None, Finding]:
    """The settings, also where only Telegram's token is missing or wrong; None without them."""
    try:
        return load(), Finding(SETTINGS, "All of them can be read.")
    except BadSettings as problem:
        finding = ill(SETTINGS, problem.message, problem.hint)
    try:
        return load(telegram_bot_token=NO_TOKEN_NEEDED), finding
    except BadSettings:
        return None, finding


async def _house(settings: Settings) -> AsyncGenerator[Finding, None]:
    """What the proxy's own doctor says, where the proxy lives on this data folder."""
    data = settings.piggy_data
    here = urlsplit(settings.backend_api_url).hostname in ON_THIS_MACHINE
    if not here or ((data / "bot").exists() and not (data / "proxy").exists()):
        yield Finding(HOUSE, "Not on this data folder. Ask there too: python -m proxy doctor")
        return
    pipe = asyncio.subprocess.PIPE
    asked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "proxy", "doctor"), stdout=pipe, stderr=pipe
    )
    said, _ = await asked.communicate()
    found = [Finding.read(line) for line in said.decode().splitlines()]
    if not found:
        yield ill(HOUSE, "It gave no answer.", "Look yourself: python -m proxy doctor")
    for one in found:
        yield one


async def _telegram(settings: Settings) -> AsyncGenerator[Finding, None]:
    """Whether the token is good, and where Telegram delivers."""
    if settings.telegram_bot_token.get_secret_value() == NO_TOKEN_NEEDED:
        yield ill(TELEGRAM, "Not asked: there is no token.", "See Settings, above.")
        return
    try:
        line = TelegramLine(settings, PATIENCE)
    except OSError as problem:
        yield ill(TELEGRAM, *_unreadable(problem))
        return
    except BadSettings as problem:
        yield ill(TELEGRAM, problem.message, problem.hint)
        return
    try:
        name = await line.name()
        yield Finding(TELEGRAM, f"It knows the token, as that of @{name}.")
        yield _webhook(settings.telegram_webhook_url, await line.hook_state())
    except WrongToken:
        yield ill(TELEGRAM, *TOKEN_REFUSED)
    except WireError as error:
        yield ill(
            *(TELEGRAM, f"Telegram cannot be reached ({type(error).__name__})."),
            "Is this machine online? The bot tries again by itself.",
        )
    finally:
        await line.close()


def _webhook(wanted: str, state: HookState) -> Finding:
    if not wanted and not state.url:
        return Finding(WEBHOOK, "None, as set: the bot asks Telegram.")
    if not wanted:
        return ill(
            *(WEBHOOK, f"Telegram delivers to {state.host}, but TELEGRAM_WEBHOOK_URL is empty."),
            "Start the bot: it ends that. If it comes back, the token is stolen: revoke it at "
            "@BotFather.",
        )
    if state.url != wanted:
        where = f"to {state.host}, not" if state.url else "nothing yet"
        return ill(
            *(WEBHOOK, f"Telegram delivers {where} to TELEGRAM_WEBHOOK_URL."),
            "Start the bot: it tells Telegram where.",
        )
    if state.trouble:
        return ill(
            *(WEBHOOK, f"Telegram cannot deliver to {state.host}: {state.trouble.rstrip('.')}."),
            "Look at what speaks TLS in front of the bot (docs/webhook.md).",
        )
    return Finding(WEBHOOK, f"Telegram delivers to {state.host}, as set.")


async def _proxy(settings: Settings, clock: Clock) -> AsyncGenerator[Finding, None]:
    """Whether the proxy answers us, the exchange answers it, and all tell the same time."""
    try:
        client = ProxyClient(settings.backend_api_url, _token(settings), PROXY_PATIENCE)
    except PiggyError as problem:
        yield ill(PROXY, problem.message, problem.hint)
        return
    except OSError as problem:
        yield ill(PROXY, *_unreadable(problem))
        return
    try:
        what = PROXY
        yield _running(await client.health())
        what = VENUE
        before = clock()
        venue = await client.venue(settings.default_exchange)
        yield _venue(venue)
        yield _clocks(venue, before, clock())
    except PiggyError as problem:
        yield ill(what, problem.message, problem.hint)
    finally:
        await client.close()


def _token(settings: Settings) -> str:
    """The proxy's token, which is not made here; BadSettings, OSError."""
    if urlsplit(settings.backend_api_url).password:
        return ""  # it is in the address
    if settings.proxy_token is None and not settings.token_file.exists():
        raise BadSettings(
            f"There is no token in {settings.token_file} yet.", "piggybot up makes it."
        )
    return settings.token()


def _running(health: HealthOut) -> Finding:
    more = ["a stop is in force: /resume ends it"] if health.stopped else []
    more += ["it still asks after orders of its last run"] if health.recovering else []
    return Finding(PROXY, "; ".join([f"It answers, version {health.version}", *more]) + ".")


def _venue(venue: VenueOut) -> Finding:
    sandbox = " (a sandbox)" if venue.sandbox else ""
    return Finding(VENUE, f"{venue.title}{sandbox} answers the proxy.")


def _clocks(venue: VenueOut, before: datetime, after: datetime) -> Finding:
    """The proxy's clock by the exchange's, and ours by the proxy's."""
    if abs(venue.aheadMs) > OFF_MS:
        side = "ahead of" if venue.aheadMs > 0 else "behind"
        off = f"The proxy's is {abs(venue.aheadMs) / 1000:.1f} s {side} that of {venue.title}."
        return ill(CLOCK, off, SET_THE_CLOCK)
    first, last = (int(one.timestamp() * 1000) for one in (before, after))
    off_ms = max(first - venue.at, venue.at - last)
    if off_ms > OFF_MS:
        return ill(
            CLOCK, f"This one and the proxy's are {off_ms / 1000:.1f} s apart.", SET_THE_CLOCK
        )
    return Finding(CLOCK, f"Within a second of that of {venue.title}.")


def _unreadable(problem: OSError) -> tuple[str, str]:
    """What, and what to do; only for certificates no file is named with the error."""
    reason = (problem.strerror or type(problem).__name__).lower()
    if problem.filename is None:
        return f"The certificates cannot be read: {reason}.", "Check SSL_CERT_FILE."
    who = "Run this as the user who runs the bot."
    return f"{problem.filename} cannot be read: {reason}.", who
