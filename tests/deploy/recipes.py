"""What the Dockerfile, compose.yaml and the systemd units say, as values.

They are read here as their own programs would read them, so that a test can do what they say where
neither Docker nor systemd runs.

May import: nothing of ours.
"""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
UNITS = ROOT / "deploy" / "systemd"


@dataclass(frozen=True, slots=True)
class Line:
    """One instruction of a Dockerfile: its name, and the rest of it."""

    name: str
    text: str

    @property
    def command(self) -> list[str]:
        """What a RUN, a CMD or a HEALTHCHECK runs."""
        text = self.text.partition("CMD ")[2] if self.name == "HEALTHCHECK" else self.text
        return json.loads(text) if text.startswith("[") else ["/bin/sh", "-c", text]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of an ENV."""
        return [tuple(one.split("=", 1)) for one in shlex.split(self.text)]  # type: ignore[misc]


def dockerfile(target: str, path: Path = ROOT / "Dockerfile") -> list[Line]:
    """All instructions that the image `target` is made by, those of the stages below it first."""
    whole = re.sub(r"\\\n", "", re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.M))
    stages: dict[str, list[Line]] = {}
    for text in filter(None, map(str.strip, whole.splitlines())):
        name, _, rest = text.partition(" ")
        if name == "FROM":
            base, _, stage = rest.partition(" AS ")
            lines = stages[stage] = list(stages.get(base, ()))
        else:
            lines.append(Line(name, rest.strip()))
    return stages[target]


def environment(lines: Sequence[Line], path: str) -> dict[str, str]:
    """What the ENV lines come to, on top of a PATH."""
    found = {"PATH": path}
    for line in lines:
        if line.name == "ENV":
            found |= {name: Template(value).substitute(found) for name, value in line.pairs}
    return found


def last(lines: Sequence[Line], name: str) -> Line:
    """The instruction of that name that counts."""
    return next(line for line in reversed(lines) if line.name == name)


def let_in(path: Path = ROOT / ".dockerignore") -> list[str]:
    """What the build may see: everything is shut out first, then these are let in by name."""
    lines = [one for one in path.read_text().splitlines() if one and not one.startswith("#")]
    assert lines[0] == "*", "shut everything out first"
    return [one.removeprefix("!") for one in lines if one.startswith("!")]


def services() -> dict[str, dict[str, Any]]:
    """The services of compose.yaml."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "compose.yaml").read_text())[
        "services"
    ]
    return found


def mounts(service: Mapping[str, Any]) -> dict[str, str]:
    """Where each volume stands in the container: path to name."""
    return {one.split(":")[1]: one.split(":")[0] for one in service["volumes"]}


def unit(name: str) -> dict[str, list[str]]:
    """All that holds for a unit, with the drop-in for its prefix: setting to values, in order."""
    found: dict[str, list[str]] = {}
    for file in (UNITS / f"{name}.service", UNITS / "piggybot-.service.d" / "harden.conf"):
        for line in file.read_text().splitlines():
            if "=" in line and not line.startswith("#"):
                setting, _, value = line.partition("=")
                found.setdefault(setting, []).append(value)
    return found
