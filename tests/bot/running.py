"""A bot that trades by itself, without Telegram: how its tests begin runs and turn the clock.

May import: core, store, wire.
"""

from dataclasses import replace
from typing import Any

from piggybot.core.orders import Intent
from piggybot.core.positions import Book, Key
from piggybot.core.runs import Exits, Guards, Run, Slot
from piggybot.core.slots import boundary
from proxy.wire import Timeframe
from tests.bot import values
from tests.bot.bench import OWNER, Bench

CROSS = {"fast": "2", "slow": "3"}
KEY = Key("user-7", Book.PAPER, "binanceus", "BTC/USDT", "r1")


def begin(bench: Bench, run_id: str = "r1", **other: Any) -> Run:
    """A crossover that market_broker's closes drive; by the hour, without exits."""
    plain = values.run(
        run_id,
        person_id=OWNER,
        user_id="user-7",
        params=CROSS,
        exits=Exits(),
        guards=Guards(),
        created=bench.now,
        reply_to=55,
    )
    return bench.store.runs.add(replace(plain, **other))


async def tick(bench: Bench, closes: tuple[int, ...] = (), **later: float) -> list[str]:
    """So much later, after these closes, the clock calls; what was newly said when it is over."""
    bench.later(**later)
    bench.broker.draw(boundary(bench.now, Timeframe.H1), closes)
    return await bench.heard(_tick(bench))


async def _tick(bench: Bench) -> None:
    await bench.ticks.slots()
    await bench.trading.acting.idle()


async def look(bench: Bench) -> list[str]:
    """The clock looks at the exits; what was newly said when it is over."""
    return await bench.heard(_look(bench))


async def _look(bench: Bench) -> None:
    await bench.ticks.exits()
    await bench.trading.acting.idle()


def last(bench: Bench, run_id: str = "r1") -> Slot:
    """The newest slot that is accounted for."""
    found = bench.store.slots.last(run_id)
    assert found is not None
    return found


def intents(bench: Bench) -> list[Intent]:
    return [one.intent for one in bench.store.orders.all_of("user-7")]
