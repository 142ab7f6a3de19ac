"""`piggybot doctor`: single lines, for states that no whole set-up comes to by itself.

May import: doctor.
"""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len
from rich.console import Console

from migrations.look import ill
from piggybot.chat.border import HookState
from piggybot.doctor import _clocks, _columns, _running, _venue, _webhook
from proxy.wire import HealthOut, VenueOut

HOOK = "https://bot.example.org/a-secret-path-a1b2c3"


def test_a_proxy_that_is_stopped_or_still_recovering_says_so() -> None:
    assert str(_running(HealthOut(version="1"))) == "✅ Proxy: It answers, version 1."
    stopped = str(_running(HealthOut(version="1", stopped=True)))
    assert stopped == "✅ Proxy: It answers, version 1; a stop is in force: /resume ends it."
    assert "asks after orders" in str(_running(HealthOut(version="1", recovering=True)))


def test_a_real_exchange_is_not_called_a_sandbox() -> None:
    venue = VenueOut(exchange="binance", title="Binance", sandbox=False, at=0, aheadMs=0)
    assert str(_venue(venue)) == "✅ Exchange: Binance answers the proxy."


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
    ("proxy", "first", "last", "says"),
    [
        (999, 0, 0, "✅ Clock: Within a second of that of Binance."),
        (1001, 0, 0, "❌ Clock: The proxy's is 1.0 s ahead of that of Binance."),
        (-4200, 0, 0, "❌ Clock: The proxy's is 4.2 s behind that of Binance."),
        (0, 3, 3, "❌ Clock: This one and the proxy's are 3.0 s apart."),
        (0, -3, -3, "❌ Clock: This one and the proxy's are 3.0 s apart."),
        (0, -8, 8, "✅ Clock: Within a second of that of Binance."),
    ],
)
def test_the_clocks_are_held_against_each_other(
    proxy: int, first: int, last: int, says: str
) -> None:
    """However long the answer was on its way: it was given somewhere between."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    at = int(now.timestamp() * 1000)
    venue = VenueOut(exchange="binance", title="Binance", sandbox=True, at=at, aheadMs=proxy)
    asked, got = (now + timedelta(seconds=one) for one in (first, last))
    assert str(_clocks(venue, asked, got)).startswith(says)
