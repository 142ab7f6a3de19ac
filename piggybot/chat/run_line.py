"""A run in one line: `sma_crossover BTC/USDT 1h 10 fast=10 stop=5%`, read from what was typed.

Alone because /run, its dialogue, /backtest and /optimize all read the same line. Pure: what words
there are comes in as a Vocabulary. The words may stand in any order; each is known by its looks,
and one that is not understood is refused, never passed over.

May import: core, errors, wire.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from piggybot.chat.parse import SYMBOL, resolve_symbol
from piggybot.chat.run_settings import ALIASES, SETTINGS, exits_of, guards_of
from piggybot.core.money import parse_amount, plain, quoted
from piggybot.core.runs import Exits, Guards
from piggybot.errors import BadInput
from proxy.wire import Timeframe

EXAMPLE = "sma_crossover BTC/USDT 1h 10"
SPAN = re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>[a-zA-Z]+)", re.ASCII)
AMOUNT_LIKE = re.compile(r"\A([-+$.]*\d|nan\Z|inf\Z)", re.IGNORECASE)
CURRENCIES = frozenset({"usd", "usdt", "$"})
MINUTES = {"m": 1, "min": 1, "h": 60, "hr": 60, "d": 1440, "w": 10080}
DAYS = {"d": 1, "w": 7}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What can be said: strategies with the names of their parameters, and symbols."""

    strategies: Mapping[str, tuple[str, ...]]
    symbols: Sequence[str]
    failed: Mapping[str, str] = field(default_factory=dict)
    """Strategies of others that could not be loaded, and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says. Empty or None: not said yet."""

    strategy: str = ""
    symbol: str = ""
    timeframe: Timeframe | None = None
    amount: Decimal | None = None
    days: int | None = None
    """How far back a backtest goes."""
    params: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Decimal] = field(default_factory=dict)
    """Exits and guards, by their names in SETTINGS."""

    @property
    def complete(self) -> bool:
        """Whether a run could be started with it."""
        named = bool(self.strategy and self.symbol)
        return named and self.timeframe is not None and self.amount is not None

    @property
    def exits(self) -> Exits:
        return exits_of(self.given)

    @property
    def guards(self) -> Guards:
        return guards_of(self.given)

    @property
    def text(self) -> str:
        """The same line again, as short as it can be typed."""
        amount = "" if self.amount is None else plain(self.amount)
        days = "" if self.days is None else f"{self.days}d"
        own = [f"{name}={value}" for name, value in self.params.items()]
        others = [SETTINGS[name].typed(value) for name, value in self.given.items()]
        head = [self.strategy, self.symbol, str(self.timeframe or ""), amount, days]
        return " ".join(word for word in [*head, *own, *others] if word)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found in the words, before settings are looked up."""

    line: Line
    settings: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def read_line(words: Iterable[str], known: Vocabulary, usage: str) -> Line:
    """What the words say, or BadInput: which of them, why not, and what was perhaps meant."""
    return amended(Line(), words, known, usage)


def amended(base: Line, words: Iterable[str], known: Vocabulary, usage: str) -> Line:
    """The line with what these words say instead, or besides. Another strategy has no settings."""
    found = _found(words, known, usage)
    new = found.line
    line = replace(
        base,
        strategy=new.strategy or base.strategy,
        symbol=new.symbol or base.symbol,
        timeframe=new.timeframe or base.timeframe,
        amount=base.amount if new.amount is None else new.amount,
        days=base.days if new.days is None else new.days,
        params={} if new.strategy not in {"", base.strategy} else base.params,
    )
    if found.unknown:
        raise _not_understood(line, found.unknown[0], known, usage)
    return _with_settings(line, found.settings, known)


def _found(words: Iterable[str], known: Vocabulary, usage: str) -> _Found:
    line, unknown = Line(), list[str]()
    settings: list[tuple[str, str]] = []
    for word in _joined(words):
        name, equals, value = word.partition("=")
        if equals:
            settings.append((name, value))
        elif (span := SPAN.fullmatch(word)) and span["unit"].lower() not in CURRENCIES:
            line = _with_span(line, word, span)
        elif AMOUNT_LIKE.match(word):
            line = _with_amount(line, word, usage)
        elif word.lower() not in CURRENCIES:
            named = _with_name(line, word, known)
            unknown += [word] if named is line else []
            line = named
    return _Found(line, tuple(settings), tuple(unknown))


def no_timeframe(text: str) -> BadInput:
    """Of a span that no candle has: the nearest that there is."""
    all_ = ", ".join(Timeframe)
    span = SPAN.fullmatch(text)
    unit = MINUTES.get(span["unit"].lower()) if span else None
    guess = ""
    if span is not None and unit is not None and int(span["count"]):
        wanted = int(span["count"]) * unit
        guess = f"Did you mean {min(Timeframe, key=lambda one: _ratio(one, wanted))}? "
    return BadInput(f"There are no candles of {quoted(text)}.", f"{guess}There are {all_}.")


def _joined(words: Iterable[str]) -> list[str]:
    """`fast = 10` and `5%` are one word each."""
    text = re.sub(r"\s*=\s*", "=", " ".join(words))
    return re.sub(r"(?<=\d)\s+%", "%", text).split()


def _with_span(line: Line, word: str, span: re.Match[str]) -> Line:
    """A timeframe, then how far back: 1h 90d."""
    small = word if word.endswith("M") else word.lower()
    if small in set(Timeframe) and line.timeframe is None:
        return replace(line, timeframe=Timeframe(small))
    days = DAYS.get(span["unit"], 0) * int(span["count"])
    if days and line.days is None:
        return replace(line, days=days)
    if line.timeframe is not None:
        had = f"{line.timeframe}" if line.days is None else f"{line.timeframe} and {line.days}d"
        raise BadInput(
            f"There is {had} already, and then {quoted(word)}.", "Leave one of them out."
        )
    raise no_timeframe(word)


def _with_amount(line: Line, word: str, usage: str) -> Line:
    amount = parse_amount(word, f"Type it like this: {usage}")
    if line.amount is not None:
        raise BadInput(
            f"There are two amounts: {plain(line.amount)} and {plain(amount)}.",
            f"Type it like this: {usage}",
        )
    return replace(line, amount=amount)


def _with_name(line: Line, word: str, known: Vocabulary) -> Line:
    """A strategy or a symbol; the same line where it is neither."""
    name = word.lower().replace("-", "_")
    if not line.strategy and name in known.strategies:
        return replace(line, strategy=name)
    if line.symbol or not SYMBOL.fullmatch(word):
        return line
    try:
        return replace(line, symbol=resolve_symbol(word, known.symbols))
    except BadInput:
        return line


def _not_understood(line: Line, word: str, known: Vocabulary, usage: str) -> BadInput:
    """A word is taken for what is still missing; a slash means a symbol."""
    if line.strategy and line.symbol:
        return BadInput(
            f"I do not understand {quoted(word)} in this.", f"Type it like this: {usage}"
        )
    if not line.strategy and ("/" not in word or line.symbol):
        return _no_strategy(word, known)
    try:
        resolve_symbol(word, known.symbols)
    except BadInput as unknown:
        return unknown
    return BadInput(f"I do not understand {quoted(word)} here.", f"Type it like this: {usage}")


def _no_strategy(word: str, known: Vocabulary) -> BadInput:
    name, all_ = word.lower().replace("-", "_"), ", ".join(known.strategies)
    if name in known.failed:
        return BadInput(
            f"The strategy {quoted(name)} could not be loaded: {known.failed[name]}",
            f"Mend its package, then start the bot again. There are {all_}.",
        )
    begun = [one for one in known.strategies if one.startswith(name) or name.startswith(one)]
    near = begun or difflib.get_close_matches(name, known.strategies, n=1)
    guess = f"Did you mean {near[0]}? " if near else ""
    return BadInput(f"There is no strategy {quoted(word)}.", f"{guess}There are {all_}.")


def _with_settings(line: Line, settings: Iterable[tuple[str, str]], known: Vocabulary) -> Line:
    """Exits and guards by their names; all others are the strategy's own parameters."""
    params: dict[str, str] = {}
    given: dict[str, Decimal] = {}
    own = known.strategies.get(line.strategy, ())
    for typed, value in settings:
        name = typed.lower().replace("-", "_")
        name = name if name in own else ALIASES.get(name, name)
        if name in params or name in given:
            raise BadInput(f"{quoted(name)} is there twice.", "Leave one of them out.")
        if name in SETTINGS:
            given[name] = SETTINGS[name].read(value)
        elif name in own:
            params[name] = value
        else:
            raise _no_setting(line.strategy, typed, own)
    return replace(line, params={**line.params, **params}, given={**line.given, **given})


def _no_setting(strategy: str, typed: str, own: Sequence[str]) -> BadInput:
    if not strategy:
        return BadInput(
            f"I cannot tell whose setting {quoted(typed)} is, without a strategy.",
            f"Name the strategy too: {EXAMPLE} {typed or 'fast'}=10",
        )
    names = [*own, *SETTINGS]
    near = difflib.get_close_matches(typed.lower(), [*names, *ALIASES], n=1)
    guess = f"Did you mean {ALIASES.get(near[0], near[0])}? " if near else ""
    return BadInput(
        f"{strategy} has no setting {quoted(typed)}.", f"{guess}There are {', '.join(names)}."
    )


def _ratio(timeframe: Timeframe, minutes: int) -> Decimal:
    """How many times one is the other."""
    mine = Decimal(timeframe.ms // 60_000)
    return max(mine / minutes, minutes / mine)
