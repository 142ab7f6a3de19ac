"""`piggybot doctor`: each line once well and once not, nothing secret shown, nothing written.

May import: doctor, sandbox, settings.
"""

import io
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from sqlalchemy import text

from migrations.database import open_database
from migrations.look import database, files, ill
from piggybot.chat.border import HookState
from piggybot.doctor import _clocks, _columns, _webhook, tell
from piggybot.settings import Settings
from proxy.settings import Settings as ProxySettings
from proxy.wire import VenueOut
from tests.proxy.edges import TOKEN as PROXY_TOKEN
from tests.proxy.edges import Proxy
from tests.proxy.edges import running as proxy_running
from tests.sandbox.telegram_world import TOKEN, World, running

pytestmark = pytest.mark.anyio
NAMES = (
    *("Settings", "Files", "Database", "Proxy settings", "Proxy files", "Proxy database"),
    *("Telegram", "Webhook", "Proxy", "Exchange", "Clock"),
)
HOOK = "https://bot.example.org/a-secret-path-a1b2c3"
PASSWORD = "pass-word-9f8e7d6c5b4a"
SECRETS = (TOKEN, TOKEN.split(":")[1], PROXY_TOKEN, PASSWORD, "a-secret-path-a1b2c3")


@dataclass
class Place:
    """A whole set-up, but for the bot's own process."""

    data: Path
    telegram: World
    proxy: Proxy
    env: Callable[[str, str], None]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def told(self) -> tuple[int, dict[str, str]]:
        """The exit status, and each line by its name: its mark and its words."""
        status, lines = await said(self.clock)
        found = dict(line.removeprefix("✅ ").removeprefix("❌ ").split(": ", 1) for line in lines)
        marks = {name: line[0] for name, line in zip(found, lines, strict=True)}
        return status, {name: f"{marks[name]} {words}" for name, words in found.items()}


