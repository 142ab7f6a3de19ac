"""What goes wrong with one account holds up nobody else, and unclear answers are said as unclear.

May import: errors, store, wire.
"""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.errors import BrokerDown
from piggybot.health import AT_ONCE
from piggybot.latches import NO_ENTRIES, held
from proxy.wire import AccountOut, Holding, Mode, RegisterIn
from tests.bot.bench import OWNER, Bench

pytestmark = pytest.mark.anyio
BEN = 8
LIVE = "🔴 ENABLE LIVE TRADING (I understand the risks)"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.join(BEN, owner=False)
    yield made
    made.close()


async def test_an_account_that_fails_at_the_proxy_takes_nobody_elses_buys(bench: Bench) -> None:
    await bench.say("/start")
    await bench.say("/start", by=BEN)
    bench.broker.broken.add(f"user-{OWNER}")
    for _ in range(4):
        await bench.ticks.health()
    assert bench.store.flags.get(NO_ENTRIES) is None
    assert "✅ Bought" in (await bench.say("/testbuy 2", by=BEN))[0]


async def both_live_and_three_silences(bench: Bench) -> None:
    for by in (OWNER, BEN):
        await bench.say("/start", by=by)
        bench.broker.accounts[f"user-{by}"].mode = Mode.LIVE
    await bench.ticks.health()
    bench.broker.down = True
    for _ in range(3):
        await bench.ticks.health()
    bench.broker.down = False


async def test_whose_account_gives_no_answer_delays_nobody_elses_return(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy is back, and Ann's account hangs: Ben's live is ended, and he may buy."""
    await both_live_and_three_silences(bench)
    account, hangs, told = bench.broker.account, asyncio.Event(), asyncio.Event()

    async def of(user_id: str) -> AccountOut:
        if user_id == f"user-{OWNER}":
            await hangs.wait()
            raise BrokerDown("No answer in time.", "I ask again.", sent=True)
        return await account(user_id)

    monkeypatch.setattr(bench.broker, "account", of)
    monkeypatch.setattr(bench, "wake", told.set)
    check = asyncio.create_task(bench.ticks.health())
    async with asyncio.timeout(5):
        while list(bench.store.flags.beginning(NO_ENTRIES)) != [held(f"user-{OWNER}")]:
            told.clear()
            await told.wait()
    assert bench.broker.accounts[f"user-{BEN}"].mode is Mode.PAPER
    assert "✅ Bought" in (await bench.say("/testbuy 2", by=BEN))[-1]
    assert not check.done()
    hangs.set()
    await check
    assert bench.broker.accounts[f"user-{OWNER}"].mode is Mode.LIVE, "nobody could ask for it"

    monkeypatch.undo()
    for asked in ("/testbuy 2", "/health"):
        told = (await bench.say(asked))[-1]
        assert "No buys for now: the trading service does not answer" in told
    assert "✅ The trading service answers again." in (await bench.heard(bench.ticks.health()))[-1]
    assert bench.broker.accounts[f"user-{OWNER}"].mode is Mode.PAPER
    assert "✅ Bought" in (await bench.say("/testbuy 2"))[-1]


async def test_only_a_few_accounts_are_looked_at_side_by_side(bench: Bench) -> None:
    for person_id in range(BEN + 1, BEN + 3 * AT_ONCE):
        bench.join(person_id, owner=False)
    register, now, most = bench.broker.register, 0, 0

    async def counted(request: RegisterIn) -> AccountOut:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return await register(request)

    bench.broker.register = counted  # type: ignore[method-assign]
    await bench.ticks.health()
    assert most == AT_ONCE
    assert len(bench.broker.accounts) == 1 + 3 * AT_ONCE


async def test_a_members_stop_arrives_though_the_owners_errand_fails_each_time(
    bench: Bench,
) -> None:
    await bench.say("/start")
    await bench.say("/start", by=BEN)
    bench.broker.down = True
    await bench.say("/stop", by=BEN)
    await bench.desk.errands.forget(bench.person(), None)
    bench.broker.down = False
    bench.broker.broken.add(f"user-{OWNER}")
    await bench.ticks.errands()
    assert bench.broker.accounts[f"user-{BEN}"].mode is Mode.HALTED


async def test_an_order_that_cannot_be_asked_after_does_not_keep_the_next_waiting(
    bench: Bench,
) -> None:
    await bench.say("/start")
    await bench.say("/start", by=BEN)
    bench.broker.lost = True
    await bench.say("/testbuy 2")
    await bench.say("/testbuy 2", by=BEN)
    order, mine = bench.broker.order, bench.broker.posts[0]

    async def broken(user_id: str, client_id: str) -> object:
        if client_id == mine:
            raise BrokerDown("It answered with error 500.", "", sent=True)
        return await order(user_id, client_id)

    bench.broker.order = broken  # type: ignore[assignment, method-assign]
    [told] = await bench.heard(bench.desk.settle())
    assert "✅ Bought" in told


async def test_what_is_held_at_another_exchange_is_not_sold_from_here(bench: Bench) -> None:
    await bench.say("/testbuy 2")
    old = Holding(exchange="binance", symbol="BTC/USDT", units=Decimal(1), costUsd=Decimal(1))
    bench.broker.accounts[f"user-{OWNER}"].elsewhere.append(old)
    assert "1 BTC at binance" in (await bench.say("/status"))[0]
    await bench.say("/sell all")
    sold = bench.store.orders.all_of(f"user-{OWNER}")[-1]
    assert sold.intent.units == Decimal("0.00003125")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (False, "Live trading is not on. No answer."),
        (True, "No answer. So I do not know whether live trading is on."),
    ],
)
async def test_a_question_for_live_without_an_answer_says_what_is_known(
    bench: Bench, sent: bool, words: str
) -> None:
    await bench.say("/setkeys binanceus", secrets={"apiKey": "hpke1:ab:a", "apiSecret": "b"})
    await bench.say("/validate")
    await bench.say("/live on")
    bench.broker.mode = unheard(sent)  # type: ignore[assignment, method-assign]
    [told] = await bench.press(LIVE)
    assert words in told


@pytest.mark.parametrize(
    ("sent", "words"), [(False, "was not turned off"), (True, "may still be on")]
)
async def test_live_off_without_an_answer_does_not_sound_as_if_it_were_off(
    bench: Bench, sent: bool, words: str
) -> None:
    await bench.say("/start")
    bench.broker.accounts[f"user-{OWNER}"].mode = Mode.LIVE
    bench.broker.mode = unheard(sent)  # type: ignore[assignment, method-assign]
    told = (await bench.say("/live off"))[-1]
    assert words in told
    assert "/stop stops this bot at once" in told


async def test_an_order_from_before_a_crash_is_marked_as_of_the_sandbox(bench: Bench) -> None:
    await bench.say("/start")
    place = bench.broker.place

    async def crash(*_: object) -> None:
        raise KeyboardInterrupt

    bench.broker.place = crash  # type: ignore[assignment, method-assign]
    with pytest.raises(KeyboardInterrupt):
        await bench.say("/testbuy 2")
    bench.broker.place = place  # type: ignore[method-assign]
    bench.restart()
    [told] = await bench.heard(bench.desk.settle())
    assert told.startswith("📝 PAPER 🧪")


def unheard(sent: bool):  # type: ignore[no-untyped-def]
    async def mode(_: object) -> None:
        raise BrokerDown("No answer.", "Ask again.", sent=sent)

    return mode
