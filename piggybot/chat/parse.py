"""What people type, understood: symbols, whole numbers. Amounts are core/money's.

Alone because the handlers share it; what is not understood comes back with the nearest guess.

May import: errors.
"""

import difflib
import re
from collections.abc import Sequence

from piggybot.errors import BadInput

WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)


def whole(text: str, usage: str) -> int:
    if not WHOLE.fullmatch(text):
        raise BadInput(f"{text[:20]} is not a whole number.", f"Type it like this: {usage}")
    return int(text)


def resolve_symbol(text: str, symbols: Sequence[str]) -> str:
    """The allowed symbol that was meant: btc, BTCUSDT, btc-usdt and BTC/USDT are one."""
    typed = re.sub(r"[^A-Z0-9]", "", text.upper())
    joined = {symbol.replace("/", ""): symbol for symbol in symbols}
    bases: dict[str, list[str]] = {}
    for symbol in symbols:
        bases.setdefault(symbol.split("/", maxsplit=1)[0], []).append(symbol)
    if typed in joined:
        return joined[typed]
    if len(bases.get(typed, [])) == 1:
        return bases[typed][0]
    raise BadInput(f"I do not trade {text[:20]}.", _suggestion(typed, joined, bases))


def _suggestion(typed: str, joined: dict[str, str], bases: dict[str, list[str]]) -> str:
    near = difflib.get_close_matches(typed, [*joined, *bases], n=1)
    allowed = ", ".join(joined.values())
    if not near:
        return f"Allowed are {allowed}."
    meant = joined.get(near[0]) or bases[near[0]][0]
    return f"Did you mean {meant}? Allowed are {allowed}."
