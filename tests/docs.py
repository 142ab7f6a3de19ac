"""The generated parts of README.md and docs/: settings, commands, strategies, and what benchmarks
have found. `make docs` writes them.

May import: chat, settings, strategies, tables.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from bench.tables import goals_of, kept
from piggybot.chat.commands import COMMANDS
from piggybot.settings import Settings as BotSettings
from piggybot.strategies.about import about
from piggybot.strategies.parameters import Described
from piggybot.strategies.registry import BUILT_IN, rule
from proxy.settings import Settings as ProxySettings
from tests import subjects

HOUSES: dict[str, type[BaseSettings]] = {"bot": BotSettings, "proxy": ProxySettings}
REQUIRED = "**needed**"
ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "tests" / "example_strategy"


RULES = {
    "money": "refused when its message is older than 60 s",
    "open": "before pairing too",
    "owner": "the owner's only",
}
BOUNDS = {Gt: ("above {}", "gt"), Ge: ("from {}", "ge"), Le: ("up to {}", "le")}
KINDS = {
    bool: "`1` for yes, `0` for no",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    Path: "a path",
    SecretStr: "text; never shown",
    str: "text",
}


def settings_table() -> str:
    """One row a setting, those of the bot first; one that both houses read stands once."""
    fields: dict[str, dict[str, Any]] = {}
    for house, settings in HOUSES.items():
        for name, field in settings.model_fields.items():
            fields.setdefault(name, {})[house] = field
    rows = ["| setting | read by | default | what it is |", "| --- | --- | --- | --- |"]
    for name, by_house in fields.items():
        field = next(iter(by_house.values()))
        read_by = ", ".join(by_house)
        rows.append(f"| `{name.upper()}` | {read_by} | {_default(field)} | {field.description} |")
    return "\n".join(rows)


def commands_table() -> str:
    """One row a command, in the order of /help."""
    rows = ["| command | what it does |", "| --- | --- |"]
    for command in COMMANDS.values():
        usage = command.usage.replace("|", "\\|")
        rows.append(f"| `{usage}` | {command.help} |")
    return "\n".join(rows)


def values_table() -> str:
    """One row a setting: what may stand there, as its type has it."""
    fields: dict[str, Any] = {}
    for settings in HOUSES.values():
        fields = {**fields, **settings.model_fields}
    rows = ["| setting | takes |", "| --- | --- |"]
    rows += [f"| `{name.upper()}` | {_takes(field)} |" for name, field in fields.items()]
    return "\n".join(rows)


def groups_table() -> str:
    """One row a group of /help: its commands."""
    groups: dict[str, list[str]] = {}
    for name, command in COMMANDS.items():
        groups.setdefault(command.group, []).append(f"`/{name}`")
    rows = [f"| {group} | {' '.join(names)} |" for group, names in groups.items()]
    return "\n".join(["| for | commands |", "| --- | --- |", *rows])


def rules_table() -> str:
    """One row a command that is not everybody's, at any time: who may, and how old it may be."""
    rows = ["| command | rule |", "| --- | --- |"]
    for name, command in COMMANDS.items():
        rules = [words for field, words in RULES.items() if getattr(command, field)]
        rows += [f"| `/{name}` | {', '.join(rules)} |"] if rules else []
    return "\n".join(rows)


def strategies_table() -> str:
    """One row a built-in strategy, with its parameters."""
    rows = ["| strategy | parameters | what it does |", "| --- | --- | --- |"]
    for name in BUILT_IN:
        known = about(rule(name), name)
        cell = "<br>".join(map(_parameter, known.parameters))
        rows.append(f"| `{known.name}` | {cell} | {known.summary} |")
    return "\n".join(rows)


def file_block(name: str, language: str) -> str:
    """A file of the example, as a block of code."""
    text = (EXAMPLE / name).read_text(encoding="utf-8")
    return f"```{language}\n{text}```"


TABLES: dict[str, Callable[[], str]] = {"settings": settings_table, "commands": commands_table}
PAGES: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {**TABLES, "measured": lambda: goals_of(kept())},
    "docs/settings.md": {"values": values_table},
    "docs/commands.md": {"groups": groups_table, "rules": rules_table},
    "docs/strategies.md": {
        "strategies": strategies_table,
        "dip.py": partial(file_block, "dip.py", "python"),
        "pyproject.toml": partial(file_block, "pyproject.toml", "toml"),
    },
    "docs/performance.md": {name: text.rstrip for name, text in kept().items()},
}


def rewritten(text: str, page: str = "README.md") -> str:
    """`text` with each part between its markers made anew; ValueError where a marker is gone."""
    for name, part in PAGES[page].items():
        marked = re.compile(rf"(<!-- {name}: .*?-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = marked.subn(partial(_filled, part()), text)
        if count != 1:
            raise ValueError(f"the markers of the table {name!r} stand {count} times, not once")
    return text


def _parameter(one: Described) -> str:
    return f"`{one.name}` {one.text(one.default)}, {one.range}: {one.param.help}"


def _filled(table: str, markers: re.Match[str]) -> str:
    return f"{markers[1]}{table}\n{markers[2]}"


def _takes(field: Any) -> str:
    """Its kind and its bounds, in words."""
    kinds = get_args(field.annotation) or (field.annotation,)
    if get_origin(field.annotation) is Literal:
        return " or ".join(f"`{one}`" if one else "nothing" for one in kinds)
    if get_origin(field.annotation) is tuple:
        return "numbers, with commas" if int in kinds else "names, with commas"
    words = [next(words for kind, words in KINDS.items() if kind in kinds)]
    for bound in field.metadata:
        if type(bound) in BOUNDS:
            text, name = BOUNDS[type(bound)]
            words.append(text.format(getattr(bound, name)))
    return ", ".join(words)


def _default(field: Any) -> str:
    value = field.default
    if value is PydanticUndefined:
        return REQUIRED
    if value in (None, "", ()):
        return ""
    if isinstance(value, bool):
        return f"`{int(value)}`"
    if isinstance(value, tuple):
        return f"`{','.join(str(one) for one in value)}`"
    return f"`{format(value, 'f') if isinstance(value, Decimal) else value}`"


if __name__ == "__main__":
    for name in PAGES:
        file = ROOT / name
        file.write_text(rewritten(file.read_text(encoding="utf-8"), name), encoding="utf-8")
    (ROOT / "docs" / "messages.md").write_text(subjects.page(), encoding="utf-8")
