"""All strategies by name: what each is, and one made from what a person typed.

May import: core, errors.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from piggybot.core.money import quoted
from piggybot.errors import BadInput, PiggyError
from piggybot.strategies import BadSetting, Strategy
from piggybot.strategies.about import About, about
from piggybot.strategies.bollinger import Bollinger
from piggybot.strategies.breakout import Breakout
from piggybot.strategies.dca import Dca
from piggybot.strategies.host import Host, Patience
from piggybot.strategies.macd import Macd
from piggybot.strategies.offers import Offer, offers
from piggybot.strategies.parameters import Described, Number, unknown, values
from piggybot.strategies.rsi import Rsi
from piggybot.strategies.sma_crossover import SmaCrossover
from piggybot.strategies.visitor import Visitor

BUILT_IN: tuple[type[Any], ...] = (SmaCrossover, Rsi, Macd, Bollinger, Breakout, Dca)

AT_ONCE = 4


class Registry:
    """The strategies that there are. What was typed is only ever understood here."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._rules = {rule.name: rule for rule in BUILT_IN}
        self._about = {rule.name: about(rule, rule.name) for rule in BUILT_IN}
        self._hosts: dict[str, Host] = {}
        found = offers(self._rules)
        self._failed = dict(found.bad)
        if found.good:
            self._admit(found.good, patience or Patience())

    def close(self) -> None:
        """End the processes of all guests."""
        for host in self._hosts.values():
            host.close()

    def names(self) -> list[str]:
        return list(self._about)

    def find(self, name: str) -> About:
        """The strategy of that name, or BadInput with the nearest name."""
        if name in self._about:
            return self._about[name]
        if name in self._failed:
            raise BadInput(
                f"The strategy {quoted(name)} could not be loaded: {self._failed[name]}",
                "Mend its package, then start the bot again.",
            )
        raise unknown(f"There is no strategy {quoted(name)}.", name, self.names())

    def parameters(self, name: str) -> tuple[Described, ...]:
        return self.find(name).parameters

    def is_guest(self, name: str) -> bool:
        """Whether it came with a package of somebody else. False of a name that is not there."""
        return name in self._hosts

    def failed(self) -> Mapping[str, str]:
        """Strategies of packages that could not be loaded, by name, and why."""
        return dict(self._failed)

    def build(self, name: str, params: Mapping[str, str]) -> Strategy:
        """One with these parameters, or BadInput: which is wrong, why, and what it may be.

        Whether a guest's parameters go together only its own process can tell: ask its warmup.
        """
        known = self.parameters(name)
        given = values(name, known, params)
        if name in self._hosts:
            return Visitor(name, self._about[name].adds, given, self._hosts[name])
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

    def _admit(self, found: Sequence[Offer], patience: Patience) -> None:
        """Let each guest say what it is, all at once; who cannot harms nobody else."""
        hosts = [Host(offer, patience) for offer in found]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            said = list(pool.map(_said, hosts))
        for offer, host, one in zip(found, hosts, said, strict=True):
            if isinstance(one, About):
                self._about[offer.name], self._hosts[offer.name] = one, host
            else:
                self._failed[offer.name] = f"{one.message} It is of the package {offer.package}."


def _said(host: Host) -> About | PiggyError:
    try:
        return host.load()
    except PiggyError as failure:
        return failure
