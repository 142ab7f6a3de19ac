"""Which literals of a module are read by somebody: all with words, but where no message can stand.

Alone because it knows nothing of how texts are put together (tests/messages.py), and so can tell
what was forgotten there.

May import: nothing of ours.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import unescape

WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"\S\s.*[^\W\d_]{2}|[^\W\d_]{2}.*\s\S", re.DOTALL)
SAID_BY = frozenset({"Reply", "Button", "Letter"})
"""Whose first argument is read, if it is a single word too."""
TAG = re.compile(r"</?(?:b|i|pre|code)>")
GAP = re.compile(r"\{\w*[^}]*\}|\n")
LOGGED = ("debug", "info", "warning", "error", "exception", "critical")
UNSPOKEN = re.compile(r"%|B(?:earer|asic) |\s*(?:SELECT|SET|SHOW|PRAGMA|BEGIN) |.*\\", re.DOTALL)
"""The form of a time, a header, a statement for a database, a pattern."""
SILENT_CALLS = frozenset({*LOGGED, "compile", "Field", "text", "Column", "CheckConstraint"})
SILENT_ARGUMENTS = frozenset({"loc", "xycoords", "textcoords"})
MADE_OF_THEM = frozenset({"split", "replace"})
"""Methods that make something else of a literal."""


def pieces(source: str, *, labels: bool) -> Iterator[tuple[int, str]]:
    """Every literal that is read by itself, with its line, however it is put together."""
    for node in sorted(heard(source, labels=labels)[1], key=_place):
        for part in GAP.split(shown(str(node.value))):
            if WORD.search(part):
                yield node.lineno, part.strip()


@cache
def heard(source: str, *, labels: bool) -> tuple[ast.Module, set[ast.Constant]]:
    """The module, and its literals that are read: with `labels` those of one word too, otherwise
    those of two, or of one and a gap.
    """
    tree = ast.parse(source)
    nodes = [*ast.walk(tree)]
    hushed = _silent(nodes)
    found = set[ast.Constant]()
    for node in nodes:
        if isinstance(node, ast.Constant) and (WORD if labels else SENTENCE).search(_text(node)):
            found.add(node)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAID_BY:
            found.update(
                one
                for one in node.args[:1]
                if isinstance(one, ast.Constant) and WORD.search(_text(one))
            )
        if isinstance(node, ast.JoinedStr):
            parts = [one for one in node.values if WORD.search(_text(one))]
            if SENTENCE.search("".join(_text(one) or "gap" for one in node.values)):
                found.update(one for one in parts if isinstance(one, ast.Constant))
    return tree, found - hushed


def shown(text: str) -> str:
    """As Telegram shows it: without tags."""
    return unescape(TAG.sub("", text))


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _place(node: ast.Constant) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _silent(nodes: Iterable[ast.AST]) -> set[ast.AST]:
    """All that stands where no message can: docstrings, logs, keys, comparisons, types."""
    hushed = (one for node in nodes for one in (*_hushed(node), *_hushed_of_call(node)))
    return {below for one in hushed if one is not None for below in ast.walk(one)}


def _hushed(node: ast.AST) -> list[ast.expr | None]:
    match node:
        case ast.Expr(value=ast.Constant() as said) | ast.Assert(msg=said):
            return [said]
        case ast.Constant(value=str(text)) if UNSPOKEN.match(text):
            return [node]
        case ast.Dict(keys=keys):
            return keys
        case ast.Subscript(slice=key):
            return [key]
        case ast.Compare(left=left, comparators=others):
            return [left, *others]
    return _hushed_signs(node)


def _hushed_signs(node: ast.AST) -> list[ast.expr | None]:
    match node:
        case ast.AnnAssign(annotation=sign) | ast.arg(annotation=sign):
            return [sign]
        case ast.FunctionDef(returns=sign) | ast.AsyncFunctionDef(returns=sign):
            return [sign]
        case ast.FormattedValue(format_spec=spec):
            return [spec]
        case ast.Assign(targets=[ast.Name(id="__all__")], value=names):
            return [names]
    return []


def _hushed_of_call(node: ast.AST) -> list[ast.expr | None]:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) as method) if name in MADE_OF_THEM:
            return [method, *node.args]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            if name in SILENT_CALLS or name.endswith(("Error", "Warning")):
                return [*node.args, *(one.value for one in node.keywords)]
        case ast.keyword(arg=name) if name in SILENT_ARGUMENTS:
            return [node.value]
    return []
