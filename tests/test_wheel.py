"""An installed wheel is whole: both databases come up from it, and so does the command.

May import: nothing of ours.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CARRIED = ("piggybot", "proxy", "migrations")
FILES = ("pyproject.toml", "README.md", "LICENSE")
UPGRADE = """
import pathlib
from migrations.database import open_database
import migrations, piggybot, proxy
for house in ("bot", "proxy"):
    engine = open_database(f"sqlite:///{pathlib.Path.cwd()}/{house}/{house}.db", house)
    with engine.connect() as db:
        print(house, db.exec_driver_sql("select version_num from alembic_version").scalar())
print(*{pathlib.Path(one.__file__).parent.parent for one in (migrations, piggybot, proxy)})
"""


def run(folder: Path, *command: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources by the pinned build tool."""
    source = tmp_path_factory.mktemp("source")
    for name in CARRIED:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, source / name)
    built = tmp_path_factory.mktemp("built")
    run(source, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built))
    (wheel,) = built.glob("piggybot-*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the wheel, and only that."""
    target = tmp_path_factory.mktemp("installed")
    pip = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target))
    run(target, *pip, str(wheel))
    return target


def test_the_wheel_holds_what_is_not_python_too(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "piggybot/guide.txt",
        "piggybot/page/static/index.html",
        "piggybot/page/static/main.js",
        "migrations/bot/script.py.mako",
        "migrations/bot/versions/0001_first_tables.py",
        "migrations/proxy/versions/0001_first_tables.py",
    ):
        assert name in names
    assert any(name.startswith("piggybot/sandbox/data/") for name in names)
    assert not [name for name in names if name.startswith("tests/") or ".env" in name]


def test_both_databases_come_up_from_an_empty_folder(installed: Path, tmp_path: Path):
    told = run(tmp_path, "-c", UPGRADE, PYTHONPATH=str(installed)).split("\n")
    versions = {
        house: sorted(path.stem[:4] for path in (ROOT / "migrations" / house).glob("versions/0*"))
        for house in ("bot", "proxy")
    }
    assert told[0] == f"bot {versions['bot'][-1]}"
    assert told[1] == f"proxy {versions['proxy'][-1]}"
    assert told[2] == str(installed), "the installed packages were used, not the sources"


def test_the_command_is_there_and_helps(installed: Path, tmp_path: Path):
    command = installed / "bin" / "piggybot"
    told = run(tmp_path, str(command), "--help", PYTHONPATH=str(installed), NO_COLOR="1")
    for name in ("demo", "up", "bot", "stop"):
        assert name in told
