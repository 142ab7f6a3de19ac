"""What proves that an order is absent, refused or open; and what proves nothing."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from proxy.cancelling import is_open_too_long
from proxy.conclusion import absent, after_ask
from proxy.records import Entry
from proxy.venue import Report, Verdict
from proxy.wire import Status, TradeOut
from tests.proxy.fake_venue import MARKETS
from tests.proxy.house import trade
from tests.proxy.test_resolve import ID, live, status, taken_for_absent
from tests.proxy.test_risk import NOW, entry

pytestmark = pytest.mark.anyio


def unknown(**more: object) -> Entry:
    return replace(entry(), market=MARKETS["BTC/USDT"], status=Status.UNKNOWN, **more)


def test_a_question_that_is_refused_proves_nothing_of_its_order():
    refused = Report(Verdict.REJECTED, "bad_key", "The key is not known.")
    assert after_ask(unknown(), refused, NOW) == unknown()
    named = replace(refused, order_id="7")
    assert after_ask(unknown(), named, NOW).status is Status.REJECTED


def test_an_order_that_the_venue_has_named_is_never_taken_for_absent():
    assert absent(unknown(), "Binance.US", NOW).status is Status.ABSENT
    seen = unknown(order_id="7")
    assert absent(seen, "Binance.US", NOW) == seen


def test_what_was_executed_is_never_taken_back_by_a_later_answer():
    half = unknown(executed=Decimal("0.0001"), quote=Decimal(5))
    found = after_ask(half, Report(Verdict.DONE, order_id="7"), NOW)
    assert (found.status, found.executed, found.quote) == (Status.OPEN, half.executed, half.quote)


def test_an_order_is_open_too_long_a_minute_after_it_was_sent_not_after_it_was_made():
    waited = unknown(sent_at=NOW + timedelta(seconds=30))
    assert not is_open_too_long(waited, NOW + timedelta(seconds=89))
    assert is_open_too_long(waited, NOW + timedelta(seconds=90))
    assert is_open_too_long(unknown(), NOW + timedelta(seconds=60))


async def test_absence_takes_three_answers_after_the_deadline_no_fewer(house):
    await live(house)
    house.venue.fault = "before"
    await house.desk.place(trade(), ID)
    await house.desk.resolve_once()  # seen: the deadline begins
    house.after(60)
    house.venue.asks.clear()
    for number in range(3):
        assert await status(house) is Status.UNKNOWN, f"after {number} answers"
        await house.desk.resolve_once()
        house.after(60)
    assert await status(house) is Status.ABSENT
    assert len(house.venue.asks) == 3


async def test_an_order_seen_open_has_its_ten_minutes_from_then_on(house):
    await live(house)
    house.venue.fault = "open"
    await house.desk.place(trade(), ID)
    for _ in range(11):
        house.after(60)
        await house.desk.resolve_once()
    house.venue.down = True
    house.after(60)
    await house.desk.resolve_once()
    assert await status(house) is Status.OPEN, "it was seen a minute ago"
    house.after(540)
    await house.desk.resolve_once()
    assert await status(house) is Status.QUARANTINED


async def test_a_late_check_without_an_answer_is_made_again(house, caplog):
    await taken_for_absent(house)
    house.venue.down = True
    house.after(61)
    await house.desk.resolve_once()
    house.venue.down = False
    with caplog.at_level(logging.CRITICAL):
        await house.desk.resolve_once()
    assert "taken for absent and exists" in caplog.text


async def test_an_order_that_is_on_its_way_is_not_asked_about(house):
    await live(house)
    house.venue.hold = asyncio.Event()
    placing = asyncio.create_task(house.desk.place(trade(), ID))
    await house.venue.queued.wait()
    await house.settle(60)
    assert (house.venue.asks, await status(house)) == ([], Status.SENDING)
    house.venue.hold.set()
    assert isinstance(await placing, TradeOut)
