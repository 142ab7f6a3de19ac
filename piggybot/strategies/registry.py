"""All strategies by name: what each is, and one made from what a person typed.

May import: core, errors.
"""

import importlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, cast

from piggybot.core.money import quoted
from piggybot.errors import BadInput, PiggyError
from piggybot.strategies import BadSetting, Strategy
from piggybot.strategies.about import About, about
from piggybot.strategies.host import Host, Patience
from piggybot.strategies.offers import Offer, offers
from piggybot.strategies.parameters import Described, Number, unknown, values
from piggybot.strategies.visitor import Visitor

BUILT_IN = ("sma_crossover", "rsi", "macd", "bollinger", "breakout", "dca")
"""Ours, each in the room of its name. A room is loaded when its strategy is first asked for: a bot
without runs needs neither numpy nor TA-Lib, which are a sixth of its memory."""

AT_ONCE = 4


class Registry:
    """The strategies that there are. What was typed is only ever understood here."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._guests: dict[str, About] = {}
        self._hosts: dict[str, Host] = {}
        found = offers(BUILT_IN)
        self._failed = dict(found.bad)
        if found.good:
            self._admit(found.good, patience or Patience())

    def close(self) -> None:
        """End the processes of all guests."""
        for host in self._hosts.values():
            host.close()

    def names(self) -> list[str]:
        return [*BUILT_IN, *self._guests]

    def find(self, name: str) -> About:
        """The strategy of that name, or BadInput with the nearest name."""
        if name in BUILT_IN:
            return _known(name)
        if name in self._guests:
            return self._guests[name]
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
            return Visitor(name, self._guests[name].adds, given, self._hosts[name])
        try:
            return cast(Strategy, rule(name)(**given))
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
                self._guests[offer.name], self._hosts[offer.name] = one, host
            else:
                self._failed[offer.name] = f"{one.message} It is of the package {offer.package}."


def rule(name: str) -> type[Any]:
    """The class of one of ours."""
    room = importlib.import_module(f"piggybot.strategies.{name}")
    found: type[Any] = getattr(room, "".join(part.title() for part in name.split("_")))
    return found


@cache
def _known(name: str) -> About:
    return about(rule(name), name)


def _said(host: Host) -> About | PiggyError:
    try:
        return host.load()
    except PiggyError as failure:
        return failure
