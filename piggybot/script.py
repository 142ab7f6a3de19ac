"""The language of demo scripts: one line a message, and what each other line means.

    /testbuy 2              a message          [Confirm]         press the newest button so called
    ? Bought                expect this text   ?? orders == 1    expect this of the exchange's books
    !exchange timeout-after, !exchange ok, !proxy kill, !proxy start, !bot kill, !bot start,
    !telegram down, !telegram up, !wait 5      misbehave         # a comment, as in most languages

A line is understood whole before anything is played, so that a slip of the pen costs no minute.

May import: nothing of ours.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

PLACEHOLDERS = ("code", "key", "secret")
MISBEHAVIOUR: Mapping[str, tuple[str, ...]] = {
    "proxy": ("kill", "start"),
    "bot": ("kill", "start"),
    "telegram": ("down", "up"),
}
COUNTS = ("orders", "open_orders", "trades", "posts")
LONGEST_WAIT = 600.0
OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_COMPARISON = re.compile(
    r"(?P<name>[a-z_]+(?:\.[A-Z0-9]+)?)\s*(?P<operator>==|!=|<=|>=|<|>)\s*"
    r"(?P<number>-?\d+(?:\.\d+)?)"
)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_FAULT = re.compile(r"[a-z0-9][a-z0-9-]*")
_SECONDS = re.compile(r"\d+(?:\.\d+)?")


class BadScript(Exception):
    """A line that is not of the language; the text is a sentence with its number."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"Line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Books:
    """What the exchange's own books hold, of one account."""

    orders: int
    open_orders: int
    trades: int
    posts: int
    balances: Mapping[str, Decimal]

    def value(self, name: str) -> Decimal:
        """The number that a script calls `name`; an asset that was never held is 0."""
        if name.startswith("balance."):
            return self.balances.get(name.removeprefix("balance."), Decimal(0))
        counts = (self.orders, self.open_orders, self.trades, self.posts)
        return Decimal(counts[COUNTS.index(name)])


@dataclass(frozen=True, slots=True)
class Say:
    """Type `text`; placeholders in it are still to be filled."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """Press the newest button with that label."""

    line: int
    label: str


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait for `text` in a message that is new, or newly edited, since the last Say or Press."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class ExpectBooks:
    """Wait until the comparison holds of the exchange's own books."""

    line: int
    name: str
    operator: str
    number: Decimal

    @property
    def text(self) -> str:
        return f"{self.name} {self.operator} {self.number}"

    def holds(self, books: Books) -> bool:
        return OPERATORS[self.operator](books.value(self.name), self.number)


@dataclass(frozen=True, slots=True)
class Misbehave:
    """Make one part of the world fail, or mend it: `who` is exchange, proxy, bot or telegram."""

    line: int
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass."""

    line: int
    seconds: float


Step = Say | Press | Expect | ExpectBooks | Misbehave | Wait


def parse(text: str) -> list[Step]:
    """The steps of a whole script, or BadScript with the number of its first bad line."""
    return list(_steps(text))


def parse_line(number: int, line: str) -> Step:
    """The step that one line means; it is neither empty nor a comment."""
    if line.startswith("??"):
        return _comparison(number, line[2:].strip())
    if line.startswith("?"):
        return Expect(number, _filled(number, line[1:].strip(), "Write what to expect: ? text"))
    if line.startswith("!"):
        return _misbehaviour(number, line[1:].split())
    if line.startswith("["):
        if not line.endswith("]"):
            raise BadScript(number, f"A button is written in brackets, [Label]; this is {line!r}.")
        return Press(number, _filled(number, line[1:-1].strip(), "Write the label: [Label]"))
    _check_placeholders(number, line)
    return Say(number, line)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the demo's own values where `text` names them."""
    return _PLACEHOLDER.sub(lambda hit: values[hit[1]] if hit[1] in PLACEHOLDERS else hit[0], text)


def _steps(text: str) -> Iterator[Step]:
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line and not line.startswith("#"):
            yield parse_line(number, line)


def _filled(number: int, text: str, otherwise: str) -> str:
    if not text:
        raise BadScript(number, f"{otherwise}.")
    _check_placeholders(number, text)
    return text


def _check_placeholders(number: int, text: str) -> None:
    for name in _PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise BadScript(number, f"There is no {{{name}}}; there are {known}.")


def _comparison(number: int, text: str) -> ExpectBooks:
    hit = _COMPARISON.fullmatch(text)
    if hit is None:
        raise BadScript(
            number, f"Compare a name with a number, as in ?? orders == 1; this is {text!r}."
        )
    name = hit["name"]
    asset = name.removeprefix("balance.")
    if name not in COUNTS and (asset == name or not asset):
        known = ", ".join((*COUNTS, "balance.BTC"))
        raise BadScript(number, f"The books have no {name!r}; they have {known} and the like.")
    return ExpectBooks(number, name, hit["operator"], Decimal(hit["number"]))


def _misbehaviour(number: int, words: list[str]) -> Misbehave | Wait:
    match words:
        case ["wait", seconds]:
            return _wait(number, seconds)
        case ["exchange", fault] if _FAULT.fullmatch(fault):
            return Misbehave(number, "exchange", fault)
        case [who, what] if what in MISBEHAVIOUR.get(who, ()):
            return Misbehave(number, who, what)
        case [who, *_] if who in MISBEHAVIOUR:
            ways = " or ".join(f"!{who} {way}" for way in MISBEHAVIOUR[who])
            raise BadScript(number, f"Write {ways}; this is '!{' '.join(words)}'.")
        case ["exchange", *_]:
            raise BadScript(number, "Write !exchange and one fault, or !exchange ok.")
    raise BadScript(
        number,
        f"There is no '!{' '.join(words)}'; there are !exchange, !proxy, !bot, !telegram, !wait.",
    )


def _wait(number: int, text: str) -> Wait:
    seconds = float(text) if _SECONDS.fullmatch(text) else LONGEST_WAIT + 1
    if seconds > LONGEST_WAIT:
        raise BadScript(number, f"Write !wait and up to {LONGEST_WAIT:.0f} seconds; not {text!r}.")
    return Wait(number, seconds)
