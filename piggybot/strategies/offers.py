"""Which installed packages offer strategies, found without importing any of them.

May import: core.
"""

import importlib.metadata
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution

from piggybot.core.money import visible
from piggybot.strategies.parameters import NAME

GROUP = "piggybot.strategies"
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry point of the group: the strategy's name, where it is, and whose it is."""

    name: str
    value: str
    package: str


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be loaded, and what cannot: by name, and why."""

    good: tuple[Offer, ...] = ()
    bad: Mapping[str, str] = field(default_factory=dict)


def offers(taken: Collection[str]) -> Offers:
    """All that is installed. `taken` are our own names: no package may take their place."""
    good: list[Offer] = []
    bad: dict[str, str] = {}
    found = list(_all(bad))
    count = Counter(one.name for one in found)
    for one in found:
        why = _why_not(one, taken, count)
        if why:
            bad[one.name if one.name not in taken else f"{one.name} ({one.package})"] = why
        else:
            good.append(one)
    return Offers(tuple(good), bad)


def _why_not(one: Offer, taken: Collection[str], count: Counter[str]) -> str:
    """Two that claim one name are both left out: neither may take the other's runs."""
    if one.name in taken:
        return f"The package {one.package} calls a strategy {one.name}, which is one of ours."
    if count[one.name] > 1:
        return "More than one package offers a strategy of this name. Remove all but one."
    if not NAME.fullmatch(one.name):
        return (
            f"The package {one.package} gives it a bad name: it begins with a small letter; "
            f"the rest is small letters, digits and _, at most 32."
        )
    return ""


def _all(bad: dict[str, str]) -> Iterator[Offer]:
    """Of each package once: the first on the path is the one that would be imported."""
    seen: set[str] = set()
    for one in importlib.metadata.distributions():
        text = _text(one)
        if GROUP not in text:
            continue
        package = _package(one)
        if package in seen:
            continue
        seen.add(package)
        try:
            entries = one.entry_points.select(group=GROUP)
        except Exception:  # noqa: BLE001 - a file that anybody may have written
            bad[package] = f"The entry points of the package {package} cannot be read."
            continue
        for entry in entries:
            yield Offer(visible(entry.name)[:LONGEST], entry.value, package)


def _text(one: Distribution) -> str:
    try:
        return one.read_text("entry_points.txt") or ""
    except (OSError, UnicodeDecodeError):
        return ""


def _package(one: Distribution) -> str:
    try:
        name = one.metadata["Name"] or "without a name"
    except Exception:  # noqa: BLE001 - a file that anybody may have written
        name = "without a name"
    return re.sub(r"[-_.]+", "-", visible(name).lower())[:LONGEST]
