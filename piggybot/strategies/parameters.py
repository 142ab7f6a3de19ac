"""The parameters of a strategy: read off its class, and read from what a person typed.

Alone because a run keeps them as text, a person types them, and a search makes them up: all three
must mean the same number. `float()` would take 1e3, nan and 1_0, which no person means.

May import: core, errors.
"""

import dataclasses
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias, get_args, get_origin, get_type_hints

from piggybot.core.money import plain, quoted
from piggybot.errors import BadInput
from piggybot.strategies import Param

Number: TypeAlias = int | float

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
WHOLE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,40})?", re.ASCII)
SHARE = re.compile(r"(?P<number>-?[0-9]{1,9}(\.[0-9]{1,40})?) ?%", re.ASCII)
HUNDRED = Decimal(100)
RUN_SETTINGS = (
    "stop stop_loss sl take take_profit tp trail trailing_stop limit time_limit cooldown "
    "cool_down losses max_losses drawdown max_drawdown"
)
"""What a run itself is set by, on the same line: a strategy's own must not read like it."""


class Malformed(Exception):
    """A class that is no strategy; a sentence."""


class Kind(StrEnum):
    """How a value is written. A SHARE's unit begins with "of": 0.05 "of the average" is 5%."""

    WHOLE = "whole"
    DECIMAL = "decimal"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Described:
    """One parameter of a strategy."""

    name: str
    kind: Kind
    default: Number
    param: Param

    def read(self, text: str) -> Number:
        """The value that was typed, or BadInput: what it is, what it may be, how to type it."""
        like = f"Type it like this: {self.name}={self.text(self.default)}"
        value = self._value(text.strip())
        if value is None:
            wanted = {
                Kind.WHOLE: "a whole number",
                Kind.DECIMAL: "a number",
                Kind.SHARE: "a percentage with its sign",
            }[self.kind]
            raise BadInput(f"{quoted(f'{self.name}={text}')} is not {wanted}.", like)
        if not self.param.least <= value <= self.param.most:
            raise BadInput(f"{self.name} is {self.text(value)}; it goes {self.range}.", like)
        return value

    def text(self, value: Number) -> str:
        """The value as it is typed and kept; reading it again gives the same."""
        exact = Decimal(repr(value))
        return f"{plain(exact * HUNDRED)}%" if self.kind is Kind.SHARE else plain(exact)

    @property
    def range(self) -> str:
        """From where to where, with the unit: from 2 to 500 candles."""
        least, most = self.text(self.param.least), self.text(self.param.most)
        return f"from {least} to {most} {self.param.unit}"

    def _value(self, text: str) -> Number | None:
        if self.kind is Kind.WHOLE:
            return int(text) if WHOLE.fullmatch(text) else None
        if self.kind is Kind.DECIMAL:
            return float(text) if DECIMAL.fullmatch(text) else None
        found = SHARE.fullmatch(text)
        return float(Decimal(found["number"]) / HUNDRED) if found else None


def described(rule: type) -> tuple[Described, ...]:
    """The parameters of a strategy's class, in their order, or Malformed."""
    if not dataclasses.is_dataclass(rule):
        raise Malformed(f"{rule.__name__} is not a dataclass.")
    hints = get_type_hints(rule, include_extras=True)
    return tuple(_described(one, hints[one.name]) for one in dataclasses.fields(rule) if one.init)


def values(name: str, known: Sequence[Described], params: Mapping[str, str]) -> dict[str, Number]:
    """What `params` say, or BadInput. What they do not name stays at its default."""
    by_name = {one.name: one for one in known}
    found: dict[str, Number] = {}
    for typed, text in params.items():
        if typed not in by_name:
            raise unknown(f"{name} has no parameter {quoted(typed)}.", typed, list(by_name))
        found[typed] = by_name[typed].read(text)
    return found


def unknown(message: str, typed: str, names: Sequence[str]) -> BadInput:
    """A name that is not there, with the nearest that is."""
    near = difflib.get_close_matches(typed.lower().replace("-", "_"), names, n=1)
    guess = f"Did you mean {near[0]}? " if near else ""
    there = f"There are {', '.join(names)}." if names else "There are none."
    return BadInput(message, guess + there)


def checked(one: Described) -> Described:
    """The same, or Malformed: what of it makes no sense."""
    number = int if one.kind is Kind.WHOLE else float
    if not NAME.fullmatch(one.name) or one.name in RUN_SETTINGS.split():
        raise Malformed(f"A parameter cannot be called {quoted(one.name)}.")
    if not (one.param.unit and one.param.help and one.param.least < one.param.most):
        raise Malformed(f"The Param of {one.name} needs a unit, a range and a line of help.")
    if type(one.default) is not number:
        raise Malformed(f"The default of {one.name} is no {number.__name__}.")
    if not one.param.least <= one.default <= one.param.most:
        raise Malformed(f"The default of {one.name} is outside its range, {one.range}.")
    return one


def _described(one: dataclasses.Field[Number], hint: object) -> Described:
    if one.default is dataclasses.MISSING:
        raise Malformed(f"{one.name} has no default.")
    kind, param = _annotated(one.name, hint)
    return checked(Described(one.name, kind, one.default, param))


def _annotated(name: str, hint: object) -> tuple[Kind, Param]:
    """The kind and the Param out of `Annotated[int, Param(…)]`."""
    inner, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    params = [note for note in notes if isinstance(note, Param)]
    if inner not in (int, float) or len(params) != 1:
        raise Malformed(f"{name} is not annotated as Annotated[int or float, Param(…)].")
    if inner is int:
        return Kind.WHOLE, params[0]
    return (Kind.SHARE if params[0].unit.startswith("of ") else Kind.DECIMAL), params[0]
