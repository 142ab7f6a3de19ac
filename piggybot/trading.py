"""The parts that trade for runs, put together once: runner, watcher, runs, flattening.

Alone because they share claims and standings, and whoever builds a bot must not get that wrong.

May import: acting, deciding, desk, flattening, market, parts, runner, runs, standings, strategies,
watcher, whynot.
"""

from dataclasses import dataclass

from piggybot.acting import Acting
from piggybot.deciding import Deciding
from piggybot.desk import Desk
from piggybot.flattening import Flattening
from piggybot.market import MarketData
from piggybot.parts import Parts
from piggybot.runner import Runner
from piggybot.runs import Runs
from piggybot.standings import Standings
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from piggybot.watcher import Watcher
from piggybot.whynot import WhyNot


@dataclass(frozen=True, slots=True)
class Needs:
    """What all of them are made of."""

    parts: Parts
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
    parts, desk = needs.parts, needs.desk
    acting = Acting(parts, desk)
    standings = Standings(parts, desk)
    deciding = Deciding(acting, standings, needs.market, needs.panel, needs.registry)
    return Trading(
        acting,
        Runner(parts, acting, standings, deciding),
        Watcher(parts, acting, standings, deciding),
        Runs(parts, desk, acting, standings, needs.market, needs.registry),
        WhyNot(parts, standings, deciding, needs.registry),
        Flattening(parts, desk, acting),
    )
