"""What a strategy is: its own settings, a pure rule, and its reason in words. One screen.

A strategy is a frozen dataclass. Each field is one parameter: typed, with a default, and annotated
with a `Param` (unit, range, help). It holds no state, asks nobody, and never looks ahead: what it
says of a candle depends on that candle and earlier ones only. Live trading looks at the last
element of `signals`, a backtest at all of them; so what was tested is what will run.

Ours stand in this package, one file each; other people's come in through the entry-point group
`piggybot.strategies` (docs/strategies.md).

May import: core.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from piggybot.core.market import Candles, Floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Signals: TypeAlias = NDArray[np.int8]
else:
    Signals = Any  # numpy is loaded late
"""One for each closed candle: +1 enter (or add), -1 leave, 0 nothing."""


@dataclass(frozen=True, slots=True)
class Param:
    """What a parameter is: its unit, its range (both ends included), and one line of help."""

    unit: str
    least: float
    most: float
    help: str


class BadSetting(ValueError):
    """Parameters that do not go together; a sentence. Raised by a strategy's `__post_init__`."""


class Strategy(Protocol):
    """A rule. Its class docstring's first line says when it enters and when it leaves."""

    @property
    def name(self) -> str:
        """As people type it: small letters, digits and _. In a class: `ClassVar[str]`."""

    @property
    def adds(self) -> bool:
        """Whether +1 while something is held buys more, or is passed over: `ClassVar[bool]`."""

    @property
    def warmup(self) -> int:
        """So many candles that nothing before them changes the last signal."""

    def signals(self, candles: Candles) -> Signals:
        """One signal for each candle; 0 wherever there is not enough history."""

    def explain(self, candles: Candles, at: int) -> str:
        """Why the signal of candle `at` is what it is: words with the numbers in them."""


@runtime_checkable
class Drawn(Protocol):
    """A strategy that has something to show on a chart; not every one has.

    Its lines are on the scale of prices; `below: ClassVar[bool] = True` says that they are not.
    """

    def lines(self, candles: Candles) -> Mapping[str, Floats]:
        """Lines by name, one value for each candle; NaN is not drawn."""
