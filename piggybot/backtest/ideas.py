"""What optuna proposes to try next, as parameters that a person could have typed.

Alone because optuna is an extra, and takes a moment to load: search.py loads this file when the
first search is wanted, in a thread.

May import: strategies.
"""

from collections.abc import Mapping
from typing import Any

import optuna

from piggybot.strategies.parameters import Described, Kind, Number

DIGITS = 4
"""A parameter that is no whole number is searched with so many."""
WIDE = 20
"""A range whose end is so many times its beginning is searched by factors, not by steps."""


class Ideas:
    """What optuna proposes, as parameters that a person could have typed."""

    def __init__(self, free: list[Described], usual: Mapping[str, str], seed: int) -> None:
        self._free = {one.name: one for one in free}
        self._usual = usual
        self._spaces = {one.name: _space(one) for one in free}
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=seed)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        self._study.enqueue_trial({name: one.read(usual[name]) for name, one in self._free.items()})

    def next(self) -> tuple[Any, dict[str, str]]:
        """One more idea: its handle, and all parameters."""
        idea = self._study.ask(self._spaces)
        new = {name: one.text(_rounded(one, idea.params[name])) for name, one in self._free.items()}
        return idea, {**self._usual, **new}

    def learn(self, idea: Any, worth: float | None) -> None:
        """What became of it; None: it could not be judged."""
        if worth is None:
            self._study.tell(idea, state=optuna.trial.TrialState.PRUNED)
        else:
            self._study.tell(idea, worth)


def _space(one: Described) -> Any:
    least, most = one.param.least, one.param.most
    by_factors = least > 0 and most / least >= WIDE
    if one.kind is Kind.WHOLE:
        return optuna.distributions.IntDistribution(int(least), int(most), log=by_factors)
    return optuna.distributions.FloatDistribution(least, most, log=by_factors)


def _rounded(one: Described, value: Number) -> Number:
    """With few digits, and still in its range."""
    if one.kind is Kind.WHOLE:
        return value
    short = type(value)(f"{value:.{DIGITS}g}")
    return min(max(short, one.param.least), one.param.most)
