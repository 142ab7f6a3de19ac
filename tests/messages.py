"""Every text that a person can get, read from the source: docs/messages.md is made of it.

Alone because it reads code as text: no list of messages is kept by hand, so none can be forgotten.
What fills the gaps of a text is named in {}. Which modules are read, under which heading, stands in
tests/subjects.py.

May import: nothing of ours.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.literals import heard, shown

FIELD = re.compile(r"\{(\w*)[^}]*\}")
DEEPEST = 5
TOGETHER_AT_MOST = 3
SAME = frozenset({"e", "escape", "str", "chr"})
"""Calls that say what they are given."""
NAMES = {
    "usd": "money",
    "usd_exact": "money",
    "exact": "money",
    "gain": "gain or loss",
    "price_text": "price",
    "percent": "percent",
    "share": "percent",
    "change": "percent",
    "moment": "time",
    "span": "how long",
    "mark": "mode",
    "title": "run",
    "plain": "amount",
    "units": "amount",
    "quoted": "“what was typed”",
    "len": "number",
}
"""What calls come to."""
ATTRIBUTES = {"message": "why", "hint": "next step"}
Found = tuple[frozenset[ast.AST], "Message"]


@dataclass(frozen=True, slots=True)
class Message:
    """One text as it is seen, and the line where it stands."""

    line: int
    text: str


def messages(source: str, *, labels: bool = False) -> list[Message]:
    """All messages of a module, in its order; with `labels` single words count too."""
    return _Reader(*heard(source, labels=labels)).read()


@dataclass(frozen=True, slots=True)
class _Scope:
    """What stands behind the names where a text is put together."""

    values: Mapping[str, ast.expr] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    deep: int = 0


class _Reader:
    """Reads one module: the outermost texts, each with what it is made of in its place."""

    def __init__(self, tree: ast.Module, read: set[ast.Constant]) -> None:
        self._tree = tree
        self._heard = read
        self._constants = _given([one for one in tree.body if isinstance(one, ast.Assign)])
        self._functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
        self._told: set[ast.AST] = set()

    def read(self) -> list[Message]:
        found = [*self._below(self._tree, _Scope())]
        return [message for nodes, message in found if not nodes <= self._told]

    def _below(self, node: ast.AST, scope: _Scope) -> Iterator[Found]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            scope = _inside(node)
        whole = self._whole(node)
        if whole:
            said = "\n".join(filter(None, (self._say(one, scope) for one in whole)))
            yield frozenset(whole), Message(getattr(node, "lineno", 0), shown(said))
            rest = [below for one in whole for below in _beside(one)]
        else:
            rest = [*ast.iter_child_nodes(node)]
        for child in rest:
            yield from self._below(child, scope)

    def _whole(self, node: ast.AST) -> list[ast.expr]:
        """The expressions that are one message: a text, or a sentence and its next step."""
        match node:
            case ast.Tuple(elts=several) if 1 < len(several) <= TOGETHER_AT_MOST:
                return [one for one in several if self._is_text(one)]
            case ast.Call(func=ast.Name(id=name), args=several) if name[0].isupper():
                several = [*several, *(one.value for one in node.keywords)]
                return [one for one in several if self._is_text(one)]
            case ast.expr() if self._is_text(node):
                return [node]
        return []

    def _is_text(self, node: ast.AST) -> bool:
        """Whether it is put together here, from at least one literal with words."""
        parts: Sequence[ast.AST] = []
        match node:
            case ast.Constant():
                return node in self._heard
            case ast.JoinedStr(values=values):
                parts = [
                    one.value if isinstance(one, ast.FormattedValue) else one for one in values
                ]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                parts = [left, right]
            case ast.IfExp(body=left, orelse=right):
                parts = [left, right]
            case ast.BoolOp(values=values):
                parts = values
        return any(self._is_text(one) for one in parts)

    def _say(self, node: ast.AST, scope: _Scope) -> str:
        """As it is seen, with names for what is not known here."""
        said = ""
        match node:
            case ast.Constant(value=str(text)):
                said = FIELD.sub(lambda gap: f"{{{_words(gap[1] or 'value')}}}", text)
            case ast.JoinedStr(values=parts):
                said = "".join(self._part(one, scope) for one in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                said = self._say(left, scope) + self._say(right, scope)
            case ast.IfExp(body=left, orelse=right):
                said = _either([self._say(left, scope), self._say(right, scope)])
            case ast.BoolOp(values=parts):
                said = _either([self._say(one, scope) for one in parts])
            case ast.Name(id=name):
                said = self._named(name, scope)
            case ast.Call(func=ast.Name(id=name)) if name in self._functions:
                said = self._called(name, node, scope)
            case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="lower")):
                said = self._say(inner, scope).lower()
            case ast.Call(args=[given, *_]) if _is_same(node):
                said = self._say(given, scope)
            case _:
                said = f"{{{_gap(node)}}}"
        return said

    def _part(self, part: ast.expr, scope: _Scope) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        assert isinstance(part, ast.FormattedValue)
        return "{time}" if _is_time(part.format_spec) else self._say(part.value, scope)

    def _named(self, name: str, scope: _Scope) -> str:
        known = scope.values if name in scope.own else self._constants
        value = known.get(name)
        if value is None or scope.deep > DEEPEST or not self._is_text(value):
            return f"{{{_words(name)}}}"
        self._told.add(value)
        return self._say(value, replace(scope, deep=scope.deep + 1))

    def _called(self, name: str, node: ast.Call, scope: _Scope) -> str:
        """The words of a function beside, where it has one way to end."""
        function = self._functions[name]
        ends = [one.value for one in ast.walk(function) if isinstance(one, ast.Return)]
        end = ends[0] if len(ends) == 1 and name not in NAMES else None
        if end is None or scope.deep > DEEPEST or not self._is_text(end):
            return f"{{{_gap(node)}}}"
        self._told.add(end)
        return self._say(end, _inside(function, scope.deep + 1))


def _beside(node: ast.expr) -> Iterator[ast.AST]:
    """What is below a text, and was not said with it."""
    for below in ast.walk(node):
        if isinstance(below, ast.Call) and not _is_same(below):
            yield from (*below.args, *(one.value for one in below.keywords))


def _gap(node: ast.AST) -> str:
    """What fills a gap, in a word or two."""
    inner: ast.AST | None = None
    name = "number"
    match node:
        case ast.Call():
            return _gap_of_call(node)
        case ast.Attribute(attr="value" | "name", value=value) | ast.Subscript(value=value):
            inner = value
        case ast.Name(id=name) | ast.Attribute(attr=name):
            pass
        case ast.GeneratorExp(elt=value) | ast.ListComp(elt=value) | ast.Starred(value=value):
            inner = value
        case ast.BoolOp(values=[value, *_]) | ast.IfExp(body=value):
            inner = value
        case ast.BinOp(left=left, right=right):
            inner = right if isinstance(left, ast.Constant) else left
    return _words(name) if inner is None else _gap(inner)


def _gap_of_call(node: ast.Call) -> str:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "value")
    if name in NAMES:
        return NAMES[name]
    if node.args and (name in SAME or name == "join"):
        return _gap(node.args[0])
    if isinstance(node.func, ast.Attribute) and name in dir(str):
        return _gap(node.func.value)
    return _words(name)


def _is_same(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in SAME


def _is_time(spec: ast.expr | None) -> bool:
    return spec is not None and bool(re.search("%[YHmd]", ast.unparse(spec)))


def _either(ways: list[str]) -> str:
    """[a / b], or a part that may be missing."""
    said = [one for one in dict.fromkeys(ways) if one]
    whole = " / ".join(said)
    return f"[{whole}]" if len(said) > 1 or "" in ways else whole


def _words(name: str) -> str:
    """orderId and _order_id become “order id”."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.strip("_")).replace("_", " ").lower()
    return ATTRIBUTES.get(name, apart)


def _inside(function: ast.FunctionDef | ast.AsyncFunctionDef, deep: int = 0) -> _Scope:
    """What a function's own names stand for; a parameter stands for nothing that is known."""
    own = set[str]()
    for below in ast.walk(function):
        if isinstance(below, ast.arg):
            own.add(below.arg)
        elif isinstance(below, ast.Name) and isinstance(below.ctx, ast.Store):
            own.add(below.id)
    return _Scope(_given(function.body), frozenset(own), deep)


def _given(body: Sequence[ast.stmt]) -> dict[str, ast.expr]:
    """Names that are given one value and no second one."""
    found: dict[str, list[ast.expr]] = {}
    for node in (below for statement in body for below in ast.walk(statement)):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                found.setdefault(name, []).append(value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}
