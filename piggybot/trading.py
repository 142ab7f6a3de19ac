"""The parts that trade for runs, put together once: runner, watcher, runs, flattening.

Alone because they share claims and standings, and whoever builds a bot must not get that wrong.

May import: acting, deciding, desk, flattening, market, ports, runner, runs, standings, store,
strategies, watcher, whynot.
"""

from dataclasses import dataclass

from migrations.database import Door
from piggybot.acting import Acting
from piggybot.deciding import Deciding
from piggybot.desk import Desk
from piggybot.flattening import Flattening
from piggybot.market import MarketData
from piggybot.ports import Broker, Clock, Ids, Notifier
from piggybot.runner import Runner
from piggybot.runs import Runs
from piggybot.standings import Standings
from piggybot.store import Store
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from piggybot.watcher import Watcher
from piggybot.whynot import WhyNot


@dataclass(frozen=True, slots=True)
class Needs:
    """What all of them are made of."""

    store: Store
    door: Door
    broker: Broker
    clock: Clock
    ids: Ids
    notifier: Notifier
    desk: Desk
    market: MarketData
    panel: Panel
    registry: Registry


@dataclass(frozen=True, slots=True)
class Trading:
    """Slots, exits, the runs as their people know them, and what holds these back."""

    acting: Acting
    runner: Runner
    watcher: Watcher
    runs: Runs
    whynot: WhyNot
    flattening: Flattening


def trading(needs: Needs) -> Trading:
    """Build them over one set of claims."""
    store, door, clock, desk = needs.store, needs.door, needs.clock, needs.desk
    acting = Acting(store, door, clock, needs.ids, needs.notifier, desk)
    standings = Standings(store, door, clock, desk)
    deciding = Deciding(acting, standings, needs.market, needs.panel, needs.registry)
    return Trading(
        acting,
        Runner(store, door, clock, acting, standings, deciding),
        Watcher(store, door, clock, acting, standings, deciding, needs.notifier),
        Runs(store, door, clock, desk, acting, standings, needs.market, needs.registry),
        WhyNot(store, door, clock, needs.broker, standings, deciding, needs.registry),
        Flattening(store, door, needs.broker, clock, needs.ids, desk, acting),
    )
