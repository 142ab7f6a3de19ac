"""The settings of a run that are not its strategy's own: exits and guards, by name and range.

Alone because a line, a backtest and a card all read and write them, and each must mean the same.

May import: core, errors.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from piggybot.core.money import plain, quoted
from piggybot.core.runs import Exits, Guards
from piggybot.errors import BadInput

SHARE = re.compile(r"(?P<number>[0-9]{1,4}(\.[0-9]{1,4})?)%", re.ASCII)
COUNT = re.compile(r"(?P<number>[0-9]{1,6})(?:c|candles?)?", re.ASCII)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: what it is a number of, the range of it, and how it is typed."""

    name: str
    share: bool
    least: Decimal
    most: Decimal
    example: str
    help: str
    aliases: tuple[str, ...] = ()

    def read(self, text: str) -> Decimal:
        """The value: a share of one, or a count. Refuses what could be meant otherwise."""
        like = f"Type it like this: {self.example}"
        found = (SHARE if self.share else COUNT).fullmatch(text.lower())
        if found is None:
            wanted = "a percentage with its sign" if self.share else "a whole number"
            raise BadInput(f"{quoted(f'{self.name}={text}')} is not {wanted}.", like)
        number = Decimal(found["number"])
        if not self.least <= number <= self.most:
            raise BadInput(
                f"{self.name}={text} is out of range: {self.show(self.least)} to "
                f"{self.show(self.most)}.",
                like,
            )
        return number / HUNDRED if self.share else number

    def show(self, number: Decimal) -> str:
        """A number as it is typed, in the setting's own unit."""
        return f"{plain(number.normalize())}%" if self.share else plain(number)

    def typed(self, value: Decimal) -> str:
        """name=value, as a person would type it."""
        return f"{self.name}={self.show(value * HUNDRED if self.share else value)}"


def _share(name: str, range_: tuple[str, str], help_: str, *aliases: str) -> Setting:
    least, most = map(Decimal, range_)
    example = {"stop": "5%", "take": "10%", "trail": "3%", "drawdown": "20%"}[name]
    return Setting(name, True, least, most, f"{name}={example}", help_, aliases)


def _count(name: str, range_: tuple[int, int], help_: str, *aliases: str) -> Setting:
    least, most = map(Decimal, range_)
    example = {"limit": "48", "cooldown": "3", "losses": "5"}[name]
    return Setting(name, False, least, most, f"{name}={example}", help_, aliases)


SETTINGS: Mapping[str, Setting] = {
    one.name: one
    for one in (
        _share("stop", ("0.1", "90"), "sell when so far below the buy", "stop_loss", "sl"),
        _share("take", ("0.1", "1000"), "sell when so far above it", "take_profit", "tp"),
        _share("trail", ("0.1", "90"), "sell when so far below the peak", "trailing_stop"),
        _count("limit", (1, 100_000), "sell after so many candles", "time_limit"),
        _count("cooldown", (0, 10_000), "candles without a buy after a loss", "cool_down"),
        _count("losses", (1, 100), "halt after so many losses in a row", "max_losses"),
        _share("drawdown", ("1", "100"), "halt when so far below its best", "max_drawdown"),
    )
}
ALIASES: Mapping[str, str] = {alias: one.name for one in SETTINGS.values() for alias in one.aliases}


def exits_of(given: Mapping[str, Decimal]) -> Exits:
    limit = given.get("limit")
    return Exits(
        stop_loss=given.get("stop"),
        take_profit=given.get("take"),
        trailing_stop=given.get("trail"),
        time_limit=None if limit is None else int(limit),
    )


def guards_of(given: Mapping[str, Decimal]) -> Guards:
    """What was not given is as the design has it: halt after 5 losses, or 20% down."""
    usual = Guards()
    return Guards(
        cooldown=int(given.get("cooldown", usual.cooldown)),
        losses=int(given.get("losses", usual.losses)),
        drawdown=given.get("drawdown", usual.drawdown),
    )
