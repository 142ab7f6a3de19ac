"""The house rules that a machine can check: pure functions from a file's text to complaints.

Alone so that tests/test_architecture.py can feed them bad files too: a rule that cannot fail is
none. Which rooms the rules are about stands in tests/rooms.py.

May import: nothing of ours.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from tests.rooms import (
    CORE_CANNOT,
    FLOAT_ROOMS,
    GUESTS,
    IMPURE,
    IMPURE_MODULES,
    MONEY_ROOMS,
    PURE,
    ROOTS,
    TIMING,
    VERSIONS,
    WITH_PAUSES,
)

MOST_LINES, MOST_FUNCTION_LINES = 300, 40
HOUSES = ("piggybot", "proxy", "migrations", "tests")
SHARED = ("wire", "fills")
SIGN = re.compile(r"^May import: (?P<rooms>[^.]*(?:\.\w+[^.]*)*)\.\s*\Z", re.MULTILINE)
NOTHING = "nothing of ours"
LATE = re.compile(r"# late: \w+.{8,}")
DATABASE = ("migrations.database", "migrations.look", "migrations.turns")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path below the project's root, with /, and its text."""

    path: str
    text: str

    @property
    def house(self) -> str:
        return self.path.split("/", maxsplit=1)[0]

    @property
    def room(self) -> str:
        """The module's first part below its house; the house's own name for its __init__."""
        parts = Path(self.path).with_suffix("").parts
        return parts[1] if len(parts) > 1 and parts[1] != "__init__" else parts[0]

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)[0]

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All of the tree."""
        return _parsed(self.text)[1]

    def within(self, places: tuple[str, ...]) -> bool:
        return any(
            self.path.startswith(one) if one.endswith("/") else self.path == one for one in places
        )


@lru_cache(maxsize=1)
def _parsed(text: str) -> tuple[ast.Module, tuple[ast.AST, ...]]:
    """Kept for the rules that look at the same file one after the other."""
    tree = ast.parse(text)
    return tree, tuple(ast.walk(tree))


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, and the line it is on."""

    module: str
    line: int

    @property
    def top(self) -> str:
        return self.module.split(".", maxsplit=1)[0]


def complaints(source: Source) -> Iterator[str]:
    """Everything that is wrong with one file; nothing when all is well."""
    for rule in RULES:
        for wrong in rule(source):
            yield f"{source.path}: {wrong}"


@cache
def imports(source: Source) -> tuple[Import, ...]:
    """Every import of the file, with `from x import y` as x, or x.y where x is a house."""
    found: list[Import] = []
    for node in source.nodes:
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module in HOUSES:
                found += [Import(f"{module}.{alias.name}", node.lineno) for alias in node.names]
            else:
                found.append(Import(module, node.lineno))
    return tuple(found)


def signed(source: Source) -> set[str] | None:
    """The rooms that the file's sign allows; None where it has no sign."""
    hit = SIGN.search(ast.get_docstring(source.tree) or "")
    if hit is None:
        return None
    rooms = " ".join(hit["rooms"].split())
    return set() if rooms == NOTHING else set(rooms.split(", "))


def has_sign(source: Source) -> Iterator[str]:
    if not source.text:
        return
    if not ast.get_docstring(source.tree):
        yield "has no docstring that says what it holds"
    elif source.house != "tests" and signed(source) is None and not _names_only(source):
        yield "its docstring does not end in a sign: May import: rooms."


def keeps_to_its_sign(source: Source) -> Iterator[str]:
    allowed = signed(source) or set()
    for one in imports(source):
        if one.module.startswith("."):
            yield f"line {one.line}: a relative import hides the room it comes from"
        if one.top not in HOUSES or source.house == "tests":
            continue
        room = _room_of(one)
        if _always_allowed(source, one) or room == source.room:
            continue
        if room not in allowed:
            yield f"line {one.line}: imports {one.module}, and its sign does not name {room}"