async def said(clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> tuple[int, list[str]]:
    out = io.StringIO()
    status = await tell(clock, Console(file=out, soft_wrap=True, highlight=False))
    for secret in SECRETS:
        assert secret not in out.getvalue()
    return status, out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and no .env, reaches these stories."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    for name in {*Settings.model_fields, *ProxySettings.model_fields}:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    data = tmp_path / "data"
    open_database(f"sqlite:///{data / 'bot' / 'bot.db'}", "bot").dispose()
    async with running() as telegram, proxy_running(data, lambda: datetime.now(UTC)) as proxy:
        given = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram.server.url,
            "BACKEND_API_URL": proxy.server.url,
            "PROXY_TOKEN": PROXY_TOKEN,
            "PIGGY_DATA": str(data),
            "EXCHANGE_ORIGIN": proxy.exchange.url,
            "DEFAULT_EXCHANGE": "binance",
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield Place(data, telegram, proxy, monkeypatch.setenv)


async def test_where_all_is_well_each_line_says_so_and_nothing_is_written(place: Place) -> None:
    before = {one: one.read_bytes() for one in place.data.rglob("bot/*")}
    status, lines = await place.told()
    assert status == 0
    assert tuple(lines) == NAMES
    assert all(line.startswith("✅ ") for line in lines.values()), lines
    assert "WAL, migration 000" in lines["Database"] and "WAL" in lines["Proxy database"]
    me = await place.telegram.bot.get_me()
    assert lines["Telegram"] == f"✅ It knows the token, as that of @{me.username}."
    assert lines["Exchange"] == "✅ Binance (a sandbox) answers the proxy."
    assert {one: one.read_bytes() for one in place.data.rglob("bot/*")} == before


async def test_what_is_wrong_on_the_disk_and_at_the_clock_is_told_beside_what_is_not(
    place: Place,
) -> None:
    (place.data / "bot" / "bot.db").chmod(0o644)
    with sqlite3.connect(place.data / "bot" / "bot.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '0001'")
    (place.data / "proxy" / "master.key").chmod(0o640)
    place.env("PROXY_DATABASE_URL", f"sqlite:///{place.data}/lost.db")
    await place.telegram.bot.set_webhook(HOOK)
    await place.proxy.exchange.sandbox.misbehave("clock-skew", seconds=-30)
    status, lines = await place.told()
    assert status == 1
    assert f"Run: chmod go-rwx {place.data}/bot/bot.db" in lines["Files"]
    assert "migration 0001; this version has 000" in lines["Database"]
    assert f"Run: chmod go-rwx {place.data}/proxy/master.key" in lines["Proxy files"]
    assert lines["Proxy database"].startswith(
        f"❌ There is no {place.data}/lost.db, and this house ran here before. Stop it where"
    )
    assert "first start" not in lines["Proxy database"]
    assert "delivers to bot.example.org, but TELEGRAM_WEBHOOK_URL is empty." in lines["Webhook"]
    assert "30.0 s ahead of that of Binance. Let the system keep the time" in lines["Clock"]
    well = [name for name, line in lines.items() if line.startswith("✅")]
    assert well == ["Settings", "Proxy settings", "Telegram", "Proxy", "Exchange"]


async def test_what_is_out_of_reach_or_refused_is_told_and_no_password_of_it(place: Place) -> None:
    place.env("TELEGRAM_BOT_TOKEN", "1234567891:another_token_of_the_real_shape")
    place.env("BOT_DATABASE_URL", f"postgresql://bot:{PASSWORD}@127.0.0.1:1/bot")
    place.env("BACKEND_API_URL", place.proxy.server.url.replace("//", f"//piggy:{PASSWORD}@"))
    place.env("PROXY_PORT", "many")
    place.env("PROXY_DATABASE_URL", f"postgresql://proxy:{PASSWORD}@127.0.0.1:1/proxy")
    status, lines = await place.told()
    assert status == 1
    assert "The database bot cannot be reached" in lines["Database"]
    assert lines["Proxy settings"].startswith("❌ PROXY_PORT: must be a whole number.")
    assert lines["Telegram"].startswith("❌ Telegram refuses TELEGRAM_BOT_TOKEN. Copy it again")
    assert "Both must read the same PROXY_TOKEN" in lines["Proxy"]
    assert not {"Webhook", "Exchange", "Clock", "Proxy database"} & set(lines)


async def test_an_outage_of_telegram_and_of_the_exchange_is_told(place: Place) -> None:
    place.telegram.telegram.down()
    await place.proxy.exchange.sandbox.misbehave("refused")
    status, lines = await place.told()
    await place.proxy.exchange.sandbox.misbehave("ok")
    assert status == 1
    assert lines["Telegram"].startswith("❌ Telegram cannot be reached (Unreachable).")
    assert lines["Proxy"].startswith("✅")
    assert lines["Exchange"].startswith("❌ Binance")


async def test_with_nothing_set_up_each_line_says_what_to_do_and_nothing_is_made() -> None:
    status, lines = await said()
    assert status == 1
    assert lines[0].startswith("❌ Settings: TELEGRAM_BOT_TOKEN is missing: talk to @BotFather")
    assert sum("It is made at the first start: piggybot up" in line for line in lines) == 4
    assert lines[-1] == "❌ Proxy: There is no token in data/proxy.token yet. piggybot up makes it."
    assert list(Path().iterdir()) == []


async def test_settings_that_cannot_be_read_are_all_there_is_to_say(place: Place) -> None:
    place.env("MEMBER_IDS", "ann")
    status, lines = await place.told()
    assert (status, list(lines)) == (1, ["Settings"])


def test_a_terminal_of_80_columns_shows_each_in_columns() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, soft_wrap=True)
    console.print(_columns(ill("Proxy database", "There is none. " * 7, "Make one. " * 9)))
    first, *more = [line.rstrip() for line in out.getvalue().splitlines()]
    assert first.startswith("❌ Proxy database There is none.")
    assert len(more) == 3 and all(line.startswith(" " * 18) for line in more)
    assert all(cell_len(line) <= 80 for line in (first, *more))


