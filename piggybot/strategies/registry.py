"""All strategies by name: what each is, and one made from what a person typed.

May import: core, errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from piggybot.core.money import quoted
from piggybot.errors import BadInput
from piggybot.strategies import BadSetting, Strategy
from piggybot.strategies.bollinger import Bollinger
from piggybot.strategies.breakout import Breakout
from piggybot.strategies.dca import Dca
from piggybot.strategies.macd import Macd
from piggybot.strategies.parameters import Described, Number, described, unknown, values
from piggybot.strategies.rsi import Rsi
from piggybot.strategies.sma_crossover import SmaCrossover

BUILT_IN: tuple[type[Any], ...] = (SmaCrossover, Rsi, Macd, Bollinger, Breakout, Dca)


@dataclass(frozen=True, slots=True)
class About:
    """What there is to know of a strategy without running it."""

    name: str
    summary: str
    """When it enters and when it leaves, in one line."""
    adds: bool
    parameters: tuple[Described, ...]
    package: str = ""
    """The package that it came with; empty: ours."""


class Registry:
    """The strategies that there are. What was typed is only ever understood here."""

    def __init__(self) -> None:
        self._rules = {rule.name: rule for rule in BUILT_IN}
        self._about = {rule.name: about(rule) for rule in BUILT_IN}

    def names(self) -> list[str]:
        return list(self._about)

    def find(self, name: str) -> About:
        """The strategy of that name, or BadInput with the nearest name."""
        if name in self._about:
            return self._about[name]
        raise unknown(f"There is no strategy {quoted(name)}.", name, self.names())

    def parameters(self, name: str) -> tuple[Described, ...]:
        return self.find(name).parameters

    def is_guest(self, name: str) -> bool:
        """Whether it came with a package of somebody else. False of a name that is not there."""
        return name in self._about and bool(self._about[name].package)

    def failed(self) -> Mapping[str, str]:
        """Strategies of packages that could not be loaded, by name, and why."""
        return {}

    def build(self, name: str, params: Mapping[str, str]) -> Strategy:
        """One with these parameters, or BadInput: which is wrong, why, and what it may be."""
        known = self.parameters(name)
        given = values(name, known, params)
        try:
            return cast(Strategy, self._rules[name](**given))
        except BadSetting as wrong:
            usual = " ".join(f"{one.name}={one.text(one.default)}" for one in known)
            raise BadInput(f"{name}: {wrong}", f"By default it has {usual}") from None

    def settled(self, name: str, params: Mapping[str, str]) -> dict[str, str]:
        """All parameters as text, those that `params` leaves out at their defaults, written
        alike however they were typed: what a run keeps, so that new defaults do not change it."""
        self.build(name, params)
        known = self.parameters(name)
        given: Mapping[str, Number] = values(name, known, params)
        return {one.name: one.text(given.get(one.name, one.default)) for one in known}


def about(rule: type[Any], package: str = "") -> About:
    """What a strategy's class says of itself."""
    summary = (rule.__doc__ or "").strip().split("\n")[0]
    return About(rule.name, summary, rule.adds, described(rule), package)