def keeps_the_houses_apart(source: Source) -> Iterator[str]:
    for one in imports(source):
        if source.house == "piggybot" and one.top == "proxy" and _room_of(one) not in SHARED:
            yield f"line {one.line}: the bot may know proxy.wire and proxy.fills, not {one.module}"
        if source.house == "piggybot" and one.top == "ccxt":
            yield f"line {one.line}: the bot never imports ccxt"
        if source.house == "proxy" and one.top == "piggybot":
            yield f"line {one.line}: the proxy never imports the bot"
        if source.house in ("piggybot", "proxy") and one.top == "tests":
            yield f"line {one.line}: no house imports the tests"


def keeps_guests_in_their_rooms(source: Source) -> Iterator[str]:
    if source.house == "tests" or source.path in ROOTS:
        return
    for one in imports(source):
        rooms = GUESTS.get(one.top)
        if rooms is not None and not source.within(rooms):
            yield f"line {one.line}: {one.top} lives in {', '.join(rooms)}"


def is_small(source: Source) -> Iterator[str]:
    lines = len(source.text.splitlines())
    if lines >= MOST_LINES:
        yield f"has {lines} lines; below {MOST_LINES} is the rule"
    if source.within(VERSIONS):
        return
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length >= MOST_FUNCTION_LINES:
                yield f"{node.name} has {length} lines; below {MOST_FUNCTION_LINES} is the rule"


def imports_at_the_top(source: Source) -> Iterator[str]:
    """Or says on its line what is saved by loading it late."""
    at_the_top = {id(node) for node in source.tree.body}
    found = [node for node in source.nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    if at_the_top.issuperset(map(id, found)):
        return
    lines = source.text.splitlines()
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if not isinstance(inner, ast.Import | ast.ImportFrom):
                    continue
                if not LATE.search(lines[inner.lineno - 1]):
                    yield f"line {inner.lineno}: an import inside the function {node.name}"


def takes_time_and_chance_as_arguments(source: Source) -> Iterator[str]:
    if not source.within(PURE):
        return
    for one in imports(source):
        if one.top in IMPURE_MODULES:
            yield f"line {one.line}: imports {one.top}; time and chance come in as arguments"
        if source.path.startswith("piggybot/core/") and one.top in CORE_CANNOT:
            yield f"line {one.line}: imports {one.top}; the core does no I/O"
    for node in source.nodes:
        if isinstance(node, ast.Call) and _dotted(node.func) in IMPURE:
            yield f"line {node.lineno}: calls {_dotted(node.func)}; it comes in as an argument"


def knows_no_float(source: Source) -> Iterator[str]:
    """Money is Decimal. Seconds may be floats, where no money is about; float() only in few."""
    if source.house == "tests" or source.within(FLOAT_ROOMS):
        return
    money = source.within(MONEY_ROOMS)
    exact = money and not source.within(WITH_PAUSES)
    for node in source.nodes:
        called = isinstance(node, ast.Call) and _dotted(node.func) == "float"
        if called and not source.within(TIMING):
            yield f"line {node.lineno}: calls float(); money is Decimal"
        elif money and isinstance(node, ast.Name) and node.id == "float":
            yield f"line {node.lineno}: float; money is Decimal"
        elif exact and isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}: the float {node.value}; money is Decimal"


def _names_only(source: Source) -> bool:
    """A package's __init__ that imports nothing of ours needs no sign."""
    own = [one for one in imports(source) if one.top in HOUSES]
    return source.path.endswith("__init__.py") and not own


def _always_allowed(source: Source, one: Import) -> bool:
    if one.module in DATABASE or one.top == "migrations" == source.house:
        return True
    return one.module in ("proxy", "proxy.__version__") and source.house == "proxy"


def _room_of(one: Import) -> str:
    parts = one.module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


RULES = (
    has_sign,
    keeps_to_its_sign,
    keeps_the_houses_apart,
    keeps_guests_in_their_rooms,
    is_small,
    imports_at_the_top,
    takes_time_and_chance_as_arguments,
    knows_no_float,
)
