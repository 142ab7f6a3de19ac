"""Numbers in the words of a strategy: as many digits as are needed, and no more.

May import: nothing of ours.
"""

import math

DIGITS = 6
MOST_DIGITS = 12


def number(value: float, digits: int = DIGITS) -> str:
    """So many digits that count: 64,120.5, 0.0366291, 71.43; never an exponent."""
    if not math.isfinite(value):
        return "unknown"
    size = math.floor(math.log10(abs(value))) if value else 0
    text = f"{value:,.{max(0, digits - 1 - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def apart(first: float, second: float) -> tuple[str, str]:
    """Both, with as many digits as it takes to tell them apart."""
    for digits in range(DIGITS, MOST_DIGITS):
        texts = number(first, digits), number(second, digits)
        if texts[0] != texts[1]:
            break
    return texts


def beside(first: float, second: float) -> str:
    """Where the first lies: above, below, level with."""
    if first == second:
        return "level with"
    return "above" if first > second else "below"


def too_short(needed: int, there: int) -> str:
    return f"needs {needed:,} candles, has {there:,}: no signal yet"