@pytest.mark.parametrize(
    ("wanted", "state", "says"),
    [
        ("", HookState(""), "✅ Webhook: None, as set"),
        (HOOK, HookState(HOOK), "✅ Webhook: Telegram delivers to bot.example.org, as set."),
        (HOOK, HookState(""), "delivers nothing yet to TELEGRAM_WEBHOOK_URL. Start the bot"),
        (HOOK, HookState("https://thief.example/x"), "delivers to thief.example, not to TELEGRAM"),
        (HOOK, HookState(HOOK, "Connection refused"), "to bot.example.org: Connection refused."),
    ],
)
def test_the_webhook_is_held_against_the_settings(wanted: str, state: HookState, says: str) -> None:
    line = str(_webhook(wanted, state))
    assert says in line
    assert line.startswith("✅") == (state.url == wanted and not state.trouble)
    assert "a-secret-path" not in line


@pytest.mark.parametrize(
    ("proxy", "ours", "says"),
    [
        (999, 0, "✅ Clock: Within a second of that of Binance."),
        (-4200, 0, "❌ Clock: The proxy's is 4.2 s behind that of Binance."),
        (0, 3, "❌ Clock: This one and the proxy's are 3.0 s apart."),
        (0, -3, "❌ Clock: This one and the proxy's are 3.0 s apart."),
    ],
)
def test_the_clocks_are_held_against_each_other(proxy: int, ours: int, says: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    at = int(now.timestamp() * 1000)
    venue = VenueOut(exchange="binance", title="Binance", sandbox=True, at=at, aheadMs=proxy)
    mine = now + timedelta(seconds=ours)
    assert str(_clocks(venue, mine, mine)).startswith(says)


def contents(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {one: (one.stat().st_mtime_ns, one.read_bytes()) for one in folder.iterdir()}


def test_a_look_at_a_database_in_use_writes_nothing_and_waits_for_nobody(tmp_path: Path) -> None:
    """While a writer is in the middle of a change, and after all have left."""
    url = f"sqlite:///{tmp_path / 'house' / 'bot.db'}"
    engine = open_database(url, "bot")
    with engine.begin() as db:
        db.execute(text("INSERT INTO flags VALUES ('a', 'b')"))
        before = contents(tmp_path / "house")
        assert database("Database", url, "bot", tmp_path).good
        assert contents(tmp_path / "house") == before
    engine.dispose()
    before = contents(tmp_path / "house")
    assert list(before) == [tmp_path / "house" / "bot.db"]
    assert database("Database", url, "bot", tmp_path).good
    assert contents(tmp_path / "house") == before


def test_a_database_that_is_none_or_in_another_mode_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    url = f"sqlite:///{path}"
    open_database(url, "bot").dispose()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=DELETE")
    assert "not in the mode that keeps what it acknowledges" in str(
        database("D", url, "bot", tmp_path)
    )
    path.write_bytes(b"nothing of a database" * 99)
    assert "cannot be used (file is not a database)" in str(database("D", url, "bot", tmp_path))
    for bad in ("mysql://u:p@h/x", f"postgresql://u:{PASSWORD}@h:{PASSWORD}/x", "nonsense"):
        line = str(database("D", bad, "bot", tmp_path))
        assert "is not understood" in line and PASSWORD not in line


def test_files_that_others_can_read_are_named_with_what_to_run(tmp_path: Path) -> None:
    folder, env = tmp_path / "bot", tmp_path / ".env"
    assert str(files("Files", folder, env)).startswith("❌ Files: There is no folder")
    folder.mkdir()
    assert files("Files", folder, env).good
    env.touch(0o604)
    assert str(files("Files", folder, env)).endswith(
        f"{env} can be read by others. Run: chmod go-rwx {env}"
    )
    (folder / "x").touch(0o640)
    assert f"{folder / 'x'} and 1 more can be read" in str(files("Files", folder, env))


def test_a_database_that_was_there_is_not_said_to_come_with_the_first_start(tmp_path: Path) -> None:
    folder, url = tmp_path / "bot", f"sqlite:///{tmp_path / 'bot' / 'bot.db'}"
    asked = ("D", url, "bot", folder)
    assert "It is made at the first start" in str(database(*asked))
    folder.mkdir()
    assert "It is made at the first start" in str(database(*asked))
    open_database(url, "bot").dispose()
    (folder / "lock").touch()
    (folder / "bot.db").unlink()
    assert "put the file back from its backup" in str(database(*asked))
    assert not (folder / "bot.db").exists()
