"""Installs packages with strategies into a folder, as pip would leave them there.

May import: strategies.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from piggybot.strategies.registry import Registry

ROGUE = Path(__file__).parent / "rogue.py"
EXAMPLE = Path(__file__).parent.parent / "example_strategy"


def ours_only() -> Registry:
    """A registry without guests, whatever is installed where the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [])
        return Registry()


def install(folder: Path, package: str, entries: str, **modules: str) -> None:
    """A package with these lines of entry points, and these modules by name."""
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[piggybot.strategies]\n{entries}\n")
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source)


def install_rogue(folder: Path) -> None:
    install(folder, "piggybot-rogue", "rogue = rogue:Rogue")
    shutil.copy(ROGUE, folder / "rogue.py")


def pip_install(folder: Path, source: Path) -> None:
    """With pip itself, from a copy: a build must leave nothing behind in the sources."""
    copy = folder.parent / f"{folder.name}-source"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    options = "--quiet --no-index --no-deps --no-build-isolation --disable-pip-version-check"
    command = [sys.executable, "-m", "pip", "install", *options.split(), "--target", str(folder)]
    done = subprocess.run(
        [*command, str(copy)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
