"""The generated tables of README.md: every setting, every command. `make docs` writes them.

May import: chat, settings.
"""

import re
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from piggybot.chat.commands import COMMANDS
from piggybot.settings import Settings as BotSettings
from proxy.settings import Settings as ProxySettings

HOUSES: dict[str, type[BaseSettings]] = {"bot": BotSettings, "proxy": ProxySettings}
REQUIRED = "**needed**"


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


TABLES: dict[str, Callable[[], str]] = {"settings": settings_table, "commands": commands_table}


def rewritten(text: str) -> str:
    """`text` with each table between its markers made anew; ValueError where a marker is gone."""
    for name, table in TABLES.items():
        marked = re.compile(rf"(<!-- {name}: .*?-->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, count = marked.subn(partial(_filled, table()), text)
        if count != 1:
            raise ValueError(f"the markers of the table {name!r} stand {count} times, not once")
    return text


def _filled(table: str, markers: re.Match[str]) -> str:
    return f"{markers[1]}{table}\n{markers[2]}"


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
    readme = Path(sys.argv[1])
    readme.write_text(rewritten(readme.read_text(encoding="utf-8")), encoding="utf-8")
