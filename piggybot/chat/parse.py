"""What people type, understood: symbols, exchanges, whole numbers. Amounts are core/money's.

Alone because the handlers share it; what is not understood comes back with the nearest guess.

May import: core, errors, wire.
"""

import difflib
import re
from collections.abc import Sequence

from piggybot.core.money import quoted
from piggybot.errors import BadInput
from proxy.wire import Exchange

WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
NOT_WHOLE = (
    (re.compile(r"[0-9]{7,}\Z", re.ASCII), "is too large"),
    (re.compile(r"-[0-9]+\Z", re.ASCII), "is below zero"),
    (re.compile(r""), "is not a whole number like 5"),
)
SYMBOL = re.compile(r"[A-Za-z0-9]+([/_:-]?[A-Za-z0-9]+)?", re.ASCII)
MONEY = re.compile(r"(USDT|USDC|USD|EUR)\Z")
ENDED = {"coinbasepro": "Coinbase Pro no longer exists. Its heir, Coinbase, is not supported yet."}


def whole(text: str, usage: str) -> int:
    """A whole number from 0 on."""
    if WHOLE.fullmatch(text):
        return int(text)
    why = next(said for looks, said in NOT_WHOLE if looks.match(text))
    raise BadInput(f"{quoted(text)} {why}.", f"Type it like this: {usage}")


def resolve_symbol(text: str, symbols: Sequence[str]) -> str:
    """The allowed symbol that was meant: btc, BTCUSDT, btc-usdt and BTC/USDT are one."""
    typed = re.sub(r"[^A-Z0-9]", "", text.upper())
    joined = {symbol.replace("/", ""): symbol for symbol in symbols}
    bases: dict[str, list[str]] = {}
    for symbol in symbols:
        bases.setdefault(symbol.split("/", maxsplit=1)[0], []).append(symbol)
    if SYMBOL.fullmatch(text):
        if typed in joined:
            return joined[typed]
        if len(bases.get(typed, [])) == 1:
            return bases[typed][0]
    raise BadInput(f"I do not trade {quoted(text)}.", _suggestion(typed, bases))


def _suggestion(typed: str, bases: dict[str, list[str]]) -> str:
    """The nearest by its coin: every symbol looks alike in what it is paid with."""
    allowed = ", ".join(symbol for group in bases.values() for symbol in group)
    coin = MONEY.sub("", typed)
    begun = [base for base in bases if typed.startswith(base)]
    near = begun or (difflib.get_close_matches(coin, bases, n=1) if coin else [])
    if not near:
        return f"Allowed are {allowed}."
    return f"Did you mean {bases[near[0]][0]}? Allowed are {allowed}."


def named_exchange(typed: str, venues: Sequence[Exchange]) -> Exchange:
    """The supported exchange of that name."""
    known = {venue.name: venue for venue in venues}
    usable = " or ".join(venue.name for venue in venues if venue.supported)
    found = known.get(typed.lower())
    if found is not None and found.supported:
        return found
    hint = f"Choose {usable}."
    if found is None:
        raise BadInput(f"I know no exchange called {quoted(typed)}.", hint)
    raise BadInput(ENDED.get(found.name, f"{found.title} is not supported yet."), hint)
