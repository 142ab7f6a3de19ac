"""Whether all words of the page can be read, by day and by night: the contrast that WCAG asks for.

May import: nothing of ours.
"""

import re
from pathlib import Path

import pytest

STYLE = Path(__file__).parents[2] / "piggybot" / "page" / "static" / "base.css"
WORDS, SIGNS = 4.5, 3.0
"""What WCAG 2.2 AA asks of small letters (1.4.3), and of signs (1.4.11)."""

READ = {
    "text": "surface surface-2 in out accent-soft code",
    "muted": "surface surface-2 in accent-soft",
    "accent": "surface in out accent-soft",
    "surface": "accent",
    "out-meta": "out",
    "key-text": "key key-hover",
    "good": "surface",
    "bad": "surface surface-2 bad-soft",
}
"""Letters, and the grounds that they stand on."""
SEEN = {"tick": "out", "good": "surface", "bad": "surface", "accent": "surface-2"}

Colour = tuple[float, float, float, float]


def colours(block: str) -> dict[str, Colour]:
    found = re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6}|rgb\([^)]*\));", block)
    return {name: colour(value) for name, value in found}


def colour(value: str) -> Colour:
    if value.startswith("#"):
        digits = value[1:] if len(value) == 7 else "".join(2 * one for one in value[1:])
        red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
        return (red, green, blue, 1.0)
    red, green, blue, share = (int(one) for one in re.findall(r"\d+", value))
    return (red, green, blue, share / 100)


def over(top: Colour, below: Colour) -> Colour:
    share = top[3]
    red, green, blue = (
        share * a + (1 - share) * b for a, b in zip(top[:3], below[:3], strict=True)
    )
    return (red, green, blue, 1.0)


def light(one: Colour) -> float:
    parts = [part / 255 for part in one[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    dark, bright = sorted([light(one), light(other)])
    return (bright + 0.05) / (dark + 0.05)


DAY, NIGHT = (colours(part) for part in STYLE.read_text().split("prefers-color-scheme: dark"))


@pytest.mark.parametrize("theme", [DAY, DAY | NIGHT], ids=["day", "night"])
@pytest.mark.parametrize(
    ("wanted", "pairs"), [(WORDS, READ), (SIGNS, SEEN)], ids=["words", "signs"]
)
def test_what_is_written_stands_out_from_what_it_stands_on(
    theme: dict[str, Colour], wanted: float, pairs: dict[str, str]
):
    weak = {
        f"{name} on {ground} over {wall}": round(ratio, 2)
        for name, grounds in pairs.items()
        for ground in grounds.split()
        for wall in ("wall-a", "wall-b")
        if (ratio := contrast(theme[name], over(theme[ground], theme[wall]))) < wanted
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [DAY, DAY | NIGHT], ids=["day", "night"])
def test_the_day_can_be_read_on_its_chip(theme: dict[str, Colour]):
    chips = (over(theme["chip"], theme[wall]) for wall in ("wall-a", "wall-b"))
    assert min(contrast((255, 255, 255, 1), chip) for chip in chips) >= WORDS
