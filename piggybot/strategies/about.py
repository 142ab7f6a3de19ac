"""What there is to know of a strategy without running it, and whether a class is one at all.

Alone because a guest's class is looked at in its own process, and only what is said here of it
comes out: as plain values, checked again on the other side.

May import: core, errors.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from piggybot.core.money import visible
from piggybot.strategies import Param
from piggybot.strategies.parameters import NAME, Described, Kind, Malformed, checked, described

LONGEST = 120
NEEDED = ("warmup", "signals", "explain")


@dataclass(frozen=True, slots=True)
class About:
    """A strategy by its own words."""

    name: str
    summary: str
    """When it enters and when it leaves, in one line."""
    adds: bool
    parameters: tuple[Described, ...]
    package: str = ""
    """The package that it came with; empty: ours."""
    below: bool = False
    """Whether its lines have a scale of their own, and are drawn below the prices."""

    def plain(self) -> dict[str, Any]:
        """As values that JSON has."""
        rows = [{**dataclasses.asdict(one), "kind": str(one.kind)} for one in self.parameters]
        words = {"name": self.name, "summary": self.summary}
        return {**words, "adds": self.adds, "below": self.below, "parameters": rows}


def about(rule: Any, name: str) -> About:
    """What the class says of itself, or Malformed: why it is no strategy called `name`."""
    settings = getattr(rule, "__dataclass_params__", None)
    if not isinstance(rule, type) or settings is None:
        raise Malformed("The entry point names no dataclass.")
    if not settings.frozen:
        raise Malformed(f"{rule.__name__} is not frozen: @dataclass(frozen=True).")
    if getattr(rule, "name", None) != name:
        raise Malformed(f"The entry point is called {name}, and so must {rule.__name__}.name be.")
    adds = getattr(rule, "adds", None)
    if not isinstance(adds, bool):
        raise Malformed(f"{rule.__name__}.adds is neither True nor False.")
    missing = [one for one in NEEDED if not hasattr(rule, one)]
    if missing:
        raise Malformed(f"{rule.__name__} has no {missing[0]}.")
    words = (rule.__doc__ or "").strip()
    if not words or words.startswith(f"{rule.__name__}("):
        raise Malformed(f"{rule.__name__} has no docstring that says when it enters and leaves.")
    below = getattr(rule, "below", False) is True
    return About(name, words.split("\n")[0], adds, described(rule), below=below)


def read(plain: Mapping[str, Any], package: str) -> About:
    """What came out of a guest's process, or Malformed: nothing in it is taken as it is."""
    try:
        rows = tuple(_parameter(row) for row in plain["parameters"])
        name, adds = plain["name"], plain["adds"]
        summary = visible(plain["summary"])[:LONGEST]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Malformed("What it says of itself cannot be read.") from None
    if not isinstance(adds, bool) or not (isinstance(name, str) and NAME.fullmatch(name)):
        raise Malformed("A name begins with a small letter; the rest is small letters, digits, _.")
    return About(name, summary, adds, rows, package, plain.get("below") is True)


def _parameter(row: Mapping[str, Any]) -> Described:
    said = row["param"]
    unit, help_ = visible(said["unit"])[:LONGEST], visible(said["help"])[:LONGEST]
    param = Param(unit, said["least"], said["most"], help_)
    return checked(Described(row["name"], Kind(row["kind"]), row["default"], param))
